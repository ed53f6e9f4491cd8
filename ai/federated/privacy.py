"""Differential privacy of clients: what the model tells of one client's homes, all rounds together, is bounded.

Every change is clipped to a length C and cut to whole multiples of a grid, so that with and without a client the sum
differs by C at most. To the sum goes Gaussian noise of deviation z C, rounded to the grid: whatever else is known, no
low bits of floats tell more. One round is then rho-zero-concentrated with rho = 1 / (2 z^2) (Bun and Steinke 2016,
proposition 1.6), rounds add up (lemma 2.3), and rho gives (epsilon, delta) with epsilon = rho + 2 sqrt(rho ln(1/delta))
(proposition 1.3). The bound holds for a client that answers in all rounds; one that answers in fewer is told less of.

The sum is divided by the number of invited clients, which is public, and clients weigh alike: rows would tell. The
coordinator itself sees the changes.

Noise is made of a key of 128 secret bits that the coordinator draws from its operating system, keeps beside its record,
and sends to nobody; no seed of weights enters. It is the output of SHAKE256 (FIPS 202) of the key, the round, the size
of the noise and the sum itself. So a coordinator that does a round again publishes the same sum with the same noise,
and no mean over repeats tells it; another sum gets noise of its own, and no difference tells a change (epsilon counts
it as one round more). Assumed are that the key stays secret and that SHAKE256 cannot be told from chance. A federation
that is begun anew has another key and spends epsilon again.
"""

from dataclasses import dataclass, field
from hashlib import shake_256
from math import log, sqrt
from struct import pack
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.federated.aggregation import clipped
from aipchain.ai.federated.errors import UnusablePlan

__all__ = ["GRID", "KEY_BYTES", "NoiseKey", "Privacy", "clipped_sum", "epsilon", "private_mean"]

GRID: Final = 2.0**-24
"""The finest step of a change: far below any that matters."""

KEY_BYTES: Final = 16

_MOST_NOISE: Final = 1e6
_CONTEXT: Final = b"aipchain federated noise 1"
_UNIT: Final = 2.0**-53
"""Of uniform numbers: the finest step of a float below 1."""

Numbers = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Privacy:
    """Noise of `multiplier` times the clipped length, and the chance `delta` with which the bound may fail.

    :raises UnusablePlan: not above zero, more than anybody can learn through, or a delta of 1 or more.
    """

    multiplier: float
    delta: float = 1e-5

    def __post_init__(self) -> None:
        if not 0 < self.multiplier <= _MOST_NOISE or not 0 < self.delta < 1:
            raise UnusablePlan(
                f"noise of {self.multiplier} times the clipped length with delta {self.delta} is of no use: "
                f"give a multiplier above 0, {_MOST_NOISE:,.0f} at most, and a delta between 0 and 1"
            )


@dataclass(frozen=True, slots=True)
class NoiseKey:
    """128 bits that nobody but the coordinator knows; see the module.

    :raises UnusablePlan: other than 16 bytes.
    """

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise UnusablePlan(
                f"a key of {len(self.secret)} bytes does not make noise that nobody knows: give {KEY_BYTES} random ones"
            )


def epsilon(privacy: Privacy, rounds: int) -> float:
    """What so many rounds tell of one client at most."""
    rho = rounds / (2 * privacy.multiplier**2)
    return rho + 2 * sqrt(rho * log(1 / privacy.delta))


def private_mean(
    privacy: Privacy, changes: Numbers, most: float, invited: int, *, key: NoiseKey, round_: int
) -> Numbers:
    """Mean of clipped changes, shape (clients, numbers), over all invited clients, with noise.

    :param most: length C that changes are clipped to.
    :param round_: of the federation; noise of two rounds has nothing in common.
    """
    whole, deviation = clipped_sum(changes, most), privacy.multiplier * most
    beside = pack(">Qdd", round_, privacy.multiplier, most) + whole.astype("<i8").tobytes()
    drawn = np.rint(_normal(key.secret + beside, whole.size) * deviation / GRID).astype(np.int64)
    return np.asarray((whole + drawn) * GRID / invited)


def clipped_sum(changes: Numbers, most: float) -> Whole:
    """Sum of clipped changes, shape (numbers) [GRID]: one client more or less moves it by `most` at most."""
    return np.asarray(np.trunc(clipped(changes, most) / GRID).astype(np.int64).sum(axis=0))


def _normal(secret: bytes, count: int) -> Numbers:
    """Normal numbers of deviation 1 from uniform ones (Box and Muller 1958)."""
    pairs = -(-count // 2)
    words = np.frombuffer(shake_256(_CONTEXT + secret).digest(16 * pairs), dtype="<u8")
    above_zero = ((words >> np.uint64(11)).astype(np.float64) + 1.0) * _UNIT
    length, turn = np.sqrt(-2.0 * np.log(above_zero[:pairs])), 2.0 * np.pi * above_zero[pairs:]
    return np.concatenate([length * np.cos(turn), length * np.sin(turn)])[:count]
