"""A client's part: statistics of its features, an epoch of training on its own homes, and its own copy at the end.

Everything is computed from the client's own panel, home by home: a home's neighbours are the home itself, so no home
tells another what it used, and one that joins or leaves changes nothing for the others. The same panel, task and seed
give the same answer on one kind of processor.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b

import numpy as np
import torch

from aipchain.ai.federated.messages import Answer, Task
from aipchain.ai.federated.normaliser import statistics
from aipchain.ai.federated.schema import Floats, Schema
from aipchain.ai.forecasting.adam import AdamW
from aipchain.ai.forecasting.features import feature_rows
from aipchain.ai.forecasting.network import FittedNets, Net, inputs_of, pinball, squeezed, usual_of
from aipchain.ai.forecasting.quantiles import LEVELS
from aipchain.ai.forecasting.training import TrainingRows, training_rows
from aipchain.ai.panel import Panel
from aipchain.units import UnixSeconds

__all__ = ["HomeLearner", "Learning", "first_weights", "fitted", "joined", "model_schema"]


@dataclass(frozen=True, slots=True)
class Learning:
    """How a client trains; the learning rate of a round comes with its task."""

    batch: int = 256
    epochs: int = 1
    width: int = 128
    dropout: float = 0.15
    weight_decay: float = 2e-2
    own_rate: float = 1e-4
    own_epochs: int = 1
    """Of its own copy at the end."""
    seed: int = 0


class HomeLearner:
    """One client, with the feature rows of its homes.

    :param steps: of a day.
    """

    def __init__(self, name: str, rows: TrainingRows, steps: int, learning: Learning) -> None:
        self.name, self.rows, self.steps, self.learning = name, rows, steps, learning

    @staticmethod
    def of(name: str, panel: Panel, learning: Learning) -> "HomeLearner":
        """The client whose homes are those of a panel.

        :raises UnusablePanel: nothing was measured.
        """
        rows = joined([training_rows(panel.of_homes([home])) for home in panel.homes])
        return HomeLearner(name, rows, panel.steps_per_day, learning)

    def answer(self, task: Task) -> Answer:
        """What the round asks for: statistics in round 0, else the change that training made."""
        if task.round == 0:
            told, rows = statistics(squeezed(self.rows.features))
            return Answer(0, rows, told)
        learned = self._trained(task, self.learning.epochs)
        return Answer(task.round, len(self.rows.target), learned - task.weights)

    def own(self, task: Task) -> Floats:
        """The client's own weights: the final ones trained a little further; they stay here."""
        learned = self._trained(replace(task, rate=self.learning.own_rate), self.learning.own_epochs)
        return learned if np.isfinite(learned).all() else task.weights

    def loss(self, task: Task) -> tuple[float, int]:
        """Mean pinball loss of the task's weights on the client's rows [usual energy], and how many rows."""
        torch.set_num_threads(1)
        net, (target, *shown) = _net_of(task.weights, self.steps, self.learning).eval(), self._tensors(task)
        with torch.inference_mode():
            return float(pinball(target, net(*shown))), len(target)

    def _trained(self, task: Task, epochs: int) -> Floats:
        torch.set_num_threads(1)
        seed = blake2b(f"{self.learning.seed} {self.name} {task.round}".encode(), digest_size=7).digest()
        torch.manual_seed(int.from_bytes(seed, "big"))
        net, (target, *shown) = _net_of(task.weights, self.steps, self.learning), self._tensors(task)
        tables = list(net.parameters())
        optimiser = AdamW(tables, self.learning.weight_decay)
        for _ in range(epochs):
            for chosen in torch.randperm(len(target)).split(self.learning.batch):  # type: ignore[no-untyped-call]  # torch
                loss = pinball(target[chosen], net(*(each[chosen] for each in shown)))
                optimiser.step(torch.autograd.grad(loss, tables), task.rate)
        return _weights(net, model_schema(self.steps, self.learning))

    def _tensors(self, task: Task) -> tuple[torch.Tensor, ...]:
        """What came, and what a net is shown of each row: inputs, step, weekday and usual energy."""
        rows, (centre, spread) = self.rows, np.split(task.normaliser, 2)
        inputs, usual = inputs_of(rows.features, centre, spread), usual_of(rows.features, rows.names)
        target, step, weekday = (torch.from_numpy(each) for each in (rows.target, rows.step, rows.weekday))
        return target, inputs, step, weekday, usual


def joined(parts: Sequence[TrainingRows]) -> TrainingRows:
    """The rows of several homes, one below the other."""
    return TrainingRows(
        names=parts[0].names,
        features=np.concatenate([part.features for part in parts]),
        target=np.concatenate([part.target for part in parts]),
        weekday=np.concatenate([part.weekday for part in parts]),
        step=np.concatenate([part.step for part in parts]),
        home=np.concatenate([part.home for part in parts]),
    )


def model_schema(steps: int, learning: Learning) -> Schema:
    """What the weights of a net are.

    :param steps: of a day.
    """
    tables = [(name, tuple(table.shape)) for name, table in _net(steps, learning).state_dict().items()]
    of = f"feature net, {steps} steps a day, features {', '.join(_names(steps))}, levels {LEVELS}"
    return Schema(of, tuple(tables))


def first_weights(steps: int, learning: Learning, seed: int) -> tuple[Floats, int]:
    """Weights that a federation begins with, and the number of features."""
    torch.manual_seed(seed)
    return _weights(_net(steps, learning), model_schema(steps, learning)), len(_names(steps))


def fitted(weights: Floats, normaliser: Floats, steps: int, learning: Learning) -> FittedNets:
    """A forecaster with these weights."""
    centre, spread = np.split(normaliser, 2)
    return FittedNets((_net_of(weights, steps, learning).eval(),), centre, spread)


@lru_cache
def _names(steps: int) -> tuple[str, ...]:
    none = np.zeros((1, 1, steps), dtype=np.int64)
    return feature_rows(Panel(("a home",), UnixSeconds(0), none, none > 0), [0]).names


def _net(steps: int, learning: Learning) -> Net:
    return Net(len(_names(steps)), steps, learning.width, learning.dropout)


def _net_of(weights: Floats, steps: int, learning: Learning) -> Net:
    net = _net(steps, learning)
    tables = model_schema(steps, learning).parted(weights)
    net.load_state_dict({name: torch.from_numpy(table.copy()) for name, table in tables.items()})
    return net


def _weights(net: Net, schema: Schema) -> Floats:
    return schema.joined({name: table.numpy() for name, table in net.state_dict().items()})
