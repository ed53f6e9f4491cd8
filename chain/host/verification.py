"""Is the chain sound? Everything that can be checked without trusting what the file says about itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from aipchain.chain.errors import BlockRefused, CorruptChainFile
from aipchain.chain.host.authoring import execute_block
from aipchain.chain.host.block import Block, Header, is_extrinsics_root
from aipchain.chain.host.history import state_after
from aipchain.chain.host.runtimes import Runtimes
from aipchain.chain.host.state import Changes, State
from aipchain.chain.host.storage import ChainStore

__all__ = ["Verification", "verify"]

MAX_PROBLEMS = 20
"""Problems that are listed; more would say nothing new."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked and what was found: `problems` is empty when the chain is sound."""

    head: Header
    blocks: int
    re_executed: int
    problems: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.problems


def verify(store: ChainStore, runtimes: Runtimes, re_execute: int = 0) -> Verification:
    """Check file, head state, headers and bodies; run the last `re_execute` blocks again.

    :raises CorruptChainFile: a row cannot even be read, or the last block is missing.
    """
    number = store.head()
    head = store.header(number)
    if head is None:
        raise CorruptChainFile(Path(store.name), f"it has no header of its last block, {number}")
    again = min(re_execute, number)
    found = _problems(store, runtimes, head, again)
    problems = tuple(problem for problem, _ in zip(found, range(MAX_PROBLEMS), strict=False))
    return Verification(head, number + 1, again, problems)


def _problems(store: ChainStore, runtimes: Runtimes, head: Header, re_execute: int) -> Iterator[str]:
    complaint = store.complaint()
    if complaint is not None:
        yield f"the file is damaged: {complaint}"
    root = _state_after_head(store, head.number).root()
    if root != head.state_root:
        yield f"the state has the root 0x{root.hex()}, block {head.number} says 0x{head.state_root.hex()}"
    yield from _chain_problems(store, head.number)
    yield from _execution_problems(store, runtimes, head.number, re_execute)


def _state_after_head(store: ChainStore, head: int) -> State:
    if store.is_fork:
        return state_after(store, head)
    live = store.live()
    return State(live.top, live.children)


def _chain_problems(store: ChainStore, head: int) -> Iterator[str]:
    parent_hash = bytes(32)
    for number in range(head + 1):
        block = store.block(number)
        if block is None:
            yield f"block {number} is missing"
            return
        yield from _block_problems(block, number, parent_hash, store.block_hash(number))
        parent_hash = block.hash


def _block_problems(block: Block, number: int, parent_hash: bytes, stored_hash: bytes | None) -> Iterator[str]:
    if block.header.number != number:
        yield f"block {number} calls itself {block.header.number}"
    if block.header.parent_hash != parent_hash:
        yield f"block {number} does not follow block {number - 1}"
    if block.hash != stored_hash:
        yield f"block {number} is filed under another hash"
    if not is_extrinsics_root(block.header.extrinsics_root, block.extrinsics):
        yield f"block {number} does not hold the extrinsics that its header says"


def _execution_problems(store: ChainStore, runtimes: Runtimes, head: int, re_execute: int) -> Iterator[str]:
    if not re_execute:
        return
    start = head - re_execute
    state = state_after(store, start)
    if state.root() != _claimed_root(store, start):
        yield f"the state after block {start} cannot be rebuilt from its history"
        return
    for number in range(start + 1, head + 1):
        block = store.block(number)
        if block is None:
            return
        try:
            changes = execute_block(runtimes.for_child_of(number - 1, state), state, block)
        except BlockRefused as error:
            yield str(error)
            return
        yield from _history_problems(store, number, state, changes)
        state = state.applied(changes, consume=True)


def _history_problems(store: ChainStore, number: int, before: State, changes: Changes) -> Iterator[str]:
    """Compare what the file says about a block's changed keys, before and after it, with what running it gave."""
    for key, value in changes.top.items():
        if store.value(key, number - 1) != before.get(key) or store.value(key, number) != value:
            yield f"the history of block {number} is not what running it gives, at key 0x{key.hex()}"


def _claimed_root(store: ChainStore, number: int) -> bytes | None:
    header = store.header(number)
    return None if header is None else header.state_root
