"""Figures of detectors on cases that can be counted by hand."""

import numpy as np
import pytest

from aipchain.ai.anomaly.detection import Found, auc, found, pooled, recall_at, share_flagged
from aipchain.ai.anomaly.observed import calibrate


def test_auc_counts_pairs_and_halves_ties() -> None:
    """Of four pairs, attack above honest in two, tied in one; what is unknown does not count."""
    honest, attacked = np.array([1.0, 2.0, np.nan]), np.array([0.0, 2.0])

    assert auc(honest, attacked) == pytest.approx((0 + 0 + 1 + 0.5) / 4)


def test_recall_at_a_share_of_false_alarms() -> None:
    """Five of a hundred honest may be odder than what is flagged."""
    assert recall_at(np.arange(100.0), np.array([93.0, 94.5, 99.0]), 0.05) == pytest.approx(2 / 3)


def test_flags_are_raised_as_in_operation() -> None:
    """Two of three are odder than 97 of a hundred."""
    strengths = np.array([10.0, 98.0, 99.0])

    assert share_flagged(strengths, calibrate(range(99)), 0.03) == pytest.approx(2 / 3)


def test_found_counts_only_culprits_and_honest() -> None:
    """An account that did another wrong is neither."""
    one = found({"thief", "home", "other"}, {"thief", "hidden"}, {"home", "house"})

    assert one == Found(rightly=1, wrongly=1, missed=1, honest=2)
    assert (one.f1, one.honest_flagged) == (0.5, 0.5)
    assert pooled([one, one]) == Found(2, 2, 2, 4)


def test_nothing_to_find_is_found() -> None:
    """A quiet world is no failure."""
    assert (Found(0, 0, 0, 0).f1, Found(0, 0, 0, 0).honest_flagged) == (1.0, 0.0)
