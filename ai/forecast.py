"""Forecasts of one home's energy; consensus class *observed*: numbers may differ between operators.

A forecast reads only steps that were measured before the gate closed.
"""

from collections.abc import Sequence

from aipchain.units import Wh

__all__ = ["REMEMBERED_DAYS", "daily_persistence"]

REMEMBERED_DAYS = 3
"""Days averaged: long enough to smooth one odd evening, short enough to follow the weather."""


def daily_persistence(measured: Sequence[int], steps_per_day: int, steps_ahead: int) -> Wh | None:
    """Forecast the step `steps_ahead` after the last measured one as the mean of that time of day on the last days.

    :param measured: net energy of past steps, oldest first; consumption positive, generation negative [Wh].
    :param steps_ahead: 1 for the step right after the last measured one.
    :returns: net energy [Wh], rounded towards zero; None when no full day was measured yet.
    """
    target = len(measured) - 1 + steps_ahead
    same_hour = [
        measured[target - day * steps_per_day]
        for day in range(1, REMEMBERED_DAYS + 1)
        if 0 <= target - day * steps_per_day < len(measured)
    ]
    if not same_hour:
        return None
    total = sum(same_hour)
    return Wh(total // len(same_hour) if total >= 0 else -(-total // len(same_hour)))
