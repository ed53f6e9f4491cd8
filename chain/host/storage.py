"""The chain on disk: one SQLite file with every block and every value the state ever had.

`live` is the state after the head; `past` keeps, for each change, the value that stood until that block. So the value
after block n is the first one in `past` that stood until a later block, else the live one: history costs one row per
changed key, and opening reads the live state only, however long the history is.

A block is one transaction, written in the order state, block, head. The journal is a write-ahead log with
`synchronous=NORMAL`: a process killed at any write loses the unfinished block and nothing else, for what it committed
is with the operating system; when the power fails, blocks since the last checkpoint may be lost, but the file stays
sound (SQLite, "WAL mode"). Waiting for the disk at each block (`FULL`) would cost more than the block itself.

A store can also hang in memory on top of a block of another one: the storage of a fork.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, TypeVar

from aipchain.chain.errors import ChainWriteFailed, CorruptChainFile, NodeClosed
from aipchain.chain.host.block import Block, Header, encode_extrinsics
from aipchain.chain.host.rows import SqlRow, blob, blob_or_none, block_of, header_of, integer, text
from aipchain.chain.host.state import Changes, ReadState
from aipchain.chain.spec import ChainSpec

__all__ = ["APPLICATION_ID", "FORMAT", "ChainStore", "LiveState", "Row"]

APPLICATION_ID = int.from_bytes(b"AIPC", "big")
"""SQLite's `application_id` of a chain file."""

FORMAT = 1
"""SQLite's `user_version` of a chain file; another number is another layout."""

TOP = b""
"""Stands for the top trie where a child trie could be named."""

IN_MEMORY = ":memory:"

_SCHEMA = """
CREATE TABLE fact (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE block (number INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, header BLOB NOT NULL, body BLOB NOT NULL);
CREATE TABLE live (child BLOB, key BLOB, value BLOB, PRIMARY KEY (child, key)) WITHOUT ROWID;
CREATE TABLE past (child BLOB, key BLOB, until INTEGER, value BLOB, PRIMARY KEY (child, key, until)) WITHOUT ROWID;
"""

_NEXT_KEY = """
SELECT min(key) FROM (
    SELECT min(key) AS key FROM live WHERE child = :child AND key > :key
    UNION ALL SELECT min(key) FROM past WHERE child = :child AND key > :key
)
"""

_SETTINGS = """
PRAGMA synchronous = NORMAL;
PRAGMA wal_autocheckpoint = 8000;
PRAGMA cache_size = -32768;
"""

