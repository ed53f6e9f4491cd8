"""Messages between a coordinator and its clients, as bytes: an npz archive of named tables, without pickle.

    task      version  schema  round  rounds  rate  weights  normaliser
    answer    version  schema  round  rows  change

`schema` is the digest of what `weights` or `change` are; `change` is float16 or float32, all other tables as below.
The archive is stored, not compressed, so a small message cannot unfold to a large one. Whatever is not exactly this
is refused in a sentence: other tables, other kinds of numbers, another length, NaN, infinity, too many bytes.
"""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import shorten
from typing import Final

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from aipchain.ai.federated.errors import MessageRefused
from aipchain.ai.federated.schema import Floats, Schema

__all__ = ["MOST_ROWS", "Answer", "Task", "answer_from", "answer_to_bytes", "task_from", "task_to_bytes"]

VERSION: Final = 1
MOST_ROWS: Final = 10_000_000
"""More than a gateway's homes measure in years: the most rows that an answer may say it learned from."""

_MOST_RATE: Final = 1.0
_MOST_TOLD: Final = 60
_HALF: Final = float(np.finfo(np.float16).max)
_TASK: Final = ("version", "schema", "round", "rounds", "rate", "weights", "normaliser")
_ANSWER: Final = ("version", "schema", "round", "rows", "change")
Tables = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class Task:
    """What clients are asked in a round: 0 for statistics of their features, then training; past `rounds` it is over.

    `weights` is the model so far; `normaliser` is 0 in round 0, and then the centres and spreads of all features;
    `rate` is the learning rate.
    """

    round: int
    rounds: int
    rate: float
    weights: Floats
    normaliser: Floats

    @property
    def over(self) -> bool:
        """All rounds are closed, and the weights are the final ones."""
        return self.round > self.rounds


@dataclass(frozen=True, slots=True)
class Answer:
    """By how much a client would change the model, and from how many rows it learned that."""

    round: int
    rows: int
    change: NDArray[np.float16] | Floats


def task_to_bytes(task: Task, schema: Schema) -> bytes:
    """Write a task."""
    numbers = {"round": np.int64(task.round), "rounds": np.int64(task.rounds), "rate": np.float64(task.rate)}
    return _packed(schema, {**numbers, "weights": task.weights, "normaliser": task.normaliser})


