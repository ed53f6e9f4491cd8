"""Spain's coefficients (betas): one table per year or so, hour by hour, set ahead.

Every hour's betas sum to exactly one; they hold for hours to come only, and a table stays for at least four months.
With a valid table an hour is shared by the `static` key: each participant's surplus is its own.

Sources: RD 244/2019; TED/1247/2021.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from aipchain.market.allocation.claims import WHOLE, Allocation, Claim
from aipchain.market.allocation.errors import BetasNotWhole, BetasTooSoon
from aipchain.market.allocation.keys import static
from aipchain.market.book import MeterId
from aipchain.market.whole import refuse_fraction
from aipchain.units import Wh

__all__ = ["MONTHS_BETWEEN_CHANGES", "BetaTable", "check_change", "share_by_betas"]

MONTHS_BETWEEN_CHANGES: Final = 4


@dataclass(frozen=True, slots=True)
class BetaTable:
    """Betas by meter [ppm], one mapping per hour of the table; the table repeats after its last hour.

    :raises BetasNotWhole: an hour sums to another number than `WHOLE`, has a beta below zero, or the table has no hour.
    :raises TypeError: a beta that is not whole.
    """

    valid_from: date
    hours: Sequence[Mapping[MeterId, int]]

    def __post_init__(self) -> None:
        if not self.hours:
            raise BetasNotWhole(0, 0, WHOLE)
        for hour, betas in enumerate(self.hours):
            for meter, beta in betas.items():
                refuse_fraction(f"the beta of meter {meter} in hour {hour}", beta)
            if sum(betas.values()) != WHOLE or min(betas.values()) < 0:
                raise BetasNotWhole(hour, sum(betas.values()), WHOLE)


def check_change(current: BetaTable, proposed: BetaTable, submitted_on: date) -> None:
    """Whether `proposed` may follow `current`.

    :raises BetasTooSoon: it holds from the day it is submitted or earlier, or within four months of the current one.
    """
    if proposed.valid_from <= submitted_on:
        raise BetasTooSoon(proposed.valid_from, "they must be set ahead")
    if _whole_months(current.valid_from, proposed.valid_from) < MONTHS_BETWEEN_CHANGES:
        raise BetasTooSoon(proposed.valid_from, f"the current ones hold since {current.valid_from.isoformat()}")


def share_by_betas(table: BetaTable, hour: int, generation: Wh, consumption: Mapping[MeterId, Wh]) -> Allocation:
    """Share one hour's generation [Wh]; a meter that is in the table and not in `consumption` consumed nothing.

    :param hour: hours since the table's first one.
    """
    betas = table.hours[hour % len(table.hours)]
    claims = [Claim(meter, consumption.get(meter, Wh(0)), betas.get(meter, 0)) for meter in {*betas, *consumption}]
    return static(generation, claims)


def _whole_months(first: date, later: date) -> int:
    """Months that have passed; a month that ends before the day of `first` is not over until the next one begins."""
    months = (later.year - first.year) * 12 + later.month - first.month
    return months - (later.day < first.day)
