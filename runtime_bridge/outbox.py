"""Where signed extrinsics are kept until the chain has decided about them: in memory, or in an SQLite file.

An extrinsic is put here before it is first sent, so after a crash the same bytes are sent again, never new ones.
Nothing secret is kept: the bytes are what everyone on the network sees.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from aipchain.runtime_bridge.errors import OutboxFailed, UnusableOutbox
from aipchain.runtime_bridge.extrinsics import SignedExtrinsic

__all__ = ["FileOutbox", "MemoryOutbox", "Outbox"]


class Outbox(Protocol):
    """Keeps signed extrinsics, oldest first."""

    def put(self, signed: SignedExtrinsic) -> None:
        """Keep `signed` before it is sent for the first time."""

    def drop(self, extrinsic_hash: bytes) -> None:
        """Forget an extrinsic whose fate is decided."""

    def pending(self) -> tuple[SignedExtrinsic, ...]:
        """List what is undecided, in the order it was put."""


class MemoryOutbox:
    """Keeps extrinsics as long as the process lives."""

    def __init__(self) -> None:
        self._kept: dict[bytes, SignedExtrinsic] = {}

    def put(self, signed: SignedExtrinsic) -> None:
        """Keep `signed` before it is sent for the first time."""
        self._kept[signed.hash] = signed

    def drop(self, extrinsic_hash: bytes) -> None:
        """Forget an extrinsic whose fate is decided."""
        self._kept.pop(extrinsic_hash, None)

    def pending(self) -> tuple[SignedExtrinsic, ...]:
        """List what is undecided, in the order it was put."""
        return tuple(self._kept.values())


class FileOutbox:
    """Keeps extrinsics in an SQLite file of one chain, safe against a crash at any moment; one thread at a time."""

    def __init__(self, path: Path, genesis_hash: bytes) -> None:
        """Open or create the file.

        :raises UnusableOutbox: it cannot be read, is no outbox, or belongs to another chain.
        """
        try:
            self._database = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise UnusableOutbox(path, str(error)) from error
        self._path = path
        try:
            kept = self._open(genesis_hash)
        except sqlite3.Error as error:
            self._database.close()
            raise UnusableOutbox(path, str(error)) from error
        if kept != genesis_hash:
            self._database.close()
            raise UnusableOutbox(path, f"it belongs to the chain 0x{kept.hex()}, this one is 0x{genesis_hash.hex()}")

    def put(self, signed: SignedExtrinsic) -> None:
        """Keep `signed` before it is sent for the first time.

        :raises OutboxFailed: it cannot be written, here and below.
        """
        row = (
            signed.hash,
            signed.extrinsic,
            signed.account,
            signed.nonce,
            signed.birth,
            signed.last_block,
            signed.purpose,
        )
        with self._reported():
            self._database.execute("INSERT OR IGNORE INTO outbox VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", row)

    def drop(self, extrinsic_hash: bytes) -> None:
        """Forget an extrinsic whose fate is decided."""
        with self._reported():
            self._database.execute("DELETE FROM outbox WHERE hash = ?", (extrinsic_hash,))

    def pending(self) -> tuple[SignedExtrinsic, ...]:
        """List what is undecided, in the order it was put."""
        with self._reported():
            rows = self._database.execute(
                "SELECT extrinsic, hash, account, nonce, birth, last_block, purpose FROM outbox ORDER BY place"
            )
            return tuple(SignedExtrinsic(*row) for row in rows)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise OutboxFailed(self._path, str(error)) from error

    def _open(self, genesis_hash: bytes) -> bytes:
        """Make the tables in a new file, and tell which chain the file belongs to; another database stays as it is."""
        (mark,) = self._database.execute("PRAGMA application_id").fetchone()
        if mark != _APPLICATION_ID:
            if self._database.execute("SELECT name FROM sqlite_master").fetchone():
                raise sqlite3.DatabaseError("it is the database of another program")
            self._database.executescript(_SCHEMA)
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute("INSERT OR IGNORE INTO chain VALUES (0, ?)", (genesis_hash,))
        kept: bytes = self._database.execute("SELECT genesis_hash FROM chain").fetchone()[0]
        return kept


_APPLICATION_ID = int.from_bytes(b"AIPO", "big")
"""SQLite's `application_id` of an outbox file."""

_SCHEMA = f"""
PRAGMA journal_mode = WAL;
BEGIN IMMEDIATE;
PRAGMA application_id = {_APPLICATION_ID};
CREATE TABLE IF NOT EXISTS chain (only INTEGER PRIMARY KEY CHECK (only = 0), genesis_hash BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    hash BLOB NOT NULL UNIQUE,
    extrinsic BLOB NOT NULL,
    account BLOB NOT NULL,
    nonce INTEGER NOT NULL,
    birth INTEGER NOT NULL,
    last_block INTEGER NOT NULL,
    purpose TEXT NOT NULL
);
COMMIT;
"""
