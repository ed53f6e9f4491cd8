"""The chain's own check of a clearing, in Python: same rules, same names, same order (docs/protocol.md, market).

Trades are read in list order; for each, the rules are tried in the order of `EnvelopeRule`; the first breach refuses
the whole result. No rule or operator can pass a result that takes a price outside an owner's limit, more energy than an
order holds, or an order that is not in the book.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from aipchain.market.book import BookOrder, OrderNumber, Side, Trade
from aipchain.units import UnixSeconds

__all__ = ["EnvelopeRule", "PlacedOrder", "Refusal", "first_breach", "first_breach_in_book"]


class EnvelopeRule(StrEnum):
    """What every trade must keep, in the order in which the chain checks it; values are the chain's variant names."""

    UNKNOWN_ORDER = "UnknownOrder"
    WRONG_BOOK = "WrongBook"
    ORDER_NOT_OPEN = "OrderNotOpen"
    PLACED_AFTER_GATE = "PlacedAfterGate"
    WRONG_SIDE = "WrongSide"
    ZERO_ENERGY = "ZeroEnergy"
    ABOVE_BID_LIMIT = "AboveBidLimit"
    BELOW_OFFER_LIMIT = "BelowOfferLimit"
    SELF_TRADE = "SelfTrade"
    BID_OVERFILLED = "BidOverfilled"
    OFFER_OVERFILLED = "OfferOverfilled"
    LISTED_TWICE = "ListedTwice"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The first breach: trade number `index` (from 0) breaks `rule`."""

    index: int
    rule: EnvelopeRule

    def __str__(self) -> str:
        return f"trade {self.index} breaks the rule {self.rule.value}"


@dataclass(frozen=True, slots=True)
class PlacedOrder:
    """An order as the chain stores it: where and when it was placed, and whether it is open."""

    order: BookOrder
    community: int
    interval_start: UnixSeconds
    placed_at: UnixSeconds
    is_open: bool = True


def first_breach(
    trades: Sequence[Trade],
    orders: Mapping[OrderNumber, PlacedOrder],
    *,
    community: int,
    interval_start: UnixSeconds,
    closes_at: UnixSeconds,
) -> Refusal | None:
    """The first breach of a result for the book of `community` and `interval_start`, or None if the chain takes it.

    :param orders: every order the chain knows, by number; orders of other books may be among them.
    :param closes_at: gate closure of the book [s]; an order counts if it was placed before.
    """
    progress = _Progress()
    for index, trade in enumerate(trades):
        bid, offer = orders.get(trade.bid), orders.get(trade.offer)
        if bid is None or offer is None:
            return Refusal(index, EnvelopeRule.UNKNOWN_ORDER)
        placed = (bid, offer)
        if any((each.community, each.interval_start) != (community, interval_start) for each in placed):
            return Refusal(index, EnvelopeRule.WRONG_BOOK)
        if not all(each.is_open for each in placed):
            return Refusal(index, EnvelopeRule.ORDER_NOT_OPEN)
        if any(each.placed_at >= closes_at for each in placed):
            return Refusal(index, EnvelopeRule.PLACED_AFTER_GATE)
        rule = _broken_by_terms(trade, bid.order, offer.order) or progress.add(trade, bid.order, offer.order)
        if rule is not None:
            return Refusal(index, rule)
    return None


def first_breach_in_book(trades: Sequence[Trade], orders: Iterable[BookOrder]) -> Refusal | None:
    """As `first_breach`, for orders that are already known to be the open orders of one closed book."""
    start = UnixSeconds(1)
    placed = {order.number: PlacedOrder(order, 0, start, UnixSeconds(0)) for order in orders}
    return first_breach(trades, placed, community=0, interval_start=start, closes_at=start)


_TERMS: Final[tuple[tuple[EnvelopeRule, Callable[[Trade, BookOrder, BookOrder], bool]], ...]] = (
    (EnvelopeRule.WRONG_SIDE, lambda _, bid, offer: bid.side is not Side.BID or offer.side is not Side.OFFER),
    (EnvelopeRule.ZERO_ENERGY, lambda trade, _, __: trade.wh <= 0),
    (EnvelopeRule.ABOVE_BID_LIMIT, lambda trade, bid, _: trade.price > bid.limit_price),
    (EnvelopeRule.BELOW_OFFER_LIMIT, lambda trade, _, offer: trade.price < offer.limit_price),
    (EnvelopeRule.SELF_TRADE, lambda _, bid, offer: bid.owner == offer.owner),
)


def _broken_by_terms(trade: Trade, bid: BookOrder, offer: BookOrder) -> EnvelopeRule | None:
    """The first rule a single trade breaks by its own terms."""
    return next((rule for rule, is_broken in _TERMS if is_broken(trade, bid, offer)), None)


@dataclass(slots=True)
class _Progress:
    """What the trades so far have used up."""

    filled: dict[OrderNumber, int] = field(default_factory=dict)
    listed: set[tuple[OrderNumber, OrderNumber]] = field(default_factory=set)

    def add(self, trade: Trade, bid: BookOrder, offer: BookOrder) -> EnvelopeRule | None:
        """Count one more trade; the rule it breaks together with the ones before it."""
        for order, rule in ((bid, EnvelopeRule.BID_OVERFILLED), (offer, EnvelopeRule.OFFER_OVERFILLED)):
            self.filled[order.number] = self.filled.get(order.number, 0) + trade.wh
            if self.filled[order.number] > order.wh:
                return rule
        if (trade.bid, trade.offer) in self.listed:
            return EnvelopeRule.LISTED_TWICE
        self.listed.add((trade.bid, trade.offer))
        return None
