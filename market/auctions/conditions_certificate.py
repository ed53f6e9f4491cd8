"""The proof of a clearing of orders with conditions: that it keeps them, and how much a better one could have at most.

Nothing is solved. The clearing is checked by itself in passes over orders and trades: known orders, fills that keep the
conditions and are equal on both sides, one price in each interval within the limits of all who trade, trades that
realise the fills, welfare as told. Then its `bound` by the search's tree (`bound_tree`): every part of it is worth at
most that. So `gap` is true, and a clearing whose gap is zero is proven optimal.

Clearing and tree come from a stranger: whatever they hold, the check answers with a breach.

Not proven is where within the limits a price lies, nor which of several clearings of equal welfare was taken.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from aipchain.market.auctions.bound_tree import BoundTree, Trace, bounds, tree_of
from aipchain.market.auctions.branch_and_bound import MOST_NODES, best_fills, sides_of
from aipchain.market.auctions.certificate import UniformCertificate, rows_of, verify_trades
from aipchain.market.auctions.columns import ColumnBook, column_book
from aipchain.market.auctions.conditions import ConditionalClearing, LinkedOrder, clearing_of, refuse_orders
from aipchain.market.book import OrderNumber, Side
from aipchain.market.breach import At, Breach, Thing
from aipchain.market.whole import are_whole, is_whole

__all__ = ["Fault", "bound_proof", "clear_with_proof", "verify"]


class Fault(StrEnum):
    """What can be wrong with a clearing or its bound, in the order in which it is looked for.

    Faults of trades have the names of `certificate.Fault`; they come after `OUTSIDE_LIMIT`.
    """

    MALFORMED = "Malformed"
    """What was handed in is no clearing or no tree: not of its type, or with numbers that are not whole."""
    UNKNOWN_ORDER = "UnknownOrder"
    """A fill of an order that is not in the book."""
    OTHER_INTERVALS = "OtherIntervals"
    """Fills, prices, trades or the tree are of another number of intervals than the orders."""
    CONDITION_BROKEN = "ConditionBroken"
    """A fill below the order's least fill or above its energy, in some interval."""
    SIDES_DIFFER = "SidesDiffer"
    OUTSIDE_LIMIT = "OutsideLimit"
    """There is no price where there are fills, or it is beyond the limit of an order that is served."""
    OTHER_WELFARE = "OtherWelfare"
    """The fills are worth another sum than is told."""
    BOUND_NOT_PROVEN = "BoundNotProven"
    """A part of the tree may be worth more than the bound; `amount` says how much more."""


def clear_with_proof(
    orders: Iterable[LinkedOrder],
    *,
    k_permille: int = 500,
    seed: int = 0,
    most_nodes: int = MOST_NODES,
    lowest_price: int = 0,
) -> tuple[ConditionalClearing, BoundTree]:
    """The clearing of `branch_and_bound.clear_conditional`, and what proves its bound; raises as that."""
    listed, sides = sides_of(orders, seed, lowest_price)
    trace = Trace()
    fills, bound = best_fills(sides, sides, most_nodes, trace)
    clearing = clearing_of(listed, fills, bound=bound, k_permille=k_permille, seed=seed)
    return clearing, tree_of(listed, trace, bound)


def bound_proof(
    orders: Iterable[LinkedOrder], *, seed: int = 0, most_nodes: int = MOST_NODES, lowest_price: int = 0
) -> BoundTree:
    """What proves the bound of a clearing by the same search, also of `traded_conditions.clear_traded`."""
    return clear_with_proof(orders, seed=seed, most_nodes=most_nodes, lowest_price=lowest_price)[1]


def verify(
    orders: Sequence[LinkedOrder], clearing: ConditionalClearing, proof: BoundTree, *, lowest_price: int = 0
) -> Breach | None:
    """Whether `clearing` keeps all conditions of `orders`, and no clearing has more welfare than its `bound`.

    :param lowest_price: the lowest limit price the community allows [base units per Wh].
    :returns: None if so, else the first breach.
    :raises DuplicateOrder, BadOrder, TypeError: see `conditions.refuse_orders`.
    """
    refuse_orders(orders, lowest_price)
    if not _is_clearing(clearing):
        return Breach(Fault.MALFORMED)
    return (
        _verify_fills(orders, clearing)
        or next(filter(None, (_verify_interval(orders, clearing, t) for t in range(len(clearing.prices)))), None)
        or _verify_bound(orders, clearing, proof)
    )


