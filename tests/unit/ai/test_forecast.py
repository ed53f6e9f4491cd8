"""The persistence forecast reads only what was measured."""

from aipchain.ai.forecast import daily_persistence


def test_the_forecast_is_the_mean_of_that_hour_on_the_last_days() -> None:
    """With two-step days, two steps after the last measured one is the same half of the day."""
    measured = [10, 1, 20, 2, 33, 3]

    assert daily_persistence(measured, steps_per_day=2, steps_ahead=2) == 2
    assert daily_persistence(measured, steps_per_day=2, steps_ahead=1) == 21


def test_generation_is_rounded_towards_zero() -> None:
    """A negative mean (net generation) is never overstated."""
    assert daily_persistence([-5, 0, -6, 0], steps_per_day=2, steps_ahead=1) == -5


def test_without_a_measured_day_there_is_no_forecast() -> None:
    """The first day has nothing to persist from."""
    assert daily_persistence([5], steps_per_day=24, steps_ahead=2) is None
    assert daily_persistence([], steps_per_day=24, steps_ahead=1) is None
