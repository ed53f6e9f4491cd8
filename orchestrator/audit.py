"""The audit: every clearing on a chain decided again from the book as it was, and compared hash by hash.

It trusts the operator for nothing: orders, prices and bindings are read from the state before the clearing's block, the
plugins come from bundles whose content has the voted id. Whether those states are the chain's own is for the caller to
prove, by running the blocks again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from aipchain.orchestrator.clearing import UNUSABLE_RULE, RuleShelf, decide
from aipchain.orchestrator.errors import Incomplete, NothingToReplay
from aipchain.plugins.catalogue import Catalogue
from aipchain.runtime_bridge import reads
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.events import block_facts
from aipchain.runtime_bridge.facts import IntervalCleared
from aipchain.units import Interval

__all__ = ["ReplayReport", "ReplayedInterval", "replay"]


@dataclass(frozen=True, slots=True)
class ReplayedInterval:
    """One clearing, as the chain has it and as it comes out again; `fault` says why nothing came out."""

    block: int
    community: int
    interval_start: int
    recorded: str
    replayed: str | None
    trades: int
    fault: str | None = None

    @property
    def is_equal(self) -> bool:
        """Whether both hashes are the same."""
        return self.recorded == self.replayed


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """All clearings of a chain up to block `height`."""

    height: int
    intervals: tuple[ReplayedInterval, ...]

    @property
    def differing(self) -> tuple[ReplayedInterval, ...]:
        """The clearings that did not come out equal."""
        return tuple(interval for interval in self.intervals if not interval.is_equal)


def replay(connection: Connection, catalogue: Catalogue, on_block: Callable[[int, int], None]) -> ReplayReport:
    """Replay every clearing of a chain; `on_block` is told (block, height) as it goes.

    :raises NothingToReplay: no interval was cleared.
    :raises Incomplete: a block or a community is missing; nothing is passed over.
    :raises UnknownPlugin: a bundle that was voted in is not at hand.
    """
    shelf, height = RuleShelf(catalogue), connection.finalised().number
    found: list[ReplayedInterval] = []
    for number in range(1, height + 1):
        found += _replay_block(connection, shelf, number)
        on_block(number, height)
    if not found:
        raise NothingToReplay(height)
    return ReplayReport(height, tuple(found))


def _replay_block(connection: Connection, shelf: RuleShelf, number: int) -> Iterator[ReplayedInterval]:
    block_hash = connection.block_hash(number)
    if block_hash is None:
        raise Incomplete(f"block {number}, though it has later ones")
    for fact in block_facts(connection, block_hash):
        if isinstance(fact.event, IntervalCleared):
            yield _replay(connection, shelf, number, connection.header(block_hash).parent_hash, fact.event)


def _replay(
    connection: Connection, shelf: RuleShelf, number: int, before: bytes, cleared: IntervalCleared
) -> ReplayedInterval:
    replayed, fault = None, None
    try:
        interval = Interval(cleared.interval_start, _interval_s(connection, cleared))
        replayed = f"0x{decide(connection, shelf, cleared.community, interval, before).result.hex()}"
    except UNUSABLE_RULE as error:
        fault = str(error)
    recorded = f"0x{cleared.result.hex()}"
    return ReplayedInterval(
        number, cleared.community, cleared.interval_start, recorded, replayed, cleared.trades, fault
    )


def _interval_s(connection: Connection, cleared: IntervalCleared) -> int:
    community = reads.community(connection, cleared.community)
    if community is None:
        raise Incomplete(f"community {cleared.community}, though it cleared an interval of it")
    return community.interval_s
