"""What it costs to carry energy between two meters, and how much of it gets lost.

By distance: metres are the whole part of the straight line between two places; charges are rounded up, so a carrier is
never short. Any other function of two meters that gives a `Connection` will do.

A trade holds the same energy on both sides, as meters and chain count it. So what is lost on the way is energy that
whoever carries buys besides; at a price for it, it is a part of the charge.

Units: metres; charges in base units per Wh; losses in permille.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isqrt
from typing import Final, TypeAlias

from aipchain.market.bilateral.errors import PreferencesInvalid
from aipchain.market.book import MeterId
from aipchain.market.rounding import PERMILLE, rounded_up
from aipchain.market.whole import refuse_fraction
from aipchain.units import Price

__all__ = ["ORIGIN", "Connection", "Connections", "Place", "by_distance", "distance_m", "free_of_charge"]

_METRES_PER_KM: Final = 1_000
_MILLION: Final = 1_000_000
_NOTHING: Final = Price(0)


@dataclass(frozen=True, slots=True)
class Connection:
    """The way between two meters: its charge [base units per Wh] and its losses [permille of the energy]."""

    charge: Price
    loss_permille: int = 0

    def __post_init__(self) -> None:
        if type(self.charge) is not int or type(self.loss_permille) is not int:  # asked here too: there are many
            refuse_fraction("the charge of a connection", self.charge)
            refuse_fraction("the loss of a connection [permille]", self.loss_permille)
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

    def __post_init__(self) -> None:
        refuse_fraction("metres east", self.east_m)
        refuse_fraction("metres north", self.north_m)


ORIGIN: Final = Place(0, 0)


def distance_m(one: Place, other: Place) -> int:
    """The straight line between two places, rounded down [m]."""
    return isqrt((one.east_m - other.east_m) ** 2 + (one.north_m - other.north_m) ** 2)


def by_distance(
    places: Mapping[MeterId, Place], per_km: Price, loss_permille_per_km: int = 0, *, loss_price: Price = _NOTHING
) -> Connections:
    """A charge of `per_km` [base units per Wh and km] and losses in proportion to distance, at most all of the energy.

    The function raises PreferencesInvalid for a meter without a place.

    :raises TypeError: a charge, a loss or its price is not whole.
    :raises PreferencesInvalid: one of them is negative.
    :param loss_price: what a lost watt-hour costs [base units per Wh]; it is charged to the millionth of the energy.
    """
    for what, number in (
        ("the charge by distance", per_km),
        ("the loss by distance", loss_permille_per_km),
        ("the price of losses", loss_price),
    ):
        refuse_fraction(what, number)
        if number < 0:
            raise PreferencesInvalid(what, f"{number} must not be negative")

    def connection(seller: MeterId, buyer: MeterId) -> Connection:
        metres = distance_m(_known(places, seller), _known(places, buyer))
        lost_ppm = min(_MILLION, loss_permille_per_km * metres)
        charge = rounded_up(per_km * metres, _METRES_PER_KM) + rounded_up(loss_price * lost_ppm, _MILLION)
        return Connection(Price(charge), lost_ppm * PERMILLE // _MILLION)

    return connection


def _known(places: Mapping[MeterId, Place], meter: MeterId) -> Place:
    if meter not in places:
        raise PreferencesInvalid(f"meter {meter}", "its place is unknown; add it to the table")
    return places[meter]
