"""An optimum: no trades of the book are worth more.

Between members in different zones no one price is best, because carrying energy costs. Trades are worth

    energy x (bid's limit - offer's limit - what it costs to carry it)

A certificate gives every order a *dual*, its gain per watt-hour, and every limited line a price, the gain if it carried
a watt-hour more. Where no bid and no offer that may trade would gain more together than their duals and the lines
between them say, all trades that keep the limits are worth at most

    sum(energy x surplus) + sum(limit x price of the line)

by weak duality of linear programming. So trades that are worth exactly that are the best. The chain checks that the two
are equal. That no pair gains more it takes on trust: it keeps the prices of the lines and a commitment to the duals.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from aipchain.pallets_spec import merkle, metering, plugin_registry
from aipchain.pallets_spec.errors import Corruption, Market
from aipchain.pallets_spec.market.state import Book, Order
from aipchain.pallets_spec.proofs import Dual, Flaw, LinePrice, Optimum
from aipchain.pallets_spec.scale import dual_item
from aipchain.pallets_spec.types import U128_MAX, BookKey, Hash, Terms, Trade

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["commit_optimum", "gain", "price_between", "zone_of"]


def commit_optimum(world: World, key: BookKey, book: Book, trades: Sequence[Trade], certificate: Optimum) -> Hash:
    """Check that duals and lines are worth what the trades are; keep the lines, and give the commitment to the duals.

    :raises Market.CertificateRefused: they are not, or they are not of the standing orders and the limited lines.
    :raises Market.Overflow: what they are worth together does not fit.
    """
    terms = plugin_registry.terms_of(world, book.rules.clear)
    duals, lines = certificate.duals, certificate.lines
    if any(dual.order >= after.order for dual, after in pairwise(duals)):
        raise Market.CertificateRefused(Flaw.DUALS_OUT_OF_ORDER)
    if len(duals) != book.standing:
        raise Market.CertificateRefused(Flaw.DUALS_INCOMPLETE)
    if [line.zone for line in lines] != [limit.zone for limit in terms.limits]:
        raise Market.CertificateRefused(Flaw.OTHER_LINES)
    if _bound(terms, duals, lines) != _welfare(world, terms, trades):
        raise Market.CertificateRefused(Flaw.BOUND_NOT_MET)
    if lines:
        world.market.line_prices[key] = tuple(lines)
    return merkle.root_of([dual_item(dual) for dual in duals])


def gain(world: World, terms: Terms, bid: Order, offer: Order) -> int:
    """What a watt-hour from the offer to the bid is worth to both together [base units]; below 0 if it is a loss."""
    return bid.limit_price - offer.limit_price - terms.charge(zone_of(world, offer), zone_of(world, bid))


def zone_of(world: World, order: Order) -> int:
    """The zone of an order: its meter's."""
    facts = metering.meter_facts(world, order.meter)
    if facts is None:
        raise Corruption(meter=order.meter)
    return facts.zone


def price_between(lines: Iterable[LinePrice], seller_zone: int, buyer_zone: int) -> int:
    """What the lines say that a watt-hour from zone to zone is worth [base units]; within a zone there is no line.

    What leaves a zone makes room on its line for what enters, so the price into the zone is taken off.
    """
    if seller_zone == buyer_zone:
        return 0
    leaving = {line.zone: line.out - line.into for line in lines}
    return leaving.get(seller_zone, 0) - leaving.get(buyer_zone, 0)


def _bound(terms: Terms, duals: Iterable[Dual], lines: Iterable[LinePrice]) -> int:
    """What any trades can be worth at most, if the certificate is right [base units]."""
    of_orders = sum(dual.wh * dual.surplus for dual in duals)
    limited = zip(lines, terms.limits, strict=True)
    of_lines = sum(line.out * limit.out_wh + line.into * limit.in_wh for line, limit in limited)
    if of_orders + of_lines > U128_MAX:
        raise Market.Overflow(bound=of_orders + of_lines)
    return of_orders + of_lines


def _welfare(world: World, terms: Terms, trades: Iterable[Trade]) -> int:
    """What the trades are worth [base units]."""
    orders = world.market.orders
    return sum(trade.wh * gain(world, terms, orders[trade.bid], orders[trade.offer]) for trade in trades)
