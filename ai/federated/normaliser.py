"""The mean and the spread of every feature over all homes, of sums that clients make: no row leaves its home.

A client says the mean and the mean square of its features, and of how many rows; the clients' are combined by the
rule of the federation, so that a minority of poisoners cannot shift them either. Where privacy is asked for, nothing is
said: features are in units of the home's usual energy, so a fixed normaliser is near enough.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.federated.errors import MessageRefused
from aipchain.ai.federated.schema import Floats, Schema

__all__ = ["normaliser_of", "plausible", "public_normaliser", "statistics", "statistics_schema"]

_LEAST_SPREAD: Final = 1e-3
_ROUNDING: Final = 1e-3
"""By how much a mean square in float32 may fall short of the squared mean."""

_PUBLIC_CENTRE: Final = 0.6
_PUBLIC_SPREAD: Final = 0.3
"""About log(1 + x) of energy that is around the home's usual, x = 1."""

Table = NDArray[np.floating]


def statistics_schema(model: Schema, features: int) -> Schema:
    """What an answer of round 0 holds."""
    return Schema(f"statistics for {model.of}", (("mean", (features,)), ("mean square", (features,))))


def statistics(rows: Table) -> tuple[Floats, int]:
    """Mean and mean square of each feature, one after the other, and the number of rows; a gap (NaN) does not count.

    :param rows: table (rows, features).
    """
    known = ~np.isnan(rows)
    count = np.maximum(known.sum(axis=0), 1)
    total = np.sum(rows, axis=0, where=known, dtype=np.float64)
    squares = np.sum(np.square(rows, dtype=np.float64), axis=0, where=known)
    return np.concatenate([total / count, squares / count]).astype(np.float32), len(rows)


def plausible(told: Table) -> None:
    """Check what a client said.

    :raises MessageRefused: a mean square is below the square of its mean, which no numbers have.
    """
    mean, square = np.split(told.astype(np.float64), 2)
    wrong = np.flatnonzero(square < mean**2 - _ROUNDING * (1 + mean**2))
    if len(wrong):
        raise MessageRefused(
            f"feature {wrong[0]} has a mean square of {square[wrong[0]]:.4g} below the square of its mean "
            f"{mean[wrong[0]]:.4g}: no numbers have these"
        )


def normaliser_of(combined: NDArray[np.float64]) -> Floats:
    """Centres and spreads of all features, one after the other, from combined statistics."""
    mean, square = np.split(combined, 2)
    spread = np.sqrt(np.maximum(square - mean**2, _LEAST_SPREAD**2))
    return np.concatenate([mean, spread]).astype(np.float32)


def public_normaliser(features: int) -> Floats:
    """One that tells nothing of any home."""
    return np.repeat(np.array([_PUBLIC_CENTRE, _PUBLIC_SPREAD], dtype=np.float32), features)
