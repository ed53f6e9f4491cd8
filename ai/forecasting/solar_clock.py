"""The clock of a site against the sun: homes keep the clock of their zone, which moves by an hour twice a year.

The homes pack shows it: on 6 November 2016, when clocks in California went back, generation moved by an hour from one
day to the next. So tables of generation are turned to standard time, where noon stays where it is, and forecasts are
turned back. A step that a change of the clock takes away or adds lies in the night.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.panel import DAY_S, Panel
from aipchain.errors import InputError
from aipchain.units import Site, UnixSeconds

__all__ = ["UnknownZone", "by_standard_time", "by_the_clock", "clock_ahead", "standard_ahead"]

Table = NDArray[np.float64]


class UnknownZone(InputError):
    """No such time zone is known here."""

    def __init__(self, zone: str) -> None:
        self.zone = zone
        super().__init__(
            f"time zone {zone!r} is not known here: give one such as Europe/Berlin, or pip install tzdata "
            "where the system has no table of zones"
        )


def clock_ahead(site: Site, start: UnixSeconds, days: Sequence[int]) -> Table:
    """How far the site's clock is ahead of UTC at noon of each day [h]; `start` is day 0 by that clock.

    :raises UnknownZone: there is no such zone.
    """
    try:
        zone = ZoneInfo(site.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise UnknownZone(site.time_zone) from error
    noon = [datetime.fromtimestamp(start + day * DAY_S, UTC) + timedelta(hours=12) for day in days]
    ahead = [zone.utcoffset(each.replace(tzinfo=None)) or timedelta() for each in noon]
    return np.array([each.total_seconds() / 3_600 for each in ahead])


def standard_ahead(site: Site, start: UnixSeconds) -> float:
    """How far the site's standard time, that of the winter, is ahead of UTC in the year from `start` [h].

    :raises UnknownZone: there is no such zone.
    """
    return float(clock_ahead(site, start, range(366)).min())


def by_standard_time(site: Site, panel: Panel) -> Table:
    """Energy of a panel by standard time, (homes, days, steps) [Wh]; NaN where nothing was measured."""
    energy = np.where(panel.missing, np.nan, panel.energy_wh)
    turns = _turns(site, panel, range(panel.days))
    return np.stack([np.roll(energy[:, day], -turn, axis=1) for day, turn in enumerate(turns)], axis=1)


def by_the_clock(site: Site, panel: Panel, days: Sequence[int], table: Table) -> Table:
    """A table of days by standard time, (homes, days, steps, ...), by the clock of each of them."""
    turns = _turns(site, panel, days)
    return np.stack([np.roll(table[:, place], turn, axis=1) for place, turn in enumerate(turns)], axis=1)


def _turns(site: Site, panel: Panel, days: Sequence[int]) -> list[int]:
    """By how many steps the clock of days is ahead of standard time."""
    summer = clock_ahead(site, panel.start, days) - standard_ahead(site, panel.start)
    return [round(hours * panel.steps_per_day / 24) for hours in summer]
