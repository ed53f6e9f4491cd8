"""Clearing: an operator submits the trades of a book, and the chain holds them against the envelope.

The envelope is what every trade keeps, whatever rule made it: right orders, right side, within both limits, no order
filled beyond what it asked for. The rules are checked trade by trade, in the order of :class:`Rule`; the first breach
refuses the whole result. What makes a *good* clearing is the voted plugin's business; where the community's terms
demand it, the clearing comes with a certificate that it is good (:mod:`certificate`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from aipchain.pallets_spec import communities, plugin_registry
from aipchain.pallets_spec.errors import Market
from aipchain.pallets_spec.market.book import ensure_community, get_book
from aipchain.pallets_spec.market.certificate import commitment_of, ensure_demanded
from aipchain.pallets_spec.market.events import IntervalCleared
from aipchain.pallets_spec.market.state import Book, BookStatus, Order, OrderStatus
from aipchain.pallets_spec.origin import Origin, ensure_signed
from aipchain.pallets_spec.proofs import Certificate
from aipchain.pallets_spec.scale import trades_hash
from aipchain.pallets_spec.types import U64_MAX, BookKey, CommunityId, OrderNumber, Role, Rule, RuleSet, Side, Trade
from aipchain.units import UnixSeconds, Wh

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["submit_clearing"]


def submit_clearing(
    world: World,
    origin: Origin,
    *,
    community: CommunityId,
    interval_start: UnixSeconds,
    rules: RuleSet,
    trades: Sequence[Trade],
    certificate: Certificate,
) -> None:
    """Submit the trades of a book. Accepted once, from the gate's closing until before the deadline.

    The accepted result again, under the same rules, changes nothing at any time, whatever its certificate. No trade at
    all is a result, too.

    :param rules: the plugins that the clearing ran under.
    :param trades: at most 2,000.
    :param certificate: what the terms of the market rule demand.
    :raises Market.UnknownCommunity: there is no such community.
    :raises Market.NotOperator: the signer is not an operator of the community.
    :raises Market.NoBook: the interval has no book.
    :raises Market.BookNotOpen: the book is cleared otherwise, voided or settled.
    :raises Market.GateOpen: the gate is still open.
    :raises Market.DeadlinePassed: the deadline is over.
    :raises Market.RulesMismatch: the book is bound to other rules.
    :raises Market.WrongCertificate: the terms demand another certificate.
    :raises Market.TradeRefused: a trade breaks a rule of the envelope.
    :raises Market.CertificateRefused: the certificate does not prove the trades.
    :raises Market.Overflow: the energy of all trades, or what the duals are worth together, does not fit.

    Never in a sound chain:

    :raises System.Corruption: an order that the book lists is gone, or the meter of an order.
    """
    operator = ensure_signed(origin)
    ensure_community(world, community)
    if not communities.has_role(world, community, operator, Role.OPERATOR):
        raise Market.NotOperator(account=operator, community=community)
    key = (community, interval_start)
    book = get_book(world, key)
    result = trades_hash(trades)
    if (book.result, book.rules) == (result, rules):
        return
    _ensure_takes_a_clearing(world, book, rules)
    ensure_demanded(plugin_registry.terms_of(world, rules.clear), certificate)
    traded_wh = _fill_orders(world, key, book, trades)
    commitment = commitment_of(world, key, book, trades, certificate)
    world.market.trades[key] = tuple(trades)
    world.market.books[key] = replace(
        book,
        status=BookStatus.CLEARED,
        trades=len(trades),
        traded_wh=traded_wh,
        result=result,
        commitment=commitment,
    )
    world.emit(IntervalCleared(community, interval_start, rules, result, len(trades), traded_wh, commitment, operator))


def _ensure_takes_a_clearing(world: World, book: Book, rules: RuleSet) -> None:
    if book.status is not BookStatus.OPEN:
        raise Market.BookNotOpen(status=book.status.value)
    if world.now < book.closes_at:
        raise Market.GateOpen(closes_at=book.closes_at, now=world.now)
    if world.now >= book.deadline:
        raise Market.DeadlinePassed(deadline=book.deadline, now=world.now)
    if book.rules != rules:
        raise Market.RulesMismatch(rules=rules, of_the_book=book.rules)


def _fill_orders(world: World, key: BookKey, book: Book, trades: Sequence[Trade]) -> Wh:
    """Fill the orders trade by trade; says the energy of all trades."""
    listed: set[tuple[OrderNumber, OrderNumber]] = set()
    traded_wh = 0
    for index, trade in enumerate(trades):
        rule = _breach(world, key, book, trade)
        if rule is None and (trade.bid, trade.offer) in listed:
            rule = Rule.LISTED_TWICE
        if rule is not None:
            raise Market.TradeRefused(index, rule)
        listed.add((trade.bid, trade.offer))
        for number in (trade.bid, trade.offer):
            _fill(world, number, trade.wh)
        traded_wh += trade.wh
        if traded_wh > U64_MAX:
            raise Market.Overflow(traded_wh=traded_wh)
    return Wh(traded_wh)


def _breach(world: World, key: BookKey, book: Book, trade: Trade) -> Rule | None:
    """The first rule that the trade breaks, given what the trades before it filled."""
    bid, offer = world.market.orders.get(trade.bid), world.market.orders.get(trade.offer)
    if bid is None or offer is None:
        return Rule.UNKNOWN_ORDER

    def either(fault: Callable[[Order], bool]) -> bool:
        return fault(bid) or fault(offer)

    faults = [
        (Rule.WRONG_BOOK, either(lambda order: order.book != key)),
        (Rule.ORDER_NOT_OPEN, either(lambda order: order.status is not OrderStatus.OPEN)),
        (Rule.PLACED_AFTER_GATE, either(lambda order: order.placed_at >= book.closes_at)),
        (Rule.WRONG_SIDE, (bid.side, offer.side) != (Side.BID, Side.OFFER)),
        (Rule.ZERO_ENERGY, trade.wh == 0),
        (Rule.ABOVE_BID_LIMIT, trade.price > bid.limit_price),
        (Rule.BELOW_OFFER_LIMIT, trade.price < offer.limit_price),
        (Rule.SELF_TRADE, bid.owner == offer.owner),
        (Rule.BID_OVERFILLED, trade.wh > bid.open_wh),
        (Rule.OFFER_OVERFILLED, trade.wh > offer.open_wh),
    ]
    return next((rule for rule, broken in faults if broken), None)


def _fill(world: World, number: OrderNumber, wh: Wh) -> None:
    order = world.market.orders[number]
    world.market.orders[number] = replace(order, filled_wh=Wh(order.filled_wh + wh))
