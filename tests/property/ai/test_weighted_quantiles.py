"""Weighted quantiles, for any values and weights: in order, within the values, in any sequence and unit."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from aipchain.ai.forecasting.solar_analogs import weighted_quantiles

Table = NDArray[np.float64]


@st.composite
def weighted_values(draw: st.DrawFn) -> tuple[Table, Table]:
    """Up to twelve values of one home and step, no two the same, and their weights."""
    count = draw(st.integers(1, 12))
    values = draw(st.lists(st.integers(0, 10_000), min_size=count, max_size=count, unique=True))
    weights = draw(st.lists(st.floats(0.01, 10), min_size=count, max_size=count))
    return np.array(values, dtype=np.float64).reshape(1, count, 1), np.array(weights)


@given(weighted_values())
@settings(deadline=None)
def test_they_are_in_order_and_within_the_values(drawn: tuple[Table, Table]) -> None:
    """The lowest is no less than the least value, the highest no more than the largest."""
    values, weights = drawn
    told = weighted_quantiles(values, weights)[0, 0]

    assert (np.diff(told) >= -1e-9).all()
    assert values.min() - 1e-9 <= told[0]
    assert told[-1] <= values.max() + 1e-9


@given(weighted_values(), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_neither_sequence_nor_unit_nor_gaps_matter(drawn: tuple[Table, Table], random: Random) -> None:
    """Shuffled, with all weights ten times as large, and with values that were not measured between."""
    values, weights = drawn
    order = list(range(len(weights)))
    random.shuffle(order)
    gaps = np.concatenate([values[:, order], np.full((1, 3, 1), np.nan)], axis=1)
    same = weighted_quantiles(gaps, np.concatenate([10 * weights[order], [5.0, 1.0, 2.0]]))

    assert same[0, 0] == pytest.approx(weighted_quantiles(values, weights)[0, 0], rel=1e-6, abs=1e-6)
