"""Clients that lie, to measure what lies cost: each changes what an honest client would answer.

`turned` sends ten times the opposite, `scattered` noise ten times as long, and `shifted` learns honestly from energy
that is half a day late. The first two also lie about their statistics.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.federated.messages import Answer, Task
from aipchain.ai.federated.schema import Floats
from aipchain.ai.federated.simulation import Client
from aipchain.ai.forecasting.training import TrainingRows

__all__ = ["Attack", "Poisoner", "half_a_day_late", "poisoned"]

_LARGER: Final = 10.0


class Attack(StrEnum):
    """How a poisoner lies."""

    TURNED = "sign turned, x 10"
    SCATTERED = "noise, x 10"
    SHIFTED = "labels half a day late"


@dataclass(frozen=True, slots=True)
class Poisoner:
    """A client that lies about what another, honest one learned."""

    honest: Client
    attack: Attack
    seed: int

    def answer(self, task: Task) -> Answer:
        """A lie."""
        told = self.honest.answer(task)
        if self.attack is Attack.TURNED:
            return replace(told, change=-_LARGER * told.change)
        if self.attack is Attack.SCATTERED:
            return replace(told, change=self._noise(told.change, task.round))
        return told

    def own(self, task: Task) -> Floats:
        """What the honest one keeps."""
        return self.honest.own(task)

    def _noise(self, change: NDArray[np.floating], round_: int) -> Floats:
        drawn = np.random.default_rng((self.seed, round_)).normal(size=len(change))
        return np.asarray(drawn * (_LARGER * np.linalg.norm(change) / np.linalg.norm(drawn)), dtype=np.float32)


def poisoned(clients: Mapping[str, Client], liars: Mapping[str, Attack], seed: int) -> dict[str, Client]:
    """The same clients, some of them liars."""
    return {
        name: Poisoner(client, liars[name], seed + place) if name in liars else client
        for place, (name, client) in enumerate(clients.items())
    }


def half_a_day_late(rows: TrainingRows, steps: int) -> TrainingRows:
    """The rows of a client whose energy comes half a day after what its features say.

    :param steps: of a day.
    """
    return replace(rows, target=np.roll(rows.target, steps // 2))
