"""Homes that share one plan: each hour it is made anew from forecasts that the day so far has corrected.

Three ways to carry it out, by what batteries follow within the hour: nothing (the command is fixed before it, and all
errors go to the pool); each its own meter, as the rule does; or all together what these homes' meters come to, which
takes a gateway that reads them while the hour runs.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.agents.community import leveled, plan_community
from aipchain.ai.agents.control import following
from aipchain.ai.agents.fleet import Fleet, Whole
from aipchain.ai.agents.intraday import Intraday
from aipchain.ai.agents.simulation import Seen

__all__ = ["HOURS_AHEAD", "Expectation", "Follows", "Planned"]

HOURS_AHEAD: Final = 30
"""So far a plan looks: past the next evening."""

_HOUR_S: Final = 3_600

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Expectation:
    """What midnight's forecasts expect, what was measured, both (homes, steps) [Wh], and how hours correct it.

    Of `measured_wh` nothing from the step in question on is read. Steps after the day's last are expected as the same
    time of the day itself.
    """

    expected_wh: Floats
    measured_wh: Floats
    intraday: Intraday | None
    steps_per_day: int

    def ahead(self, step: int, count: int) -> Floats:
        """Shape (homes, count) [Wh]; not below zero."""
        day_end = step - step % self.steps_per_day + self.steps_per_day
        steps = np.arange(step, step + count)
        steps = np.where(steps < day_end, steps, day_end - self.steps_per_day + steps % self.steps_per_day)
        told = self.expected_wh[:, steps]
        if self.intraday is not None:
            left = min(count, day_end - step)
            told[:, :left] += self.intraday.shift(self.expected_wh, self.measured_wh, step, left)
        return np.maximum(told, 0.0)


class Follows(StrEnum):
    """What batteries balance within the hour, where the plan keeps the connection at zero."""

    NOTHING = "nothing"
    OWN_METER = "own meter"
    ALL_METERS = "all meters"


@dataclass(frozen=True, slots=True)
class Planned:
    """See the module; prices of the outside are known ahead, shape (steps) [base units per Wh]."""

    load: Expectation
    generation: Expectation
    import_price: Whole
    export_price: Whole
    fleet: Fleet
    step_s: int
    follows: Follows = Follows.OWN_METER

    def asked(self, seen: Seen) -> Whole:
        """See `Policy.asked`."""
        count = min(HOURS_AHEAD * _HOUR_S // self.step_s, len(self.import_price) - seen.step)
        net = self.load.ahead(seen.step, count) - self.generation.ahead(seen.step, count)
        span = slice(seen.step, seen.step + count)
        imports, exports = self.import_price[span], self.export_price[span]
        parts = plan_community(net, imports, exports, self.fleet, seen.stored_wh, step_s=self.step_s)
        if self.follows is Follows.NOTHING:
            return parts.planned_wh
        if self.follows is Follows.OWN_METER:
            return following(parts.planned_wh, parts.expected_wh, parts.spare_wh, seen.net_wh)
        sums = (parts.planned_wh, parts.expected_wh, parts.spare_wh, seen.net_wh)
        together = int(following(*(np.asarray(each.sum()) for each in sums)))
        return leveled(together, self.fleet, seen.stored_wh, self.step_s)
