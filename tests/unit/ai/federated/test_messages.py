"""Messages: what is written is read, and whatever else comes is refused in a sentence."""

import io
import zipfile
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from aipchain.ai.federated.errors import MessageRefused
from aipchain.ai.federated.messages import (
    Answer,
    Task,
    answer_from,
    answer_to_bytes,
    task_from,
    task_to_bytes,
)
from aipchain.ai.federated.schema import Schema

ANSWER = Answer(3, 100, np.array([1.0, -2.0, 0.5, 1e-3], dtype=np.float32))
TASK = Task(3, 15, 1e-3, ANSWER.change.astype(np.float32), np.ones(6, dtype=np.float32))
MOST = 10_000


def archive(of: Schema, /, **changed: Any) -> bytes:
    """An answer with other tables; None leaves one out."""
    head = {"version": np.int64(1), "schema": np.frombuffer(of.digest, dtype=np.uint8)}
    tables = {**head, "round": np.int64(3), "rows": np.int64(100), "change": np.ones(4, dtype=np.float16), **changed}
    written = io.BytesIO()
    np.savez(written, **{name: table for name, table in tables.items() if table is not None})
    return written.getvalue()


def test_what_is_written_is_read(schema: Schema) -> None:
    """With 4 bytes a number exactly, with 2 bytes to three digits; the same answer always has the same bytes."""
    exact = answer_from(answer_to_bytes(ANSWER, schema, half=False), schema, MOST)
    half = answer_from(answer_to_bytes(ANSWER, schema), schema, MOST)

    assert (exact.round, exact.rows, exact.change.tolist()) == (3, 100, ANSWER.change.tolist())
    assert half.change.tolist() == pytest.approx(ANSWER.change.tolist(), rel=1e-3)
    assert answer_to_bytes(ANSWER, schema) == answer_to_bytes(ANSWER, schema)


def test_a_task_is_read(schema: Schema) -> None:
    """With its round, rate, weights and normaliser; it is over past its last round."""
    read = task_from(task_to_bytes(TASK, schema), schema)

    assert (read.round, read.rounds, read.rate, read.over) == (3, 15, 1e-3, False)
    assert (read.weights.tolist(), read.normaliser.tolist()) == (TASK.weights.tolist(), TASK.normaliser.tolist())
    assert replace(TASK, round=16).over


def test_numbers_too_large_for_two_bytes_stay_finite(schema: Schema) -> None:
    """The largest that there is instead of infinity, which would be refused."""
    large = replace(ANSWER, change=np.array([1e6, -1e6, 0, 0], dtype=np.float32))

    assert answer_from(answer_to_bytes(large, schema), schema, MOST).change.tolist() == [65_504, -65_504, 0, 0]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"change": np.ones(5, dtype=np.float16)}, r"change has the shape \(5,\), not \(4,\)"),
        ({"change": np.ones((2, 2), dtype=np.float16)}, r"the shape \(2, 2\)"),
        ({"change": np.array([1, np.nan, 1, np.inf], dtype=np.float16)}, "2 values that are no finite numbers"),
        ({"change": np.ones(4)}, "change holds <f8, not float16 or float32"),
        ({"change": np.ones(4, dtype=">f4")}, "change holds >f4"),
        ({"rows": np.int64(-1)}, "rows is no whole number"),
        ({"rows": np.float64(5)}, "rows is no whole number"),
        ({"version": np.int64(2)}, "version 2, this is 1"),
        ({"schema": np.zeros(32, dtype=np.uint8)}, "is of another model than four numbers"),
        ({"rows": None}, "it holds other tables"),
        ({"more": np.ones(1)}, "it holds other tables"),
        ({"change": np.array([object()] * 4)}, "a table holds no numbers"),
        ({"change": np.ones(MOST)}, "more bytes than the 10,000"),
    ],
)
def test_an_answer_that_is_none_is_refused(schema: Schema, changed: dict[str, Any], told: str) -> None:
    """Wrong shapes, kinds, numbers, versions, models, tables, and too many bytes."""
    with pytest.raises(MessageRefused, match=told):
        answer_from(archive(schema, **changed), schema, MOST)


def test_a_compressed_archive_is_refused(schema: Schema) -> None:
    """A small one could unfold to a large one."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive(schema))) as plain, zipfile.ZipFile(packed, "w", 8) as other:
        for name in plain.namelist():
            other.writestr(name, plain.read(name))

    with pytest.raises(MessageRefused, match="it is compressed"):
        answer_from(packed.getvalue(), schema, MOST)


def test_a_table_that_says_it_is_large_takes_no_memory(schema: Schema) -> None:
    """Its head speaks of a trillion numbers, and there are four."""
    good = archive(schema)
    bad = good.replace(b"'shape': (4,), }" + b" " * 12, b"'shape': (1000000000000,), }")

    assert bad != good
    with pytest.raises(MessageRefused, match="no npz archive"):
        answer_from(bad, schema, MOST)


@pytest.mark.parametrize("cut", [0, 1, 30, 200, 600, -1])
def test_cut_bytes_are_refused(schema: Schema, cut: int) -> None:
    """Wherever they are cut."""
    with pytest.raises(MessageRefused, match="no npz archive"):
        answer_from(archive(schema)[:cut], schema, MOST)


def test_a_task_with_a_rate_that_is_none_is_refused(schema: Schema) -> None:
    """A coordinator that went wrong does not spoil what clients learn for themselves."""
    for rate in (0.0, -1.0, 2.0, float("nan")):
        with pytest.raises(MessageRefused, match="rate"):
            task_from(task_to_bytes(replace(TASK, rate=rate), schema), schema)


def test_a_task_without_a_spread_is_refused(schema: Schema) -> None:
    """Nothing can be divided by it."""
    with pytest.raises(MessageRefused, match="a spread that is not above 0"):
        task_from(task_to_bytes(replace(TASK, normaliser=np.zeros(6, dtype=np.float32)), schema), schema)


def test_a_model_with_a_long_name_is_told_in_short(schema: Schema) -> None:
    """A net's name has all its features; the sentence is for a person."""
    net = Schema(
        "feature net, 24 steps a day, features " + ", ".join(f"day -{day}" for day in range(99)), (("a", (4,)),)
    )
    with pytest.raises(
        MessageRefused, match=r"than feature net, 24 steps a day, features .* \.\.\.: give both"
    ) as refused:
        answer_from(archive(schema), net, MOST)

    assert len(str(refused.value)) < 200
