"""What an order book is made of: orders, trades, and the reference prices of one delivery interval.

Everything here is an integer and frozen. A book is any collection of `BookOrder` of one community and interval;
kernels never depend on the order in which it is given. Refuses: fractions, zero energy, numbers that the chain could
not hold, negative prices, a feed-in price above retail.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from operator import attrgetter
from typing import Final, NewType

from aipchain.market.auctions.ties import lots
from aipchain.market.errors import DuplicateOrder
from aipchain.market.splitmix import WORD
from aipchain.market.whole import are_whole, refuse_fraction, refuse_outside, refuse_seed
from aipchain.units import Price, Wh

__all__ = [
    "DEAREST",
    "MAX_TRADES",
    "AccountId",
    "BookOrder",
    "MeterId",
    "OrderNumber",
    "ReferencePrice",
    "Side",
    "Trade",
    "in_canonical_order",
    "in_number_order",
    "keep_largest",
    "told_trades",
    "total_wh",
]

OrderNumber = NewType("OrderNumber", int)
MeterId = NewType("MeterId", int)
AccountId = NewType("AccountId", str)
"""An account, in any spelling that the caller uses throughout one book; it is only compared for equality."""

MAX_TRADES: Final = 2_000
"""Most trades the chain takes in one result (docs/protocol.md, `Trades`)."""


DEAREST: Final = (1 << 128) - 1
"""The dearest limit price an order can have [base units per Wh]; the chain's own prices have 64 bits."""


class Side(StrEnum):
    """The side of an order; values are the chain's variant names."""

    BID = "Bid"
    OFFER = "Offer"


@dataclass(frozen=True, slots=True)
class BookOrder:
    """An open order: `owner` buys or sells up to `wh` [Wh] at `limit_price` [base units per Wh] or better.

    `zone` is that of its meter, among the community's zones. Number, meter, zone and energy have 64 bits, prices up to
    128, and none is negative: where a community allows negative prices, orders come as columns (`auctions.columns`).
    """

    number: OrderNumber
    owner: AccountId
    meter: MeterId
    side: Side
    wh: Wh
    limit_price: Price
    zone: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.side, Side):
            raise TypeError(f"order {self.number}: its side is {self.side!r}, not a Side")
        for number, (what, least, most) in zip(_NUMBERS(self), _BOUNDS, strict=True):
            if type(number) is not int or not least <= number <= most:  # asked here too, for words cost more than that
                refuse_outside(f"order {self.number}: its {what}", number, least, most)


_NUMBERS: Final = attrgetter("number", "meter", "wh", "limit_price", "zone")
_BOUNDS: Final = (
    ("number", 0, WORD),
    ("meter", 0, WORD),
    ("energy [Wh]", 1, WORD),
    ("limit price", 0, DEAREST),
    ("zone", 0, WORD),
)
"""What each of an order's numbers is called, and its least and most."""


@dataclass(frozen=True, slots=True)
class Trade:
    """`wh` [Wh] from order `offer` to order `bid` at `price` [base units per Wh]; not yet checked by anyone."""

    bid: OrderNumber
    offer: OrderNumber
    wh: Wh
    price: Price


def told_trades(trades: object) -> tuple[list[int], list[int], list[int], list[int]] | None:
    """Bids, offers, energies [Wh] and prices of a stranger's trades; None if they are no trades in whole numbers."""
    if not isinstance(trades, Sequence) or not all(isinstance(each, Trade) for each in trades):
        return None
    bids, offers = [each.bid for each in trades], [each.offer for each in trades]
    wh, prices = [each.wh for each in trades], [each.price for each in trades]
    return (bids, offers, wh, prices) if are_whole(bids, offers, wh, prices) else None


@dataclass(frozen=True, slots=True)
class ReferencePrice:
    """What the outside world asks (`retail`) and pays (`feed_in`) for energy [base units per Wh]."""

    retail: Price
    feed_in: Price

    def __post_init__(self) -> None:
        refuse_fraction("retail", self.retail)
        refuse_fraction("feed-in", self.feed_in)
        if not 0 <= self.feed_in <= self.retail:
            raise ValueError(f"feed-in {self.feed_in} must lie between 0 and retail {self.retail}")


def in_number_order(orders: Iterable[BookOrder]) -> tuple[BookOrder, ...]:
    """A book's orders by rising number: the order in which kernels read them.

    :raises DuplicateOrder: two orders have one number.
    """
    by_number = tuple(sorted(orders, key=lambda order: order.number))
    for before, order in pairwise(by_number):
        if before.number == order.number:
            raise DuplicateOrder(order.number)
    return by_number


def total_wh(orders: Iterable[BookOrder], side: Side) -> Wh:
    """All energy on one side of the book [Wh]."""
    return Wh(sum(order.wh for order in orders if order.side is side))


def in_canonical_order(trades: Iterable[Trade]) -> tuple[Trade, ...]:
    """Trades by (bid, offer) number: the order in which a result is hashed, sent and settled."""
    return tuple(sorted(trades, key=lambda trade: (trade.bid, trade.offer, trade.price, trade.wh)))


def keep_largest(trades: Iterable[Trade], limit: int = MAX_TRADES, *, seed: int) -> tuple[Trade, ...]:
    """At most `limit` trades, in canonical order: the ones with most energy.

    A part of a result keeps the chain's envelope as the whole does, so a book with too many small trades still clears.
    What a rule promises beyond the envelope, a part may break: conditions, equal parts, an optimum.

    :param seed: of equal trades those whose orders have lower lots are kept (`auctions.ties.tie_seed`).
    :raises TypeError, ValueError: `limit` is negative, the seed of more than 64 bits, or one is not whole.
    """
    refuse_outside("the most trades", limit, 0)
    refuse_seed(seed)
    listed = in_canonical_order(trades)
    if len(listed) <= limit:
        return listed
    numbers = {number for trade in listed for number in (trade.bid, trade.offer)}
    lot_of = dict(zip(numbers, lots(seed, numbers), strict=True))
    by_size = sorted(listed, key=lambda each: (-each.wh, lot_of[each.bid], lot_of[each.offer]))
    return in_canonical_order(by_size[:limit])
