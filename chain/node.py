"""A chain in one object: it makes and checks blocks, keeps them, and answers what clients ask.

The embedded host is for development, demonstration, tests, simulation and single operators. There is no network and no
consensus: one author, and every block is final at once. The same runtime runs on the stock node.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog

from aipchain.chain.errors import (
    BlockRefused,
    NodeClosed,
    SelfCheckFailed,
    UnknownBlock,
)
from aipchain.chain.host.authoring import (
    Authored,
    Consensus,
    Outcome,
    author_block,
    block_time,
    consensus_of,
    execute_block,
)
from aipchain.chain.host.block import Block, Header, extrinsic_hash
from aipchain.chain.host.clock import Clock, SimulatedClock, SystemClock
from aipchain.chain.host.engine import COMPILED
from aipchain.chain.host.errors import HostCallFailed, RuntimePanicked
from aipchain.chain.host.executor import Runtime
from aipchain.chain.host.history import HistoricState
from aipchain.chain.host.opening import OpenedChain, WantedChain, open_chain
from aipchain.chain.host.overlay import Overlay
from aipchain.chain.host.pool import Pool
from aipchain.chain.host.sealing import BlockTimer, Sealing
from aipchain.chain.host.state import CHILD_PREFIX, Changes, State
from aipchain.chain.host.trie import EMPTY_ROOT
from aipchain.chain.host.validity import Invalid, Source, Validity, decode_validity, refusal_of_inclusion
from aipchain.chain.host.verification import Verification, verify
from aipchain.chain.host.version import RuntimeVersion
from aipchain.chain.host.view import StateView
from aipchain.chain.spec import DEFAULT_PRESET
from aipchain.errors import AipchainError

__all__ = ["Clock", "ImportedBlock", "Node", "Sealing", "SimulatedClock", "StateView", "SystemClock"]

_log = structlog.get_logger(__name__)

_REVALIDATED_PER_BLOCK = 16
_CALL_NOT_EXPECTED = 0
"""Variant of `InvalidTransaction` for a call that this runtime does not take."""


@dataclass(frozen=True, slots=True)
class ImportedBlock:
    """A block that became the head, and what it changed.

    `outcomes` has the verdict on all that was offered when the block was authored here, nothing for an imported one.
    """

    block: Block
    changes: Changes
    outcomes: tuple[Outcome, ...] = ()


class Node:
    """One chain. Every public method takes `lock`, so it may be called from any thread."""

    def __init__(self, chain: OpenedChain, clock: Clock, *, self_check: bool = False) -> None:
        """Take over an opened chain; `open` and `fork` are the ways in."""
        self.lock = threading.RLock()
        self.spec = chain.spec
        self.clock = clock
        self._store = chain.store
        self._state = chain.state
        self._head = chain.head
        self._base = chain.base
        self._self_check = self_check
        self._runtimes = chain.runtimes
        self._consensus: tuple[Runtime, Consensus] | None = None
        self._listeners: list[Callable[[ImportedBlock], None]] = []
        self._sealing = Sealing.MANUAL
        self._timer: BlockTimer | None = None
        self._closed = False
        self._tidying = False
        self.pool = Pool(self._validate, block_number=chain.head.number)
        self.genesis_hash: bytes = chain.genesis_hash

    @classmethod
    def open(
        cls,
        base_path: Path | None,
        *,
        clock: Clock,
        sealing: Sealing = Sealing.MANUAL,
        preset: str | None = DEFAULT_PRESET,
        wasm: bytes | None = None,
        genesis_patch: Mapping[str, object] | None = None,
        self_check: bool = False,
        create: bool = True,
        cache_dir: Path | None = None,
    ) -> "Node":
        """Open the chain at `base_path`, or found it there; without a path it lives in memory.

        :param preset: genesis preset of the runtime; None takes whatever chain is there.
        :param wasm: the runtime to found with; the committed artifact when not given.
        :param genesis_patch: JSON merged over the preset; for a chain that is there, None means any.
        :param self_check: run every authored block again before it is stored.
        :param create: refuse with `NoChain` instead of founding one.
        :param cache_dir: where compiled runtimes are kept; a folder in the user's cache when not given.
        """
        wanted = WantedChain(preset, wasm, genesis_patch, cache_dir or COMPILED)
        node = cls(open_chain(base_path, wanted, create=create), clock, self_check=self_check)
        node.seal(sealing)
        return node

    @property
    def chain_name(self) -> str:
        """What the chain calls itself to clients."""
        return self.spec.chain_name

    @property
    def head(self) -> Header:
        """The last block's header; best and final are the same here."""
        with self.lock:
            return self._head

    @property
    def sealing(self) -> Sealing:
        """When blocks are made."""
        return self._sealing

    @property
    def failure(self) -> Exception | None:
        """Why the timer makes no more blocks; None while all is well."""
        return None if self._timer is None else self._timer.failure

    @property
    def slot_ms(self) -> int:
        """How long a slot lasts [ms], as the runtime of the next block says."""
        with self.lock:
            self._check_open()
            return self._consensus_of(self._runtimes.for_child_of(self._head.number, self._state)).slot_ms

    def seal(self, sealing: Sealing) -> None:
        """Make blocks as `sealing` says from now on."""
        if self._timer is not None:
            self._timer.stop()
        self._sealing = sealing
        self._timer = None if sealing.period_ms is None else BlockTimer(sealing.period_ms, self._author_unless_closed)

    def header(self, block_hash: bytes) -> Header | None:
        """Return the header of the block with this hash."""
        with self.lock:
            number = self._store.number(block_hash)
            return None if number is None else self._store.header(number)

    def block(self, block_hash: bytes) -> Block | None:
        """Return the block with this hash."""
        with self.lock:
            number = self._store.number(block_hash)
            return None if number is None else self._store.block(number)

    def block_hash(self, number: int) -> bytes | None:
        """Return the hash of block `number`."""
        with self.lock:
            return self._store.block_hash(number) if 0 <= number <= self._head.number else None

    def state_at(self, block_hash: bytes | None = None) -> StateView:
        """Return the state after a block, the head when none is given.

        :raises UnknownBlock: there is no such block.
        """
        with self.lock:
            return StateView(self._number_of(block_hash), self.lock, self._readable)

    def call(self, function: str, argument: bytes = b"", at: bytes | None = None) -> bytes:
        """Call a runtime API function after a block (the head when none is given); what it writes is dropped.

        :raises UnknownBlock: there is no such block.
        :raises RuntimePanicked: the runtime stopped.
        """
        with self.lock:
            number = self._number_of(at)
            overlay = Overlay(self._readable(number))
            return self._runtimes.after(number).call(function, argument, overlay)

    def runtime_version(self, at: bytes | None = None) -> RuntimeVersion:
        """Return the version of the runtime after a block, the head when none is given."""
        with self.lock:
            return self._runtimes.after(self._number_of(at)).version

    def code_hash(self) -> bytes:
        """Return the BLAKE2b-256 of the blob that the chain runs on now."""
        with self.lock:
            return self._runtimes.after(self._head.number).code_hash

    def submit(self, extrinsic: bytes) -> bytes:
        """Take an extrinsic into the pool and return its hash; with `Sealing.ON_DEMAND` a block follows at once.

        A block that cannot be made is reported and is no refusal: the extrinsic waits in the pool for the next one.

        :raises PoolRefused: the pool or the runtime does not take it.
        """
        with self.lock:
            self._check_open()
            found = self.pool.submit(extrinsic)
            if self._sealing.on_submission and self.pool.ready():
                self._author_on_demand()
            return found

    def author(self, at_ms: int | None = None) -> ImportedBlock:
        """Make one block of the pool's ready transactions, at the clock's time or at a chain time [ms].

        :raises TimeNotRising: `at_ms` is not after the slot of the head.
        :raises RuntimePanicked: the runtime could make no block; the chain stands where it stood.
        """
        with self.lock:
            self._check_open()
            runtime = self._runtimes.for_child_of(self._head.number, self._state)
            consensus = self._consensus_of(runtime)
            wanted_ms = self.clock.now_ms() if at_ms is None else at_ms
            time_ms = block_time(self._head, consensus.slot_ms, wanted_ms, exact=at_ms is not None)
            ready = (transaction.extrinsic for transaction in self.pool.ready())
            authored = author_block(runtime, consensus, self._state, self._head, at_ms=time_ms, transactions=ready)
            if self._self_check:
                self._check(runtime, authored)
            return self._imported(authored.block, authored.changes, authored.outcomes)

    def import_block(self, block: Block) -> ImportedBlock:
        """Run a block that follows the head and keep it.

        :raises BlockRefused: it does not follow the head, or its state root is not what it gives.
        """
        with self.lock:
            self._check_open()
            if block.header.parent_hash != self._head.hash or block.number != self._head.number + 1:
                raise BlockRefused(block.number, f"it does not follow the head, block {self._head.number}")
            runtime = self._runtimes.for_child_of(self._head.number, self._state)
            return self._imported(block, execute_block(runtime, self._state, block), ())

    def subscribe(self, listener: Callable[[ImportedBlock], None]) -> Callable[[], None]:
        """Tell `listener` every block from now on; returns what stops it."""
        with self.lock:
            self._listeners.append(listener)
        return partial(self._unsubscribe, listener)

    def fork(self) -> "Node":
        """Return a chain in memory that continues from this head on its own; it shares the history, so close it
        first."""
        with self.lock:
            self._check_open()
            store = self._store.forked(self._head.number)
            chain = OpenedChain(
                spec=self.spec,
                genesis_hash=self.genesis_hash,
                store=store,
                head=self._head,
                state=self._state.copy(),
                runtimes=self._runtimes.forked(store),
                base=None,
            )
            return Node(chain, SimulatedClock(self.clock.now_ms()))

    def verify(self, re_execute: int = 0) -> Verification:
        """Check the whole chain file, and run the last `re_execute` blocks again."""
        with self.lock:
            self._check_open()
            return verify(self._store, self._runtimes, re_execute)

    def close(self) -> None:
        """Stop making blocks and let go of the file; closing twice does nothing."""
        if self._timer is not None:
            self._timer.stop()
        with self.lock:
            self._closed = True
            self._store.close()
            if self._base is not None:
                self._base.release()

    def __enter__(self) -> "Node":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _author_on_demand(self) -> None:
        try:
            self.author()
        except AipchainError as error:
            _log.error("no block", reason=str(error))

    def _author_unless_closed(self) -> None:
        with self.lock:
            if not self._closed:
                self.author()

    def _check_open(self) -> None:
        if self._closed:
            raise NodeClosed

    def _number_of(self, block_hash: bytes | None) -> int:
        self._check_open()
        if block_hash is None:
            return self._head.number
        number = self._store.number(block_hash)
        if number is None:
            raise UnknownBlock(block_hash)
        return number

    def _readable(self, number: int) -> State | HistoricState:
        """Return the state after block `number` for reading at once; the head's is in memory."""
        self._check_open()
        return self._state if number == self._head.number else HistoricState(self._store, number)

    def _validate(self, extrinsic: bytes, source: Source) -> Validity:
        argument = bytes((source,)) + extrinsic + self._head.hash
        try:
            return decode_validity(self.call("TaggedTransactionQueue_validate_transaction", argument))
        except (HostCallFailed, RuntimePanicked):
            if self._tidying:  # it was judged before, by a runtime that could read it
                return Invalid(_CALL_NOT_EXPECTED)
            raise

    def _consensus_of(self, runtime: Runtime) -> Consensus:
        if self._consensus is None or self._consensus[0] is not runtime:
            self._consensus = (runtime, consensus_of(runtime, self._state))
        return self._consensus[1]

    def _check(self, runtime: Runtime, authored: Authored) -> None:
        try:
            execute_block(runtime, self._state, authored.block)
        except BlockRefused as error:
            raise SelfCheckFailed(authored.block.number, error.reason) from error

    def _imported(self, block: Block, changes: Changes, outcomes: tuple[Outcome, ...]) -> ImportedBlock:
        """Store the block, move on to it, and tell everybody; in memory nothing moves before the store has it."""
        self._store.append(block, _with_child_roots(self._state, changes), self._state)
        self._state = self._state.applied(changes, consume=True)
        self._head = block.header
        self._runtimes.note(block.number, changes)
        imported = ImportedBlock(block, changes, outcomes)
        self._tidy_pool(imported)
        for listener in tuple(self._listeners):
            try:
                listener(imported)
            except Exception:
                _log.exception("a listener failed", block=block.number)
        return imported

    def _tidy_pool(self, imported: ImportedBlock) -> None:
        included = [extrinsic_hash(extrinsic) for extrinsic in imported.block.extrinsics]
        self.pool.prune(included, imported.block.hash, imported.block.number)
        for outcome in imported.outcomes:
            refusal = refusal_of_inclusion(outcome.answer) if outcome.answer else None
            if refusal is not None:
                self.pool.refused_in_block(outcome.hash, refusal)
            elif not outcome.verdict.is_included:
                self.pool.remove_invalid([outcome.hash])
        self._tidying = True
        try:
            self.pool.revalidate(_REVALIDATED_PER_BLOCK)
        finally:
            self._tidying = False

    def _unsubscribe(self, listener: Callable[[ImportedBlock], None]) -> None:
        with self.lock:
            if listener in self._listeners:
                self._listeners.remove(listener)


def _with_child_roots(state: State, changes: Changes) -> Changes:
    """Add the roots of changed child tries, which stand in the top trie, so that history has them too."""
    if not changes.children:
        return changes
    top = dict(changes.top)
    for child, below in changes.children.items():
        root = state.child_root_after(child, below)
        top[CHILD_PREFIX + child] = None if root == EMPTY_ROOT else root
    return Changes(top, changes.children)
