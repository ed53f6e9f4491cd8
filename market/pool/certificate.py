"""Checking a clearing at one price without making it: one pass over the orders, in any order, and one over the trades.

The certificate is the price and the rule of sharing. A clearing is proven if it keeps the chain's envelope, trades
everything at that price, trades as much as any result at it can, and shares each side's energy by the rule: in
proportion over orders, or equally over owners (`allocation.certificate` knows both without sharing anything). The most
is a smallest cut: all eligible supply, all eligible demand, or all energy of all but one owner, because nobody trades
with itself. Price rules need no certificate: their price is the formula of the book's two sums, which anybody computes
in one pass.

Where an owner stands on both sides, others may take up what it cannot trade with itself, and parts follow no rule that
one pass could check: envelope, price and energy are proven then, and not the parts.

A result that was cut to the chain's largest number of trades trades less than it could, and is not proven.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from aipchain.market.allocation.certificate import KeyName, certify
from aipchain.market.allocation.certificate import verify as verify_key
from aipchain.market.allocation.claims import Allocation, Claim
from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side, Trade
from aipchain.market.breach import At, Breach, Thing
from aipchain.market.envelope import first_breach_in_book
from aipchain.market.pool.one_price import eligible
from aipchain.units import Price, Wh

__all__ = ["Fault", "OnePriceCertificate", "most_tradable", "verify"]


class Fault(StrEnum):
    """What can be wrong with a clearing at one price, in the order in which it is looked for."""

    ORDER_TWICE = "OrderTwice"
    OUTSIDE_ENVELOPE = "OutsideEnvelope"
    """A trade that the chain would refuse."""
    OTHER_PRICE = "OtherPrice"
    ENERGY_MISSING = "EnergyMissing"
    """Another result at the price trades more."""
    OTHER_PARTS = "OtherParts"
    """A side's energy is not shared by the rule."""


@dataclass(frozen=True, slots=True)
class OnePriceCertificate:
    """The price of all trades [base units per Wh], and how energy is shared: `PRO_RATA` or `EQUAL`.

    Without a key the parts are another certificate's matter (`allocation.certificate`).
    """

    price: Price
    key: KeyName | None = None


def verify(book: Sequence[BookOrder], result: Sequence[Trade], certificate: OnePriceCertificate) -> Breach | None:
    """The first thing that keeps `result` from being a full clearing of `book` at the certificate's price, or None."""
    if len({order.number for order in book}) != len(book):
        return Breach(Fault.ORDER_TWICE)
    refusal = first_breach_in_book(result, book)
    if refusal is not None:
        return Breach(Fault.OUTSIDE_ENVELOPE, At(Thing.TRADE, refusal.index))
    for index, trade in enumerate(result):
        if trade.price != certificate.price:
            return Breach(Fault.OTHER_PRICE, At(Thing.TRADE, index))
    if sum(trade.wh for trade in result) != most_tradable(book, certificate.price):
        return Breach(Fault.ENERGY_MISSING)
    if certificate.key is not None and not _shared(book, result, certificate.price, certificate.key):
        return Breach(Fault.OTHER_PARTS)
    return None


def most_tradable(orders: Iterable[BookOrder], price: Price) -> Wh:
    """The most energy that can change hands at `price` [Wh]."""
    sums, owned = Counter[Side](), Counter[AccountId]()
    for order in orders:
        if eligible(order, price, order.side):
            sums[order.side] += order.wh
            owned[order.owner] += order.wh
    cuts = [sums[side] for side in Side] + [sums.total() - wh for wh in owned.values()]
    return Wh(min(cuts))


def _shared(book: Sequence[BookOrder], result: Iterable[Trade], price: Price, key: KeyName) -> bool:
    """Whether both sides' energy is shared by the rule; yes where an owner stands on both sides."""
    filled = Counter[OrderNumber]()
    for trade in result:
        filled[trade.bid] += trade.wh
        filled[trade.offer] += trade.wh
    bids, offers = ([order for order in book if eligible(order, price, side)] for side in Side)
    if {order.owner for order in bids} & {order.owner for order in offers}:
        return True
    return _side_shared(bids, filled, key) and _side_shared(offers, filled, key)


def _side_shared(orders: Iterable[BookOrder], filled: Mapping[OrderNumber, int], key: KeyName) -> bool:
    asked, got = Counter[object](), Counter[object]()
    for order in orders:
        who = order.owner if key is KeyName.EQUAL else order.number
        asked[who] += order.wh
        got[who] += filled[order.number]
    claims = [Claim(MeterId(place), Wh(wh)) for place, wh in enumerate(asked.values())]
    parts = {MeterId(place): Wh(got[who]) for place, who in enumerate(asked)}
    made, told = (Wh(got.total()), claims), Allocation(parts, parts, Wh(0))
    return verify_key(made, told, certify(made, told, key)) is None
