"""The k-double auction: everybody trades at one price at which supply meets demand.

Any price p in [low, high] is an equilibrium price: every strictly better order is served in full, every strictly worse
one not at all. With fills by merit order,

    low  = max(marginal offer, best bid not fully served)
    high = min(marginal bid, best offer not fully served)
    p    = low + floor((high - low) k / 1000)

(Chatterjee and Samuelson 1983 for the k-blend.) A clearing carries its own proof: `is_equilibrium` checks price and
fills in one pass over the unsorted book, without solving anything.

Where one owner holds so much of both sides that it would have to buy from itself, that part counts as served in the
fills, but no trade is made of it: the owner supplies itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from aipchain.market.auctions.merit_order import MeritOrder, fill_by_merit
from aipchain.market.auctions.pairing import Fill, pair_fills, trades_at
from aipchain.market.book import BookOrder, OrderNumber, Side, Trade
from aipchain.units import Price, Wh

__all__ = ["PERMILLE", "UniformClearing", "clear_uniform_price", "is_equilibrium", "price_interval"]

PERMILLE: Final = 1_000


@dataclass(frozen=True, slots=True)
class UniformClearing:
    """Price [base units per Wh] with its equilibrium interval, fills by order number [Wh], trades."""

    low: Price
    high: Price
    price: Price
    fills: Mapping[OrderNumber, Wh]
    trades: tuple[Trade, ...]


def clear_uniform_price(orders: Iterable[BookOrder], k_permille: int = 500) -> UniformClearing | None:
    """Clear the book at one price; None when no bid reaches any offer.

    :param k_permille: where in the interval the price lies: 0 is best for buyers, 1000 for sellers.
    :raises ValueError: `k_permille` is outside 0..1000.
    """
    if not 0 <= k_permille <= PERMILLE:
        raise ValueError(f"k is {k_permille} permille; it must lie in 0..{PERMILLE}")
    merit = fill_by_merit(orders)
    if not merit.crossing_wh:
        return None
    low, high = price_interval(merit)
    price = Price(low + (high - low) * k_permille // PERMILLE)
    bids, offers = merit.bid_fills, merit.offer_fills
    fills = {fill.order.number: fill.wh for fill in (*bids, *offers)}
    return UniformClearing(low, high, price, fills, trades_at(pair_fills(bids, offers).pairs, price))


def price_interval(merit: MeritOrder) -> tuple[Price, Price]:
    """Lowest and highest equilibrium price of a book whose curves cross."""
    bids, offers = merit.bid_fills, merit.offer_fills
    low, high = offers[-1].order.limit_price, bids[-1].order.limit_price
    next_bid = _first_not_full(merit.bids, bids)
    next_offer = _first_not_full(merit.offers, offers)
    if next_bid is not None:
        low = max(low, next_bid.limit_price)
    if next_offer is not None:
        high = min(high, next_offer.limit_price)
    return low, high


def is_equilibrium(orders: Iterable[BookOrder], price: Price, fills: Mapping[OrderNumber, Wh]) -> bool:
    """Whether `price` and `fills` are a welfare-optimal clearing of the book: the certificate check.

    :param fills: served energy by order number [Wh]; missing means 0, numbers outside the book make it false.
    """
    balance = known = 0
    for order in orders:
        known += order.number in fills
        fill = fills.get(order.number, Wh(0))
        advantage = _advantage(order, price)
        if not 0 <= fill <= order.wh or (advantage > 0 and fill != order.wh) or (advantage < 0 and fill):
            return False
        balance += fill if order.side is Side.BID else -fill
    return balance == 0 and known == len(fills)


def _advantage(order: BookOrder, price: Price) -> int:
    """How much better than `price` the order is [base units per Wh]."""
    return order.limit_price - price if order.side is Side.BID else price - order.limit_price


def _first_not_full(curve: Sequence[BookOrder], fills: Sequence[Fill]) -> BookOrder | None:
    last = fills[-1]
    if last.wh < last.order.wh:
        return last.order
    return curve[len(fills)] if len(fills) < len(curve) else None
