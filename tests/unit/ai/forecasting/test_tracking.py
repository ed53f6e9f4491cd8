"""Quantile tracking: homes get the coverage that was promised, and nobody sees the day before it is over."""

import numpy as np

from aipchain.ai.forecasting.quantiles import LEVELS
from aipchain.ai.forecasting.tracking import tracked

DAYS = 200


def _spread_too_narrow() -> tuple[np.ndarray, np.ndarray]:
    """Forecasts of half the true width, and energy drawn evenly from 0 to 1,000 Wh, of two homes."""
    actual = np.random.default_rng(3).integers(0, 1_001, (2, DAYS, 24))
    told = 500 + 500 * (np.array(LEVELS) - 0.5)
    return np.broadcast_to(told, (*actual.shape, 9)).copy(), actual


def test_narrow_forecasts_widen_until_they_cover_what_they_promise() -> None:
    """From 0.4 of the steps to about 0.8 between the outer quantiles, home by home, within a hundred days."""
    forecast, actual = _spread_too_narrow()
    adjusted = tracked(forecast, actual, np.zeros(actual.shape, bool))[:, DAYS // 2 :]
    later = actual[:, DAYS // 2 :]
    inside = (adjusted[..., 0] <= later) & (later <= adjusted[..., -1])

    assert np.abs(inside.mean(axis=(1, 2)) - 0.8).max() < 0.04


def test_a_day_changes_later_days_only() -> None:
    """What comes from day 50 on leaves the forecasts up to day 50 as they were."""
    forecast, actual = _spread_too_narrow()
    changed = actual.copy()
    changed[:, 50:] = 10**6
    known = np.zeros(actual.shape, bool)

    assert np.array_equal(tracked(forecast, actual, known)[:, :51], tracked(forecast, changed, known)[:, :51])


def test_a_home_that_was_not_measured_keeps_its_forecasts() -> None:
    """Nothing was learned, so nothing is shifted."""
    forecast, actual = _spread_too_narrow()

    assert np.array_equal(tracked(forecast, actual, np.ones(actual.shape, bool)), forecast)


def test_a_home_that_often_uses_nothing_is_covered_as_promised() -> None:
    """One step in seven is zero: the lowest quantile rises above zero until a tenth or so lies below it."""
    random = np.random.default_rng(4)
    actual = np.where(random.random((1, DAYS, 24)) < 0.15, 0, random.integers(100, 1_001, (1, DAYS, 24)))
    forecast = np.broadcast_to(1_000 * np.array(LEVELS) - 100, (*actual.shape, 9)).copy()
    adjusted = tracked(forecast, actual, np.zeros(actual.shape, bool))
    inside = (adjusted[..., 0] <= actual) & (actual <= adjusted[..., -1])

    assert abs(inside.mean() - 0.8) < 0.02


def test_what_lies_between_never_leaves_the_outermost() -> None:
    """Nor do quantiles cross, however far off the forecasts are."""
    forecast, actual = _spread_too_narrow()
    adjusted = tracked(forecast, actual * 3, np.zeros(actual.shape, bool))

    assert (np.diff(adjusted, axis=-1) >= 0).all()
    assert (adjusted >= 0).all()
