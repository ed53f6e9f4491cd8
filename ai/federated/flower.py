"""Our clients for those who run a Flower federation already: a client of ours as Flower's `NumPyClient`.

Flower (flwr) is no dependency and no extra: it pins older versions of typer, rich, protobuf and packaging than aipchain
takes, so no resolver puts both in one environment. Beside each other they work: `pip install --no-deps flwr grpcio
iterators cryptography tomli tomli-w pathspec` into an environment with aipchain. Flower's own rules combine the
changes then; limits, robust rules and privacy of ours do not hold there. Its telemetry is switched off.

Flower sends tables of weights; the normaliser of features is given here, such as that of an earlier federation.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.federated.errors import FlowerMissing
from aipchain.ai.federated.learner import HomeLearner
from aipchain.ai.federated.messages import Task
from aipchain.ai.federated.schema import Floats, Schema

__all__ = ["TELEMETRY", "FlowerHome", "flower_client"]

TELEMETRY: Final = "FLWR_TELEMETRY_ENABLED"

Tables = Sequence[NDArray[np.generic]]
Config = Mapping[str, Any]


@dataclass
class FlowerHome:
    """The methods of a `NumPyClient`; `config` of a fit may have `round`, `rounds` and `rate`."""

    client: HomeLearner
    model: Schema
    normaliser: Floats
    first: Floats
    rate: float = 4e-3

    def get_parameters(self, config: Config) -> list[Floats]:
        """The weights to begin with, table by table."""
        return list(self.model.parted(self.first).values())

    def fit(self, parameters: Tables, config: Config) -> tuple[list[Floats], int, dict[str, Any]]:
        """The weights after a round of training, and the number of rows."""
        weights = self._weights(parameters)
        round_, rounds = int(config.get("round", 1)), int(config.get("rounds", 1))
        task = Task(max(round_, 1), rounds, float(config.get("rate", self.rate)), weights, self.normaliser)
        answer = self.client.answer(task)
        changed = (weights + answer.change).astype(np.float32)
        return list(self.model.parted(changed).values()), answer.rows, {}

    def evaluate(self, parameters: Tables, config: Config) -> tuple[float, int, dict[str, Any]]:
        """The mean pinball loss of the weights on this client's rows, which it learned from, and how many they are."""
        loss, rows = self.client.loss(Task(1, 0, self.rate, self._weights(parameters), self.normaliser))
        return loss, rows, {}

    def _weights(self, parameters: Tables) -> Floats:
        names = [name for name, _ in self.model.tables]
        return self.model.joined(dict(zip(names, parameters, strict=True)))


def flower_client(home: FlowerHome) -> Any:  # noqa: ANN401  # Flower has no types here
    """Give a Flower `Client`, as its `client_fn` returns it.

    :raises FlowerMissing: Flower is not installed.
    """
    os.environ[TELEMETRY] = "0"
    try:
        base = import_module("flwr.client").NumPyClient
    except ModuleNotFoundError as error:
        raise FlowerMissing(error.name or "flwr") from error
    kind = type("FlowerHomeClient", (FlowerHome, base), {})
    return kind(home.client, home.model, home.normaliser, home.first, home.rate).to_client()
