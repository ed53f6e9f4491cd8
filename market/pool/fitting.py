"""Clearing at one price where the trades would be more than one result may hold: whole orders stay out, by lot.

A rule of sharing cannot be cut trade by trade: that would leave some with nothing and others with their full part. So
orders leave one after the other until the trades of the others fit, and the others share again, exactly as if those
had not been placed. Who leaves next is settled before anything is shared:

    the long side, as long as what is left of it covers the short side: no energy is lost by that
    otherwise the side with more orders, bids if both have as many
    on a side the highest lot of the interval's seed (`auctions.ties`), of equal lots the higher number

Lots know nothing of energy or price: nobody stays in by asking for more, and another interval has other lots. Where a
rule shares by owner or by meter, the orders that share a part leave together, by the lot of the one with the lowest
number, so that several orders are no better than one. Where a rule has a priority, the last leave first.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter

from aipchain.market.auctions.ties import lots
from aipchain.market.book import MAX_TRADES, BookOrder, Side, Trade, in_number_order
from aipchain.market.pool.one_price import eligible
from aipchain.market.whole import refuse_seed
from aipchain.units import Price

__all__ = ["ClearAtPrice", "clear_within"]

ClearAtPrice = Callable[[Iterable[BookOrder], Price], tuple[Trade, ...]]
"""A clearing at one price, of which each order's part depends on the orders it is given and on the price alone."""


def _one_tier(_: BookOrder) -> int:
    return 0


def clear_within(
    orders: Iterable[BookOrder],
    price: Price,
    clear: ClearAtPrice,
    limit: int = MAX_TRADES,
    *,
    seed: int = 0,
    together: Callable[[BookOrder], Hashable] = attrgetter("number"),
    tier: Callable[[BookOrder], int] = _one_tier,
) -> tuple[Trade, ...]:
    """The trades of `clear` for as many orders as give at most `limit` trades, in canonical order.

    How many leave is found by halving, so one more than the fewest that fit may stay out where trades do not become
    fewer with every order.

    :param together: orders of a side for which this is equal leave together.
    :param tier: orders of higher tiers leave before all of lower ones; orders that leave together must have one tier.
    :raises DuplicateOrder: two orders have one number.
    :raises TypeError, ValueError: the seed is none (`market.whole.refuse_seed`).
    """
    refuse_seed(seed)
    listed = in_number_order(orders)
    trades = clear(listed, price)
    if len(trades) <= limit:
        return trades
    leaving = list(_leaving(listed, price, lambda groups: _by_lot(groups, seed, together, tier)))
    stay, gone, trades = 0, len(leaving), ()
    while gone - stay > 1:
        tried = (stay + gone) // 2
        out = {order.number for group in leaving[:tried] for order in group.orders}
        found = clear([order for order in listed if order.number not in out], price)
        if len(found) > limit:
            stay = tried
        else:
            gone, trades = tried, found
    return trades


@dataclass(frozen=True, slots=True)
class _Group:
    """Orders of one side that leave together."""

    orders: Sequence[BookOrder]

    @property
    def wh(self) -> int:
        """Their energy [Wh]."""
        return sum(order.wh for order in self.orders)


def _leaving(
    orders: Sequence[BookOrder], price: Price, ranked: Callable[[Iterable[BookOrder]], list[_Group]]
) -> Iterable[_Group]:
    """All eligible orders in the sequence in which they leave; `ranked` has one side, the first to leave last."""
    waiting = {side: ranked(order for order in orders if eligible(order, price, side)) for side in Side}
    energy = {side: sum(group.wh for group in groups) for side, groups in waiting.items()}
    while any(waiting.values()):
        long, short = sorted(Side, key=lambda side: energy[side], reverse=True)
        if not waiting[long] or energy[long] - waiting[long][-1].wh < energy[short]:
            long = max(Side, key=lambda side: len(waiting[side]))
        group = waiting[long].pop()
        energy[long] -= group.wh
        yield group


def _by_lot(
    orders: Iterable[BookOrder],
    seed: int,
    together: Callable[[BookOrder], Hashable],
    tier: Callable[[BookOrder], int],
) -> list[_Group]:
    """The groups of one side, the first to leave last; `orders` by rising number."""
    groups: dict[Hashable, list[BookOrder]] = {}
    for order in orders:
        groups.setdefault(together(order), []).append(order)
    first = [group[0] for group in groups.values()]
    drawn = lots(seed, [order.number for order in first])
    keys = [(tier(order), lot, order.number) for order, lot in zip(first, drawn, strict=True)]
    return [_Group(group) for _, group in sorted(zip(keys, groups.values(), strict=True), key=itemgetter(0))]
