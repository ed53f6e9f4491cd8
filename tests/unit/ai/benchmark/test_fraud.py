"""The suite fraud: its goals hold the detectors that are used against what was promised."""

from typing import Any

import pytest

from aipchain.ai.anomaly.trials import generation, theft
from aipchain.ai.benchmark.suites import fraud


def result(auc: float, held_out: float, recall: float) -> dict[str, Any]:
    """A result in which peers are perfect, which counts for nothing."""

    def stolen(detector: str, family: str, score: float) -> dict[str, Any]:
        shares = {"recall": recall, "realised_false_alarms": 0.04, "recall_at_5_%_realised": recall}
        return {"detector": detector, "family": family, "held_out": family == "cap", "auc": score, **shares}

    def traded(detector: str, kind: str) -> dict[str, Any]:
        return {"worlds": "bold", "fraud": kind, "detector": detector, "f1": auc, "honest_flagged": 0.01}

    return {
        "theft": [
            stolen(theft.OWN, "scale", auc),
            stolen(theft.OWN, "cap", held_out),
            stolen(theft.PLAIN, "scale", 1.0),
        ],
        "generation": [
            {"detector": generation.OWN, "gain": 1.2, "auc": auc},
            {"detector": generation.PLAIN, "gain": 1.2, "auc": 1.0},
        ],
        "trades": [traded("circles of energy", "wash"), traded("lives that stay inside", "sybil")],
    }


def test_what_was_promised_and_reached_is_met() -> None:
    """All of it."""
    assert all(goal.met for goal in fraud.goals(result(0.95, 0.86, 0.7)))


@pytest.mark.parametrize(
    ("auc", "held_out", "recall", "missed"),
    [
        (0.91, 0.86, 0.7, {"theft, AUC by week, seen families", "generation +20 %, AUC by day"}),
        (0.95, 0.84, 0.7, {"theft, AUC by week, held-out families"}),
        (
            0.95,
            0.86,
            0.6,
            {
                "theft, recall over all families, threshold set before",
                "theft, recall where 5 % are false alarms, threshold read off the test",
            },
        ),
    ],
)
def test_what_is_short_is_missed(auc: float, held_out: float, recall: float, missed: set[str]) -> None:
    """And says by how much."""
    assert {goal.figure for goal in fraud.goals(result(auc, held_out, recall)) if not goal.met} == missed
