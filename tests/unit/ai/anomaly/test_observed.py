"""Scores: calibrated shares of honest ones, whole numbers to 10,000, and none where nothing is known."""

import pytest

from aipchain.ai.anomaly.observed import Observed, alarm_score, alarms, calibrate


def test_a_score_is_the_share_of_honest_ones_that_look_calmer() -> None:
    """Of 99 honest ones, 4 look as odd: five in a hundred, with the one that is judged."""
    calibration = calibrate(range(99))

    assert calibration.score(95) == 9_500
    assert calibration.score(1_000) == 9_900
    assert calibration.score(-1) == 0


def test_the_stated_share_of_honest_ones_is_flagged() -> None:
    """Another hundred of the same kind raise three alarms at three in a hundred."""
    calibration = calibrate(range(99))

    assert sum(calibration.score(each) >= alarm_score(0.03) for each in range(99)) == 2
    assert alarm_score(0.03) == 9_700


def test_alarms_come_highest_first_and_never_without_a_score() -> None:
    """Who has too little history is not accused."""
    found = [Observed("a", 9_800, ""), Observed("b", None, ""), Observed("c", 9_900, ""), Observed("d", 9_699, "")]

    assert [each.subject for each in alarms(found, 0.03)] == ["c", "a"]


@pytest.mark.parametrize("honest", [[], [1.0, float("nan")]])
def test_nothing_calibrates_nothing(honest: list[float]) -> None:
    """The sentence says what to leave out."""
    with pytest.raises(ValueError, match="calibrate nothing: leave gaps out"):
        calibrate(honest)


@pytest.mark.parametrize("share", [0.0, 1.0, -0.1])
def test_a_share_of_false_alarms_lies_between_none_and_all(share: float) -> None:
    """No threshold gives none."""
    with pytest.raises(ValueError, match="is no share of false alarms"):
        alarm_score(share)
