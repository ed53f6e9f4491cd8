"""The audit: every clearing on a chain decided again from the book as it was, and compared hash by hash.

It trusts the operator for nothing: orders, prices and bindings are read from the state before the clearing's block, the
plugins come from bundles whose content has the voted id. Whether those states are the chain's own is for the caller to
prove, by running the blocks again.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import overload

from aipchain.orchestrator.clearing import UNUSABLE_RULE, RuleShelf, decide
from aipchain.orchestrator.errors import Incomplete, NothingToReplay
from aipchain.plugins.catalogue import Catalogue
from aipchain.runtime_bridge import reads
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.events import block_facts
from aipchain.runtime_bridge.facts import ClearingOverturned, IntervalCleared
from aipchain.units import Interval

__all__ = ["ReplayReport", "ReplayedInterval", "replay"]


@dataclass(frozen=True, slots=True)
class ReplayedInterval:
    """One clearing, as the chain has it and as it comes out again; `fault` says why nothing came out.

    A commitment is there where the clearing proves an optimum. What was undone by a challenge did no harm.
    """

    block: int
    community: int
    interval_start: int
    recorded: str
    replayed: str | None
    trades: int
    fault: str | None = None
    recorded_commitment: str | None = None
    replayed_commitment: str | None = None
    overturned: bool = False

    @property
    def is_equal(self) -> bool:
        """Whether trades and duals are the same, hash by hash."""
        return (self.recorded, self.recorded_commitment) == (self.replayed, self.replayed_commitment)


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """All clearings of a chain up to block `height`."""

    height: int
    intervals: tuple[ReplayedInterval, ...]

    @property
    def differing(self) -> tuple[ReplayedInterval, ...]:
        """The clearings that stand and did not come out equal."""
        return tuple(interval for interval in self.intervals if not (interval.is_equal or interval.overturned))


def replay(connection: Connection, catalogue: Catalogue, on_block: Callable[[int, int], None]) -> ReplayReport:
    """Replay every clearing of a chain; `on_block` is told (block, height) as it goes.

    :raises NothingToReplay: no interval was cleared.
    :raises Incomplete: a block or a community is missing; nothing is passed over.
    :raises UnknownPlugin: a bundle that was voted in is not at hand.
    """
    shelf, height = RuleShelf(catalogue), connection.finalised().number
    found: list[ReplayedInterval] = []
    for number in range(1, height + 1):
        found = _replay_block(connection, shelf, number, found)
        on_block(number, height)
    if not found:
        raise NothingToReplay(height)
    return ReplayReport(height, tuple(found))


def _replay_block(
    connection: Connection, shelf: RuleShelf, number: int, before: list[ReplayedInterval]
) -> list[ReplayedInterval]:
    """Give the clearings up to a block, those marked that it undid."""
    block_hash = connection.block_hash(number)
    if block_hash is None:
        raise Incomplete(f"block {number}, though it has later ones")
    found = before
    for fact in block_facts(connection, block_hash):
        if isinstance(fact.event, IntervalCleared):
            parent = connection.header(block_hash).parent_hash
            found = [*found, _replay(connection, shelf, number, parent, fact.event)]
        if isinstance(fact.event, ClearingOverturned):
            found = [_undone(each, fact.event) for each in found]
    return found


def _undone(interval: ReplayedInterval, event: ClearingOverturned) -> ReplayedInterval:
    """Mark the clearing if it is the one that was undone."""
    is_it = (interval.community, interval.interval_start) == (event.community, event.interval_start)
    return replace(interval, overturned=True) if is_it else interval


def _replay(
    connection: Connection, shelf: RuleShelf, number: int, before: bytes, cleared: IntervalCleared
) -> ReplayedInterval:
    recorded = ReplayedInterval(
        number,
        cleared.community,
        cleared.interval_start,
        recorded=_hex(cleared.result),
        replayed=None,
        trades=cleared.trades,
        recorded_commitment=_hex(cleared.commitment),
    )
    try:
        interval = Interval(cleared.interval_start, _interval_s(connection, cleared))
        decided = decide(connection, shelf, cleared.community, interval, before)
    except UNUSABLE_RULE as error:
        return replace(recorded, fault=str(error))
    return replace(recorded, replayed=_hex(decided.result), replayed_commitment=_hex(decided.commitment))


@overload
def _hex(raw: bytes) -> str: ...
@overload
def _hex(raw: bytes | None) -> str | None: ...
def _hex(raw: bytes | None) -> str | None:
    return None if raw is None else f"0x{raw.hex()}"


def _interval_s(connection: Connection, cleared: IntervalCleared) -> int:
    community = reads.community(connection, cleared.community)
    if community is None:
        raise Incomplete(f"community {cleared.community}, though it cleared an interval of it")
    return community.interval_s
