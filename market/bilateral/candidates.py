"""Where candidate pairs come from: everybody with everybody, each bid with its few best sellers, or as many as can be
cleared.

`nearest` keeps, for each bid, that many pairs with the least charge minus bonus; equal ones go by a public
pseudo-random number, which spreads bids over sellers that are equally near. A short list gives a little welfare away
(a few percent at ten) and makes the problem of a large book small. `manageable_pairs` lets the pairs of a large book
grow where they are worth most (`grown_pairs`), so that plain Python clears any book.

A buyer who only accepts partners is held against these alone: a short list makes the search short.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from aipchain.market.bilateral.grown_pairs import grown_pairs
from aipchain.market.bilateral.pairs import CandidatePair
from aipchain.market.bilateral.preferences import Wishes
from aipchain.market.bilateral.surroundings import Surroundings
from aipchain.market.bilateral.tie_break import TieBreak
from aipchain.market.book import BookOrder, MeterId, Side, in_number_order
from aipchain.market.whole import refuse_fraction, refuse_outside, refuse_seed

__all__ = ["MOST_PAIRS", "Surroundings", "candidate_pairs", "manageable_pairs"]

MOST_PAIRS: Final = 10_000
"""Pairs that plain Python clears in a few seconds."""

_NO_WISHES = Wishes()


def candidate_pairs(
    orders: Iterable[BookOrder], surroundings: Surroundings, *, nearest: int | None = None, seed: int = 0
) -> tuple[CandidatePair, ...]:
    """All candidate pairs by (bid, offer) number, or the `nearest` best of each bid.

    :param seed: public number of the interval, 0..2^64-1; it decides between equally near sellers.
    :raises ValueError: `nearest` is below one.
    :raises DuplicateOrder: two orders have one number.
    """
    if nearest is not None:
        refuse_fraction("the number of sellers for a bid", nearest)
        if nearest < 1:
            raise ValueError(f"{nearest} sellers for a bid; at least one is needed")
    book = _Book(orders, surroundings)
    tie_break = TieBreak(seed)
    pairs: list[CandidatePair] = []
    for bid in book.bids:
        found = list(book.pairs(bid, book.in_question(bid)))
        pairs += found if nearest is None or len(found) <= nearest else _best(found, nearest, tie_break)
    return _in_order(pairs)


def manageable_pairs(
    orders: Sequence[BookOrder], surroundings: Surroundings, *, seed: int, most: int = MOST_PAIRS
) -> tuple[CandidatePair, ...]:
    """All candidate pairs of a book in which there can be no more than `most`; of larger books, the ones that matter.

    Listed partners are among them.

    :param seed: public number of the interval, 0..2^64-1.
    :raises TypeError, ValueError: `most` is negative, the seed of more than 64 bits, or one of them is not whole.
    """
    refuse_seed(seed)
    refuse_outside("the most pairs", most, 0)
    book = _Book(orders, surroundings)
    if len(book.bids) * len(book.offers) <= most:
        return candidate_pairs(orders, surroundings)
    wished = (pair for bid in book.bids for pair in book.pairs(bid, book.partners(bid)))
    return _in_order(grown_pairs(book.bids, book.offers, surroundings, wished, seed=seed, most=most))


class _Book:
    """Bids and offers by number, and who may meet."""

    def __init__(self, orders: Iterable[BookOrder], surroundings: Surroundings) -> None:
        book = in_number_order(orders)
        self.bids = [order for order in book if order.side is Side.BID]
        self.offers = [order for order in book if order.side is Side.OFFER]
        self._surroundings = surroundings
        self._of_meter: dict[MeterId, list[BookOrder]] = {}
        for offer in self.offers:
            self._of_meter.setdefault(offer.meter, []).append(offer)

    def in_question(self, bid: BookOrder) -> Sequence[BookOrder]:
        """The listed partners alone where the buyer says so; else everybody."""
        return self.partners(bid) if self._wishes(bid).requirements.only_partners else self.offers

    def partners(self, bid: BookOrder) -> Sequence[BookOrder]:
        """The offers of the buyer's listed partners."""
        return [offer for meter in self._wishes(bid).partners for offer in self._of_meter.get(meter, ())]

    def pairs(self, bid: BookOrder, offers: Iterable[BookOrder]) -> Iterator[CandidatePair]:
        """The candidate pairs of the bid with any of `offers`."""
        pairs = (self._surroundings.pair(bid, offer) for offer in offers)
        return (pair for pair in pairs if pair is not None)

    def _wishes(self, bid: BookOrder) -> Wishes:
        return self._surroundings.wishes.get(bid.meter, _NO_WISHES)


def _best(pairs: Sequence[CandidatePair], count: int, tie_break: TieBreak) -> list[CandidatePair]:
    def nearness(pair: CandidatePair) -> tuple[int, int]:
        return pair.charge - pair.bonus, tie_break.value(0, pair.bid, pair.offer)

    return sorted(pairs, key=nearness)[:count]


def _in_order(pairs: Iterable[CandidatePair]) -> tuple[CandidatePair, ...]:
    return tuple(sorted(pairs, key=lambda pair: (pair.bid, pair.offer)))
