"""Measured energy of many homes over the same whole days: what forecasters learn from and are scored on.

A panel is a table of homes by days by steps of a day [Wh], beginning at midnight. What was not measured is marked as
missing and is 0 in the table; nothing is filled in here. A day has the same number of steps all year: times of packs
have no zone, so a day with a clock change has its 24 hours like any other.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.errors import UnusablePanel
from aipchain.units import UnixSeconds

__all__ = ["DAY_S", "Panel", "panel_of"]

DAY_S: Final = 86_400
_STEPS_S: Final = (900, 3_600)
_EPOCH: Final = date(1970, 1, 1).toordinal()
_MONDAY: Final = 3
"""1 January 1970 was a Thursday, three days after a Monday."""


@dataclass(frozen=True, slots=True)
class Panel:
    """Energy of homes [Wh], shape (homes, days, steps of a day), not negative; `missing` of the same shape."""

    homes: tuple[str, ...]
    start: UnixSeconds
    energy_wh: NDArray[np.int64]
    missing: NDArray[np.bool_]

    @property
    def days(self) -> int:
        """Number of whole days."""
        return int(self.energy_wh.shape[1])

    @property
    def steps_per_day(self) -> int:
        """Number of steps of a day: 24 or 96."""
        return int(self.energy_wh.shape[2])

    def date_of(self, day: int) -> date:
        """The date of a day, also of one before the first or after the last."""
        return date.fromordinal(_EPOCH + self.start // DAY_S + day)

    def day_of(self, when: date) -> int:
        """The day that has a date: below 0 before the first."""
        return (when - self.date_of(0)).days

    def weekday(self, day: int) -> int:
        """0 for a Monday."""
        return (self.start // DAY_S + day + _MONDAY) % 7

    def measured_days(self, last: int) -> NDArray[np.int64]:
        """Of each home, how many of the last so many days were measured for at least half of their steps."""
        return np.asarray(np.sum(np.mean(~self.missing[:, -last:], axis=2) >= 0.5, axis=1))

    def until(self, day: int) -> "Panel":
        """Only what was measured before `day`."""
        return Panel(self.homes, self.start, self.energy_wh[:, :day], self.missing[:, :day])

    def of_homes(self, names: Iterable[str]) -> "Panel":
        """Only these homes, in this order.

        :raises UnusablePanel: there is no such home.
        """
        chosen = list(names)
        for name in chosen:
            if name not in self.homes:
                raise UnusablePanel(f"there is no home {name!r}: choose from {', '.join(self.homes)}")
        rows = [self.homes.index(name) for name in chosen]
        return Panel(tuple(chosen), self.start, self.energy_wh[rows], self.missing[rows])


def panel_of(start: UnixSeconds, step_s: int, measured: Iterable[tuple[str, Sequence[int | None]]]) -> Panel:
    """A panel of the whole days in what homes measured; what lies outside the first and the last midnight is left out.

    :param start: when the first step begins [s].
    :param step_s: length of a step [s]: an hour or a quarter of it.
    :param measured: by home, the energy of every step [Wh]; None was not measured.
    :raises UnusablePanel: no home, no whole day, homes of unequal length, a name twice, or energy that is no whole
        number or below zero.
    """
    homes = [(name, list(steps)) for name, steps in measured]
    if not homes or len({name for name, _ in homes}) < len(homes):
        raise UnusablePanel("no home was given, or one of them twice")
    if len({len(steps) for _, steps in homes}) > 1:
        raise UnusablePanel("homes have unequal numbers of steps: cut them to the same span")
    if step_s not in _STEPS_S or start % step_s:
        raise UnusablePanel(f"steps of {step_s} s from {_told(start)} do not meet midnight: give 900 or 3600 s")
    skipped, per_day = -start % DAY_S // step_s, DAY_S // step_s
    days = (len(homes[0][1]) - skipped) // per_day
    if days < 1:
        raise UnusablePanel(f"there is no whole day in {len(homes[0][1])} steps from {_told(start)}")
    span = slice(skipped, skipped + days * per_day)
    for name, steps in homes:
        _ensure_whole(name, steps[span])
    table = np.array([[-1 if wh is None else wh for wh in steps[span]] for _, steps in homes], dtype=np.int64)
    missing = np.array([[wh is None for wh in steps[span]] for _, steps in homes], dtype=np.bool_)
    wrong = np.argwhere((table < 0) & ~missing)
    if len(wrong):
        home, step = (int(each) for each in wrong[0])
        raise UnusablePanel(
            f"home {homes[home][0]} has {table[home, step]} Wh at {_told(start + (skipped + step) * step_s)}: "
            "energy is not negative; part load and generation"
        )
    shape = (len(homes), days, per_day)
    first = UnixSeconds(start + skipped * step_s)
    energy_wh = np.where(missing, 0, table).reshape(shape)
    return Panel(tuple(name for name, _ in homes), first, energy_wh, missing.reshape(shape))


def _ensure_whole(home: str, steps: Sequence[int | None]) -> None:
    """A fraction would be cut off, and kWh given for Wh would become nothing."""
    for wh in steps:
        if wh is not None and (not isinstance(wh, int | np.integer) or isinstance(wh, bool)):
            raise UnusablePanel(f"home {home} has {wh!r} among its energy: give whole Wh")


def _told(second: int) -> str:
    return f"{datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=second):%Y-%m-%d %H:%M}"
