"""Which runtime executes what: code is part of the state, so it can be another one at every block.

A block is made and imported with the code that its parent's state announces in `:pending_code`, if any (system
version 3), and everything else runs with `:code`; as `sp_state_machine::BackendRuntimeCode` has it.
"""

from bisect import bisect_right
from pathlib import Path

from aipchain.chain.errors import CorruptChainFile
from aipchain.chain.host.executor import Runtime
from aipchain.chain.host.genesis import CODE
from aipchain.chain.host.state import Changes, ReadState
from aipchain.chain.host.storage import ChainStore
from aipchain.chain.host.trie import blake2_256

__all__ = ["PENDING_CODE", "Runtimes"]

PENDING_CODE = b":pending_code"


class Runtimes:
    """Compiled runtimes, found by block; each distinct code is compiled once."""

    def __init__(self, store: ChainStore, cache_dir: Path | None, known: dict[bytes, Runtime] | None = None) -> None:
        self._store = store
        self._cache_dir = cache_dir
        self._by_hash = {} if known is None else known
        self._changed_at = store.changes_of(CODE)
        self._by_era: dict[int, Runtime] = {}

    def forked(self, store: ChainStore) -> "Runtimes":
        """Return the runtimes of a fork's store; what is compiled is shared."""
        return Runtimes(store, self._cache_dir, self._by_hash)

    def of_code(self, code: bytes) -> Runtime:
        """Return the runtime of a blob."""
        code_hash = blake2_256(code)
        if code_hash not in self._by_hash:
            self._by_hash[code_hash] = Runtime(code, self._cache_dir)
        return self._by_hash[code_hash]

    def after(self, number: int) -> Runtime:
        """Return the runtime that answers calls at block `number`."""
        era = bisect_right(self._changed_at, number)
        if era not in self._by_era:
            code = self._store.value(CODE, number)
            if code is None:
                raise CorruptChainFile(Path(self._store.name), f"the state after block {number} has no runtime")
            self._by_era[era] = self.of_code(code)
        return self._by_era[era]

    def for_child_of(self, number: int, state: ReadState) -> Runtime:
        """Return the runtime that makes the block after block `number`, whose state is `state`."""
        pending = state.get(PENDING_CODE)
        return self.after(number) if pending is None else self.of_code(pending)

    def note(self, number: int, changes: Changes) -> None:
        """Take notice of a new block: its code may be another one."""
        if CODE in changes.top:
            self._changed_at.append(number)