def task_from(message: bytes, schema: Schema) -> Task:
    """Read a task.

    :raises MessageRefused: it is no task of this schema.
    """
    tables = _tables(message, _TASK, len(message), schema)
    weights, normaliser = (_numbers(tables[name], name, (np.float32,)) for name in ("weights", "normaliser"))
    _length(weights, schema.length, "weights")
    _length(normaliser, len(normaliser) // 2 * 2, "normaliser")
    rate = float(_numbers(tables["rate"], "rate", (np.float64,)))
    if not 0 < rate <= _MOST_RATE:
        raise MessageRefused(f"the learning rate is {rate}, not above 0 and {_MOST_RATE} at most")
    round_, rounds = (_count(tables[name], name, MOST_ROWS) for name in ("round", "rounds"))
    if round_ and not (normaliser[len(normaliser) // 2 :] > 0).all():
        raise MessageRefused("the normaliser has a spread that is not above 0")
    return Task(round_, rounds, rate, weights, normaliser)


def answer_to_bytes(answer: Answer, schema: Schema, *, half: bool = True) -> bytes:
    """Write an answer; `half` writes its numbers in 2 bytes each instead of 4, larger ones than 65,504 as that."""
    change = np.clip(answer.change, -_HALF, _HALF).astype(np.float16) if half else answer.change.astype(np.float32)
    return _packed(schema, {"round": np.int64(answer.round), "rows": np.int64(answer.rows), "change": change})


def answer_from(message: bytes, schema: Schema, most_bytes: int) -> Answer:
    """Read an answer.

    :raises MessageRefused: it is no answer of this schema, or has more than `most_bytes`.
    """
    tables = _tables(message, _ANSWER, most_bytes, schema)
    change = _numbers(tables["change"], "change", (np.float16, np.float32))
    _length(change, schema.length, "change")
    rows = _count(tables["rows"], "rows", MOST_ROWS)
    return Answer(_count(tables["round"], "round", MOST_ROWS), rows, change)


def _packed(schema: Schema, tables: Mapping[str, NDArray[np.generic] | np.generic]) -> bytes:
    head = {"version": np.int64(VERSION), "schema": np.frombuffer(schema.digest, dtype=np.uint8)}
    written = io.BytesIO()
    np.savez(written, allow_pickle=False, **{**head, **tables})  # type: ignore[arg-type]  # scalars become tables
    return written.getvalue()


def _tables(message: bytes, names: tuple[str, ...], most_bytes: int, schema: Schema) -> Tables:
    if len(message) > most_bytes:
        raise MessageRefused(f"the message has more bytes than the {most_bytes:,} that are allowed")
    try:
        with zipfile.ZipFile(io.BytesIO(message)) as archive:
            _plain(archive, names, len(message))
            tables = {name: _table(archive.read(f"{name}.npy")) for name in names}
    except (zipfile.BadZipFile, ValueError, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise MessageRefused(f"the message is no npz archive of {', '.join(names)}: {_first_line(error)}") from error
    _of_schema(tables, schema)
    return tables


def _plain(archive: zipfile.ZipFile, names: tuple[str, ...], length: int) -> None:
    members = archive.infolist()
    if sorted(member.filename for member in members) != sorted(f"{name}.npy" for name in names):
        raise ValueError("it holds other tables")
    if any(member.compress_type != zipfile.ZIP_STORED for member in members):
        raise ValueError("it is compressed")
    if sum(member.file_size for member in members) > length:
        raise ValueError("its tables are larger than itself")


def _table(content: bytes) -> NDArray[np.generic]:
    """A table of the bytes that are there, however large its head says it is."""
    read = io.BytesIO(content)
    if npy.read_magic(read) != (1, 0):
        raise ValueError("a table has another version of the npy format")
    shape, _, kind = npy.read_array_header_1_0(read)
    if kind.hasobject or not kind.itemsize:
        raise ValueError("a table holds no numbers")
    return np.frombuffer(content, kind, offset=read.tell()).reshape(shape)


def _of_schema(tables: Tables, schema: Schema) -> None:
    version = _count(tables["version"], "version", MOST_ROWS)
    if version != VERSION:
        raise MessageRefused(f"the message has version {version}, this is {VERSION}: bring both sides to one version")
    if tables["schema"].tobytes() != schema.digest:
        raise MessageRefused(
            f"the message is of another model than {shorten(schema.of, _MOST_TOLD, placeholder=' ...')}: give both "
            "sides days of as many steps, and the same version"
        )


def _numbers(table: NDArray[np.generic], name: str, kinds: tuple[type[np.generic], ...]) -> Floats:
    if table.dtype.type not in kinds or not table.dtype.isnative:
        raise MessageRefused(f"{name} holds {table.dtype.str}, not {' or '.join(kind.__name__ for kind in kinds)}")
    wrong = np.flatnonzero(~np.isfinite(table))
    if len(wrong):
        raise MessageRefused(f"{name} has {len(wrong)} values that are no finite numbers, the first at {wrong[0]}")
    return table  # type: ignore[return-value]  # floats


def _length(vector: Floats, length: int, name: str) -> None:
    if vector.shape != (length,):
        raise MessageRefused(f"{name} has the shape {vector.shape}, not ({length},)")


def _count(table: NDArray[np.generic], name: str, most: int) -> int:
    if table.dtype != np.int64 or table.shape != () or not 0 <= int(table) <= most:
        raise MessageRefused(f"{name} is no whole number from 0 to {most:,}")
    return int(table)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
