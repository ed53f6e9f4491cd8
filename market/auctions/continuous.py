"""The continuous double auction: orders come one after the other and trade at once with what is waiting.

Order numbers are time: the chain counts orders as they are placed. An arriving order meets the best waiting orders of
the other side, best price first and at one price the longest waiting first (price-time priority), as long as their
limits reach each other; each trade has the waiting order's limit price. What is left waits. Nobody meets itself: an
arriving order passes over its owner's waiting orders, which keep their place. At the end no two orders of different
owners that could still trade are left over.

An order may ask for a least fill, of its whole energy (fill-or-kill) or of a part (minimum fill): where less than that
can trade when it arrives, it is taken out of the book, with no trade. Later orders cannot bring it back. An order that
waits may be filled in any parts.

The result depends on who came first, by purpose, and has less welfare than an auction at the gate: 1 - welfare /
optimum is what immediacy costs.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import repeat

from aipchain.market.auctions.columns import ColumnBook, OrderColumns, columns_of
from aipchain.market.auctions.errors import BadOrder, UnequalColumns, UnknownOrder
from aipchain.market.book import BookOrder, OrderNumber, Side, Trade, in_canonical_order
from aipchain.market.whole import refuse_fractions
from aipchain.units import Price, Wh

__all__ = ["LeastFills", "TradeRow", "clear_continuously", "execute_in_turn", "refuse_least", "trade_in_turn"]

LeastFills = tuple[Sequence[int], Sequence[int]]
"""Energy that each row of the bids, and of the offers, must trade on arrival or not at all [Wh]."""
TradeRow = tuple[int, int, int, int]
"""Row of the bid, row of the offer, energy [Wh], price [base units per Wh]."""


def clear_continuously(
    orders: Iterable[BookOrder], *, least_wh: Mapping[OrderNumber, Wh] | None = None
) -> tuple[Trade, ...]:
    """Trades of all orders in turn, in canonical order.

    :param least_wh: energy an order must trade on arrival or not at all [Wh]; the order's own `wh` is fill-or-kill.
    :raises DuplicateOrder: two orders have one number.
    :raises UnknownOrder: a least fill of an order that is not in the book.
    :raises BadOrder: a least fill below zero or above the order's energy.
    """
    return in_canonical_order(execute_in_turn(orders, least_wh=least_wh))


def execute_in_turn(
    orders: Iterable[BookOrder], *, least_wh: Mapping[OrderNumber, Wh] | None = None
) -> Iterator[Trade]:
    """The trades as they happen; raises as `clear_continuously`."""
    book = columns_of(orders)
    least = _by_row(book, least_wh or {})
    bids, offers = book.bids.numbers, book.offers.numbers
    for bid, offer, wh, price in trade_in_turn(book, least):
        yield Trade(OrderNumber(bids[bid]), OrderNumber(offers[offer]), Wh(wh), Price(price))


def trade_in_turn(book: ColumnBook, least_wh: LeastFills | None = None) -> Iterator[TradeRow]:
    """The same in columns: trades by rows, as they happen.

    :raises UnequalColumns: not one least fill for each row.
    :raises BadOrder: a least fill below zero or above the order's energy.
    :raises TypeError: a least fill that is not whole.
    """
    least_wh = least_wh or ([0] * len(book.bids), [0] * len(book.offers))
    refuse_least(book, least_wh)
    bids, offers = (
        _Waiting(book.bids, -1, [], [0] * len(book.bids)),
        _Waiting(book.offers, 1, [], [0] * len(book.offers)),
    )
    for side, row in _arrivals(book):
        own, other = (bids, offers) if side is Side.BID else (offers, bids)
        needed = own.orders.wh[row]
        met = other.meet(own.orders.owners[row], own.orders.limits[row], needed)
        met_wh = sum(wh for _, wh in met)
        if met_wh < least_wh[side is Side.OFFER][row]:
            other.put_back(met)
            continue
        for waiting, wh in met:
            pair = (row, waiting) if side is Side.BID else (waiting, row)
            yield *pair, wh, other.orders.limits[waiting]
        if met_wh < needed:
            own.add(row, needed - met_wh)


def refuse_least(book: ColumnBook, least_wh: LeastFills) -> None:
    """Check least fills.

    :raises UnequalColumns, BadOrder, TypeError: as `trade_in_turn`.
    """
    lengths = len(book.bids), len(book.offers), *map(len, least_wh)
    if lengths[:2] != lengths[2:]:
        raise UnequalColumns(lengths)
    for side, least in zip((book.bids, book.offers), least_wh, strict=True):
        refuse_fractions("a least fill", least)
        for number, energy, wh in zip(side.numbers, side.wh, least, strict=True):
            if not 0 <= wh <= energy:
                raise BadOrder(number, f"its least fill of {wh} Wh must lie between 0 and its energy, {energy} Wh")


def _by_row(book: ColumnBook, least_wh: Mapping[OrderNumber, Wh]) -> LeastFills:
    unknown = least_wh.keys() - {*book.bids.numbers, *book.offers.numbers}
    if unknown:
        raise UnknownOrder(min(unknown))
    bids, offers = (
        [least_wh.get(OrderNumber(number), 0) for number in side.numbers] for side in (book.bids, book.offers)
    )
    return bids, offers


def _arrivals(book: ColumnBook) -> Iterator[tuple[Side, int]]:
    """Sides and rows of all orders by rising number."""
    bids = zip(book.bids.numbers, repeat(Side.BID), range(len(book.bids)))
    offers = zip(book.offers.numbers, repeat(Side.OFFER), range(len(book.offers)))
    return ((side, row) for _, side, row in sorted([*bids, *offers]))


@dataclass(slots=True)
class _Waiting:
    """The waiting orders of one side: a heap by (price, row), best first, and what is left of every row [Wh]."""

    orders: OrderColumns
    sign: int
    heap: list[tuple[int, int]]
    left: list[int]

    def add(self, row: int, wh: int) -> None:
        """Let `wh` [Wh] of an order wait, or wait longer."""
        if not self.left[row]:
            heappush(self.heap, (self.sign * self.orders.limits[row], row))
        self.left[row] += wh

    def meet(self, owner: int, limit: int, needed: int) -> list[tuple[int, int]]:
        """Take what an arriving order of `needed` [Wh] trades with, best first: rows and the energy of each [Wh]."""
        met: list[tuple[int, int]] = []
        passed_over: list[tuple[int, int]] = []
        while needed and self.heap and self.heap[0][0] <= self.sign * limit:
            waiting = self.heap[0][1]
            if self.orders.owners[waiting] == owner:
                passed_over.append(heappop(self.heap))
                continue
            step = min(needed, self.left[waiting])
            met.append((waiting, step))
            needed -= step
            self.left[waiting] -= step
            if not self.left[waiting]:
                heappop(self.heap)
        for entry in passed_over:
            heappush(self.heap, entry)
        return met

    def put_back(self, met: Iterable[tuple[int, int]]) -> None:
        """Undo `meet`."""
        for waiting, wh in met:
            self.add(waiting, wh)
