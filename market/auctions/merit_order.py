"""The welfare-optimal fills of a book: dearest bids and cheapest offers first, as long as they cross.

Sort keys are unique whole numbers (price above, order number below), so equal prices are served in the order in which
the chain numbered them, and every machine gets the same result. Bids and offers at one equal price trade: nothing is
lost by it, and tied orders trade in full.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aipchain.market.auctions.pairing import Fill
from aipchain.market.book import BookOrder, Side
from aipchain.units import Wh

__all__ = ["MeritOrder", "fill_by_merit", "sorted_bids", "sorted_offers"]

_BITS = 64  # prices and order numbers are u64 on chain
_TOP_PRICE = (1 << _BITS) - 1


@dataclass(frozen=True, slots=True)
class MeritOrder:
    """Both curves, best order first, and how much energy crosses [Wh]."""

    bids: tuple[BookOrder, ...]
    offers: tuple[BookOrder, ...]
    crossing_wh: Wh

    @property
    def bid_fills(self) -> tuple[Fill, ...]:
        """The served bids; all but the last in full."""
        return _first(self.bids, self.crossing_wh)

    @property
    def offer_fills(self) -> tuple[Fill, ...]:
        """The served offers; all but the last in full."""
        return _first(self.offers, self.crossing_wh)


def fill_by_merit(orders: Iterable[BookOrder]) -> MeritOrder:
    """Sort the book and find where its curves cross."""
    book = tuple(orders)
    bids, offers = sorted_bids(book), sorted_offers(book)
    return MeritOrder(bids, offers, _crossing(bids, offers))


def sorted_bids(orders: Iterable[BookOrder]) -> tuple[BookOrder, ...]:
    """Bids by falling limit price, equal prices by order number."""
    bids = [order for order in orders if order.side is Side.BID]
    return tuple(sorted(bids, key=lambda order: (_TOP_PRICE - order.limit_price) << _BITS | order.number))


def sorted_offers(orders: Iterable[BookOrder]) -> tuple[BookOrder, ...]:
    """Offers by rising limit price, equal prices by order number."""
    offers = [order for order in orders if order.side is Side.OFFER]
    return tuple(sorted(offers, key=lambda order: order.limit_price << _BITS | order.number))


def _crossing(bids: Sequence[BookOrder], offers: Sequence[BookOrder]) -> Wh:
    """Energy up to the crossing of the curves [Wh], by one merge pass."""
    crossed = demanded = supplied = bid_index = offer_index = 0
    while bid_index < len(bids) and offer_index < len(offers):
        bid, offer = bids[bid_index], offers[offer_index]
        if bid.limit_price < offer.limit_price:
            break
        demanded_after, supplied_after = demanded + bid.wh, supplied + offer.wh
        crossed = min(demanded_after, supplied_after)
        if demanded_after == crossed:
            demanded, bid_index = demanded_after, bid_index + 1
        if supplied_after == crossed:
            supplied, offer_index = supplied_after, offer_index + 1
    return Wh(crossed)


def _first(orders: Iterable[BookOrder], energy: Wh) -> tuple[Fill, ...]:
    """The fills that serve `energy` [Wh] from the front of a curve."""
    fills: list[Fill] = []
    left = energy
    for order in orders:
        if not left:
            break
        step = Wh(min(left, order.wh))
        fills.append(Fill(order, step))
        left = Wh(left - step)
    return tuple(fills)
