"""Where candidate pairs come from: everybody with everybody, or each bid with its few best sellers.

A pair is a candidate if its owners differ, its surplus is not negative, and no requirement of the buyer excludes it.
`nearest` keeps, for each bid, that many pairs with the least charge minus bonus; equal ones go by a public
pseudo-random number, which spreads bids over sellers that are equally near. A short list gives a little welfare away
(a few percent at ten) and makes the problem of a large book small.

A buyer who only accepts partners is held against these alone: a short list makes the search short.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from aipchain.market.bilateral.charges import Connections, free_of_charge
from aipchain.market.bilateral.pairs import CandidatePair, surplus
from aipchain.market.bilateral.preferences import Meeting, Standing, Wishes, bonus, is_excluded
from aipchain.market.bilateral.tie_break import TieBreak
from aipchain.market.book import BookOrder, MeterId, ReferencePrice, Side

__all__ = ["Surroundings", "candidate_pairs"]

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
    orders: Iterable[BookOrder], surroundings: Surroundings, *, nearest: int | None = None, seed: int = 0
) -> tuple[CandidatePair, ...]:
    """All candidate pairs by (bid, offer) number, or the `nearest` best of each bid.

    :param seed: public number of the interval, 0..2^64-1; it decides between equally near sellers.
    :raises ValueError: `nearest` is below one.
    """
    if nearest is not None and nearest < 1:
        raise ValueError(f"{nearest} sellers per bid; at least one is needed")
    book = sorted(orders, key=lambda order: order.number)
    offers = [order for order in book if order.side is Side.OFFER]
    of_meter: dict[MeterId, list[BookOrder]] = {}
    for offer in offers:
        of_meter.setdefault(offer.meter, []).append(offer)
    pairs: list[CandidatePair] = []
    for bid in book:
        if bid.side is Side.BID:
            wishes = surroundings.wishes.get(bid.meter, _NO_WISHES)
            found = list(_candidates(bid, wishes, _in_question(wishes, offers, of_meter), surroundings))
            pairs += found if nearest is None else _best(found, nearest, TieBreak(seed))
    return tuple(pairs)


def _in_question(
    wishes: Wishes, offers: Sequence[BookOrder], of_meter: Mapping[MeterId, Sequence[BookOrder]]
) -> Sequence[BookOrder]:
    if not wishes.requirements.only_partners:
        return offers
    listed = [offer for meter in wishes.partners for offer in of_meter.get(meter, ())]
    return sorted(listed, key=lambda offer: offer.number)


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
    if len(pairs) <= count:
        return list(pairs)

    def nearness(pair: CandidatePair) -> tuple[int, int]:
        return pair.charge - pair.bonus, tie_break.value(0, pair.bid, pair.offer)

    return sorted(sorted(pairs, key=nearness)[:count], key=lambda pair: pair.offer)
