"""A book over zones as a network: offers and bids of each zone, ways between zones at their charge, lines with limits.

A zone's line carries what its offers sell less what its bids buy. With one node for the outside, one for each zone a
and one for its offers S_a and its bids T_a, a clearing is a circulation:

    outside - a    its net export, within the line's limits, free of cost
    a -> S_a       offers, each at its limit
    S_a -> T_b     energy from zone to zone, at the charge
    T_a -> a       bids, each at its limit less than nothing

Every member row of such a system is a node or a merger of nodes, so whole numbers have a whole optimum. Whoever must
not meet somebody gets an S or a T of its own (`Place`): an owner who would meet itself, with no way between the two; an
order that would meet one beyond its limit, with no way to it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from aipchain.market.book import AccountId, BookOrder, OrderNumber, Side
from aipchain.market.network.circulation import Ladder, Step
from aipchain.market.terms import LineLimit, Terms

__all__ = ["OUTSIDE", "Apart", "LineNetwork", "Place", "Way", "line_network"]

OUTSIDE = 0
"""The node that all lines lead to."""


@dataclass(frozen=True, slots=True)
class Place:
    """Orders of one side in one zone, best first: one or all of `owner`, or all that have no such place (None)."""

    zone: int
    owner: AccountId | None
    orders: tuple[BookOrder, ...]


@dataclass(frozen=True, slots=True)
class Apart:
    """Who has places of its own: owners, for all their orders of a zone and side together, and single orders."""

    owners: frozenset[AccountId] = frozenset()
    orders: frozenset[OrderNumber] = frozenset()

    def __or__(self, more: "Apart") -> "Apart":
        return Apart(self.owners | more.owners, self.orders | more.orders)

    def __bool__(self) -> bool:
        return bool(self.owners or self.orders)


@dataclass(frozen=True, slots=True)
class Way:
    """From a place of offers to a place of bids, by their indices, at a charge [base units per Wh]."""

    offers: int
    bids: int
    charge: int


@dataclass(frozen=True, slots=True)
class LineNetwork:
    """Zones with orders, places of offers and of bids, the ways between them, and the limits of lines."""

    zones: tuple[int, ...]
    offers: tuple[Place, ...]
    bids: tuple[Place, ...]
    ways: tuple[Way, ...]
    limits: tuple[LineLimit, ...]

    @property
    def nodes(self) -> int:
        """Number of nodes: the outside, zones, places of offers, places of bids."""
        return 1 + len(self.zones) + len(self.offers) + len(self.bids)

    def zone_node(self, zone: int) -> int:
        """The node of a zone."""
        return 1 + self.zones.index(zone)

    def offers_node(self, place: int) -> int:
        """The node of a place of offers."""
        return 1 + len(self.zones) + place

    def bids_node(self, place: int) -> int:
        """The node of a place of bids."""
        return 1 + len(self.zones) + len(self.offers) + place

    def ladders(self, value: Callable[[BookOrder], int], unit: int = 1) -> tuple[Ladder, ...]:
        """Ways, places of offers, places of bids, then lines, in this order.

        :param value: what a watt-hour of an order is worth, in parts of which a base unit has `unit`.
        """
        ways = [Ladder(self.offers_node(w.offers), self.bids_node(w.bids), _any(w.charge * unit)) for w in self.ways]
        offers = [
            Ladder(self.zone_node(each.zone), self.offers_node(place), _steps(each.orders, value))
            for place, each in enumerate(self.offers)
        ]
        bids = [
            Ladder(self.bids_node(place), self.zone_node(each.zone), _steps(each.orders, lambda order: -value(order)))
            for place, each in enumerate(self.bids)
        ]
        return (*ways, *offers, *bids, *self._lines())

    def _lines(self) -> Iterable[Ladder]:
        limited = {limit.zone: limit for limit in self.limits}
        for zone in self.zones:
            node, limit = self.zone_node(zone), limited.get(zone)
            for start, end, most in (
                (OUTSIDE, node, limit.out_wh if limit else None),
                (node, OUTSIDE, limit.in_wh if limit else None),
            ):
                yield Ladder(start, end, () if most == 0 else (Step(most, 0),))


def line_network(
    orders: Sequence[BookOrder], terms: Terms, merit: Callable[[BookOrder], int], apart: Apart
) -> LineNetwork:
    """Place the orders of a book.

    :param orders: by number.
    :param merit: less is served earlier, among orders of one side; no two are equal.
    """
    offers, bids = (_places([o for o in orders if o.side is side], merit, apart) for side in (Side.OFFER, Side.BID))
    charges = {(each.seller, each.buyer): each.price for each in reversed(terms.charges)}  # of two the first counts
    ways = tuple(
        Way(seller, buyer, charges.get((offers[seller].zone, bids[buyer].zone), 0))
        for seller in range(len(offers))
        for buyer in range(len(bids))
        if _may_trade(offers[seller], bids[buyer])
    )
    zones = tuple(sorted({order.zone for order in orders}))
    return LineNetwork(zones, offers, bids, ways, terms.limits)


def _may_trade(offers: Place, bids: Place) -> bool:
    """Whether the best two of the places are not of one owner, and within each other's limits."""
    is_one_owner = offers.owner is not None and offers.owner == bids.owner
    return not is_one_owner and bids.orders[0].limit_price >= offers.orders[0].limit_price


def _places(orders: Iterable[BookOrder], merit: Callable[[BookOrder], int], apart: Apart) -> tuple[Place, ...]:
    """Places by zone; in a zone those that come first have the lowest order number, whatever owners are called."""
    found: dict[tuple[int, AccountId | None, OrderNumber | None], list[BookOrder]] = {}
    for order in orders:
        number = order.number if order.number in apart.orders else None
        owner = order.owner if order.owner in apart.owners or number is not None else None
        found.setdefault((order.zone, owner, number), []).append(order)
    return tuple(
        Place(zone, owner, tuple(sorted(members, key=merit)))
        for (zone, owner, _), members in sorted(found.items(), key=lambda each: (each[0][0], each[1][0].number))
    )


def _steps(orders: Iterable[BookOrder], cost: Callable[[BookOrder], int]) -> tuple[Step, ...]:
    return tuple(Step(order.wh, cost(order)) for order in orders)


def _any(cost: int) -> tuple[Step, ...]:
    return (Step(None, cost),)
