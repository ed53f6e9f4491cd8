"""Making the next block, and running a given one again.

An author claims an Aura slot, tells the runtime about the outside (`inherents`), offers it transactions one by one
and lets it finish the header. The runtime decides on everything: what it leaves out is put back as if it had never
been offered, and what no longer fits (weight, length) waits for a later block. Nothing here touches the state; the
outcome is a block and the changes it makes.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from aipchain.chain.errors import BlockRefused, InherentRefused, TimeNotRising
from aipchain.chain.host.block import ZERO_HASH, Block, Header, aura_digest, decode_extrinsics, extrinsic_hash
from aipchain.chain.host.errors import HostCallFailed, RuntimePanicked
from aipchain.chain.host.executor import Runtime
from aipchain.chain.host.inherents import BlockFacts, inherent_data, storage_prefix
from aipchain.chain.host.overlay import Overlay
from aipchain.chain.host.scale import read_u32, read_u64
from aipchain.chain.host.state import Changes, ReadState, State

__all__ = [
    "Authored",
    "Consensus",
    "Outcome",
    "Verdict",
    "author_block",
    "block_time",
    "consensus_of",
    "execute_block",
    "run_block",
]

MAX_SKIPPED = 8
"""Transactions that may find the block too full before the author stops offering; as the stock node does."""

_EXHAUSTED = b"\x01\x00\x06"
"""`ApplyExtrinsicResult`: refused, invalid, exhausts resources."""
_ONLY_INHERENTS = b"\x01"
_RELAY_PARENT_OFFSET = "RelayParentOffsetApi_relay_parent_offset"


class Verdict(Enum):
    """What became of a transaction that was offered to a block."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    INVALID = "invalid"
    DEFERRED = "deferred"

    @property
    def is_included(self) -> bool:
        """Whether it is in the block."""
        return self in (Verdict.SUCCEEDED, Verdict.FAILED)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict on one extrinsic, inherents included.

    `answer` is the runtime's `ApplyExtrinsicResult` in SCALE, empty when the runtime panicked over it.
    """

    hash: bytes
    verdict: Verdict
    answer: bytes


@dataclass(frozen=True, slots=True)
class Consensus:
    """What a runtime says about authoring: slot length [ms], parachain id, relay blocks wanted above its relay
    parent."""

    slot_ms: int
    para_id: int
    relay_parent_offset: int


@dataclass(frozen=True, slots=True)
class Authored:
    """A block, what it changes, and what became of everything that was offered."""

    block: Block
    changes: Changes
    outcomes: tuple[Outcome, ...]


def consensus_of(runtime: Runtime, state: ReadState) -> Consensus:
    """Ask the runtime what an author must know."""
    offset = b"\x00\x00\x00\x00"
    if _RELAY_PARENT_OFFSET in runtime.functions:
        offset = runtime.call(_RELAY_PARENT_OFFSET, b"", Overlay(state))
    return Consensus(
        slot_ms=read_u64(runtime.call("AuraApi_slot_duration", b"", Overlay(state)))[0],
        para_id=read_u32(runtime.call("GetParachainInfo_parachain_id", b"", Overlay(state)))[0],
        relay_parent_offset=read_u32(offset)[0],
    )


def block_time(parent: Header, slot_ms: int, wanted_ms: int, *, exact: bool) -> int:
    """Return when the block after `parent` stands [ms]: as wanted, or at the earliest when the wanted time is too
    early.

    :raises TimeNotRising: the wanted time was to be kept exactly.
    """
    earliest_ms = 0 if parent.slot is None else (parent.slot + 1) * slot_ms
    if wanted_ms >= earliest_ms:
        return wanted_ms
    if exact:
        raise TimeNotRising(parent.number + 1, wanted_ms, earliest_ms)
    return earliest_ms


def author_block(
    runtime: Runtime, consensus: Consensus, state: State, parent: Header, *, at_ms: int, transactions: Iterable[bytes]
) -> Authored:
    """Make the block after `parent`, whose state is `state`, at chain time `at_ms` [ms].

    :raises RuntimePanicked: the runtime stopped outside any transaction; there is no block.
    :raises InherentRefused: the runtime did not take its own inherents.
    """
    attempt = _Attempt(runtime, state, parent, at_ms // consensus.slot_ms)
    attempt.apply_inherents(inherent_data(_facts(consensus, state, parent, at_ms)))
    attempt.offer(transactions)
    return attempt.finished()


def execute_block(runtime: Runtime, state: State, block: Block) -> Changes:
    """Run a block again on the state of its parent and return what it changes.

    :raises BlockRefused: the runtime stopped over it, or the state it gives is not the one it claims.
    """
    overlay = Overlay(state)
    run_block(runtime, overlay, block)
    changes = overlay.drain()
    root = state.root_after(changes)
    if root != block.header.state_root:
        raise BlockRefused(
            block.number, f"it gives the state root 0x{root.hex()} and claims 0x{block.header.state_root.hex()}"
        )
    return changes


def run_block(runtime: Runtime, overlay: Overlay, block: Block) -> None:
    """Run a block again over the state of its parent; its changes stay in the overlay.

    :raises BlockRefused: the runtime stopped over it.
    """
    unsealed = Block(block.header.unsealed(), block.extrinsics)
    try:
        runtime.call("Core_execute_block", unsealed.encode(), overlay)
    except RuntimePanicked as error:
        raise BlockRefused(block.number, f"the runtime stopped over it ({error.panic})") from error
    except HostCallFailed as error:
        raise BlockRefused(block.number, f"the runtime stopped over it ({error.reason})") from error


def _facts(consensus: Consensus, state: ReadState, parent: Header, at_ms: int) -> BlockFacts:
    """Gather what the inherents say; announced code is let go ahead at once, as the stock node's development mode
    does."""
    return BlockFacts(
        at_ms=at_ms,
        parent_header=parent.encode(),
        para_id=consensus.para_id,
        upgrade_go_ahead=state.get(storage_prefix("ParachainSystem", "PendingValidationCode")) is not None,
        relay_parent_offset=consensus.relay_parent_offset,
    )


class _Attempt:
    """A block in the making: pending changes, the extrinsics so far, and the verdicts."""

    def __init__(self, runtime: Runtime, state: State, parent: Header, slot: int) -> None:
        self._runtime = runtime
        self._overlay = Overlay(state)
        self._number = parent.number + 1
        self._extrinsics: list[bytes] = []
        self._outcomes: list[Outcome] = []
        header = Header(parent.hash, self._number, ZERO_HASH, ZERO_HASH, (aura_digest(slot),))
        self._only_inherents = self._call("Core_initialize_block", header.encode()) == _ONLY_INHERENTS

    def apply_inherents(self, inherents: bytes) -> None:
        made = decode_extrinsics(self._call("BlockBuilder_inherent_extrinsics", inherents))
        for index, extrinsic in enumerate(made):
            answer = self._call("BlockBuilder_apply_extrinsic", extrinsic)
            if _verdict(answer) is not Verdict.SUCCEEDED:
                raise InherentRefused(self._number, index, answer)
            self._note(extrinsic, answer)

    def offer(self, transactions: Iterable[bytes]) -> None:
        """Offer each transaction in its own overlay layer; stop when the block is full."""
        skipped = 0
        if self._only_inherents:
            return
        for extrinsic in transactions:
            if self._offered(extrinsic) is Verdict.DEFERRED:
                skipped += 1
                if skipped > MAX_SKIPPED:
                    return

    def finished(self) -> Authored:
        header = Header.decode(self._call("BlockBuilder_finalize_block"))
        return Authored(Block(header, tuple(self._extrinsics)), self._overlay.drain(), tuple(self._outcomes))

    def _offered(self, extrinsic: bytes) -> Verdict:
        self._overlay.start_transaction()
        try:
            answer = self._call("BlockBuilder_apply_extrinsic", extrinsic)
        except (HostCallFailed, RuntimePanicked):
            answer = b""
        verdict = self._note(extrinsic, answer)
        if verdict.is_included:
            self._overlay.commit_transaction()
        else:
            self._overlay.rollback_transaction()
        return verdict

    def _note(self, extrinsic: bytes, answer: bytes) -> Verdict:
        verdict = _verdict(answer)
        self._outcomes.append(Outcome(extrinsic_hash(extrinsic), verdict, answer))
        if verdict.is_included:
            self._extrinsics.append(extrinsic)
        return verdict

    def _call(self, function: str, argument: bytes = b"") -> bytes:
        return self._runtime.call(function, argument, self._overlay)


def _verdict(answer: bytes) -> Verdict:
    """Read `Result<Result<(), DispatchError>, TransactionValidityError>` as far as it matters here."""
    if answer == _EXHAUSTED:
        return Verdict.DEFERRED
    if answer[:1] != b"\x00":
        return Verdict.INVALID
    return Verdict.SUCCEEDED if answer[1:2] == b"\x00" else Verdict.FAILED