Row: TypeAlias = tuple[bytes, bytes, bytes | None]
"""Child trie (empty for the top trie), key, value; None for a key that is gone."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class LiveState:
    """All entries after the head: the top trie, and the child tries by name."""

    top: dict[bytes, bytes]
    children: dict[bytes, dict[bytes, bytes]]


class ChainStore:
    """Blocks and versioned state behind one SQLite connection; every method may be called from any thread."""

    def __init__(
        self, connection: sqlite3.Connection, name: str, parent: "ChainStore | None" = None, base: int = -1
    ) -> None:
        """Take over a connection whose schema is there; `parent` and `base` tell what a fork hangs on."""
        self.name = name
        self._connection: sqlite3.Connection | None = connection
        self._lock = threading.RLock()
        self._parent = parent
        self._base = base

    @classmethod
    def in_memory(cls) -> "ChainStore":
        """Make an empty store that is gone when it is closed."""
        return cls(_with_schema(connect(IN_MEMORY)), "memory")

    @classmethod
    def on_disk(cls, path: Path) -> "ChainStore":
        """Make an empty store in a file that is not there yet."""
        connection = connect(str(path))
        connection.execute("PRAGMA journal_mode = WAL")
        return cls(_with_schema(connection), str(path))

    @classmethod
    def opened(cls, path: Path) -> "ChainStore":
        """Open a file that has been looked at (`aipchain.chain.host.chain_file`) for reading and writing."""
        return cls(connect(str(path)), str(path))

    @classmethod
    def looked_at(cls, path: Path) -> "ChainStore":
        """Open a file for reading alone; nothing in it can change."""
        return cls(connect(path.absolute().as_uri() + "?mode=ro"), str(path))

    def forked(self, base: int) -> "ChainStore":
        """Make a store in memory that continues this one's block `base`; it needs this one open."""
        fork = ChainStore(_with_schema(connect(IN_MEMORY)), "memory", parent=self, base=base)
        fork._write_facts(self.spec(), base)
        return fork

    @property
    def is_fork(self) -> bool:
        """Whether the blocks and state it does not have are its parent's."""
        return self._parent is not None

    def close(self) -> None:
        """Let go of the file; closing twice does nothing."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    # What is written

    def found(self, spec: ChainSpec, genesis: Header, state: LiveState) -> None:
        """Write block 0 and the state it starts with."""
        rows = [(TOP, key, value) for key, value in state.top.items()]
        rows += [(child, key, value) for child, entries in state.children.items() for key, value in entries.items()]
        with self._transaction(genesis.number) as connection:
            connection.executemany("INSERT INTO live VALUES (?, ?, ?)", rows)
            _insert_block(connection, Block(genesis, ()))
        self._write_facts(spec, genesis.number)

    def _write_facts(self, spec: ChainSpec, head: int) -> None:
        facts = [("preset", spec.preset), ("patch", spec.patch), ("head", head)]
        with self._transaction(head) as connection:
            connection.executemany("INSERT INTO fact VALUES (?, ?)", facts)

    def append(self, block: Block, changes: Changes, before: ReadState) -> None:
        """Write a block and what it changed in the state `before`, whole or not at all.

        :raises ChainWriteFailed: nothing was written.
        """
        number = block.header.number
        past, live = _rows(changes, before)
        with self._transaction(number) as connection:
            connection.executemany(
                "INSERT INTO past VALUES (?, ?, ?, ?)", [(child, key, number, old) for child, key, old in past]
            )
            self._write_live(connection, live)
            _insert_block(connection, block)
            connection.execute("INSERT OR REPLACE INTO fact VALUES ('head', ?)", (number,))

    def _write_live(self, connection: sqlite3.Connection, rows: list[Row]) -> None:
        """Set what is there; a fork keeps a mark for what is gone, for its parent may have it."""
        keep_marks = self._parent is not None
        kept = rows if keep_marks else [row for row in rows if row[2] is not None]
        connection.executemany("INSERT OR REPLACE INTO live VALUES (?, ?, ?)", kept)
        if not keep_marks:
            gone = [row[:2] for row in rows if row[2] is None]
            connection.executemany("DELETE FROM live WHERE child = ? AND key = ?", gone)

    # What is read

    def spec(self) -> ChainSpec:
        """Return what the chain was founded with."""
        return ChainSpec(self._fact("preset", text), self._fact("patch", text))

    def head(self) -> int:
        """Return the number of the last block."""
        return self._fact("head", integer)

    def header(self, number: int) -> Header | None:
        """Return the header of a block."""
        if self._is_parents(number):
            return self._of_parent.header(number)
        return self._one(header_of, "SELECT header FROM block WHERE number = ?", (number,))

    def block(self, number: int) -> Block | None:
        """Return a block with its extrinsics."""
        if self._is_parents(number):
            return self._of_parent.block(number)
        return self._one(block_of, "SELECT header, body FROM block WHERE number = ?", (number,))

    def block_hash(self, number: int) -> bytes | None:
        """Return the hash of a block."""
        if self._is_parents(number):
            return self._of_parent.block_hash(number)
        return self._one(blob, "SELECT hash FROM block WHERE number = ?", (number,))

    def number(self, block_hash: bytes) -> int | None:
        """Return the number of the block with this hash."""
        own = self._one(integer, "SELECT number FROM block WHERE hash = ?", (block_hash,))
        if own is not None or self._parent is None:
            return own
        inherited = self._parent.number(block_hash)
        return inherited if inherited is not None and inherited <= self._base else None

    def live(self) -> LiveState:
        """Return the whole state after the head; of a fork, only what it changed."""
        state = LiveState({}, {})
        with self._reading() as connection:
            for child, key, value in connection.execute("SELECT child, key, value FROM live"):
                (state.top if child == TOP else state.children.setdefault(child, {}))[key] = value
        return state

    def value(self, key: bytes, number: int, child: bytes = TOP) -> bytes | None:
        """Return the value of `key` after block `number`."""
        if self._is_parents(number):
            return self._of_parent.value(key, number, child)
        found = self._one(
            tuple,
            "SELECT value FROM past WHERE child = ? AND key = ? AND until > ? ORDER BY until LIMIT 1",
            (child, key, number),
        ) or self._one(tuple, "SELECT value FROM live WHERE child = ? AND key = ?", (child, key))
        if found is None:
            return None if self._parent is None else self._parent.value(key, self._base, child)
        return None if found[0] is None else blob(found)

    def next_key(self, key: bytes, number: int, child: bytes = TOP) -> bytes | None:
        """Return the smallest key above `key` that had a value after block `number`."""
        if self._is_parents(number):
            return self._of_parent.next_key(key, number, child)
        candidate = self._key_ever_after(key, child)
        while candidate is not None and self.value(candidate, number, child) is None:
            candidate = self._key_ever_after(candidate, child)
        return candidate

    def children(self) -> list[bytes]:
        """Return the name of every child trie there ever was."""
        with self._reading() as connection:
            found = connection.execute(
                "SELECT DISTINCT child FROM live UNION SELECT DISTINCT child FROM past"
            ).fetchall()
        inherited = set() if self._parent is None else set(self._parent.children())
        return sorted((inherited | {row[0] for row in found}) - {TOP})

    def changes_of(self, key: bytes) -> list[int]:
        """Return the blocks after which `key` had another value than before, in order."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT until FROM past WHERE child = ? AND key = ? ORDER BY until", (TOP, key)
            ).fetchall()
        inherited = [] if self._parent is None else self._parent.changes_of(key)
        return [number for number in inherited if number <= self._base] + [int(row[0]) for row in rows]

    def complaint(self) -> str | None:
        """Let SQLite check the whole file; return its first complaint, None when there is none."""
        answer = self._one(text, "PRAGMA integrity_check(1)", ())
        return None if answer == "ok" else answer

    def _key_ever_after(self, key: bytes, child: bytes) -> bytes | None:
        """Return the smallest key above `key` that has, or ever had, a value."""
        own = self._one(
            blob_or_none,
            _NEXT_KEY,
            {"child": child, "key": key},
        )
        inherited = None if self._parent is None else self._parent._key_ever_after(key, child)
        return min((found for found in (own, inherited) if found is not None), default=None)

    def _is_parents(self, number: int) -> bool:
        return number <= self._base

    @property
    def _of_parent(self) -> "ChainStore":
        if self._parent is None:
            raise NodeClosed
        return self._parent

    def _fact(self, name: str, decode: "Callable[[SqlRow], _T]") -> _T:
        value = self._one(decode, "SELECT value FROM fact WHERE name = ?", (name,))
        if value is None:
            raise CorruptChainFile(Path(self.name), f"it does not tell its {name}")
        return value

    def _one(
        self, decode: "Callable[[SqlRow], _T]", query: str, values: tuple[object, ...] | Mapping[str, object]
    ) -> _T | None:
        with self._reading() as connection:
            row = connection.execute(query, values).fetchone()
            return None if row is None else decode(row)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._connection is None:
                raise NodeClosed
            try:
                yield self._connection
            except (sqlite3.DatabaseError, ValueError) as error:
                raise CorruptChainFile(Path(self.name), str(error)) from error

    @contextmanager
    def _transaction(self, number: int) -> Iterator[sqlite3.Connection]:
        with self._lock:
            if self._connection is None:
                raise NodeClosed
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException as error:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                if isinstance(error, sqlite3.Error):
                    raise ChainWriteFailed(self.name, number, str(error)) from error
                raise


