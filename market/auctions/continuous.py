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

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush

from aipchain.market.auctions.errors import BadOrder, UnknownOrder
from aipchain.market.book import BookOrder, OrderNumber, Side, Trade, in_canonical_order, in_number_order
from aipchain.units import Price, Wh

__all__ = ["clear_continuously", "execute_in_turn"]


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
    in_turn = in_number_order(orders)
    least = dict(least_wh or {})
    _refuse(in_turn, least)
    sides = {Side.BID: _Waiting(), Side.OFFER: _Waiting()}
    for order in in_turn:
        other = sides[Side.OFFER if order.side is Side.BID else Side.BID]
        partners = other.partners_of(order)
        met = sum(wh for _, wh in partners)
        if met < least.get(order.number, 0):
            other.put_back(partners)
            continue
        yield from (_trade(order, waiting, wh) for waiting, wh in partners)
        if met < order.wh:
            sides[order.side].add(order, order.wh - met)


@dataclass(slots=True)
class _Waiting:
    """The waiting orders of one side: a heap by (price, number) and what is left of each [Wh]."""

    heap: list[tuple[int, OrderNumber, BookOrder]] = field(default_factory=list)
    left: dict[OrderNumber, int] = field(default_factory=dict)

    def add(self, order: BookOrder, wh: int) -> None:
        """Let `wh` [Wh] of an order wait, or wait longer."""
        if order.number not in self.left:
            sign = -1 if order.side is Side.BID else 1
            heappush(self.heap, (sign * order.limit_price, order.number, order))
        self.left[order.number] = self.left.get(order.number, 0) + wh

    def partners_of(self, order: BookOrder) -> list[tuple[BookOrder, int]]:
        """Take what `order` trades with, best first, with the energy of each [Wh]."""
        partners: list[tuple[BookOrder, int]] = []
        passed_over: list[tuple[int, OrderNumber, BookOrder]] = []
        needed = int(order.wh)
        while needed and self.heap and _reaches(order, self.heap[0][2]):
            waiting = self.heap[0][2]
            if waiting.owner == order.owner:
                passed_over.append(heappop(self.heap))
                continue
            step = min(needed, self.left[waiting.number])
            partners.append((waiting, step))
            needed -= step
            self.left[waiting.number] -= step
            if not self.left[waiting.number]:
                del self.left[waiting.number]
                heappop(self.heap)
        for entry in passed_over:
            heappush(self.heap, entry)
        return partners

    def put_back(self, partners: Iterable[tuple[BookOrder, int]]) -> None:
        """Undo `partners_of`."""
        for waiting, wh in partners:
            self.add(waiting, wh)


def _reaches(arriving: BookOrder, waiting: BookOrder) -> bool:
    """Whether the limits of two orders of opposite sides leave a price for a trade."""
    if arriving.side is Side.BID:
        return arriving.limit_price >= waiting.limit_price
    return arriving.limit_price <= waiting.limit_price


def _trade(arriving: BookOrder, waiting: BookOrder, wh: int) -> Trade:
    bid, offer = (arriving, waiting) if arriving.side is Side.BID else (waiting, arriving)
    return Trade(bid.number, offer.number, Wh(wh), Price(waiting.limit_price))


def _refuse(in_turn: Iterable[BookOrder], least: Mapping[OrderNumber, Wh]) -> None:
    energy = {order.number: order.wh for order in in_turn}
    for number, wh in sorted(least.items()):
        if number not in energy:
            raise UnknownOrder(number)
        if not 0 <= wh <= energy[number]:
            raise BadOrder(number, f"its least fill of {wh} Wh must lie between 0 and its energy, {energy[number]} Wh")
