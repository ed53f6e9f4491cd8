"""What a trade delivers: a meter's confirmed energy, shared over its trades by exact cumulative rounding.

A meter may stand behind several trades of one side. With `C` the energy they agree together and `G` the smaller of
`C` and the final reading, the trades in list order get

    floor(C_i G / C) - floor(C_(i-1) G / C)        (C_i: what the first i trades agree)

so that the shares are whole watt-hours, none is above what its trade agrees, and their sum is exactly `G`. A trade
delivers the smaller share of its two meters.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from aipchain.pallets_spec.types import MeterId
from aipchain.units import Wh

__all__ = ["deliveries", "shares"]


def deliveries(
    contracts: Iterable[tuple[MeterId, MeterId, Wh]], imports: dict[MeterId, Wh], exports: dict[MeterId, Wh]
) -> list[Wh]:
    """What each trade delivers [Wh], in list order.

    :param contracts: the taking meter, the giving meter and the agreed energy of each trade.
    :param imports: the final import of each taking meter; a missing reading is 0.
    :param exports: the final export of each giving meter; a missing reading is 0.
    """
    trades = list(contracts)
    taken = shares([(taker, wh) for taker, _, wh in trades], imports)
    given = shares([(giver, wh) for _, giver, wh in trades], exports)
    return [min(pair) for pair in zip(taken, given, strict=True)]


def shares(contracts: list[tuple[MeterId, Wh]], readings: dict[MeterId, Wh]) -> Iterator[Wh]:
    """The share of each trade [Wh], given the meter and the energy of each and what the meters read."""
    contracted: Counter[MeterId] = Counter()
    for meter, wh in contracts:
        contracted[meter] += wh
    before: Counter[MeterId] = Counter()
    for meter, wh in contracts:
        whole = max(contracted[meter], 1)  # where no trade has energy, none is shared
        confirmed = min(readings.get(meter, 0), whole)
        up_to_before = before[meter] * confirmed // whole
        before[meter] += wh
        yield Wh(before[meter] * confirmed // whole - up_to_before)
