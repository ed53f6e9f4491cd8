"""Finding, making and opening the chain at a base path, without ever touching what is not ours.

The folder holds `chain.sqlite` and `chain.lock`. The lock belongs to the open file of one process and goes with it,
however that process ends. A new chain is built beside its place and moved there whole; an existing file is looked at
read-only until it is known to be sound, so a foreign or damaged one stays as it is.
"""

import fcntl
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from aipchain.chain.errors import BasePathUnusable, ChainInUse, CorruptChainFile, ForeignChainFile, NoChain
from aipchain.chain.host.storage import APPLICATION_ID, FORMAT, ChainStore

__all__ = ["CHAIN_FILE", "BasePath"]

CHAIN_FILE = "chain.sqlite"
LOCK_FILE = "chain.lock"

_SQLITE_MAGIC = b"SQLite format 3\x00"
_USER_VERSION_AT, _APPLICATION_ID_AT, _HEADER_BYTES = 60, 68, 100


class BasePath:
    """The locked folder of one chain; nobody else can open it until `release`."""

    def __init__(self, folder: Path, *, create: bool = True) -> None:
        """Lock the folder.

        :raises NoChain: there is no chain file, and `create` is false.
        :raises BasePathUnusable: it is no folder, or may not be read and written.
        :raises ChainInUse: another process has it.
        """
        self.folder = folder
        self.file = folder / CHAIN_FILE
        try:
            if not create and not self.file.exists():
                raise NoChain(folder)
            folder.mkdir(parents=True, exist_ok=True)
            self._lock: int | None = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except FileExistsError as error:
            raise BasePathUnusable(folder, "it is a file") from error
        except OSError as error:
            raise BasePathUnusable(folder, error.strerror or str(error)) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.release()
            raise ChainInUse(folder) from error

    def release(self) -> None:
        """Let others in; releasing twice does nothing."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def holds_chain(self) -> bool:
        """Whether there is a file where the chain should be."""
        return self.file.exists()

    def make(self, found: Callable[[ChainStore], None]) -> ChainStore:
        """Make the chain file; `found` writes block 0 into it. A death on the way leaves no chain file."""
        draft = self.folder / f"{CHAIN_FILE}.new"
        try:
            for leftover in self.folder.glob(f"{draft.name}*"):
                leftover.unlink()
            store = ChainStore.on_disk(draft)
            try:
                found(store)
            finally:
                store.close()
            draft.replace(self.file)
        except (OSError, sqlite3.Error) as error:
            raise BasePathUnusable(self.folder, str(error)) from error
        return self.open()

    def look(self) -> ChainStore:
        """Open the chain file for reading alone.

        :raises ForeignChainFile: it is another kind of file, or of another format.
        :raises CorruptChainFile: SQLite cannot open it.
        """
        _check_kind(self.file)
        return self._opened(ChainStore.looked_at)

    def open(self) -> ChainStore:
        """Open the chain file for writing."""
        return self._opened(ChainStore.opened)

    def _opened(self, opening: Callable[[Path], ChainStore]) -> ChainStore:
        try:
            return opening(self.file)
        except sqlite3.Error as error:
            raise CorruptChainFile(self.file, str(error)) from error


def _check_kind(path: Path) -> None:
    """Read the first bytes only: SQLite itself would already write beside the file."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEADER_BYTES)
    except OSError as error:
        raise BasePathUnusable(path.parent, f"{path.name}: {error.strerror or error}") from error
    if not head.startswith(_SQLITE_MAGIC) or len(head) < _HEADER_BYTES:
        raise ForeignChainFile(path, "it is no SQLite database" if head else "it is empty")
    if _number(head, _APPLICATION_ID_AT) != APPLICATION_ID:
        raise ForeignChainFile(path, "it is the database of another program")
    if _number(head, _USER_VERSION_AT) != FORMAT:
        raise ForeignChainFile(path, f"it has format {_number(head, _USER_VERSION_AT)}, this version reads {FORMAT}")


def _number(head: bytes, at: int) -> int:
    return int.from_bytes(head[at : at + 4], "big")
