"""Peaks and alarms, by outlooks that are made by hand and by a total that has learned."""

import numpy as np
import pytest

from aipchain.ai.forecasting.aggregate import total_of
from aipchain.ai.forecasting.aggregate_total import CommunityTotal, FittedTotal, Outlook
from aipchain.ai.forecasting.congestion import Zone, zone_alarms
from aipchain.ai.forecasting.peak import peak_of, peaks
from aipchain.ai.panel import Panel
from aipchain.units import Wh

LAST = 70


@pytest.fixture(scope="module")
def fitted(season: Panel) -> FittedTotal:
    """Learned from seventy days of the total."""
    return CommunityTotal().fit(total_of(season).until(LAST))


def _day(**hours: int) -> np.ndarray:
    day = np.full(24, 100.0)
    for hour, energy in hours.items():
        day[int(hour[1:])] = energy
    return day


def test_the_hour_with_the_most_chance_beside_it_is_named() -> None:
    """Four days have their peak at 8; six have it at 17, 18 or 19, and the point forecast is flat."""
    scenarios = np.stack([_day(h8=900)] * 4 + [_day(h17=900)] * 2 + [_day(h18=900)] * 2 + [_day(h19=900)] * 2)
    found = peak_of(Outlook(np.full(24, 300.0), scenarios))

    assert found.step == 18
    assert found.by_step.sum() == pytest.approx(1.0)
    assert found.chance_ppm == pytest.approx(500_000 * 0.6 + 500_000 * 3 / 24, abs=1)


def test_the_size_is_that_of_a_day_not_of_the_mean_of_days() -> None:
    """Peaks of 900 at changing hours: the point forecast has none, the size is near 900 all the same."""
    scenarios = np.stack([_day(**{f"h{hour}": 900}) for hour in range(12, 22)])
    found = peak_of(Outlook(scenarios.mean(axis=0), scenarios))

    assert scenarios.mean(axis=0).max() == pytest.approx(180.0)
    assert 600 < found.size_wh < 900


def test_peaks_of_a_season(season: Panel, fitted: FittedTotal) -> None:
    """The hour is met on all days, as the evening is always highest, and the size within a tenth."""
    whole, days = total_of(season), range(LAST, season.days)
    found = peaks(fitted, whole, days)
    actual = whole.energy_wh[0, LAST:]

    assert (np.abs([peak.step for peak in found] - actual.argmax(axis=1)) <= 1).all()
    assert [peak.size_wh for peak in found] == pytest.approx(actual.max(axis=1).tolist(), rel=0.15)


def test_a_limit_that_is_far_away_raises_no_alarm_and_one_that_is_always_passed_does(
    season: Panel, fitted: FittedTotal
) -> None:
    """The reason says how likely, when, and against what."""
    whole = total_of(season)
    far, near = (
        zone_alarms(Zone("north", season.homes, Wh(limit)), fitted, whole, [LAST])[0] for limit in (10**6, 500)
    )

    assert (far.raised, near.raised) == (False, True)
    assert far.chance_ppm < 10_000
    assert near.chance_ppm > 990_000
    assert far.reason.startswith("import of north is 0% likely to go above 1,000,000 Wh a step, most so at ")
    assert near.reason.endswith("more than the 50% that calm days of the last weeks stayed under")


def test_alarms_foretell_the_large_seventh_day(season: Panel, fitted: FittedTotal) -> None:
    """With a limit between usual days and the seventh, the seventh has the most chance; few others have an alarm."""
    whole, days = total_of(season), range(LAST, season.days)
    highest = whole.energy_wh[0].max(axis=1)
    seventh = np.arange(season.days) % 7 == 6
    limit = Wh(int((highest[seventh].min() + highest[~seventh].max()) / 2))
    found = zone_alarms(Zone("north", season.homes, limit), fitted, whole, days)
    chance = np.array([alarm.chance_ppm for alarm in found])
    raised = np.array([alarm.raised for alarm in found])

    assert chance[seventh[LAST:]].min() > chance[~seventh[LAST:]].max()
    assert raised[seventh[LAST:]].all()
    assert raised[~seventh[LAST:]].mean() <= 0.25


def test_alarms_read_only_earlier_days(season: Panel, fitted: FittedTotal) -> None:
    """Whatever comes from the day on, the alarm is the same."""
    whole, zone = total_of(season), Zone("north", season.homes, Wh(5_000))
    later = whole.energy_wh.copy()
    later[:, 75:] = 10**7
    changed = Panel(whole.homes, whole.start, later, whole.missing)

    assert zone_alarms(zone, fitted, whole, [75]) == zone_alarms(zone, fitted, changed, [75])
    assert zone_alarms(zone, fitted, whole, [72, 75])[1:] == zone_alarms(zone, fitted, whole.until(75), [75])
