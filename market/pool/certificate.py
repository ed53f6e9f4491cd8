"""Checking a clearing at one price without making it: one pass over the orders, in any order, and one over the trades.

The certificate is the price. A clearing is proven if it keeps the chain's envelope, trades everything at that price,
and trades as much as any result at it can. The most is a smallest cut: all eligible supply, all eligible demand, or all
energy of all but one owner, because nobody trades with itself. Price rules need no certificate: their price is the
formula of the book's two sums, which anybody computes in one pass.

A result that was cut to the chain's largest number of trades trades less than it could, and is not proven.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from aipchain.market.book import AccountId, BookOrder, Side, Trade
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


@dataclass(frozen=True, slots=True)
class OnePriceCertificate:
    """The price of all trades [base units per Wh]."""

    price: Price


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