def connect(target: str) -> sqlite3.Connection:
    """Open an SQLite file or URI with the settings of a chain."""
    connection = sqlite3.connect(
        target, isolation_level=None, check_same_thread=False, uri=target.startswith("file:"), cached_statements=64
    )
    connection.executescript(_SETTINGS)
    return connection


def _with_schema(connection: sqlite3.Connection) -> sqlite3.Connection:
    connection.executescript(f"PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {FORMAT}; {_SCHEMA}")
    return connection


def _rows(changes: Changes, before: ReadState) -> tuple[list[Row], list[Row]]:
    """Return the values that end and the values that begin, in key order; what stays equal is left out."""
    past: list[Row] = []
    live: list[Row] = []
    for key, new in sorted(changes.top.items()):
        old = before.get(key)
        if old != new:
            past.append((TOP, key, old))
            live.append((TOP, key, new))
    for child, below in sorted(changes.children.items()):
        for key, new in sorted(below.items()):
            old = before.child_get(child, key)
            if old != new:
                past.append((child, key, old))
                live.append((child, key, new))
    return past, live


def _insert_block(connection: sqlite3.Connection, block: Block) -> None:
    header = block.header
    connection.execute(
        "INSERT INTO block VALUES (?, ?, ?, ?)",
        (header.number, header.hash, header.encode(), encode_extrinsics(block.extrinsics)),
    )
