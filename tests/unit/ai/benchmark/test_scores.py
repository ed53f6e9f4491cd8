"""Scores, by numbers that can be checked by hand."""

import numpy as np
import pytest

from aipchain.ai.benchmark.bootstrap import week_block_difference
from aipchain.ai.benchmark.scores import interpolated, naive_error, pinball, score
from aipchain.ai.forecasting.quantiles import LEVELS

STEPS = (2, 3, 4)
"""Homes, days, steps."""


def _forecast(actual: np.ndarray, shift: float = 0.0, width: float = 0.0) -> np.ndarray:
    return actual[..., None] + shift + width * (np.array(LEVELS) - 0.5)


def test_a_perfect_forecast_has_no_error() -> None:
    """All scores are 0, and all is covered."""
    actual = np.arange(1, 25).reshape(STEPS)
    found = score(actual, np.zeros(STEPS, bool), _forecast(actual), np.ones(2))

    assert (found.mase, found.nmae, found.nrmse, found.wql, found.wql_99, found.crps_wh) == (0, 0, 0, 0, 0, 0)
    assert found.coverage == (1.0, 1.0)


def test_a_forecast_that_is_always_too_high() -> None:
    """By 3 Wh of 10: MASE in units of the naive error, and a point forecast's WQL is its nMAE."""
    actual = np.full(STEPS, 10)
    found = score(actual, np.zeros(STEPS, bool), _forecast(actual, shift=3.0), np.array([3.0, 6.0]))

    assert found.mase == pytest.approx((1 + 0.5) / 2)
    assert found.nmae == found.nrmse == pytest.approx(0.3)
    assert found.wql == pytest.approx(0.3)
    assert found.coverage == (0.0, 0.0)


def test_what_was_not_measured_does_not_count() -> None:
    """However wrong the forecast is there."""
    actual = np.full(STEPS, 10)
    missing = np.zeros(STEPS, bool)
    missing[0, 0, 0] = missing[1, 2, 3] = True
    forecast = _forecast(actual)
    forecast[missing] = 1e9

    assert score(actual, missing, forecast, np.ones(2)).nmae == 0
    assert score(actual, missing, forecast, np.ones(2)).coverage == (1.0, 1.0)


def test_the_naive_error_is_that_of_yesterday() -> None:
    """Mean difference from day to day, home by home; a missing day and the one after it are left out."""
    energy = np.array([[[0, 0], [2, 4], [2, 5]], [[1, 1], [1, 1], [3, 3]]])
    missing = np.zeros(energy.shape, bool)
    assert naive_error(energy, missing).tolist() == [(2 + 4 + 0 + 1) / 4, 1.0]

    missing[0, 0, 1] = True
    assert naive_error(energy, missing).tolist() == [(2 + 0 + 1) / 3, 1.0]


def test_the_pinball_loss_weighs_both_sides_by_the_level() -> None:
    """A quantile of 0.9 should rarely be below: it costs nine times as much as above."""
    low = pinball(np.array([10]), np.array([[8.0] * 9]), LEVELS)
    high = pinball(np.array([10]), np.array([[12.0] * 9]), LEVELS)

    assert low[0, -1] == pytest.approx(1.8)
    assert high[0, -1] == pytest.approx(0.2)


def test_between_and_beyond_the_levels() -> None:
    """Linear between two, the last slope beyond the ends, and never below zero."""
    nine = np.array([10.0 * place for place in range(1, 10)])

    assert interpolated(nine, (0.15, 0.5, 0.95, 0.99)).tolist() == pytest.approx([15, 50, 95, 99])
    assert interpolated(nine - 10, (0.01,)).tolist() == [0.0]


def test_a_difference_that_is_sure_and_one_that_is_not() -> None:
    """A better forecaster in each week has an interval above 0; one that wins by luck has not."""
    weight = np.full(70, 100.0)
    theirs = np.random.default_rng(0).uniform(10, 20, 70)
    better = week_block_difference(theirs - 1, theirs, weight)
    lucky = week_block_difference(theirs + np.where(np.arange(70) < 35, -6.0, 5.9), theirs, weight)

    assert (better.low, better.mean, better.high) == pytest.approx((0.01, 0.01, 0.01))
    assert lucky.low < 0 < lucky.high
