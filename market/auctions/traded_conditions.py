"""Orders with conditions, whose conditions hold for what is traded, not only for what is served.

`branch_and_bound` serves orders as if an owner could sell to itself, and as if any number of trades could be made. What
an owner could only have had from itself is no trade, and what a result has no room for neither, so a served order can
end up with less traded than its least fill. Then orders are put out and the rest is cleared again: where there are too
many trades, as many orders as that, those that gain least; else all that trade against their conditions. After
`MOST_ROUNDS` rounds what still breaks a condition only loses its trades, until nothing does. The answer keeps every
condition in the energy that its trades move; how good it is, `gap` says against the bound of all orders.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from aipchain.market.auctions.branch_and_bound import MOST_NODES, clear_conditional
from aipchain.market.auctions.conditions import ConditionalClearing, LinkedOrder
from aipchain.market.auctions.cut import keep_best
from aipchain.market.auctions.ties import lot
from aipchain.market.book import MAX_TRADES, OrderNumber, Side, Trade
from aipchain.market.whole import refuse_outside

__all__ = ["MOST_ROUNDS", "clear_traded", "traded_fills"]

MOST_ROUNDS: Final = 8
"""Clearings that are tried before orders only lose their trades."""

Trades = tuple[tuple[Trade, ...], ...]
"""By interval."""


def clear_traded(
    orders: Iterable[LinkedOrder],
    *,
    k_permille: int = 500,
    seed: int = 0,
    most_nodes: int = MOST_NODES,
    most_trades: int = MAX_TRADES,
    lowest_price: int = 0,
) -> ConditionalClearing:
    """As `clear_conditional`, with fills that are all traded, in at most `most_trades` trades in each interval.

    :raises DuplicateOrder, BadOrder, TypeError, ValueError: as `clear_conditional`; `most_trades` is negative.
    """
    refuse_outside("the most trades", most_trades, 0)
    left = sorted(orders, key=lambda order: order.number)
    listed, bound = left, None
    for _ in range(MOST_ROUNDS):
        clearing = clear_conditional(
            left, k_permille=k_permille, seed=seed, most_nodes=most_nodes, lowest_price=lowest_price
        )
        bound = clearing.bound if bound is None else bound
        trades = tuple(keep_best(each, left, most_trades, seed=seed) for each in clearing.trades)
        broken = _broken(left, trades)
        if not broken:
            break
        out = _too_many(left, clearing, most_trades, seed) or broken
        left = [order for order in left if order.number not in out]
    prices = tuple(price if each else None for price, each in zip(clearing.prices, trades, strict=True))
    return _traded(listed, replace(clearing, prices=prices, bound=bound or 0), _without_broken(listed, trades))


def traded_fills(trades: Trades) -> dict[OrderNumber, tuple[int, ...]]:
    """Energy that each order trades in each interval [Wh]; orders without trades are missing."""
    moved: dict[OrderNumber, list[int]] = defaultdict(lambda: [0] * len(trades))
    for interval, listed in enumerate(trades):
        for trade in listed:
            moved[trade.bid][interval] += trade.wh
            moved[trade.offer][interval] += trade.wh
    return {number: tuple(moved[number]) for number in sorted(moved)}


def _too_many(
    orders: Sequence[LinkedOrder], clearing: ConditionalClearing, most_trades: int, seed: int
) -> set[OrderNumber]:
    """As many of the orders that gain least as there are trades too many in an interval."""
    excess = max((len(trades) - most_trades for trades in clearing.trades), default=0)
    if excess <= 0:
        return set()

    def rank(order: LinkedOrder) -> tuple[int, int]:
        fills = zip(clearing.fills[order.number], clearing.prices, strict=True)
        gain = sum(abs(order.limit_price - price) * wh for wh, price in fills if price is not None)
        return gain, -lot(seed, order.number)

    served = [order for order in orders if order.number in clearing.fills]
    return {order.number for order in sorted(served, key=rank)[:excess]}


def _broken(orders: Iterable[LinkedOrder], trades: Trades) -> set[OrderNumber]:
    """Orders that trade against their conditions."""
    fills = traded_fills(trades)
    return {order.number for order in orders if order.number in fills and not order.accepts(fills[order.number])}


def _without_broken(orders: Sequence[LinkedOrder], trades: Trades) -> Trades:
    """The trades without those of orders that break a condition, again and again until no order does."""
    while broken := _broken(orders, trades):
        trades = tuple(tuple(_of_others(each, broken)) for each in trades)
    return trades


def _of_others(trades: Iterable[Trade], numbers: set[OrderNumber]) -> Iterator[Trade]:
    return (trade for trade in trades if trade.bid not in numbers and trade.offer not in numbers)


def _traded(orders: Sequence[LinkedOrder], clearing: ConditionalClearing, trades: Trades) -> ConditionalClearing:
    """The clearing of these trades."""
    fills = traded_fills(trades)
    sign = {Side.BID: 1, Side.OFFER: -1}
    welfare = sum(sign[order.side] * order.limit_price * sum(fills.get(order.number, ())) for order in orders)
    prices = tuple(price if each else None for price, each in zip(clearing.prices, trades, strict=True))
    return replace(clearing, fills=fills, trades=trades, prices=prices, welfare=welfare)
