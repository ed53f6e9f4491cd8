"""Generation beside that of neighbours."""

import re
from dataclasses import replace

import numpy as np
import pytest

from aipchain.ai.anomaly.neighbours import calibrate_generation, daily_wh, excess, judge_generation, witness
from aipchain.ai.anomaly.observed import Calibration, Observed, alarms
from aipchain.ai.panel import Panel

DAY = 36


@pytest.fixture(scope="module")
def honest(roofs: Panel) -> Calibration:
    """From the days before."""
    return calibrate_generation(roofs, range(28, DAY))


def with_day(panel: Panel, home: int, factor: float) -> Panel:
    """The home reports so much of what it generated."""
    energy = panel.energy_wh.copy()
    energy[home, DAY] = np.rint(energy[home, DAY] * factor)
    return replace(panel, energy_wh=energy)


def of_home(found: list[Observed], home: str) -> Observed:
    """The one of the home."""
    return next(each for each in found if each.subject == home)


def test_twenty_per_cent_more_is_flagged(roofs: Panel, honest: Calibration) -> None:
    """With what the neighbours' sun lets expect."""
    found = judge_generation(with_day(roofs, 1, 1.2), DAY, honest)

    assert [each.subject for each in alarms(found, 0.03)] == ["b"]
    assert " Wh, where 5 neighbours' generation lets expect " in of_home(found, "b").reason


def test_a_dark_day_and_a_small_one_are_no_fraud(roofs: Panel, honest: Calibration) -> None:
    """All have less; one has less."""
    energy = roofs.energy_wh.copy()
    energy[:, DAY] //= 5
    energy[0, DAY] //= 2
    found = judge_generation(replace(roofs, energy_wh=energy), DAY, honest)

    assert alarms(found, 0.03) == []
    reported, expected = (int(wh.replace(",", "")) for wh in re.findall(r"([\d,]+) Wh", of_home(found, "a").reason))
    assert reported == energy[0, DAY].sum()
    assert expected == pytest.approx(2 * reported, rel=0.1)


def test_one_liar_does_not_make_the_honest_look_odd(roofs: Panel) -> None:
    """The witness is a median, and no neighbour has more than a third of the weight."""
    before, after = (excess(daily_wh(panel), 0, DAY) for panel in (roofs, with_day(roofs, 1, 3.0)))

    assert abs(after - before) < 1.5


def test_what_is_measured_later_is_not_read(roofs: Panel) -> None:
    """Nor the home's own day."""
    daily = daily_wh(roofs)
    changed = daily.copy()
    changed[:, DAY + 1 :] = 1
    changed[0, DAY] = 9

    assert witness(daily, 0, DAY) == witness(changed, 0, DAY)


def test_one_home_has_no_witness(roofs: Panel, honest: Calibration) -> None:
    """It is told, not passed."""
    found = judge_generation(roofs.of_homes(["a"]), DAY, honest)

    assert found == [Observed("a", None, "not enough history: there are no neighbours to compare with")]


def test_gaps_and_dead_panels_and_newcomers_have_no_score(roofs: Panel, honest: Calibration) -> None:
    """Each with its reason."""
    missing, energy = roofs.missing.copy(), roofs.energy_wh.copy()
    missing[0, DAY, 8:12] = True
    energy[1] = 0
    missing[2, : DAY - 10] = True
    found = judge_generation(replace(roofs, missing=missing, energy_wh=energy), DAY, honest)

    assert [each.score is None for each in found] == [True, True, True, False, False, False]
    assert "too little was measured on this day" in found[0].reason
    assert "nothing was generated on the 28 days before" in found[1].reason
    assert "no neighbour measured this day and 14 of the 28 before" in found[2].reason


def test_days_without_history_calibrate_nothing(roofs: Panel) -> None:
    """Two weeks are needed."""
    with pytest.raises(ValueError, match="calibrate nothing"):
        calibrate_generation(roofs, range(3))
