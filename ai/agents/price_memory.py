"""What a home learns of the community from its public prices alone: what energy costs and earns at each time of day.

In the pool, members pay less than the outside asks when others have energy left, and get more than it pays when others
need some; how much of the way, by time of day, is the mean of the last weeks. All homes that learn so and plan on what
they learned settle on prices that their own plans bring about (fictitious play, Brown 1951).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.agents.worth import Prices

__all__ = ["REMEMBERED_DAYS", "PriceMemory", "expected_prices", "positions"]

REMEMBERED_DAYS: Final = 28
"""Days whose prices count: fewer, and homes run after each other's last week."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PriceMemory:
    """How far public prices lay between the outside's, shape (days, steps of a day): 0 at export, 1 at import price."""

    paid: Floats
    earned: Floats


def positions(price: Floats, import_price: Floats, export_price: Floats) -> Floats:
    """How far prices lie between the outside's two; in the middle where these are equal."""
    apart = import_price - export_price
    return np.where(apart > 0, (price - export_price) / np.where(apart > 0, apart, 1.0), 0.5)


def expected_prices(memory: PriceMemory, outside: Prices) -> Prices:
    """What a home expects of the steps of a day that has these prices outside.

    Before a first day is remembered, these are the outside's prices.
    """
    if not len(memory.paid):
        return outside
    apart = outside.paid - outside.earned
    paid = outside.earned + memory.paid[-REMEMBERED_DAYS:].mean(axis=0) * apart
    earned = outside.earned + memory.earned[-REMEMBERED_DAYS:].mean(axis=0) * apart
    return Prices(paid, np.minimum(earned, paid))
