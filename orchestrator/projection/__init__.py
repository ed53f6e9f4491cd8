"""The projection: finalised events folded into SQLite, for questions a chain cannot answer quickly.

Disposable: delete the file, fold again, and the rows are the same. It never holds what the chain does not say.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from enum import IntEnum
from importlib import resources
from pathlib import Path

from aipchain.errors import InputError
from aipchain.orchestrator.errors import FoldFailed
from aipchain.orchestrator.projection.folds import FOLDS
from aipchain.runtime_bridge import facts
from aipchain.runtime_bridge.facts import Fact, OtherEvent
from aipchain.runtime_bridge.layouts import camel
from aipchain.units import UnixSeconds

__all__ = ["Projection"]

Value = int | str | None

_SCHEMA_VERSION = 3
"""SQLite's `user_version` of the file; counted up whenever `schema.sql` or what `FOLDS` makes of facts changes."""

_LARGEST_INTEGER = 2**63 - 1
"""What an INTEGER of SQLite holds at most."""


class Projection:
    """The rows of one chain up to block `height`; guards that blocks are folded whole, once and in order."""

    def __init__(self, path: Path | None, genesis_hash: bytes) -> None:
        """Open the file at `path` (in memory when None), or begin it.

        :raises InputError: the file is not a projection of this chain.
        """
        try:
            self._database = sqlite3.connect(":memory:" if path is None else path, isolation_level=None)
        except sqlite3.DatabaseError as fault:
            raise _unusable(path, fault) from fault
        self._database.row_factory = sqlite3.Row
        try:
            self._open(genesis_hash.hex())
        except sqlite3.DatabaseError as fault:
            self.close()
            raise _unusable(path, fault) from fault

    @property
    def height(self) -> int:
        """Number of the last folded block."""
        return int(self._database.execute("SELECT max(number) FROM blocks").fetchone()[0])

    def fold(self, number: int, block_hash: bytes, at: UnixSeconds, block_facts: Iterable[Fact]) -> None:
        """Fold the facts of block `number`, whole or not at all.

        :raises ValueError: the block is not the next one.
        :raises FoldFailed: the facts contradict the rows, or these cannot be written.
        """
        if number != self.height + 1:
            raise ValueError(f"block {number} cannot be folded after block {self.height}")
        try:
            with self._transaction() as database:
                database.execute("INSERT INTO blocks VALUES (?, ?, ?)", (number, block_hash.hex(), at))
                for fact in block_facts:
                    _apply(database, fact, number)
        except sqlite3.Error as fault:
            raise FoldFailed(number, str(fault)) from fault

    def rows(self, query: str, parameters: Mapping[str, Value] | None = None) -> list[sqlite3.Row]:
        """Answer a reading query."""
        return self._database.execute(query, parameters or {}).fetchall()

    def dump(self) -> str:
        """Every row as SQL text, for comparing two projections."""
        return "\n".join(self._database.iterdump())

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _open(self, genesis: str) -> None:
        if not self._database.execute("SELECT name FROM sqlite_master").fetchone():
            schema = (resources.files("aipchain.orchestrator.projection") / "schema.sql").read_text(encoding="utf-8")
            self._database.executescript(f"BEGIN; PRAGMA user_version = {_SCHEMA_VERSION}; {schema}")
            self._database.execute("INSERT INTO blocks VALUES (0, ?, 0)", (genesis,))
            self._database.execute("COMMIT")
        found = self._database.execute("SELECT hash FROM blocks WHERE number = 0").fetchone()
        if found is None or found[0] != genesis:
            raise sqlite3.DatabaseError("it belongs to another chain")
        (version,) = self._database.execute("PRAGMA user_version").fetchone()
        if version != _SCHEMA_VERSION:
            raise sqlite3.DatabaseError(f"its rows are of version {version}, this program's of {_SCHEMA_VERSION}")

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield self._database
            self._database.execute("COMMIT")
        except BaseException:
            if self._database.in_transaction:  # a full disk has rolled it back already
                self._database.execute("ROLLBACK")
            raise


def _unusable(path: Path | None, fault: sqlite3.DatabaseError) -> InputError:
    return InputError(f"{path} is no projection ({fault}): delete it, it is folded again")


def _apply(database: sqlite3.Connection, fact: Fact, block: int) -> None:
    event = fact.event
    if isinstance(event, facts.ReadingsAccepted):
        key = (event.community, event.interval_start)
        database.executemany(
            "INSERT OR IGNORE INTO readings VALUES (?, ?, ?, ?, ?)", [key + row for row in event.readings]
        )
    elif isinstance(event, OtherEvent):
        _apply_money(database, fact, event, block)
    else:
        parameters = _parameters(event) | {"block": block}
        for statement in FOLDS.get(type(event), ()):
            database.execute(statement, parameters)


def _apply_money(database: sqlite3.Connection, fact: Fact, event: OtherEvent, block: int) -> None:
    """Fold what other pallets say about money: fees, transfers that are no settlement, whom it brought to life."""
    if (event.pallet, event.name) == ("TransactionPayment", "TransactionFeePaid"):
        paid = [_plain(name, event.fields[name]) for name in ("who", "actual_fee")]
        database.execute("INSERT INTO fees VALUES (?, ?, ?, ?)", (block, fact.extrinsic, *paid))
    elif (event.pallet, event.name) == ("Balances", "Transfer"):
        moved = [_plain(name, event.fields[name]) for name in ("from", "to", "amount")]
        database.execute("INSERT INTO transfers VALUES (?, ?, ?, ?, ?)", (block, fact.index, *moved))
    elif (event.pallet, event.name) == ("Balances", "Endowed"):
        born = _plain("account", event.fields["account"])
        database.execute("INSERT OR IGNORE INTO births VALUES (?, ?)", (born, block))


def _parameters(event: object) -> dict[str, Value]:
    """Fields by name; a field that is itself a struct gives one parameter per field, `outer_inner`."""
    parameters: dict[str, Value] = {}
    for field in fields(event):  # type: ignore[arg-type]  # every fact is a dataclass
        value = getattr(event, field.name)
        if is_dataclass(value):
            parameters |= {f"{field.name}_{name}": inner for name, inner in _parameters(value).items()}
        else:
            parameters[field.name] = _plain(field.name, value)
    return parameters


def _plain(name: str, value: object) -> Value:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, IntEnum):
        return camel(value.name)
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int):
        return value if value <= _LARGEST_INTEGER else str(value)  # a TEXT column makes text of both
    raise TypeError(f"{name} = {value!r} has no column")
