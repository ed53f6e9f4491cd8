"""Orders with conditions: fill-or-kill, minimum fill, and blocks over several intervals.

One form for all: an order has an energy `wh[t]` and a least fill `least_wh[t]` in each of T intervals. It is taken in
all its intervals or in none; where it is taken, its fill lies between `least_wh[t]` and `wh[t]`.

    plain order          least 0
    minimum fill         0 < least < wh, in one interval
    fill-or-kill         least = wh, in one interval
    block                least = wh in several intervals; between 0 and wh for a block with a least share

Limit prices hold in each interval by itself, so that every trade is one the chain can settle [base units per Wh].
A clearing (`ConditionalClearing`) has one price per interval, within the limits of all orders that trade in it. With
conditions there may be no equilibrium price: an order that would gladly trade at it can stay out, because it does not
fit as a whole. None ever trades against its limit.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aipchain.market.auctions.errors import BadOrder
from aipchain.market.auctions.pairing import Fills, pair_columns
from aipchain.market.auctions.ties import lots
from aipchain.market.book import AccountId, BookOrder, OrderNumber, Side, Trade, in_canonical_order
from aipchain.market.errors import DuplicateOrder
from aipchain.market.rounding import blend, refuse_k
from aipchain.market.whole import refuse_fraction, refuse_fractions
from aipchain.units import Price, Wh

__all__ = ["ConditionalClearing", "LinkedOrder", "as_linked", "best_first", "clearing_of", "refuse_orders"]


@dataclass(frozen=True, slots=True)
class LinkedOrder:
    """An order over several intervals: energy and least fill of each [Wh], limit price [base units per Wh]."""

    number: OrderNumber
    owner: AccountId
    side: Side
    limit_price: Price
    wh: tuple[int, ...]
    least_wh: tuple[int, ...]

    @property
    def is_conditional(self) -> bool:
        """Whether some least fill is above zero."""
        return any(self.least_wh)

    def accepts(self, fills: Sequence[int]) -> bool:
        """Whether fills per interval [Wh] keep the order's conditions."""
        if not any(fills):
            return True
        return all(least <= fill <= wh for least, fill, wh in zip(self.least_wh, fills, self.wh, strict=True))


def as_linked(order: BookOrder, *, least_wh: int = 0) -> LinkedOrder:
    """An order of the chain with a least fill [Wh], in a problem of one interval.

    :raises BadOrder: the least fill is below zero or above the order's energy.
    """
    linked = LinkedOrder(order.number, order.owner, order.side, order.limit_price, (order.wh,), (least_wh,))
    refuse_orders([linked])
    return linked


@dataclass(frozen=True, slots=True)
class ConditionalClearing:
    """What is served, at what prices, and how good that is.

    `welfare` and `bound` are money [base units]: no clearing has more welfare than `bound`, so `bound - welfare` is the
    gap; it is zero if the clearing is proven optimal.
    """

    fills: dict[OrderNumber, tuple[int, ...]]
    prices: tuple[int | None, ...]
    trades: tuple[tuple[Trade, ...], ...]
    welfare: int
    bound: int

    @property
    def gap(self) -> int:
        """Welfare that a better clearing could have at most [base units]."""
        return self.bound - self.welfare


def best_first(orders: Iterable[LinkedOrder], seed: int) -> list[LinkedOrder]:
    """Orders of one side by price, then lot, then number (see `ties`)."""
    sign, listed = {Side.BID: -1, Side.OFFER: 1}, list(orders)
    numbers = [order.number for order in listed]
    lot_of = dict(zip(numbers, lots(seed, numbers), strict=True))
    return sorted(listed, key=lambda o: (sign[o.side] * o.limit_price, lot_of[o.number], o.number))


def refuse_orders(orders: Sequence[LinkedOrder], lowest_price: int = 0) -> None:
    """Check a set of orders.

    :param lowest_price: the lowest limit price the community allows [base units per Wh]; it may be negative.
    :raises DuplicateOrder: two orders have one number.
    :raises BadOrder: no energy, other numbers of intervals, a least fill outside 0..energy, or a limit that is too low.
    :raises TypeError: a number that is not whole.
    """
    refuse_fraction("the lowest price", lowest_price)
    seen: set[int] = set()
    for order in orders:
        _refuse_kinds(order)
        if order.limit_price < lowest_price:
            raise BadOrder(order.number, f"its limit price {order.limit_price} is below the lowest, {lowest_price}")
        if order.number in seen:
            raise DuplicateOrder(order.number)
        seen.add(order.number)
        if len(order.wh) != len(order.least_wh) or len(order.wh) != len(orders[0].wh):
            raise BadOrder(order.number, f"it is for {len(order.wh)} intervals, the others for {len(orders[0].wh)}")
        if not any(order.wh) or min(order.wh) < 0:
            raise BadOrder(order.number, f"{order.wh} Wh; energy must be above zero in some interval, never below")
        if any(not 0 <= least <= wh for least, wh in zip(order.least_wh, order.wh, strict=True)):
            raise BadOrder(order.number, f"its least fill {order.least_wh} must be between 0 and its energy {order.wh}")


