"""Whatever homes measured, forecasts that leave the room are whole, in order and not below zero."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from aipchain.ai.forecasting.climatology import Climatology
from aipchain.ai.forecasting.persistence import Persistence
from aipchain.ai.forecasting.quantiles import LEVELS, in_order, whole_wh
from aipchain.ai.forecasting.tracking import QuantileTracker
from aipchain.ai.panel import Panel
from aipchain.units import UnixSeconds

MONDAY = UnixSeconds(1_470_009_600)
WH = st.one_of(st.just(0), st.integers(0, 50), st.integers(0, 10_000_000))


@st.composite
def panels(draw: st.DrawFn) -> Panel:
    """Few homes over few days of 24 or 96 steps, with gaps; the first day of each home has none."""
    shape = (draw(st.integers(1, 2)), draw(st.integers(2, 5)), draw(st.sampled_from((24, 96))))
    energy = draw(arrays(np.int64, shape, elements=WH, fill=WH))
    missing = draw(arrays(np.bool_, shape))
    missing[:, 0] = False
    names = tuple(f"home {place}" for place in range(shape[0]))
    return Panel(names, MONDAY, np.where(missing, 0, energy), missing)


@settings(max_examples=40, deadline=None)
@given(panel=panels())
def test_simple_forecasts_are_whole_and_in_order(panel: Panel) -> None:
    """Of each day that has one before it, with gaps, zeroes and outliers."""
    for forecaster in (Persistence(1), Climatology()):
        told = whole_wh(forecaster.forecast(panel, range(1, panel.days + 1)))

        assert (np.diff(told, axis=-1) >= 0).all()
        assert (told >= 0).all()


@settings(max_examples=60, deadline=None)
@given(
    forecast=arrays(np.float64, (2, 24, 9), elements=st.floats(0, 1e7)),
    actual=arrays(np.int64, (2, 24), elements=WH),
    missing=arrays(np.bool_, (2, 24)),
    days=st.integers(1, 40),
)
def test_tracking_never_crosses(forecast: np.ndarray, actual: np.ndarray, missing: np.ndarray, days: int) -> None:
    """After any number of days that went wrong, quantiles are in order and not below zero; gaps change nothing."""
    tracker, ordered = QuantileTracker(2), in_order(forecast)
    for _ in range(days):
        tracker.learn(tracker.adjusted(ordered), actual, missing)
    told = tracker.adjusted(ordered)
    before = tracker.shift.copy()
    tracker.learn(told, actual, np.ones_like(missing))

    assert (np.diff(whole_wh(told), axis=-1) >= 0).all()
    assert np.array_equal(tracker.shift, before)
    assert told.shape[-1] == len(LEVELS)