def _is_clearing(clearing: object) -> bool:
    """Whether a clearing is one, and its numbers whole; its trades are looked at as they are read."""
    return (
        isinstance(clearing, ConditionalClearing)
        and isinstance(clearing.fills, Mapping)
        and are_whole([*clearing.fills], *clearing.fills.values())
        and isinstance(clearing.prices, Sequence)
        and are_whole([price for price in clearing.prices if price is not None])
        and isinstance(clearing.trades, Sequence)
        and is_whole(clearing.welfare)
        and is_whole(clearing.bound)
    )


def _verify_fills(orders: Sequence[LinkedOrder], clearing: ConditionalClearing) -> Breach | None:
    intervals, known = (len(orders[0].wh) if orders else 0), {order.number: order for order in orders}
    if not intervals == len(clearing.prices) == len(clearing.trades):
        return Breach(Fault.OTHER_INTERVALS)
    for number, fills in clearing.fills.items():
        if number not in known:
            return Breach(Fault.UNKNOWN_ORDER, At(Thing.ORDER, number))
        if len(fills) != intervals:
            return Breach(Fault.OTHER_INTERVALS, At(Thing.ORDER, number))
        if not known[number].accepts(fills):
            return Breach(Fault.CONDITION_BROKEN, At(Thing.ORDER, number))
    return None


def _verify_interval(orders: Sequence[LinkedOrder], clearing: ConditionalClearing, t: int) -> Breach | None:
    """Balance, price and trades of one interval."""
    served = [order for order in orders if _fill(clearing, order, t)]
    wh = {side: sum(_fill(clearing, order, t) for order in served if order.side is side) for side in Side}
    if wh[Side.BID] != wh[Side.OFFER]:
        return Breach(Fault.SIDES_DIFFER, amount=wh[Side.BID] - wh[Side.OFFER])
    price = clearing.prices[t]
    for order in served:
        if price is None or (order.limit_price - price) * (1 if order.side is Side.BID else -1) < 0:
            return Breach(Fault.OUTSIDE_LIMIT, At(Thing.ORDER, order.number))
    book = _columns(served)
    rows = rows_of(book, clearing.trades[t])
    if isinstance(rows, Breach):
        return rows
    fills = UniformCertificate(
        price or 0,
        *([_fill_of(clearing, number, t) for number in side.numbers] for side in (book.bids, book.offers)),
    )
    return verify_trades(book, rows, fills, [price or 0] * len(book.bids))


def _verify_bound(orders: Sequence[LinkedOrder], clearing: ConditionalClearing, proof: BoundTree) -> Breach | None:
    sign = {Side.BID: 1, Side.OFFER: -1}
    worth = sum(order.limit_price * sign[order.side] * sum(clearing.fills.get(order.number, ())) for order in orders)
    if worth != clearing.welfare:
        return Breach(Fault.OTHER_WELFARE, amount=clearing.welfare - worth)
    try:
        most = max((each for each in bounds(orders, proof) if each is not None), default=0)
    except IndexError:
        return Breach(Fault.OTHER_INTERVALS)
    except TypeError:
        return Breach(Fault.MALFORMED)
    if max(most, worth) > clearing.bound:
        return Breach(Fault.BOUND_NOT_PROVEN, amount=max(most, worth) - clearing.bound)
    return None


def _fill(clearing: ConditionalClearing, order: LinkedOrder, t: int) -> int:
    return _fill_of(clearing, order.number, t)


def _fill_of(clearing: ConditionalClearing, number: int, t: int) -> int:
    fills = clearing.fills.get(OrderNumber(number))
    return fills[t] if fills else 0


def _columns(orders: Sequence[LinkedOrder]) -> ColumnBook:
    """The orders that are served in an interval, as a book."""
    owners = {owner: place for place, owner in enumerate({order.owner: None for order in orders})}
    limits = [order.limit_price for order in orders]
    return column_book(
        [order.number for order in orders],
        [owners[order.owner] for order in orders],
        [order.side for order in orders],
        [max(order.wh) for order in orders],
        limits,
        lowest_price=min(limits, default=0),
    )
