"""Rules of scores and signs, on any strengths and any homes."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from aipchain.ai.anomaly.closed_flow import beyond_chance, circles, closed_shares, mixed
from aipchain.ai.anomaly.frozen import Expectation, habits
from aipchain.ai.anomaly.observed import FULL_SCORE, alarm_score, calibrate
from aipchain.ai.anomaly.signs import week_signs

STRENGTHS = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60)
NAMES = st.sampled_from("abcdef")
FLOWS = st.dictionaries(st.tuples(NAMES, NAMES).filter(lambda pair: pair[0] != pair[1]), st.floats(0.01, 500))


@given(STRENGTHS, st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_odder_never_scores_lower(honest: list[float], one: float, other: float) -> None:
    """And scores are whole, from 0 to just below the full one."""
    calibration = calibrate(honest)
    low, high = calibration.score(min(one, other)), calibration.score(max(one, other))

    assert 0 <= low <= high < FULL_SCORE
    assert isinstance(low, int)


@given(STRENGTHS, st.integers(1, 9_999))
def test_no_more_honest_ones_are_flagged_than_stated(honest: list[float], hundredth_percents: int) -> None:
    """Of those that it was calibrated on; so of others like them, on average."""
    share = hundredth_percents / FULL_SCORE
    calibration, least = calibrate(honest), alarm_score(share)

    assert sum(calibration.score(each) >= least for each in honest) <= share * (len(honest) + 1) + 1e-9


@given(FLOWS)
def test_what_goes_round_is_a_share_of_what_is_given_and_got(flows: dict[tuple[str, str], float]) -> None:
    """Circles have two members or more and share none."""
    apart = beyond_chance(flows, mixed(flows))
    found = closed_shares(flows, apart)
    parts = circles(apart)

    assert all(0 <= each.closed_share <= 1 for each in found.values())
    assert set(found) == set().union(*parts)
    assert sum(map(len, parts)) == len(found)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.floats(0.1, 20))
def test_signs_know_no_size(seed: int, factor: float) -> None:
    """A home ten times as large, with ten times the forecast, has the same signs."""
    rng = np.random.default_rng(seed)
    energy, past = rng.uniform(100, 2_000, (2, 7, 24)), rng.uniform(100, 2_000, (2, 28, 24))
    forecast = np.sort(rng.uniform(100, 2_000, (2, 7, 24, 9)), axis=-1)
    signs = week_signs(energy, Expectation(0, forecast, habits(past)))
    larger = week_signs(energy * factor, Expectation(0, forecast * factor, habits(past * factor)))

    assert np.allclose(signs, larger, atol=1e-6)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_signs_are_numbers_or_wholly_absent(seed: int, gaps: float) -> None:
    """However much of a week is missing, and whatever is zero."""
    rng = np.random.default_rng(seed)
    energy = np.where(rng.random((3, 7, 24)) < gaps, np.nan, rng.uniform(0, 2_000, (3, 7, 24)))
    energy[1] *= 0
    forecast = np.sort(rng.uniform(0, 2_000, (3, 7, 24, 9)), axis=-1)
    signs = week_signs(energy, Expectation(0, forecast, habits(rng.uniform(0, 2_000, (3, 28, 24)))))

    assert not np.isinf(signs).any()
    assert (np.isnan(signs).all(axis=-1) | ~np.isnan(signs).any(axis=-1)).all()
