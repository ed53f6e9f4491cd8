"""Trials of metering: rows for every detector and attack, the same each time."""

import numpy as np

from aipchain.ai.anomaly.attacks.theft import FAMILIES, HELD_OUT
from aipchain.ai.anomaly.trials import generation, theft
from aipchain.ai.executors.in_process import InProcess
from aipchain.ai.panel import Panel

PLAN = theft.TheftPlan(range(77, 112), range(112, 140), stated=0.05, limit=0.1, draws=(0,))


def test_theft_is_measured_for_every_detector_and_family(street: Panel) -> None:
    """Held-out families are marked, and figures are shares."""
    rows = theft.theft_rows(street, PLAN, InProcess())

    assert {(row.detector, row.family) for row in rows} == {
        (one, other) for one in theft.DETECTORS for other in FAMILIES
    }
    assert all(row.held_out == (row.family in HELD_OUT) for row in rows)
    assert all(0 <= share <= 1 for row in rows for share in (row.auc, row.recall, row.realised, row.recall_at_limit))
    assert rows == theft.theft_rows(street, PLAN, InProcess())


def test_signs_see_scaled_weeks_that_outlier_detectors_do_not(street: Panel) -> None:
    """A day that is smaller throughout has the same profile."""
    auc = {row.detector: row.auc for row in theft.theft_rows(street, PLAN, InProcess()) if row.family == "scale"}

    assert auc[theft.OWN] > 0.95
    assert abs(auc[theft.OUTLIERS] - 0.5) < 0.1


def test_generation_is_measured_for_every_detector_and_gain(roofs: Panel) -> None:
    """More is easier to see, and neighbours tell more than the past."""
    rows = generation.generation_rows(roofs, range(28, 34), range(34, 40), false_alarms=0.05, executor=InProcess())
    auc = {(row.detector, row.gain): row.auc for row in rows}

    assert all(np.isfinite(list(auc.values())))
    assert auc[generation.OWN, 1.1] <= auc[generation.OWN, 1.5]
    assert auc[generation.OWN, 1.2] > auc[generation.ALONE, 1.2]
