"""What it costs to carry energy between two meters, and how much of it gets lost.

By distance: metres are the whole part of the straight line between two places; charges are rounded up, so a carrier is
never short. By zone: one table for pairs of zones. Any function of two meters that gives a `Connection` will do.

Units: metres; charges in base units per Wh; losses in permille.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isqrt
from typing import TypeAlias, TypeVar

from aipchain.market.bilateral.errors import PreferencesInvalid
from aipchain.market.book import MeterId
from aipchain.market.rounding import PERMILLE, rounded_up
from aipchain.units import Price

__all__ = ["Connection", "Connections", "Place", "Zone", "by_distance", "by_zone", "distance_m", "free_of_charge"]

Zone: TypeAlias = int
_T = TypeVar("_T")
_METRES_PER_KM = 1_000


@dataclass(frozen=True, slots=True)
class Connection:
    """The way between two meters: its charge [base units per Wh] and its losses [permille of the energy]."""

    charge: Price
    loss_permille: int = 0

    def __post_init__(self) -> None:
        if self.charge < 0 or not 0 <= self.loss_permille <= PERMILLE:
            raise PreferencesInvalid(
                "connection", f"charge {self.charge} must not be negative, loss {self.loss_permille} lie in 0..1000"
            )


Connections: TypeAlias = Callable[[MeterId, MeterId], Connection]
"""From the seller's meter to the buyer's."""


def free_of_charge(_seller: MeterId, _buyer: MeterId) -> Connection:
    """No charge and no losses anywhere."""
    return Connection(Price(0))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a meter is, from any common origin [m]."""

    east_m: int
    north_m: int


def distance_m(one: Place, other: Place) -> int:
    """The straight line between two places, rounded down [m]."""
    return isqrt((one.east_m - other.east_m) ** 2 + (one.north_m - other.north_m) ** 2)


def by_distance(places: Mapping[MeterId, Place], per_km: Price, loss_permille_per_km: int = 0) -> Connections:
    """A charge of `per_km` [base units per Wh and km] and losses in proportion to distance, at most all of it.

    The function raises PreferencesInvalid for a meter without a place.
    """

    def connection(seller: MeterId, buyer: MeterId) -> Connection:
        metres = distance_m(_known(places, seller, "place"), _known(places, buyer, "place"))
        lost = min(PERMILLE, loss_permille_per_km * metres // _METRES_PER_KM)
        return Connection(Price(rounded_up(per_km * metres, _METRES_PER_KM)), lost)

    return connection


def by_zone(zones: Mapping[MeterId, Zone], table: Mapping[tuple[Zone, Zone], Connection]) -> Connections:
    """Connections from a table by (seller's zone, buyer's zone); within a zone energy is free unless the table says.

    The function raises PreferencesInvalid for a meter without a zone, and for two zones the table does not connect.
    """

    def connection(seller: MeterId, buyer: MeterId) -> Connection:
        pair = (_known(zones, seller, "zone"), _known(zones, buyer, "zone"))
        found = table.get(pair, Connection(Price(0)) if pair[0] == pair[1] else None)
        if found is None:
            raise PreferencesInvalid(f"zones {pair[0]} and {pair[1]}", "the table does not connect them; add a row")
        return found

    return connection


def _known(table: Mapping[MeterId, _T], meter: MeterId, what: str) -> _T:
    if meter not in table:
        raise PreferencesInvalid(f"meter {meter}", f"its {what} is unknown; add it to the table")
    return table[meter]
