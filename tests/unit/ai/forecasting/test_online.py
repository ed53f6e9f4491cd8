"""A forecaster from day to day: the same answers whoever asked before, and quantiles that follow each home."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from aipchain.ai.forecasting.climatology import Climatology
from aipchain.ai.forecasting.online import Online, learns_after
from aipchain.ai.forecasting.quantiles import Quantiles
from aipchain.ai.panel import Panel
from aipchain.units import UnixSeconds

HOMES = ("calm", "wild")
DAYS = 90


@dataclass
class Learner:
    """Says the mean of what it learned from, with quantiles around it that are no home's."""

    name: str = "learner"
    fits: list[int] = field(default_factory=list)

    def fit(self, panel: Panel) -> "Taught":
        """Keep the mean of each home."""
        self.fits.append(panel.days)
        return Taught(panel.energy_wh.mean(axis=(1, 2)))


@dataclass
class Taught:
    """Means of homes."""

    mean: Quantiles

    def forecast(self, panel: Panel, days: Sequence[int]) -> Quantiles:
        """The same for every step."""
        quantiles = self.mean[:, None] + 25 * np.arange(-4.0, 5.0)
        return np.broadcast_to(quantiles[:, None, None], (len(self.mean), len(days), 24, 9)).copy()


def measured(days: int, *, over: bool = True) -> Panel:
    """Two homes about 500 Wh, one of which varies much more; the last step of a day that is not over is missing."""
    rng = np.random.default_rng(3)
    energy = 500 + rng.normal(0, 1, (2, DAYS, 24)) * np.array([10.0, 120.0])[:, None, None]
    panel = Panel(HOMES, UnixSeconds(0), np.rint(np.maximum(energy, 0)).astype(np.int64), np.zeros((2, DAYS, 24), bool))
    shown = Panel(HOMES, panel.start, panel.energy_wh[:, :days].copy(), panel.missing[:, :days].copy())
    if not over:
        shown.energy_wh[:, -1, -1], shown.missing[:, -1, -1] = 0, True
    return shown


def test_it_learns_by_the_calendar_of_what_was_measured() -> None:
    """After two days, one week, two, and every four."""
    assert [learns_after(days) for days in (0, 1, 2, 6, 7, 13, 14, 27, 28, 55, 56, 100)] == [
        0, 0, 2, 2, 7, 7, 14, 14, 28, 28, 56, 84,
    ]  # fmt: skip


@pytest.mark.parametrize("tracked", [True, False])
def test_who_asks_for_the_first_time_gets_the_answer_of_who_asked_every_day(tracked: bool) -> None:
    """A loop that is killed and begun again forecasts the same, though days were not over when it asked."""
    always = Online(Learner(), tracked)
    for day in range(1, 75):
        daily = always.next_day(measured(day, over=False))
        if day in {1, 2, 3, 20, 29, 57, 74}:
            fresh = Online(Learner(), tracked).next_day(measured(day, over=False))
            assert np.array_equal(daily, fresh, equal_nan=True)


def test_quantiles_come_to_what_they_promise_home_by_home() -> None:
    """Of both homes eight in ten steps come to lie between the outer quantiles, which the learner has as far apart for
    the calm one as for the wild one."""
    online = Online(Learner(), tracked=True)
    within = []
    for day in range(50, DAYS):
        told = online.next_day(measured(day))
        actual = measured(DAYS).energy_wh[:, day]
        within.append((actual >= told[..., 0]) & (actual <= told[..., -1]))
    covered = np.mean(within[-28:], axis=(0, 2))

    assert covered == pytest.approx([0.8, 0.8], abs=0.08)


def test_an_earlier_day_can_be_asked_for_again() -> None:
    """As a report does that goes through the days again."""
    online = Online(Learner(), tracked=True)
    first = online.next_day(measured(40))
    online.next_day(measured(80))

    assert np.array_equal(online.next_day(measured(40)), first)


def test_a_home_with_a_single_measured_day_is_not_spoken_of() -> None:
    """It has no past to be relative to; its neighbour is forecast all the same."""
    panel = measured(40)
    panel.missing[0, :-1] = True

    told = Online(Climatology()).next_day(panel)

    assert np.isnan(told[0]).all()
    assert not np.isnan(told[1]).any()


def test_four_weeks_are_learned_from_once() -> None:
    """And the model before is there to begin the shifts with."""
    learner = Learner()
    online = Online(learner, tracked=True)
    for day in range(60, 80):
        online.next_day(measured(day))

    assert sorted(learner.fits) == [28, 56]
