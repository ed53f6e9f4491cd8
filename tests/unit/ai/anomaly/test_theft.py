"""Home-weeks judged: thieves are named with a reason, cold weeks are nobody's fault, newcomers get no score."""

from dataclasses import replace

import numpy as np
import pytest

from aipchain.ai.anomaly.attacks.theft import stolen
from aipchain.ai.anomaly.frozen import measured_week
from aipchain.ai.anomaly.observed import Calibration, Observed, alarms
from aipchain.ai.anomaly.theft import calibrate_theft, judge_week, signs_of_weeks
from aipchain.ai.forecasting.climatology import Climatology
from aipchain.ai.panel import Panel

WEEK = 126
"""First day of the week that is judged, the nineteenth."""


@pytest.fixture(scope="module")
def honest(street: Panel) -> Calibration:
    """From the weeks before."""
    return calibrate_theft(signs_of_weeks(street, Climatology(), range(21, WEEK, 7)), range(4, 15))


def judged(panel: Panel, calibration: Calibration, first_day: int = WEEK) -> dict[str, Observed]:
    """By home."""
    return {each.subject: each for each in judge_week(panel, Climatology(), first_day, calibration)}


def with_week(panel: Panel, home: int, family: str) -> Panel:
    """The home steals in the week."""
    energy = panel.energy_wh.copy()
    energy[home, WEEK : WEEK + 7] = stolen(family, measured_week(panel, WEEK), 1)[home]
    return replace(panel, energy_wh=energy)


@pytest.mark.parametrize("family", ["scale", "random scale", "flat mean", "off-hours zero"])
def test_a_thief_is_flagged_and_the_neighbours_are_not(street: Panel, honest: Calibration, family: str) -> None:
    """At three false alarms in a hundred honest home-weeks."""
    found = judge_week(with_week(street, 2, family), Climatology(), WEEK, honest)

    assert [each.subject for each in alarms(found, 0.03)] == ["c"]


def test_the_reason_says_how_much_on_which_days_and_when(street: Panel, honest: Calibration) -> None:
    """In words for whoever has to ring at the door."""
    energy = street.energy_wh.copy()
    energy[2, WEEK : WEEK + 7, 18:23] = 600
    reason = judged(replace(street, energy_wh=energy), honest)["c"].reason

    assert reason.startswith("used ")
    assert "% less than forecast on 7 of 7 days, mostly 18-23 h; " in reason
    assert reason.endswith("deviations)")


def test_a_week_that_is_unusual_for_all_accuses_nobody(street: Panel, honest: Calibration) -> None:
    """A holiday is no theft."""
    energy = street.energy_wh.copy()
    energy[:, WEEK : WEEK + 7] = energy[:, WEEK : WEEK + 7] * 6 // 10

    assert alarms(judged(replace(street, energy_wh=energy), honest).values(), 0.03) == []


def test_a_newcomer_has_not_enough_history(street: Panel, honest: Calibration) -> None:
    """No score, and never a zero."""
    missing = street.missing.copy()
    missing[1, : WEEK - 14] = True
    found = judged(replace(street, missing=missing, energy_wh=np.where(missing, 0, street.energy_wh)), honest)

    assert found["b"].score is None
    assert found["b"].reason == "not enough history: 1 past weeks to compare with, 4 are needed"
    assert found["a"].score is not None


@pytest.mark.parametrize("gap", [slice(WEEK, WEEK + 7), slice(WEEK - 28, WEEK)])
def test_a_week_without_readings_has_no_score(street: Panel, honest: Calibration, gap: slice) -> None:
    """In the week itself, or in the four before that set what is expected."""
    missing = street.missing.copy()
    missing[3, gap] = True
    found = judged(replace(street, missing=missing), honest)["d"]

    assert found.score is None
    assert found.reason.startswith("not enough history: too little was measured in this week")


def test_a_home_without_neighbours_says_so(street: Panel, honest: Calibration) -> None:
    """It is compared with itself alone."""
    alone = judged(street.of_homes(["a"]), honest)["a"]

    assert alone.score is not None
    assert alone.reason.endswith("no neighbours to compare with")


@pytest.mark.parametrize("first_day", [0, 3, 21, 140, 400])
def test_weeks_at_the_ends_of_the_panel_have_no_score(street: Panel, honest: Calibration, first_day: int) -> None:
    """Too early, or not measured yet."""
    assert {each.score for each in judged(street, honest, first_day).values()} == {None}


def test_an_empty_house_that_stays_empty_is_not_accused(street: Panel, honest: Calibration) -> None:
    """Zeros are what it always had."""
    energy = street.energy_wh.copy()
    energy[4] = 0
    found = judged(replace(street, energy_wh=energy), honest)

    assert alarms(found.values(), 0.03) == []


def test_weeks_without_history_calibrate_nothing(street: Panel) -> None:
    """The sentence says so."""
    weeks = signs_of_weeks(street, Climatology(), range(21, 63, 7))
    with pytest.raises(ValueError, match="0 strengths"):
        calibrate_theft(weeks, range(3))
