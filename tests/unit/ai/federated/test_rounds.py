"""The rounds of a federation: what is asked, who is counted, and that statistics become a normaliser."""

from collections.abc import Mapping

import numpy as np
import pytest

from aipchain.ai.federated.aggregation import Rule
from aipchain.ai.federated.errors import TooFewAnswers, UnusablePlan
from aipchain.ai.federated.messages import Answer, answer_to_bytes
from aipchain.ai.federated.normaliser import statistics
from aipchain.ai.federated.privacy import NoiseKey, Privacy
from aipchain.ai.federated.rounds import Federation, Plan, begun, closed, schema_of_round
from aipchain.ai.federated.schema import Floats, Schema

ROWS = np.random.default_rng(0).normal(2.0, 3.0, (90, 2))


def start(schema: Schema, noise_key: NoiseKey | None = None, **settings: object) -> Federation:
    """A federation over four numbers and two features."""
    plan = Plan(**{"rounds": 2, "rule": Rule.MEAN, **settings})  # type: ignore[arg-type]  # of each test
    return begun(plan, schema, 2, np.zeros(4, dtype=np.float32), noise_key=noise_key)


def said(federation: Federation, told: Mapping[str, Floats], rows: int = 30) -> dict[str, bytes]:
    """Answers of the round, exactly."""
    number, schema = federation.task.round, schema_of_round(federation)
    return {name: answer_to_bytes(Answer(number, rows, change), schema, half=False) for name, change in told.items()}


def after_statistics(federation: Federation) -> Federation:
    """The federation in its first training round."""
    told = {name: statistics(ROWS[part::3])[0] for part, name in enumerate("abc")}
    return closed(federation, said(federation, told), 3)


def test_clients_sums_make_the_normaliser_of_all_rows(schema: Schema) -> None:
    """As if somebody had seen them all; a gap does not count."""
    federation = after_statistics(start(schema))

    expected = [*ROWS.mean(axis=0), *ROWS.std(axis=0)]
    assert federation.task.round == 1
    assert federation.task.normaliser.tolist() == pytest.approx(expected, rel=1e-4)
    holed = np.vstack([ROWS, np.full((5, 2), np.nan)])
    assert statistics(holed)[0].tolist() == statistics(ROWS)[0].tolist()


def test_a_constant_feature_has_a_spread(schema: Schema) -> None:
    """Nothing is divided by zero."""
    federation = start(schema)
    same = {"a": np.array([1, 1, 1, 1], dtype=np.float32)}

    assert closed(federation, said(federation, same), 1).task.normaliser.tolist() == pytest.approx([1, 1, 1e-3, 1e-3])


def test_statistics_that_no_numbers_have_are_refused(schema: Schema) -> None:
    """A mean square below the square of the mean; the others go on."""
    federation = start(schema)
    told = {"a": statistics(ROWS)[0], "b": np.array([3, 0, 4, 1], dtype=np.float32)}
    following = closed(federation, said(federation, told), 2)

    assert following.reports[0].counted == ("a",)
    assert "feature 0 has a mean square of 4 below the square of its mean 3" in following.reports[0].refused["b"]


def test_changes_are_added_until_all_rounds_are_over(schema: Schema) -> None:
    """Two rounds of the mean of two changes; the learning rate falls."""
    federation = after_statistics(start(schema))
    first = federation.task.rate
    for _ in range(2):
        changes = {"a": np.ones(4, dtype=np.float32), "b": np.zeros(4, dtype=np.float32)}
        federation = closed(federation, said(federation, changes), 2)

    assert (federation.task.over, federation.task.weights.tolist()) == (True, [1.0] * 4)
    assert federation.task.rate < first


def test_whatever_order_answers_come_in_the_bytes_are_the_same(schema: Schema) -> None:
    """Clients are combined in the order of their names."""
    federation = after_statistics(start(schema))
    draws = np.random.default_rng(5)
    changes = {name: draws.normal(size=4).astype(np.float32) for name in "abcdefg"}
    answers = said(federation, changes)
    backwards = dict(reversed(answers.items()))

    one, other = (closed(federation, each, 7).task.weights.tobytes() for each in (answers, backwards))
    assert one == other


def test_a_round_with_too_few_usable_answers_is_not_closed(schema: Schema) -> None:
    """It says how many came and how many were refused."""
    federation = after_statistics(start(schema, least_answers=2))
    answers = {**said(federation, {"a": np.ones(4, dtype=np.float32)}), "b": b"nonsense"}

    with pytest.raises(TooFewAnswers, match="round 1 had 1 usable answers and 1 refused ones, 2 are needed"):
        closed(federation, answers, 2)


def test_an_answer_of_another_round_or_of_no_row_is_refused(schema: Schema) -> None:
    """Yesterday's answer does not count twice."""
    federation = after_statistics(start(schema))
    change = {"a": np.ones(4, dtype=np.float32)}
    late = said(federation, change)
    following = closed(federation, late, 1)
    empty = {"b": said(following, change, rows=0)["a"], "c": said(following, change)["a"]}

    report = closed(following, {**late, **empty}, 3).reports[-1]
    assert report.counted == ("c",)
    assert "is of round 1, the federation is in 2" in report.refused["a"]
    assert "learned from no row" in report.refused["b"]


def test_long_changes_are_clipped(schema: Schema) -> None:
    """To the length of the plan."""
    federation = after_statistics(start(schema, most_change=2.0))
    following = closed(federation, said(federation, {"a": np.full(4, 100, dtype=np.float32)}), 1)

    assert np.linalg.norm(following.task.weights) == pytest.approx(2.0)


def test_with_privacy_nothing_is_said_of_features_and_noise_is_of_the_key_alone(schema: Schema) -> None:
    """It begins with training; whoever knows plan and seed does not know the noise, which another key changes."""
    weights = []
    for seed, key in ((1, b"A" * 16), (2, b"A" * 16), (1, b"B" * 16)):
        federation = start(schema, NoiseKey(key), privacy=Privacy(1.0), seed=seed)
        assert federation.task.round == 1
        told = said(federation, {"a": np.ones(4, dtype=np.float32)})
        weights.append(closed(federation, told, 1).task.weights.tobytes())

    assert weights[0] == weights[1] != weights[2]


def test_privacy_without_a_key_is_refused(schema: Schema) -> None:
    """It would protect nobody."""
    with pytest.raises(UnusablePlan, match="privacy needs noise that nobody else can compute: give a key"):
        start(schema, privacy=Privacy(1.0))


def test_neither_seed_nor_key_is_written_anywhere(schema: Schema) -> None:
    """Not even where a federation is shown."""
    shown = repr(start(schema, NoiseKey(b"sixteen bytes it"), privacy=Privacy(1.0), seed=7_654))

    assert not any(secret in shown for secret in ("sixteen", "seed", "7654"))
