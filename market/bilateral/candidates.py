"""Where candidate pairs come from: everybody with everybody, or each bid with its few best sellers.

A pair is a candidate if its owners differ, its surplus is not negative, and no requirement of the buyer excludes it.
`nearest` keeps, for each bid, that many pairs with the least charge minus bonus; equal ones go by a public
pseudo-random number, which spreads bids over sellers that are equally near. A short list gives a little welfare away
(a few percent at ten) and makes the problem of a large book small.

A long list of offers need not be looked at by every bid: `looks` offers are, from a place in the list on that a public
pseudo-random number gives each bid. `manageable_pairs` chooses both numbers so that plain Python clears any book.

A buyer who only accepts partners is held against these alone: a short list makes the search short.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from aipchain.market.bilateral.charges import Connections, free_of_charge
from aipchain.market.bilateral.pairs import CandidatePair, surplus
from aipchain.market.bilateral.preferences import Meeting, Standing, Wishes, bonus, is_excluded
from aipchain.market.bilateral.tie_break import TieBreak
from aipchain.market.book import BookOrder, MeterId, ReferencePrice, Side, in_number_order
from aipchain.market.splitmix import mix

__all__ = ["LOOKS", "MOST_PAIRS", "Surroundings", "candidate_pairs", "manageable_pairs"]

MOST_PAIRS: Final = 10_000
"""Pairs that plain Python clears in one to ten seconds: the fewer sellers each bid has, the sooner."""

LOOKS: Final = 8
"""Offers that a bid of a large book looks at for each that it keeps."""


_NO_WISHES = Wishes()
_UNKNOWN = Standing()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known beside the orders: connections between meters, wishes of buyers and standing of sellers by meter.

    `reference` is needed for the criterion `cheapest` alone.
    """

    connections: Connections = free_of_charge
    wishes: Mapping[MeterId, Wishes] = field(default_factory=dict)
    standing: Mapping[MeterId, Standing] = field(default_factory=dict)
    reference: ReferencePrice | None = None


def candidate_pairs(
    orders: Iterable[BookOrder],
    surroundings: Surroundings,
    *,
    nearest: int | None = None,
    looks: int | None = None,
    seed: int = 0,
) -> tuple[CandidatePair, ...]:
    """All candidate pairs by (bid, offer) number, or the `nearest` best of each bid among the `looks` it looks at.

    :param seed: public number of the interval, 0..2^64-1; it decides between equally near sellers.
    :raises ValueError: `nearest` or `looks` is below one.
    :raises DuplicateOrder: two orders have one number.
    """
    if any(number is not None and number < 1 for number in (nearest, looks)):
        raise ValueError(f"{nearest} sellers among {looks} for a bid; at least one is needed")
    book = in_number_order(orders)
    offers = _Offers([order for order in book if order.side is Side.OFFER], looks, TieBreak(seed))
    pairs: list[CandidatePair] = []
    for bid in book:
        if bid.side is Side.BID:
            wishes = surroundings.wishes.get(bid.meter, _NO_WISHES)
            found = list(_candidates(bid, wishes, offers.in_question(bid, wishes), surroundings))
            pairs += found if nearest is None or len(found) <= nearest else _best(found, nearest, TieBreak(seed))
    return tuple(sorted(pairs, key=lambda pair: (pair.bid, pair.offer)))


def manageable_pairs(
    orders: Sequence[BookOrder], surroundings: Surroundings, *, seed: int, most: int = MOST_PAIRS
) -> tuple[CandidatePair, ...]:
    """All candidate pairs where they are at most `most`, and as many as that of the nearest in larger books."""
    nearest = max(1, most // max(1, sum(order.side is Side.BID for order in orders)))
    return candidate_pairs(orders, surroundings, nearest=nearest, looks=LOOKS * nearest, seed=seed)


class _Offers:
    """The offers of a book, by number, and the ones that a bid looks at."""

    def __init__(self, offers: Sequence[BookOrder], looks: int | None, tie_break: TieBreak) -> None:
        self._looks = len(offers) if looks is None else looks
        self._twice = (*offers, *offers)  # so that a view may go over the end
        self._count = len(offers)
        self._key = tie_break.key
        self._of_meter: dict[MeterId, list[BookOrder]] = {}
        for offer in offers:
            self._of_meter.setdefault(offer.meter, []).append(offer)

    def in_question(self, bid: BookOrder, wishes: Wishes) -> Sequence[BookOrder]:
        """The listed partners alone where the buyer says so; else the bid's view."""
        if wishes.requirements.only_partners:
            return [offer for meter in wishes.partners for offer in self._of_meter.get(meter, ())]
        if self._count <= self._looks:
            return self._twice[: self._count]
        first = mix(self._key ^ bid.number) % self._count
        return self._twice[first : first + self._looks]


def _candidates(
    bid: BookOrder, wishes: Wishes, offers: Iterable[BookOrder], surroundings: Surroundings
) -> Iterator[CandidatePair]:
    for offer in offers:
        if offer.owner == bid.owner or bid.limit_price < offer.limit_price:
            continue
        connection = surroundings.connections(offer.meter, bid.meter)
        standing = surroundings.standing.get(offer.meter, _UNKNOWN)
        meeting = Meeting(offer, standing, connection, surroundings.reference)
        if surplus(bid, offer, connection.charge) >= 0 and not is_excluded(wishes, meeting):
            yield CandidatePair(bid.number, offer.number, connection.charge, bonus(wishes, meeting))


def _best(pairs: Sequence[CandidatePair], count: int, tie_break: TieBreak) -> list[CandidatePair]:
    def nearness(pair: CandidatePair) -> tuple[int, int]:
        return pair.charge - pair.bonus, tie_break.value(0, pair.bid, pair.offer)

    return sorted(pairs, key=nearness)[:count]
