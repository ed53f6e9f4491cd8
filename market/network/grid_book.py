"""A book on a feeder: orders, the node of each meter, and the outside grid at the root with its posted prices.

A bid is energy its owner draws if served, an offer energy it feeds in if served; power is energy over the interval.
What flows beside the market is the grid operator's to subtract: it lowers limits. With reference prices the outside
sells at retail and buys at feed-in at the root of the feeder; without them bids and offers of the community must
balance. Welfare is the sum of served bids' limits less the sum of served offers' limits, less outside cost, plus
outside income.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aipchain.market.book import BookOrder, MeterId, OrderNumber, ReferencePrice, Side, in_number_order
from aipchain.market.measures import HOUR_S
from aipchain.market.network.errors import IntervalNotWhole, UnknownNode, UnplacedMeter
from aipchain.market.network.feeder import Feeder, NodeId
from aipchain.units import Balance, Wh

__all__ = ["GridBook", "Injections", "grid_book", "injections", "outside_exchange", "welfare"]


@dataclass(frozen=True, slots=True)
class GridBook:
    """Orders by number, the feeder position of each, the outside's prices, and watts per watt-hour."""

    feeder: Feeder
    orders: tuple[BookOrder, ...]
    positions: tuple[int, ...]
    reference: ReferencePrice | None
    watts_per_wh: int


@dataclass(frozen=True, slots=True)
class Injections:
    """Consumption and generation at each position of the feeder [W]."""

    load_w: list[int]
    generation_w: list[int]


def grid_book(
    feeder: Feeder,
    orders: Iterable[BookOrder],
    nodes: Mapping[MeterId, NodeId],
    *,
    reference: ReferencePrice | None,
    interval_s: int,
) -> GridBook:
    """Place the orders of one interval of `interval_s` [s] on the feeder; any arrangement gives the same book.

    :raises NetworkError: a meter without a place, a place without a node, an odd interval.
    :raises DuplicateOrder: two orders have one number.
    """
    if interval_s <= 0 or HOUR_S % interval_s:
        raise IntervalNotWhole(interval_s)
    book = in_number_order(orders)
    position, places = feeder.position(), []
    for order in book:
        node = nodes.get(order.meter)
        if node is None:
            raise UnplacedMeter(order.meter, order.number)
        if node not in position:
            raise UnknownNode(node, f"meter {order.meter}")
        places.append(position[node])
    return GridBook(feeder, book, tuple(places), reference, HOUR_S // interval_s)


def injections(book: GridBook, fills: Mapping[OrderNumber, Wh]) -> Injections:
    """Power at each position of the feeder when the orders are served by `fills` [Wh]."""
    load = [0] * len(book.feeder.nodes)
    generation = [0] * len(book.feeder.nodes)
    factor, bid = book.watts_per_wh, Side.BID  # looked up once: an enum's member takes as long as all the rest
    for order, position in zip(book.orders, book.positions, strict=True):
        wh = fills.get(order.number)
        if wh:
            (load if order.side is bid else generation)[position] += wh * factor
    return Injections(load, generation)


def outside_exchange(book: GridBook, fills: Mapping[OrderNumber, Wh]) -> Wh:
    """What the community draws from the outside in sum [Wh]; negative is fed in."""
    bid = Side.BID
    return Wh(sum([fills.get(each.number, 0) * (1 if each.side is bid else -1) for each in book.orders]))


def welfare(book: GridBook, fills: Mapping[OrderNumber, Wh]) -> Balance:
    """Value of the served energy less its cost, outside included [base units]."""
    worth, drawn, bid = 0, 0, Side.BID
    for order in book.orders:
        wh = fills.get(order.number, 0) * (1 if order.side is bid else -1)
        worth += wh * order.limit_price
        drawn += wh
    if book.reference is not None:
        worth -= drawn * (book.reference.retail if drawn > 0 else book.reference.feed_in)
    return Balance(worth)
