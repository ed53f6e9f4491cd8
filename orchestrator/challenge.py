"""The challenge: a cleared book looked at for a fault that undoes it, and what the chain wants to be shown of it.

Nothing is solved and no plugin is asked. Orders, trades and prices of lines are the chain's; the duals it keeps only a
commitment to, so they are read from the call in the block that cleared the book, wherever in an extrinsic it stands,
and are the right ones if they hash to that commitment. `aipchain.market.challenge` then looks at all orders and pairs.

InputError
└── NotCleared      the book has no clearing that anyone could challenge
StateError
└── DualsNotFound   no block says what the commitment is to
"""

from collections.abc import Iterator
from dataclasses import dataclass

from aipchain.errors import InputError, StateError
from aipchain.market import book as market
from aipchain.market import certificate as proven
from aipchain.market import challenge
from aipchain.orchestrator.clearing import open_orders
from aipchain.orchestrator.errors import NoBook, UnknownBinding
from aipchain.orchestrator.proofs import terms_from_chain
from aipchain.runtime_bridge import calls, reads
from aipchain.runtime_bridge.codec import U32, U64
from aipchain.runtime_bridge.commitments import commitment, leaf_of
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.errors import Undecodable
from aipchain.runtime_bridge.events import block_facts, executing_metadata
from aipchain.runtime_bridge.facts import IntervalCleared
from aipchain.runtime_bridge.metadata import Metadata, argument_layouts
from aipchain.runtime_bridge.types import (
    Book,
    BookStatus,
    CommunityId,
    Dual,
    DualFault,
    Fault,
    LineFault,
    Optimum,
    PairFault,
)
from aipchain.units import Interval, Price, Wh

__all__ = ["DualsNotFound", "Examination", "NotCleared", "examine"]


class NotCleared(InputError):
    """The book has no clearing, or a settled one."""

    def __init__(self, interval_start: int, status: str) -> None:
        super().__init__(
            f"the book of the interval at {interval_start} is {status}: only a cleared book can be challenged"
        )
        self.interval_start, self.status = interval_start, status


class DualsNotFound(StateError):
    """The duals of a clearing are in none of the blocks that could hold them."""

    def __init__(self, interval_start: int) -> None:
        super().__init__(
            f"no block on this node shows the duals of the interval at {interval_start}: ask a node that keeps all "
            "blocks and states"
        )
        self.interval_start = interval_start


@dataclass(frozen=True, slots=True)
class Examination:
    """What was looked at, and the first fault: as told to people, and as `challenge_clearing` takes it."""

    trades: int
    orders: int
    duals: int
    fault: challenge.Fault | None
    evidence: Fault | None


def examine(connection: Connection, community: CommunityId, interval: Interval) -> Examination:
    """Look for a fault of the clearing of an interval, as it stands after the newest final block.

    :raises NoBook: no order opened a book for that interval.
    :raises NotCleared: it has no clearing, or is settled.
    :raises DualsNotFound: no block shows the duals that the clearing is committed to.
    :raises UnknownBinding: the chain does not know the book's rule.
    """
    head = connection.finalised()
    book = reads.book(connection, community, interval.start, at=head.hash)
    if book is None:
        raise NoBook(community, interval.start)
    if book.status is not BookStatus.CLEARED:
        raise NotCleared(interval.start, book.status.name.lower())
    bound = reads.binding(connection, book.rules.clear, at=head.hash)
    if bound is None:
        raise UnknownBinding(book.rules.clear)
    duals = () if book.commitment is None else _duals(connection, community, interval, book, head.number)
    orders = open_orders(connection, community, interval, head.hash)
    trades = _trades(connection, community, interval, head.hash)
    certificate = _certificate(connection, community, interval, head.hash, duals)
    fault = challenge.first_fault(trades, orders, terms_from_chain(bound.binding.terms), certificate)
    return Examination(len(trades), len(orders), len(duals), fault, None if fault is None else _evidence(fault, duals))


def _trades(connection: Connection, community: CommunityId, interval: Interval, at: bytes) -> tuple[market.Trade, ...]:
    listed = reads.trades(connection, community, interval.start, at=at)
    return tuple(
        market.Trade(market.OrderNumber(each.bid), market.OrderNumber(each.offer), each.wh, each.price)
        for each in listed
    )


def _certificate(
    connection: Connection, community: CommunityId, interval: Interval, at: bytes, duals: tuple[Dual, ...]
) -> proven.Certificate:
    """The optimum that is claimed; a clearing without duals can only overload a line."""
    if not duals:
        return proven.Nothing()
    lines = reads.line_prices(connection, community, interval.start, at=at)
    return proven.Optimum(
        tuple(proven.Dual(market.OrderNumber(each.order), Wh(each.wh), Price(each.surplus)) for each in duals),
        tuple(proven.LinePrice(each.zone, each.out, each.into) for each in lines),
    )


def _evidence(fault: challenge.Fault, duals: tuple[Dual, ...]) -> Fault:
    """The fault with its duals shown on their way to the commitment."""
    places = {int(dual.order): place for place, dual in enumerate(duals)}
    match fault:
        case challenge.PairFault(bid, offer):
            return PairFault(leaf_of(duals, places[bid]), leaf_of(duals, places[offer]))
        case challenge.DualFault(order):
            return DualFault(leaf_of(duals, places[order]))
        case challenge.LineFault(zone):
            return LineFault(zone)


def _duals(
    connection: Connection, community: CommunityId, interval: Interval, book: Book, newest: int
) -> tuple[Dual, ...]:
    """The duals that hash to the book's commitment, from the newest block backwards until its gate."""
    for number in range(newest, 0, -1):
        block_hash = connection.block_hash(number)
        if block_hash is None or reads.chain_time(connection, at=block_hash) < book.closes_at:
            break
        for fact in block_facts(connection, block_hash):
            event = fact.event
            if (
                not isinstance(event, IntervalCleared)
                or fact.extrinsic is None
                or (event.community, event.interval_start, event.commitment)
                != (community, interval.start, book.commitment)
            ):
                continue
            extrinsic = connection.extrinsics(block_hash)[fact.extrinsic]
            metadata = executing_metadata(connection, block_hash)
            for optimum in _optima(metadata, extrinsic, community, interval):
                if commitment(optimum.duals) == book.commitment:
                    return optimum.duals
    raise DualsNotFound(interval.start)


def _optima(metadata: Metadata, extrinsic: bytes, community: CommunityId, interval: Interval) -> Iterator[Optimum]:
    """Whatever in an extrinsic reads as a call that clears the book with an optimum, alone or inside other calls."""
    begin = metadata.call_prefix("Market", "submit_clearing") + U32.encode(community) + U64.encode(interval.start)
    layouts = [layout for name, layout in argument_layouts(calls.submit_clearing)][2:]
    found = extrinsic.find(begin)
    while found >= 0:
        at = found + len(begin)
        try:
            for layout in layouts:
                certificate, at = layout.decode(extrinsic, at)
        except (IndexError, KeyError, ValueError, Undecodable):
            certificate = None
        if isinstance(certificate, Optimum):
            yield certificate
        found = extrinsic.find(begin, found + 1)