def _refuse_kinds(order: LinkedOrder) -> None:
    """Check that the numbers of an order are whole, and its side is one."""
    refuse_fraction("an order number", order.number)
    for what, numbers in (
        ("a limit price", (order.limit_price,)),
        ("an order's energy", order.wh),
        ("a least fill", order.least_wh),
    ):
        refuse_fractions(f"order {order.number}: {what}", numbers)
    if not isinstance(order.side, Side):
        raise TypeError(f"order {order.number}: its side is {order.side!r}, not a Side")


def clearing_of(
    orders: Sequence[LinkedOrder],
    fills: Mapping[OrderNumber, tuple[int, ...]],
    *,
    bound: int,
    k_permille: int = 500,
    seed: int = 0,
) -> ConditionalClearing:
    """Prices and trades for fills that keep all conditions and balance in each interval; `orders` by number.

    :raises TypeError, ValueError: `k_permille` is not whole or outside 0..1000.
    """
    refuse_k(k_permille)
    fills = {order.number: fills[order.number] for order in orders if order.number in fills}
    bids = best_first((order for order in orders if order.side is Side.BID), seed)
    offers = best_first((order for order in orders if order.side is Side.OFFER), seed)
    intervals = range(len(orders[0].wh)) if orders else range(0)
    prices = tuple(_price(bids, offers, fills, t, k_permille) for t in intervals)
    trades = tuple(_trades(bids, offers, fills, t, price) for t, price in zip(intervals, prices, strict=True))
    sign = {Side.BID: 1, Side.OFFER: -1}
    welfare = sum(sign[order.side] * order.limit_price * sum(fills.get(order.number, ())) for order in orders)
    return ConditionalClearing(fills, prices, trades, welfare, bound)


def _price(
    bids: Sequence[LinkedOrder],
    offers: Sequence[LinkedOrder],
    fills: Mapping[OrderNumber, tuple[int, ...]],
    t: int,
    k_permille: int,
) -> int | None:
    """The k-blend of the prices that all who trade accept, nearest to an equilibrium; None without trades."""
    served_bids, served_offers = _served(bids, fills, t), _served(offers, fills, t)
    if not served_bids:
        return None
    low = max(order.limit_price for order, _ in served_offers)
    high = min(order.limit_price for order, _ in served_bids)
    unserved_bids, unserved_offers = _unserved(bids, fills, t), _unserved(offers, fills, t)
    tighter_low = min(high, max([low, *unserved_bids]))
    tighter_high = max(tighter_low, min([high, *unserved_offers]))
    return blend(tighter_low, tighter_high, k_permille)


def _served(
    orders: Iterable[LinkedOrder], fills: Mapping[OrderNumber, tuple[int, ...]], t: int
) -> list[tuple[LinkedOrder, int]]:
    return [(order, fills[order.number][t]) for order in orders if order.number in fills and fills[order.number][t]]


def _unserved(orders: Iterable[LinkedOrder], fills: Mapping[OrderNumber, tuple[int, ...]], t: int) -> list[int]:
    """Limits of orders without conditions that want more in the interval."""
    return [
        order.limit_price
        for order in orders
        if not order.is_conditional and (fills[order.number][t] if order.number in fills else 0) < order.wh[t]
    ]


def _trades(
    bids: Sequence[LinkedOrder],
    offers: Sequence[LinkedOrder],
    fills: Mapping[OrderNumber, tuple[int, ...]],
    t: int,
    price: int | None,
) -> tuple[Trade, ...]:
    """Trades of one interval: best with best, nobody with itself; an owner's unavoidable self-supply is no trade."""
    if price is None:
        return ()
    buys, sells = _served(bids, fills, t), _served(offers, fills, t)
    paired = pair_columns(
        Fills([order.owner for order, _ in buys], [wh for _, wh in buys]),
        Fills([order.owner for order, _ in sells], [wh for _, wh in sells]),
    )
    pairs = zip(paired.bids, paired.offers, paired.wh, strict=True)
    return in_canonical_order(
        Trade(buys[bid][0].number, sells[offer][0].number, Wh(wh), Price(price)) for bid, offer, wh in pairs
    )
