"""What a buyer wishes beside a good price: requirements, which exclude, and preferences, which rank.

A requirement that a pair does not meet excludes it, whatever its price. A preference gives points 0..1000 per
criterion, and a weight [base units per Wh and point] says what a point is worth to the buyer; the bonus of a pair is

    bonus = sum over criteria of weight x points        exact, in whole numbers

| criterion           | points                                                                                 |
|---------------------|----------------------------------------------------------------------------------------|
| `preferred_partner` | 1000 (n - r) / n for place r = 0, 1, ... of n partners; 0 for others                   |
| `least_loss`        | 1000 - losses of the connection [permille]                                             |
| `most_reliable`     | delivered of contracted energy of the seller so far [permille]                         |
| `greenest`          | renewable part of the seller's energy [permille]                                       |
| `cheapest`          | 1000 (retail - limit) / (retail - feed-in) for the offer's limit, kept within 0..1000  |
| `reputation`        | the seller's reputation [permille]                                                     |

Divisions round down. `cheapest` without reference prices, or with equal ones, gives 0. Partners are named by meter.
A weight of 1000 makes all points of a criterion worth 1,000,000 base units per Wh, 0.001 AIP per kWh.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from aipchain.market.bilateral.charges import Connection
from aipchain.market.bilateral.errors import PreferencesInvalid
from aipchain.market.book import DEAREST, BookOrder, MeterId, ReferencePrice
from aipchain.market.splitmix import WORD
from aipchain.units import Price

__all__ = ["POINTS", "Criterion", "Meeting", "Requirements", "Standing", "Wishes", "bonus", "is_excluded", "points"]

POINTS: Final = 1_000
"""Points of a criterion that is met in full."""


class Criterion(StrEnum):
    """What sellers are ranked by."""

    PREFERRED_PARTNER = "preferred_partner"
    LEAST_LOSS = "least_loss"
    MOST_RELIABLE = "most_reliable"
    GREENEST = "greenest"
    CHEAPEST = "cheapest"
    REPUTATION = "reputation"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a seller's meter, each 0..1000 permille; nothing known is 0."""

    reliability: int = 0
    green: int = 0
    reputation: int = 0

    def __post_init__(self) -> None:
        for name in self.__slots__:
            _check(f"standing, {name}", getattr(self, name), POINTS)


@dataclass(frozen=True, slots=True)
class Requirements:
    """What a pair must keep to be a candidate; the defaults exclude nobody.

    `only_partners`: the seller is one of the wishes' partners. `least_...` [permille] are for the seller's standing,
    `most_loss` [permille] and `most_charge` [base units per Wh] for the connection; None is any charge.
    """

    only_partners: bool = False
    least_reliability: int = 0
    least_green: int = 0
    least_reputation: int = 0
    most_loss: int = POINTS
    most_charge: Price | None = None

    def __post_init__(self) -> None:
        for name in ("least_reliability", "least_green", "least_reputation", "most_loss"):
            _check(f"requirements, {name}", getattr(self, name), POINTS)
        if type(self.only_partners) is not bool:
            raise PreferencesInvalid("requirements, only_partners", "it must be true or false")
        if self.most_charge is not None:
            _check("requirements, most_charge", self.most_charge, DEAREST)


@dataclass(frozen=True, slots=True)
class Wishes:
    """Partners by falling preference, weights [base units per Wh and point], and requirements."""

    partners: tuple[MeterId, ...] = ()
    weights: Mapping[Criterion, int] = field(default_factory=dict)
    requirements: Requirements = field(default_factory=Requirements)

    def __post_init__(self) -> None:
        for meter in self.partners:
            _check("partners", meter, WORD)
        if len(set(self.partners)) < len(self.partners):
            raise PreferencesInvalid("partners", "a meter is listed twice; list each once, the best first")
        for criterion, weight in self.weights.items():
            _check(f"weight of {criterion.value}", weight, DEAREST)


@dataclass(frozen=True, slots=True)
class Meeting:
    """What a buyer looks at: the offer, its seller's standing, the connection, and the interval's reference prices."""

    offer: BookOrder
    standing: Standing
    connection: Connection
    reference: ReferencePrice | None


def points(criterion: Criterion, wishes: Wishes, meeting: Meeting) -> int:
    """Points 0..1000 of one criterion."""
    match criterion:
        case Criterion.PREFERRED_PARTNER:
            return _partner_points(wishes.partners, meeting.offer.meter)
        case Criterion.LEAST_LOSS:
            return POINTS - meeting.connection.loss_permille
        case Criterion.MOST_RELIABLE:
            return meeting.standing.reliability
        case Criterion.GREENEST:
            return meeting.standing.green
        case Criterion.CHEAPEST:
            return _cheapness(meeting.offer.limit_price, meeting.reference)
        case Criterion.REPUTATION:
            return meeting.standing.reputation


def bonus(wishes: Wishes, meeting: Meeting) -> int:
    """What the pair is worth to the buyer beside its money [base units per Wh]."""
    return sum(weight * points(criterion, wishes, meeting) for criterion, weight in wishes.weights.items())


def is_excluded(wishes: Wishes, meeting: Meeting) -> bool:
    """Whether a requirement excludes the seller."""
    wanted, standing, connection = wishes.requirements, meeting.standing, meeting.connection
    return (
        (wanted.only_partners and meeting.offer.meter not in wishes.partners)
        or standing.reliability < wanted.least_reliability
        or standing.green < wanted.least_green
        or standing.reputation < wanted.least_reputation
        or connection.loss_permille > wanted.most_loss
        or (wanted.most_charge is not None and connection.charge > wanted.most_charge)
    )


def _partner_points(partners: tuple[MeterId, ...], meter: MeterId) -> int:
    return POINTS * (len(partners) - partners.index(meter)) // len(partners) if meter in partners else 0


def _cheapness(limit: Price, reference: ReferencePrice | None) -> int:
    if reference is None or reference.retail == reference.feed_in:
        return 0
    reached = POINTS * (reference.retail - limit) // (reference.retail - reference.feed_in)
    return min(POINTS, max(0, reached))


def _check(where: str, number: object, most: int) -> None:
    if type(number) is not int or not 0 <= number <= most:
        raise PreferencesInvalid(where, f"{number!r} must be a whole number in 0..{most}")
