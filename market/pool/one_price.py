"""Clearing at one given community price: the short side is served in full, the long side by a rule of sharing.

Eligible are bids with a limit at or above the price and offers at or below it. Nobody trades with itself: an owner on
both sides that is so large that it would have to, trades that part in a second round with others of the long side who
still have energy left, shared by the same rule. Together both rounds trade as much as any result at this price can.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from aipchain.market.auctions.pairing import Fill, Pair, Pairing, pair_fills, trades_at
from aipchain.market.book import AccountId, BookOrder, OrderNumber, Side, Trade, in_number_order
from aipchain.market.whole import refuse_fraction
from aipchain.units import Price, Wh

__all__ = ["ShareOrders", "clear_at_price", "eligible"]

ShareOrders: TypeAlias = Callable[[int, Sequence[Fill]], Sequence[int]]
"""Energy [Wh], never more than there is, shared over orders by number; parts sum to it and fit their orders."""


def clear_at_price(orders: Iterable[BookOrder], price: Price, share: ShareOrders) -> tuple[Trade, ...]:
    """Trades at `price` [base units per Wh], in canonical order.

    :raises DuplicateOrder: two orders have one number.
    :raises TypeError: the price is not whole.
    """
    refuse_fraction("the price", price)
    by_number = in_number_order(orders)
    bids, offers = ([Fill(order, order.wh) for order in by_number if eligible(order, price, side)] for side in Side)
    first = _round(bids, offers, share)
    pairs = first.pairs
    if first.self_supplier is not None:
        pairs += _second_round(bids, offers, first, share)
    return trades_at(pairs, price)


def eligible(order: BookOrder, price: Price, side: Side) -> bool:
    """Whether an order is of this side and may trade at `price`."""
    reaches = order.limit_price >= price if side is Side.BID else order.limit_price <= price
    return order.side is side and reaches


def _round(bids: Sequence[Fill], offers: Sequence[Fill], share: ShareOrders) -> Pairing:
    """Share what both sides have, then pair."""
    energy = min(sum(fill.wh for fill in bids), sum(fill.wh for fill in offers))
    return pair_fills(_shares(bids, energy, share), _shares(offers, energy, share))


def _second_round(bids: Sequence[Fill], offers: Sequence[Fill], first: Pairing, share: ShareOrders) -> tuple[Pair, ...]:
    """What the self-supplier could not trade goes to others with energy left; only one of the directions has any."""
    owner = first.self_supplier
    bids_left = _left(bids, ((pair.bid.number, pair.wh) for pair in first.pairs))
    offers_left = _left(offers, ((pair.offer.number, pair.wh) for pair in first.pairs))
    buys = _round(_of(owner, bids_left), _not_of(owner, offers_left), share)
    sells = _round(_not_of(owner, bids_left), _of(owner, offers_left), share)
    return buys.pairs + sells.pairs


def _shares(fills: Sequence[Fill], energy: int, share: ShareOrders) -> list[Fill]:
    return [Fill(fill.order, Wh(part)) for fill, part in zip(fills, share(energy, fills), strict=True) if part]


def _left(fills: Iterable[Fill], traded: Iterable[tuple[OrderNumber, Wh]]) -> list[Fill]:
    left = {fill.order.number: int(fill.wh) for fill in fills}
    for number, wh in traded:
        left[number] -= wh
    return [Fill(fill.order, Wh(left[fill.order.number])) for fill in fills if left[fill.order.number]]


def _of(owner: AccountId | None, fills: Iterable[Fill]) -> list[Fill]:
    return [fill for fill in fills if fill.order.owner == owner]


def _not_of(owner: AccountId | None, fills: Iterable[Fill]) -> list[Fill]:
    return [fill for fill in fills if fill.order.owner != owner]
