"""A home's bill of one interval, with and without the community market.

Without trade, all imports cost retail and all exports earn feed-in. With trade, energy that was bought or sold and
delivered has its trade's price, and only the rest has the outside's. Exact integers; a negative bill is income.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aipchain.market.book import ReferencePrice
from aipchain.market.errors import DeliveryAboveReading
from aipchain.units import Balance, Price, Wh, cost

__all__ = ["Bill", "Delivery", "bill_interval", "total_bill"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """Delivered energy of one settled trade [Wh] at its price [base units per Wh]."""

    wh: Wh
    price: Price


@dataclass(frozen=True, slots=True)
class Bill:
    """What a home owes [base units]; negative is income."""

    without_trade: Balance
    with_trade: Balance


def bill_interval(
    reference: ReferencePrice,
    *,
    import_wh: Wh,
    export_wh: Wh,
    bought: Sequence[Delivery] = (),
    sold: Sequence[Delivery] = (),
) -> Bill:
    """Bill one home for one interval.

    :param import_wh: metered import [Wh]; `bought` energy is part of it.
    :param export_wh: metered export [Wh]; `sold` energy is part of it.
    :raises DeliveryAboveReading: more delivered than metered.
    """
    outside_import = _rest("bought", import_wh, bought)
    outside_export = _rest("sold", export_wh, sold)
    without_trade = cost(import_wh, reference.retail) - cost(export_wh, reference.feed_in)
    with_trade = cost(outside_import, reference.retail) - cost(outside_export, reference.feed_in)
    with_trade += sum(cost(each.wh, each.price) for each in bought) - sum(cost(each.wh, each.price) for each in sold)
    return Bill(Balance(without_trade), Balance(with_trade))


def total_bill(bills: Iterable[Bill]) -> Bill:
    """Sum of bills, for example of all intervals of a home."""
    without_trade = with_trade = 0
    for bill in bills:
        without_trade += bill.without_trade
        with_trade += bill.with_trade
    return Bill(Balance(without_trade), Balance(with_trade))


def _rest(direction: str, measured: Wh, deliveries: Iterable[Delivery]) -> Wh:
    delivered = sum(each.wh for each in deliveries)
    if delivered > measured:
        raise DeliveryAboveReading(direction, delivered, measured)
    return Wh(measured - delivered)
