"""Clearing at one given community price: the short side is served in full, the long side in proportion.

Eligible are bids with a limit at or above the price and offers at or below it. Shares of the long side follow its
orders' energy by exact cumulative rounding in order of number. Nobody trades with itself: an owner on both sides that
is so large that it would have to, trades that part in a second round with others of the long side who still have energy
left, again in proportion. Together both rounds trade as much as any result at this price can.
"""

from collections.abc import Iterable, Sequence

from aipchain.market.allocation.shares import allocate
from aipchain.market.auctions.pairing import Fill, Pair, Pairing, pair_fills, trades_at
from aipchain.market.book import AccountId, BookOrder, OrderNumber, Side, Trade
from aipchain.units import Price, Wh

__all__ = ["clear_pro_rata"]


def clear_pro_rata(orders: Iterable[BookOrder], price: Price) -> tuple[Trade, ...]:
    """Trades at `price` [base units per Wh], in canonical order."""
    by_number = sorted(orders, key=lambda order: order.number)
    bids = [Fill(order, order.wh) for order in by_number if order.side is Side.BID and order.limit_price >= price]
    offers = [Fill(order, order.wh) for order in by_number if order.side is Side.OFFER and order.limit_price <= price]
    first = _round(bids, offers)
    pairs = first.pairs
    if first.self_supplier is not None:
        pairs += _second_round(bids, offers, first.pairs, first.self_supplier)
    return trades_at(pairs, price)


def _round(bids: Sequence[Fill], offers: Sequence[Fill]) -> Pairing:
    """Serve the short side in full and the long side in proportion, then pair."""
    energy = min(sum(fill.wh for fill in bids), sum(fill.wh for fill in offers))
    return pair_fills(_shares(bids, energy), _shares(offers, energy))


def _second_round(
    bids: Sequence[Fill], offers: Sequence[Fill], pairs: Sequence[Pair], owner: AccountId
) -> tuple[Pair, ...]:
    """What `owner` could not trade goes to others who have energy left; only one of the two directions has any."""
    bids_left = _left(bids, ((pair.bid.number, pair.wh) for pair in pairs))
    offers_left = _left(offers, ((pair.offer.number, pair.wh) for pair in pairs))
    buys = _round(_of(owner, bids_left), _not_of(owner, offers_left))
    sells = _round(_not_of(owner, bids_left), _of(owner, offers_left))
    return buys.pairs + sells.pairs


def _shares(fills: Sequence[Fill], energy: int) -> list[Fill]:
    shares = allocate(energy, [fill.wh for fill in fills])
    return [Fill(fill.order, Wh(share)) for fill, share in zip(fills, shares, strict=True) if share]


def _left(fills: Iterable[Fill], traded: Iterable[tuple[OrderNumber, Wh]]) -> list[Fill]:
    left = {fill.order.number: int(fill.wh) for fill in fills}
    for number, wh in traded:
        left[number] -= wh
    return [Fill(fill.order, Wh(left[fill.order.number])) for fill in fills if left[fill.order.number]]


def _of(owner: AccountId, fills: Iterable[Fill]) -> list[Fill]:
    return [fill for fill in fills if fill.order.owner == owner]


def _not_of(owner: AccountId, fills: Iterable[Fill]) -> list[Fill]:
    return [fill for fill in fills if fill.order.owner != owner]
