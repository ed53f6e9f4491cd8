"""What is known beside the orders, and the pair that it makes of a bid and an offer.

A pair is a candidate if its owners differ, its surplus is not negative, and no requirement of the buyer excludes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aipchain.market.bilateral.charges import Connections, free_of_charge
from aipchain.market.bilateral.pairs import CandidatePair, surplus
from aipchain.market.bilateral.preferences import POINTS, Meeting, Standing, Wishes, bonus, is_excluded
from aipchain.market.book import BookOrder, MeterId, ReferencePrice

__all__ = ["Surroundings"]

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

    def pair(self, bid: BookOrder, offer: BookOrder) -> CandidatePair | None:
        """The pair of the two, if it is a candidate."""
        if offer.owner == bid.owner or bid.limit_price < offer.limit_price:
            return None
        connection = self.connections(offer.meter, bid.meter)
        if surplus(bid, offer, connection.charge) < 0:
            return None
        wishes = self.wishes.get(bid.meter)
        if wishes is None:
            return CandidatePair(bid.number, offer.number, connection.charge)
        meeting = Meeting(offer, self.standing.get(offer.meter, _UNKNOWN), connection, self.reference)
        if is_excluded(wishes, meeting):
            return None
        return CandidatePair(bid.number, offer.number, connection.charge, bonus(wishes, meeting))

    def most_bonus(self, bid: BookOrder) -> int:
        """No pair of the bid has a larger bonus [base units per Wh]."""
        wishes = self.wishes.get(bid.meter)
        return 0 if wishes is None else POINTS * sum(wishes.weights.values())
