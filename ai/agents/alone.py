"""Homes that each decide by themselves: own forecasts, own meter, own battery, and the pool's public prices.

Every midnight a home works out what stored energy will be worth to it through the day; within each step it does what
costs it least now and later. Nothing of another home is read. A learned `lean` may say that stored energy is worth
more, or less, than the table has it.
"""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.agents.fleet import Fleet, Whole
from aipchain.ai.agents.price_memory import PriceMemory, expected_prices, positions
from aipchain.ai.agents.settings import PPM
from aipchain.ai.agents.simulation import Seen
from aipchain.ai.agents.worth import STORED_LEVELS, Prices, best_charge, worth_table
from aipchain.ai.forecasting.quantiles import Quantiles

__all__ = ["Alone", "Day", "Lean", "day_ahead", "leaned"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Day:
    """What homes worked out at midnight.

    `table` is cost still to come by level before each step and after the last, shape (steps + 1, homes, levels);
    `net_wh` the median net load that each expects, shape (homes, steps); `outside` what energy costs and earns there.
    """

    prices: Prices
    outside: Prices
    net_wh: Floats
    table: Floats


class Lean(Protocol):
    """Something learned that sees what the home sees."""

    def of(self, seen: Seen, day: Day) -> Floats:
        """How much more a stored watt-hour is worth to each home, shape (homes) [base units per Wh]."""
        ...


@dataclass(slots=True)
class Alone:
    """See the module; is asked step after step.

    :param net_wh: quantiles of each home's own net load from midnight's forecasts, shape (homes, steps, values) [Wh].
    :param began: the first step of the run: public prices are known from there.
    """

    net_wh: Quantiles
    import_price: Whole
    export_price: Whole
    fleet: Fleet
    step_s: int
    steps_per_day: int
    began: int
    lean: Lean | None = None
    days: list[Day] = field(default_factory=list, init=False)
    """What was worked out so far, the day that it is in last."""

    def asked(self, seen: Seen) -> Whole:
        """See `Policy.asked`."""
        of_day = seen.step % self.steps_per_day
        if of_day == 0 or not self.days:
            self.days.append(self._worked_out(seen, seen.step - of_day))
        day = self.days[-1]
        after = day.table[of_day + 1]
        if self.lean is not None:
            after = leaned(after, self.lean.of(seen, day), self.fleet)
        price = float(day.prices.paid[of_day]), float(day.prices.earned[of_day])
        stored, net = seen.stored_wh.astype(np.float64), seen.net_wh.astype(np.float64)
        return np.rint(best_charge(after, stored, net, price, self.fleet, step_s=self.step_s)).astype(np.int64)

    def _worked_out(self, seen: Seen, midnight: int) -> Day:
        span = slice(midnight, midnight + self.steps_per_day)
        imports, exports = (each[span].astype(np.float64) for each in (self.import_price, self.export_price))
        past = slice(self.began, self.began + len(seen.paid))
        outside = self.import_price[past].astype(np.float64), self.export_price[past].astype(np.float64)
        whole = len(seen.paid) // self.steps_per_day * self.steps_per_day
        paid, earned = (positions(each, *outside)[:whole] for each in (seen.paid, seen.earned))
        shape = (-1, self.steps_per_day)
        memory = PriceMemory(paid.reshape(shape), earned.reshape(shape))
        return day_ahead(self.net_wh[:, span], memory, Prices(imports, exports), self.fleet, step_s=self.step_s)


def day_ahead(net_wh: Quantiles, memory: PriceMemory, outside: Prices, fleet: Fleet, *, step_s: int) -> Day:
    """Work out a day at its midnight; the day after it is expected to be the same."""
    steps = net_wh.shape[1]
    prices = expected_prices(memory, outside)
    twice = Prices(np.tile(prices.paid, 2), np.tile(prices.earned, 2))
    end_price = float(outside.paid.min()) * float(fleet.efficiency_ppm.mean()) / PPM
    likely = net_wh[..., ::2]  # every other level is enough for a mean
    both_days = np.concatenate([likely, likely], axis=1)
    table = worth_table(both_days, twice, fleet, end_price=end_price, step_s=step_s)
    return Day(prices, outside, net_wh[..., net_wh.shape[-1] // 2], table[: steps + 1])


def leaned(after: Floats, lean: Floats, fleet: Fleet) -> Floats:
    """The table's row with stored energy worth so much more, shape (..., homes, levels) [base units]."""
    stored = np.linspace(0.0, fleet.capacity_wh, STORED_LEVELS, axis=1)
    return after - lean[..., None] * stored
