"""What moving energy costs: a fee and a loss for each pair of zones, with a community's relief, counted once.

    charge(a, b) = ceil(fee(a, b) (1000 - relief(a, b)) / 1000) + ceil(loss price x loss(a, b) / 1000)   [base units
    per Wh]

The pair's own entry is the whole charge, however the energy flows; it is not added up over zones on the way. Trades
hold the same energy on both sides, as meters and chain count it: a loss [permille] is bought by the grid at the loss
price and charged. The buyer pays price plus charge; a bid's limit is for all of it. Relief is what rules of energy
communities grant inside one zone, or inside the zones below one substation [permille of the fee]; a loss has no
relief. Refuses: negative fees and losses, relief above 1000, a table that is not square.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aipchain.market.network.errors import FeeOutOfRange, UnknownZone
from aipchain.market.rounding import PERMILLE, rounded_up
from aipchain.market.terms import ZoneCharge
from aipchain.market.whole import refuse_fraction
from aipchain.units import Price

__all__ = ["GridTariff", "Relief", "grid_tariff"]


@dataclass(frozen=True, slots=True)
class Relief:
    """Reduction of the fee within one zone, and within the zones of one substation [permille]."""

    same_zone: int = 0
    same_substation: int = 0

    def __post_init__(self) -> None:
        for what in ("same_zone", "same_substation"):
            refuse_fraction(f"the relief {what} [permille]", getattr(self, what))
            if not 0 <= getattr(self, what) <= PERMILLE:
                raise FeeOutOfRange(f"the relief {what}", getattr(self, what), PERMILLE)


@dataclass(frozen=True, slots=True)
class GridTariff:
    """`charges[a][b]`: what a Wh from zone a to zone b costs beside its price [base units per Wh]."""

    charges: tuple[tuple[Price, ...], ...]

    @property
    def zones(self) -> int:
        """Number of zones; they are 0 to this less one."""
        return len(self.charges)

    @property
    def zone_charges(self) -> tuple[ZoneCharge, ...]:
        """The charges as they stand in the terms of a binding; ways that cost nothing are not listed."""
        rows = enumerate(self.charges)
        pairs = ((seller, buyer, price) for seller, row in rows for buyer, price in enumerate(row))
        return tuple(ZoneCharge(*pair) for pair in pairs if pair[2])

    def charge(self, offer_zone: int, bid_zone: int) -> Price:
        """The whole charge of a Wh from `offer_zone` to `bid_zone`.

        :raises UnknownZone: one of them is none.
        """
        for zone in (offer_zone, bid_zone):
            if not 0 <= zone < self.zones:
                raise UnknownZone(zone, self.zones, "a pair of zones")
        return self.charges[offer_zone][bid_zone]


def grid_tariff(
    fees: Sequence[Sequence[int]],
    *,
    loss_permille: Sequence[Sequence[int]] | None = None,
    loss_price: int = 0,
    relief: Relief | None = None,
    substations: Sequence[int] | None = None,
) -> GridTariff:
    """The charges of all pairs.

    :param fees: fee by zone of the offer, then of the bid [base units per Wh].
    :param loss_permille: energy lost on the way, in the same form; `loss_price` [base units per Wh] pays for it.
    :param substations: the substation of each zone; without it each zone has its own.
    :raises NetworkError: see the top of this module.
    :raises TypeError: a number that is not whole.
    """
    zones = len(fees)
    losses = loss_permille or [[0] * zones] * zones
    above = list(range(zones)) if substations is None else list(substations)
    for what, rows in (("fees", fees), ("losses", losses), ("substations", [above])):
        _check(what, rows, zones)
    _check_values("loss prices", [loss_price], None)
    granted = relief or Relief()

    def charge(offer: int, bid: int) -> Price:
        same = granted.same_substation if above[offer] == above[bid] else 0
        reduction = max(same, granted.same_zone) if offer == bid else same
        fee = rounded_up(fees[offer][bid] * (PERMILLE - reduction), PERMILLE)
        return Price(fee + rounded_up(loss_price * losses[offer][bid], PERMILLE))

    return GridTariff(tuple(tuple(charge(offer, bid) for bid in range(zones)) for offer in range(zones)))


def _check(what: str, rows: Sequence[Sequence[int]], zones: int) -> None:
    """All rows are as long as there are zones and hold no negative number; losses are permille."""
    if what != "substations" and len(rows) != zones:
        raise UnknownZone(len(rows), zones, f"the table of {what}")
    most = PERMILLE if what == "losses" else None
    for row in rows:
        if len(row) != zones:
            raise UnknownZone(len(row), zones, f"a row of {what}")
        _check_values(what, row, most)


def _check_values(what: str, values: Iterable[int], most: int | None) -> None:
    for value in values:
        refuse_fraction(f"one of the {what}", value)
        if value < 0 or (most is not None and value > most):
            raise FeeOutOfRange(f"one of the {what}", value, most)
