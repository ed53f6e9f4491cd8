"""A community to make worlds of: what its homes did so far, the market's price, and the randomness it is made with."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.anomaly.activity import Activity, Order, Payment, Review, Trade
from aipchain.units import Interval, Price, UnixSeconds

__all__ = ["DAY", "EXCHANGE", "HOUR", "START", "TREASURY", "Community"]

START: Final = UnixSeconds(1_767_571_200)
"""Monday, 5 January 2026."""

HOUR: Final = 3_600
"""[s]"""

DAY: Final = 24
"""[h]"""

TREASURY: Final = "treasury"
EXCHANGE: Final = "exchange"


@dataclass(slots=True)
class Community:
    """Homes over `hours`; honest life and attacks add to what was done. `market` is the price of each hour."""

    homes: list[str]
    hours: int
    market: NDArray[np.int64]
    """[base units per Wh]"""
    rng: np.random.Generator
    trades: list[Trade] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)

    def interval(self, hour: int) -> Interval:
        """The hour as an interval."""
        return Interval(UnixSeconds(START + hour * HOUR), HOUR)

    def price(self, hour: int, least: float, most: float) -> Price:
        """A price between two parts of the market's."""
        return Price(int(self.market[hour] * self.rng.uniform(least, most)))

    def some_time(self) -> UnixSeconds:
        """A second of the span."""
        return UnixSeconds(START + int(self.rng.integers(0, self.hours * HOUR)))

    def activity(self) -> Activity:
        """What was done, as the chain would tell it."""
        done = (tuple(self.trades), tuple(self.orders), tuple(self.payments), tuple(self.reviews))
        return Activity(*done, frozenset({TREASURY, EXCHANGE}))
