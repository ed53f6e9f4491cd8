"""What a coordinator of homes says of its rounds."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from aipchain.ai.federated.aggregation import Rule
from aipchain.ai.federated.errors import TooFewAnswers
from aipchain.ai.federated.hall import Hours
from aipchain.ai.federated.messages import Answer, answer_to_bytes
from aipchain.ai.federated.rounds import Plan, schema_of_round
from aipchain.ai.models.federation import Terms, coordinated, opened


def said(folder: Path, invited: Sequence[str], answering: Sequence[str], rule: Rule) -> list[str]:
    """What is said until the first round is closed, after which nobody answers any more."""
    terms = Terms("homes", Plan(rounds=1, rule=rule), Hours(round_s=0.0, give_up_s=0.0), 24, 0.0)
    hall = opened(terms, {name: name.encode() for name in invited}, folder)
    schema = schema_of_round(hall.federation)
    means = np.repeat(np.array([0, 1], dtype=np.float32), schema.length // 2)
    for name in answering:
        hall.enlist(name, "0" * 32)
        hall.answer(name, "0" * 32, 0, answer_to_bytes(Answer(0, 10, means), schema, half=False))
    told: list[str] = []
    with pytest.raises(TooFewAnswers):
        coordinated(hall, terms, folder / "model", told.append)
    return told


def test_a_trimmed_mean_that_leaves_nobody_out_is_told(tmp_path: Path) -> None:
    """Before the first round where too few are invited, else in each round that has too few."""
    few = said(tmp_path / "few", "abc", "abc", Rule.TRIMMED_MEAN)
    many = said(tmp_path / "many", "abcdef", "abcd", Rule.TRIMMED_MEAN)

    assert few[1:] == [
        "a trimmed mean of 3 leaves no liar out: invite 5 or more",
        "round 0 of 1: counted a, b, c",
    ]
    assert many[1:] == [
        "round 0 of 1: counted a, b, c, d; nothing from e, f; too few for a trimmed mean to leave a liar out"
    ]


def test_a_rule_that_holds_or_promises_nothing_is_not_told_of(tmp_path: Path) -> None:
    """Five of five, a median of three, a mean."""
    for folder, names, rule in (("a", "abcde", Rule.TRIMMED_MEAN), ("b", "abc", Rule.MEDIAN), ("c", "abc", Rule.MEAN)):
        told = said(tmp_path / folder, names, names, rule)

        assert told[1:] == [f"round 0 of 1: counted {', '.join(names)}"]
