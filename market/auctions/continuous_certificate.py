"""The proof of a continuous double auction: its trades in turn, which anybody can have made again.

There is no shorter one. What an order meets depends on all before it, so to say that no waiting order was passed over
is to know what waited, and to know that is to run the auction: one pass over the orders with a heap of those that wait,
which is all that clearing does, too. So the certificate is the list of trades as they happened, and the check follows
the auction trade by trade, stops at the first that is another one, and names it; nothing is sorted but arrivals.

Trades come from a stranger: what are no trades in whole numbers is a fault like others. They are first held to the
chain's envelope, so that what every rule must keep is found by its own name. Then an unlisted trade, one that did not
happen, and one with other terms are told apart.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import zip_longest

from aipchain.market.auctions.continuous import execute_in_turn
from aipchain.market.book import BookOrder, OrderNumber, Trade, told_trades
from aipchain.market.breach import At, Breach, Thing
from aipchain.market.envelope import first_breach_in_book
from aipchain.units import Wh

__all__ = ["Fault", "in_turn", "verify"]


class Fault(StrEnum):
    """What can be wrong with the trades, in the order in which it is looked for; the trade is the witness."""

    MALFORMED = "Malformed"
    """What was handed in are no trades in whole numbers."""
    OUTSIDE_ENVELOPE = "OutsideEnvelope"
    """A trade that the chain would refuse."""
    OTHER_PARTNER = "OtherPartner"
    """Two orders trade that did not meet next: a better or longer waiting one was passed over, or a dropped one."""
    OTHER_ENERGY = "OtherEnergy"
    """The right two orders trade another energy."""
    OTHER_PRICE = "OtherPrice"
    """The right two orders trade at another price than the waiting order's limit."""
    TRADE_MISSING = "TradeMissing"
    """Orders met after the last trade that is listed."""
    TRADE_TOO_MANY = "TradeTooMany"
    """Nobody met any more."""


def in_turn(orders: Iterable[BookOrder], *, least_wh: Mapping[OrderNumber, Wh] | None = None) -> tuple[Trade, ...]:
    """The certificate: the trades as they happen; raises as `continuous.execute_in_turn`."""
    return tuple(execute_in_turn(orders, least_wh=least_wh))


def verify(
    orders: Sequence[BookOrder], trades: Sequence[Trade], *, least_wh: Mapping[OrderNumber, Wh] | None = None
) -> Breach | None:
    """Whether `trades`, as they happened, are all trades of the whole book by price-time priority.

    :param least_wh: as in `continuous.execute_in_turn`, which says what is raised.
    :returns: None if so, else the first breach.
    """
    if told_trades(trades) is None:
        return Breach(Fault.MALFORMED)
    refusal = first_breach_in_book(trades, orders)
    if refusal is not None:
        return Breach(Fault.OUTSIDE_ENVELOPE, At(Thing.TRADE, refusal.index))
    for index, (told, made) in enumerate(zip_longest(trades, execute_in_turn(orders, least_wh=least_wh))):
        fault = _difference(told, made)
        if fault is not None:
            return Breach(fault, At(Thing.TRADE, index))
    return None


def _difference(told: Trade | None, made: Trade | None) -> Fault | None:
    if told is None:
        return Fault.TRADE_MISSING
    if made is None:
        return Fault.TRADE_TOO_MANY
    if (told.bid, told.offer) != (made.bid, made.offer):
        return Fault.OTHER_PARTNER
    if told.wh != made.wh:
        return Fault.OTHER_ENERGY
    return None if told.price == made.price else Fault.OTHER_PRICE
