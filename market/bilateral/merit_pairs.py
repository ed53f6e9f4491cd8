"""The pairs that a merit order would trade if it counted charges and bonuses: what a large book cannot do without.

The dearest bid goes first. Each bid takes energy where it costs least,

    limit of the offer + charge - bonus,

from what earlier ones left. Without charges and bonuses these are the pairs in which a uniform price would trade, so
nothing of the welfare is lost. A bid with much energy comes into more pairs than one with little, which no equal number
of sellers for each bid can do.

A bid looks at the offers by rising limit, and stops where none can be better than what it has, or after `looks`. (A
bonus for an offer further back is overlooked.)
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import islice

from aipchain.market.auctions.ties import lots
from aipchain.market.bilateral.pairs import CandidatePair
from aipchain.market.bilateral.surroundings import Surroundings
from aipchain.market.book import BookOrder, OrderNumber

__all__ = ["merit_pairs"]


@dataclass(slots=True)
class _Open:
    """An offer, its place among equals, and the energy that it still has [Wh]."""

    order: BookOrder
    rank: tuple[int, int]
    wh: int


def merit_pairs(
    bids: Sequence[BookOrder], offers: Sequence[BookOrder], surroundings: Surroundings, *, seed: int, looks: int
) -> Iterator[CandidatePair]:
    """The pairs, bid by bid.

    :param seed: public number of the interval, 0..2^64-1; equal limits go by lot (`auctions.ties`).
    :param looks: how many offers a bid may look at.
    """
    lot_of = _lots(seed, (*bids, *offers))
    by_merit = sorted(offers, key=lambda offer: (offer.limit_price, lot_of[offer.number]))
    left = {offer.number: _Open(offer, lot_of[offer.number], int(offer.wh)) for offer in by_merit}
    for bid in sorted(bids, key=lambda bid: (-bid.limit_price, lot_of[bid.number])):
        needed = int(bid.wh)
        for offer, pair in _cheapest(bid, islice(left.values(), looks), surroundings):
            wh = min(needed, offer.wh)
            needed -= wh
            offer.wh -= wh
            if not offer.wh:
                del left[pair.offer]
            yield pair


def _lots(seed: int, orders: Sequence[BookOrder]) -> dict[OrderNumber, tuple[int, int]]:
    """The place of each order among equals: by lot, then by number."""
    numbers = [order.number for order in orders]
    return {number: (lot, number) for number, lot in zip(numbers, lots(seed, numbers), strict=True)}


def _cheapest(
    bid: BookOrder, offers: Iterable[_Open], surroundings: Surroundings
) -> Iterator[tuple[_Open, CandidatePair]]:
    """What serves the bid at least cost, or all that can, the cheapest first."""
    kept: list[tuple[int, tuple[int, int], _Open, CandidatePair]] = []  # the dearest on top
    wh = 0
    for offer in offers:
        limit = offer.order.limit_price
        if limit > bid.limit_price or (wh >= bid.wh and limit >= -kept[0][0]):
            break
        pair = surroundings.pair(bid, offer.order)
        if pair is not None:
            heappush(kept, (pair.bonus - pair.charge - limit, (-offer.rank[0], -offer.rank[1]), offer, pair))
            wh += offer.wh
            while wh - kept[0][2].wh >= bid.wh:
                wh -= heappop(kept)[2].wh
    return ((offer, pair) for *_, offer, pair in sorted(kept, key=lambda one: one[:2], reverse=True))
