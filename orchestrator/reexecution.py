"""Re-execution: every block of a chain that is not trusted, run again here and compared state root by state root.

The first state comes from our own genesis builder, or from the node itself and is then checked against the state root
that its first header commits to. From there on a block is believed only when its header hashes to the hash it was asked
for, names the block before it as its parent, commits to its body, and the runtime that the state itself holds gives the
state root it claims. The first block that fails ends the check, because no state after it is known; it is named with
its cause and never passed over. A runtime that changes on the way is named too, and the new one goes on.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from aipchain.chain.errors import BlockRefused
from aipchain.chain.host.authoring import execute_block
from aipchain.chain.host.block import ZERO_HASH, Block, Header, is_extrinsics_root
from aipchain.chain.host.errors import HostCallFailed, RuntimePanicked
from aipchain.chain.host.executor import Runtime
from aipchain.chain.host.genesis import CODE
from aipchain.chain.host.overlay import Overlay
from aipchain.chain.host.runtimes import PENDING_CODE
from aipchain.chain.host.state import State
from aipchain.orchestrator.chain_source import ChainSource, FirstBlock
from aipchain.runtime_bridge.bindings import blake2_256

__all__ = ["Fault", "FaultKind", "FollowReport", "Upgrade", "follow"]

_PRE_RUNTIME = 6
"""Kind of the digest items that an author puts into a header before it is run."""


class FaultKind(Enum):
    """What is wrong with a block."""

    MISSING = "missing"
    FORK = "fork"
    ALTERED = "altered"
    WRONG_ROOT = "wrong root"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Fault:
    """The block that ended the check, and why, in one sentence without its number."""

    block: int
    kind: FaultKind
    reason: str


@dataclass(frozen=True, slots=True)
class Upgrade:
    """Block `block` was the last of the runtime whose code hashes to `before`; the next ones run `after`."""

    block: int
    before: bytes
    after: bytes


@dataclass(frozen=True, slots=True)
class FollowReport:
    """What was run again: blocks 1 to `equal` gave the roots they claim; `fault` is what ended it before `wanted`."""

    genesis_hash: bytes
    code_hash: bytes
    wanted: int
    equal: int
    extrinsics: int
    head: bytes
    state_root: bytes
    upgrades: tuple[Upgrade, ...]
    fault: Fault | None

    @property
    def is_sound(self) -> bool:
        """Whether every block that was asked for came out equal."""
        return self.fault is None and self.equal == self.wanted


def follow(
    source: ChainSource,
    first: FirstBlock,
    wanted: int,
    *,
    cache_dir: Path | None = None,
    on_block: Callable[[int], None] = lambda _: None,
) -> FollowReport:
    """Run blocks 1 to `wanted` of `source` again, starting from `first`; `on_block` is told each one that was equal.

    :param cache_dir: where compiled runtimes are kept between runs.
    :raises NoNewBlock: the node makes no more blocks and `wanted` is beyond its last.
    """
    chain = _Follower(first, cache_dir)
    genesis_code = chain.code_hash
    for number in range(1, wanted + 1):
        if not chain.takes(number, source):
            break
        on_block(number)
    chain.looks_back(source)
    return FollowReport(
        genesis_hash=first.header.hash,
        code_hash=genesis_code,
        wanted=wanted,
        equal=chain.number if chain.fault is None else min(chain.number, chain.fault.block - 1),
        extrinsics=chain.extrinsics,
        head=chain.hash,
        state_root=chain.state_root,
        upgrades=tuple(chain.upgrades),
        fault=chain.fault,
    )


class _Follower:
    """The chain as far as it was run again: its state, its last block, what changed on the way, what ended it."""

    def __init__(self, first: FirstBlock, cache_dir: Path | None) -> None:
        self.number = 0
        self.hash = first.header.hash
        self.state_root = first.header.state_root
        self.extrinsics = 0
        self.upgrades: list[Upgrade] = []
        self.fault: Fault | None = None
        self._state = first.state
        self._cache_dir = cache_dir
        self._runtimes: dict[bytes, Runtime] = {}
        self.code_hash = blake2_256(self._next_code())

    def takes(self, number: int, source: ChainSource) -> bool:
        """Take the next block; False when it ends the check."""
        asked = source.block_hash(number)
        try:
            block = None if asked is None else source.block(asked)
        except ValueError as error:
            return self._ends(number, FaultKind.ALTERED, str(error))
        if asked is None or block is None:
            what = "hash" if asked is None else "block under its own hash"
            return self._ends(number, FaultKind.MISSING, f"the node has finalised later blocks but gives no {what}")
        complaint = self._misfit(number, asked, block)
        if complaint is not None:
            return self._ends(number, *complaint)
        return self._runs(block)

    def looks_back(self, source: ChainSource) -> None:
        """Ask once more for the last block: a chain that was re-organised meanwhile has another one there."""
        if self.fault is None and self.number and (found := source.block_hash(self.number)) != self.hash:
            now = "nothing" if found is None else f"0x{found.hex()}"
            self._ends(self.number, FaultKind.FORK, f"the node finalised 0x{self.hash.hex()} there and now has {now}")

    def _misfit(self, number: int, asked: bytes, block: Block) -> tuple[FaultKind, str] | None:
        header = block.header
        if block.hash != asked:
            return FaultKind.ALTERED, f"asked for 0x{asked.hex()}, the node gave a header that hashes otherwise"
        if header.parent_hash != self.hash or header.number != number:
            return (
                FaultKind.FORK,
                f"it is block {header.number} on 0x{header.parent_hash.hex()}, "
                f"the block that was run before it is {self.number}, 0x{self.hash.hex()}",
            )
        if not is_extrinsics_root(header.extrinsics_root, block.extrinsics):
            return FaultKind.ALTERED, "its body is not the one that its header commits to"
        return None

    def _runs(self, block: Block) -> bool:
        runtime = self._runtime()
        try:
            changes = execute_block(runtime, self._state, block)
        except BlockRefused as refused:
            return self._ends(block.number, *_cause(runtime, self._state, block, refused.reason))
        self._state = self._state.applied(changes, consume=True)
        self.number, self.hash, self.state_root = block.number, block.hash, block.header.state_root
        self.extrinsics += len(block.extrinsics)
        if changes.top.keys() & {CODE, PENDING_CODE}:
            self._notes_upgrade()
        return True

    def _notes_upgrade(self) -> None:
        code_hash = blake2_256(self._next_code())
        if code_hash != self.code_hash:
            self.upgrades.append(Upgrade(self.number, self.code_hash, code_hash))
            self.code_hash = code_hash

    def _next_code(self) -> bytes:
        """Give the code that runs the next block: announced code stands in `:pending_code` first."""
        return self._state.get(PENDING_CODE) or self._state.get(CODE) or b""

    def _runtime(self) -> Runtime:
        if self.code_hash not in self._runtimes:
            self._runtimes = {self.code_hash: Runtime(self._next_code(), self._cache_dir)}
        return self._runtimes[self.code_hash]

    def _ends(self, number: int, kind: FaultKind, reason: str) -> bool:
        self.fault = Fault(number, kind, reason)
        return False


def _cause(runtime: Runtime, state: State, block: Block, reason: str) -> tuple[FaultKind, str]:
    claimed, root = block.header.state_root, _root_as_author(runtime, state, block)
    if root is None or root == claimed:
        return FaultKind.REFUSED, reason
    return FaultKind.WRONG_ROOT, f"it gives the state root 0x{root.hex()} and claims 0x{claimed.hex()}"


def _root_as_author(runtime: Runtime, state: State, block: Block) -> bytes | None:
    """Put the block together again as its author did, to tell a wrong root from a block that cannot be run.

    Running a block only says that some root differs; the author's way ends with the header as it should be.
    """
    header = block.header
    claims = tuple(item for item in header.digest if item[0] == _PRE_RUNTIME)
    bare = Header(header.parent_hash, header.number, ZERO_HASH, ZERO_HASH, claims)
    overlay = Overlay(state)
    try:
        runtime.call("Core_initialize_block", bare.encode(), overlay)
        for extrinsic in block.extrinsics:
            if runtime.call("BlockBuilder_apply_extrinsic", extrinsic, overlay)[:1] != b"\x00":
                return None
        return Header.decode(runtime.call("BlockBuilder_finalize_block", b"", overlay)).state_root
    except (RuntimePanicked, HostCallFailed):
        return None
