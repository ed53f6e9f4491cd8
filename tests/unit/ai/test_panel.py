"""Panels: whole days of what homes measured, and what cannot be made one."""

import numpy as np
import pytest

from aipchain.ai.errors import UnusablePanel
from aipchain.ai.panel import Panel, panel_of
from aipchain.units import UnixSeconds

MONDAY = UnixSeconds(1_470_009_600)
DAY = [*range(24)]


def test_days_begin_at_midnight() -> None:
    """Steps before the first midnight and after the last are left out."""
    found = panel_of(UnixSeconds(MONDAY - 2 * 3_600), 3_600, [("a", [7, 7, *DAY, 9])])

    assert (found.start, found.days, found.steps_per_day) == (MONDAY, 1, 24)
    assert found.energy_wh[0, 0].tolist() == DAY


def test_weekdays_follow_the_calendar() -> None:
    """1 August 2016 was a Monday; so a week later."""
    found = panel_of(MONDAY, 3_600, [("a", DAY * 8)])

    assert [found.weekday(day) for day in range(8)] == [0, 1, 2, 3, 4, 5, 6, 0]


def test_what_was_not_measured_is_marked() -> None:
    """It is no energy of zero."""
    found = panel_of(MONDAY, 3_600, [("a", [None, *DAY[1:]])])

    assert found.missing[0, 0].tolist() == [True, *[False] * 23]


def test_a_day_of_quarter_hours_has_ninety_six() -> None:
    """Fifteen minutes are a step like any other."""
    assert panel_of(MONDAY, 900, [("a", [1] * 192)]).energy_wh.shape == (1, 2, 96)


def test_a_part_of_a_panel(year: Panel) -> None:
    """Days before one, and some homes in another order."""
    part = year.until(10).of_homes(["c", "a"])

    assert (part.homes, part.days) == (("c", "a"), 10)
    assert np.array_equal(part.energy_wh, year.energy_wh[[2, 0], :10])


@pytest.mark.parametrize(
    ("start", "step_s", "measured", "problem"),
    [
        (MONDAY, 3_600, [], "no home was given"),
        (MONDAY, 3_600, [("a", DAY), ("a", DAY)], "or one of them twice"),
        (MONDAY, 3_600, [("a", DAY), ("b", DAY[1:])], "unequal numbers of steps"),
        (MONDAY, 3_600, [("a", DAY[1:])], "no whole day in 23 steps from 2016-08-01 00:00"),
        (MONDAY, 3_600, [("a", [])], "no whole day in 0 steps"),
        (MONDAY, 7_000, [("a", DAY)], "steps of 7000 s from 2016-08-01 00:00 do not meet midnight"),
        (MONDAY, 7_200, [("a", DAY)], "steps of 7200 s from 2016-08-01 00:00 do not meet midnight: give 900 or 3600 s"),
        (MONDAY, 3_600, [("a", [0.5, *DAY[1:]])], "home a has 0.5 among its energy: give whole Wh"),
        (MONDAY, 3_600, [("a", [True, *DAY[1:]])], "home a has True among its energy: give whole Wh"),
        (MONDAY + 60, 3_600, [("a", DAY)], "steps of 3600 s from 2016-08-01 00:01 do not meet midnight"),
        (MONDAY, 3_600, [("a", [0, -5, *DAY[2:]])], "home a has -5 Wh at 2016-08-01 01:00: energy is not negative"),
    ],
)
def test_what_is_no_panel_is_told(
    start: int, step_s: int, measured: list[tuple[str, list[int | None]]], problem: str
) -> None:
    """The sentence says what, where and what to do."""
    with pytest.raises(UnusablePanel, match=problem):
        panel_of(UnixSeconds(start), step_s, measured)


def test_an_unknown_home_is_told(year: Panel) -> None:
    """With those that there are."""
    with pytest.raises(UnusablePanel, match="there is no home 'd': choose from a, b, c"):
        year.of_homes(["a", "d"])
