"""The proof of a clearing over zones: flows of all ways and prices of all places, checked in one pass without solving.

Fills balance at every node, caps hold, and every order and way is where its price wants it: better served in full,
worse not at all, ways at a loss unused and ways with gain at their cap (complementary slackness). That proves that no
clearing within the caps has more welfare. Trades must be of the fills, at the prices and charges of their zones.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from aipchain.market.book import OrderNumber, Side
from aipchain.market.breach import At, Breach, Thing
from aipchain.market.network.zones import ZoneBook, zone_arcs
from aipchain.units import Price, Wh

__all__ = ["Fault", "ZoneCertificate", "verify"]


@dataclass(frozen=True, slots=True)
class ZoneCertificate:
    """Energy over each of `zone_arcs` [Wh] and price at each of their nodes [base units per Wh]."""

    flows: tuple[Wh, ...]
    prices: tuple[Price, ...]


class Fault(StrEnum):
    """What can be wrong with a result or its certificate, in the order in which it is looked for."""

    WRONG_SHAPE = "WrongShape"
    UNKNOWN_ORDER = "UnknownOrder"
    OVERFILLED = "Overfilled"
    CAP_EXCEEDED = "CapExceeded"
    OUT_OF_BALANCE = "OutOfBalance"
    ORDER_AGAINST_PRICE = "OrderAgainstPrice"
    FLOW_AGAINST_PRICE = "FlowAgainstPrice"
    TRADE_NOT_OF_ORDERS = "TradeNotOfOrders"
    WRONG_PRICE = "WrongPrice"
    WRONG_CHARGE = "WrongCharge"
    TRADED_ABOVE_FILL = "TradedAboveFill"


class _Trade(Protocol):
    @property
    def bid(self) -> OrderNumber: ...
    @property
    def offer(self) -> OrderNumber: ...
    @property
    def wh(self) -> Wh: ...
    @property
    def seller_price(self) -> Price: ...
    @property
    def charge(self) -> Price: ...
    @property
    def buyer_price(self) -> Price: ...


class _Result(Protocol):
    @property
    def fills(self) -> Mapping[OrderNumber, Wh]: ...
    @property
    def trades(self) -> Sequence[_Trade]: ...


def verify(book: ZoneBook, result: _Result, certificate: ZoneCertificate) -> Breach | None:
    """None if fills and trades are a welfare-optimal clearing of the book within its caps."""
    return next(_breaches(book, result, certificate), None)


def _breaches(book: ZoneBook, result: _Result, certificate: ZoneCertificate) -> Iterator[Breach]:
    if len(certificate.prices) != 4 * book.tariff.zones or len(certificate.flows) != len(zone_arcs(book)):
        yield Breach(Fault.WRONG_SHAPE)
        return
    limits = {order.number: order.wh for order in book.orders}
    for number, fill in sorted(result.fills.items()):
        if number not in limits:
            yield Breach(Fault.UNKNOWN_ORDER, At(Thing.ORDER, number))
        elif not 0 <= fill <= limits[number]:
            yield Breach(Fault.OVERFILLED, At(Thing.ORDER, number))
    yield from _flow_breaches(book, result.fills, certificate)
    yield from _price_breaches(book, result.fills, certificate)
    yield from _trade_breaches(book, result, certificate)


def _flow_breaches(book: ZoneBook, fills: Mapping[OrderNumber, Wh], certificate: ZoneCertificate) -> Iterator[Breach]:
    count = book.tariff.zones
    surplus = [0] * (4 * count)
    for index, (arc, wh) in enumerate(zip(zone_arcs(book), certificate.flows, strict=True)):
        if wh < 0 or (arc.cap is not None and wh > arc.cap):
            yield Breach(Fault.CAP_EXCEEDED, At(Thing.WAY, index))
        surplus[arc.start] -= wh
        surplus[arc.end] += wh
    for order, zone in zip(book.orders, book.zones, strict=True):
        is_bid = order.side is Side.BID
        surplus[zone + is_bid * count] += fills.get(order.number, 0) * (-1 if is_bid else 1)
    for node, left in enumerate(surplus):
        if left:
            yield Breach(Fault.OUT_OF_BALANCE, At(Thing.NODE, node))


def _price_breaches(book: ZoneBook, fills: Mapping[OrderNumber, Wh], certificate: ZoneCertificate) -> Iterator[Breach]:
    count, prices = book.tariff.zones, certificate.prices
    for order, zone in zip(book.orders, book.zones, strict=True):
        is_bid = order.side is Side.BID
        gain = order.limit_price - prices[zone + is_bid * count]
        if _is_against(gain if is_bid else -gain, fills.get(order.number, 0), order.wh):
            yield Breach(Fault.ORDER_AGAINST_PRICE, At(Thing.ORDER, order.number))
    for index, (arc, wh) in enumerate(zip(zone_arcs(book), certificate.flows, strict=True)):
        if _is_against(prices[arc.end] - prices[arc.start] - arc.cost, wh, arc.cap):
            yield Breach(Fault.FLOW_AGAINST_PRICE, At(Thing.WAY, index))


def _is_against(gain: int, used: int, most: int | None) -> bool:
    """Used at a loss, or not used in full at a gain."""
    return (gain < 0 and used > 0) or (gain > 0 and used != most)


def _trade_breaches(book: ZoneBook, result: _Result, certificate: ZoneCertificate) -> Iterator[Breach]:
    count, prices = book.tariff.zones, certificate.prices
    zone = {order.number: place for order, place in zip(book.orders, book.zones, strict=True)}
    orders = {order.number: order for order in book.orders}
    left = dict(result.fills)
    for index, trade in enumerate(result.trades):
        bid, offer = orders.get(trade.bid), orders.get(trade.offer)
        if bid is None or offer is None or (bid.side, offer.side) != (Side.BID, Side.OFFER) or trade.wh <= 0:
            yield Breach(Fault.TRADE_NOT_OF_ORDERS, At(Thing.TRADE, index))
            continue
        start, end = zone[trade.offer], zone[trade.bid]
        if (trade.seller_price, trade.buyer_price) != (prices[start], prices[count + end]):
            yield Breach(Fault.WRONG_PRICE, At(Thing.TRADE, index))
        if trade.charge != book.tariff.charge(start, end):
            yield Breach(Fault.WRONG_CHARGE, At(Thing.TRADE, index))
        for number in (trade.bid, trade.offer):
            left[number] = Wh(left.get(number, Wh(0)) - trade.wh)
            if left[number] < 0:
                yield Breach(Fault.TRADED_ABOVE_FILL, At(Thing.TRADE, index))
