"""What is kept of an auction that made more trades than one result may hold.

`keep_best` keeps the trades that gain most, so that as little welfare as possible is lost with the others: no other
choice of so many whole trades has more. Trade reduction must not use it: there a better limit would win an order its
trade, and lying about limits would pay; it keeps the largest (`book.keep_largest`), as the uniform price does, of which
the chain knows how much a cut can leave out.
"""

from collections.abc import Iterable
from typing import Protocol

from aipchain.market.auctions.ties import lots
from aipchain.market.book import MAX_TRADES, OrderNumber, Trade, in_canonical_order
from aipchain.market.whole import refuse_outside, refuse_seed
from aipchain.units import Price

__all__ = ["HasLimit", "keep_best"]


class HasLimit(Protocol):
    """Any form of an order."""

    @property
    def number(self) -> OrderNumber:
        """Which order it is."""

    @property
    def limit_price(self) -> Price:
        """Its limit [base units per Wh]."""


def keep_best(
    trades: Iterable[Trade], orders: Iterable[HasLimit], limit: int = MAX_TRADES, *, seed: int
) -> tuple[Trade, ...]:
    """At most `limit` trades, in canonical order: the ones worth most above what their sellers ask.

    :param orders: the book; it must hold all orders of the trades.
    :param seed: of equal trades those whose orders have lower lots are kept (`ties.tie_seed`).
    :raises TypeError, ValueError: `limit` is negative, the seed of more than 64 bits, or one is not whole.
    """
    refuse_outside("the most trades", limit, 0)
    refuse_seed(seed)
    listed = in_canonical_order(trades)
    if len(listed) <= limit:
        return listed
    limit_of = {order.number: order.limit_price for order in orders}
    lot_of = dict(zip(limit_of, lots(seed, limit_of), strict=True))

    def rank(trade: Trade) -> tuple[int, int, int]:
        gain = (limit_of[trade.bid] - limit_of[trade.offer]) * trade.wh
        return -gain, lot_of[trade.bid], lot_of[trade.offer]

    return in_canonical_order(sorted(listed, key=rank)[:limit])
