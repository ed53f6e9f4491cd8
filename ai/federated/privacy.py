"""Differential privacy of clients: what the model tells of one client's homes, all rounds together, is bounded.

Every change is clipped to a length C and cut to whole multiples of a grid, so that with and without a client the sum
differs by C at most. To the sum goes Gaussian noise of deviation z C, rounded to the grid: whatever else is known, no
low bits of floats tell more. One round is then rho-zero-concentrated with rho = 1 / (2 z^2) (Bun and Steinke 2016,
proposition 1.6), rounds add up (lemma 2.3), and rho gives (epsilon, delta) with epsilon = rho + 2 sqrt(rho ln(1/delta))
(proposition 1.3). The bound holds for a client that answers in all rounds; one that answers in fewer is told less of.

The sum is divided by the number of invited clients, which is public, and clients weigh alike: rows would tell. The
coordinator itself sees the changes. The noise must come from a seed nobody else knows.
"""

from dataclasses import dataclass
from math import log, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.federated.aggregation import clipped
from aipchain.ai.federated.errors import UnusablePlan

__all__ = ["GRID", "Privacy", "epsilon", "private_mean"]

GRID: Final = 2.0**-24
"""The finest step of a change: far below any that matters."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Privacy:
    """Noise of `multiplier` times the clipped length, and the chance `delta` with which the bound may fail.

    :raises UnusablePlan: not above zero, or a delta of 1 or more.
    """

    multiplier: float
    delta: float = 1e-5

    def __post_init__(self) -> None:
        if not self.multiplier > 0 or not 0 < self.delta < 1:
            raise UnusablePlan(
                f"noise of {self.multiplier} times the clipped length with delta {self.delta} protects nobody: "
                "give a multiplier above 0 and a delta between 0 and 1"
            )


def epsilon(privacy: Privacy, rounds: int) -> float:
    """What so many rounds tell of one client at most."""
    rho = rounds / (2 * privacy.multiplier**2)
    return rho + 2 * sqrt(rho * log(1 / privacy.delta))


def private_mean(privacy: Privacy, changes: Numbers, most: float, invited: int, noise: np.random.Generator) -> Numbers:
    """Mean of clipped changes, shape (clients, numbers), over all invited clients, with noise.

    :param most: length C that changes are clipped to.
    """
    whole = np.trunc(clipped(changes, most) / GRID).astype(np.int64).sum(axis=0)
    drawn = np.rint(noise.normal(0.0, privacy.multiplier * most / GRID, whole.shape)).astype(np.int64)
    return np.asarray((whole + drawn) * GRID / invited)
