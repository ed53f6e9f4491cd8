"""Orders: bids and offers for one delivery interval, until its gate closes.

An order holds money in *escrow*, so that whoever takes part can pay:

- a bid holds `limit price x energy`, the most it can cost;
- an offer holds the collateral of the book, a share of the same product, rounded up. It is tied up until the order is
  closed and given back whole then: an offer never pays. Nothing is taken for energy that is sold and not delivered;
  a penalty for that would be a later rule.

An order's energy is to flow through its meter's connection, and all of that meter and side through the same one
(:mod:`standing`).

The owner numbers the orders of a book. An id is used once per owner and book, also when its order is cancelled: placing
the same order again changes nothing, so that a lost answer is no reason to fear a double order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from aipchain.pallets_spec import balances, communities, metering, plugin_registry
from aipchain.pallets_spec.errors import Market
from aipchain.pallets_spec.market.book import ensure_community, get_book, new_book
from aipchain.pallets_spec.market.events import OrderCancelled, OrderPlaced
from aipchain.pallets_spec.market.standing import add_standing, take_standing
from aipchain.pallets_spec.market.state import MAX_BOOK_ORDERS, Book, Order, OrderStatus
from aipchain.pallets_spec.origin import Origin, ensure_signed
from aipchain.pallets_spec.proofs import MAX_PROVEN_ORDERS
from aipchain.pallets_spec.types import (
    MILLION,
    U64_MAX,
    AccountId,
    BookKey,
    CommunityId,
    MeterFacts,
    MeterId,
    NewOrder,
    OrderNumber,
    PartsPerMillion,
    Proof,
    Side,
)
from aipchain.units import Balance, UnixSeconds, cost

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["ESCROW", "cancel_order", "escrow_of", "place_orders"]

ESCROW = balances.HoldReason("Market", "Escrow")
"""Why the market holds money: for an open order."""


def place_orders(
    world: World, origin: Origin, *, community: CommunityId, interval_start: UnixSeconds, orders: Sequence[NewOrder]
) -> None:
    """Place orders for one interval, all or none, and hold their escrow in one sum. Opens the book if it is the first.

    The four refusals from `Market.OrderIdReused` to `Market.AboveConnectionLimit` are looked for order by order, in
    list order.

    :param orders: at most 500; each has energy and names a meter of the signer. One that stands already with the same
        id and content is skipped.
    :raises Market.UnknownCommunity: there is no such community.
    :raises Market.NotMember: the signer is not a member.
    :raises Market.EmptyBatch: `orders` is empty.
    :raises Market.BadInterval: no interval starts then, or it is further ahead than books open.
    :raises Market.GateClosed: the gate of the interval is closed.
    :raises Market.NoRules: a plugin slot of the community is empty.
    :raises Market.OrderIdReused: an id names another order of the signer in this book.
    :raises Market.ZeroEnergy: an order has no energy.
    :raises Market.UnknownMeter: a meter is not enrolled in the community, or not the signer's.
    :raises Market.AboveConnectionLimit: what stands of a meter and side, with the orders up to this one, is more than
        the meter's connection carries in the interval.
    :raises Market.BookFull: the book has no room for the orders: it takes 10,000, or 4,000 where its clearing has
        more to prove than the envelope. Never in a sound chain: its list has none.
    :raises Market.Overflow: no number is left for an order.
    :raises Token.FundsUnavailable: the signer has too little money to spare for the escrow.
    :raises Token.CannotCreateHold: the signer's account is closed, and the orders hold nothing.
    """
    owner = ensure_signed(origin)
    interval_s = ensure_community(world, community)
    if communities.member_index(world, community, owner) is None:
        raise Market.NotMember(account=owner, community=community)
    if not orders:
        raise Market.EmptyBatch
    key = (community, interval_start)
    book = _book_with_open_gate(world, key)
    fresh = _fresh_orders(world, owner, key, orders, interval_s)
    if fresh:
        _place(world, owner, key, book, fresh)


def cancel_order(world: World, origin: Origin, *, number: OrderNumber) -> None:
    """Take an order back before the gate closes and release its escrow.

    :raises Market.UnknownOrder: there is no such order.
    :raises Market.NotOwner: the order is another account's.
    :raises Market.OrderNotOpen: the order is cancelled already.
    :raises Market.NoBook: the order has no book; never in a sound chain.
    :raises Market.GateClosed: the gate of its interval is closed.

    Never in a sound chain:

    :raises Token.CannotCreate: the signer's account is closed and has escrow all the same.
    :raises Token.FundsUnavailable: less is on hold than the order's escrow.
    :raises System.Corruption: less stands of its meter and side than the order.
    """
    owner = ensure_signed(origin)
    order = world.market.orders.get(number)
    if order is None:
        raise Market.UnknownOrder(number=number)
    if order.owner != owner:
        raise Market.NotOwner(number=number, account=owner)
    if order.status is not OrderStatus.OPEN:
        raise Market.OrderNotOpen(number=number)
    book = get_book(world, order.book)
    if world.now >= book.closes_at:
        raise Market.GateClosed(closes_at=book.closes_at, now=world.now)
    balances.release(world, ESCROW, owner, order.escrow)
    take_standing(world, order.book, order.meter, order.side, order.wh)
    world.market.orders[number] = replace(order, status=OrderStatus.CANCELLED, escrow=Balance(0))
    world.market.books[order.book] = replace(book, cancelled=book.cancelled + 1)
    world.emit(OrderCancelled(number))


def escrow_of(order: NewOrder, collateral: PartsPerMillion) -> Balance:
    """What the order holds in a book with this collateral."""
    whole = cost(order.wh, order.limit_price)
    if order.side is Side.BID:
        return whole
    return Balance(-(-whole * collateral // MILLION))


def _book_with_open_gate(world: World, key: BookKey) -> Book:
    book = world.market.books.get(key)
    if book is None:
        book = new_book(world, key)
        if book is None:
            raise Market.NoRules(community=key[0])
        return book
    if world.now >= book.closes_at:
        raise Market.GateClosed(closes_at=book.closes_at, now=world.now)
    return book


def _fresh_orders(
    world: World, owner: AccountId, key: BookKey, orders: Iterable[NewOrder], interval_s: int
) -> list[NewOrder]:
    """The orders that do not stand yet, each checked, in list order; from now on their energy stands."""
    fresh: dict[int, NewOrder] = {}
    for order in orders:
        if order.id in fresh or (key, (owner, order.id)) in world.market.order_ids:
            earlier = fresh.get(order.id) or _placed_order(world, owner, key, order.id)
            if earlier != order:
                raise Market.OrderIdReused(id=order.id, standing=earlier)
            continue
        if order.wh == 0:
            raise Market.ZeroEnergy(id=order.id)
        carries_wh = _own_meter(world, owner, key[0], order.meter).carries_wh(interval_s)
        add_standing(world, key, order.meter, order.side, order.wh, carries_wh=carries_wh)
        fresh[order.id] = order
    return list(fresh.values())


def _placed_order(world: World, owner: AccountId, key: BookKey, order_id: int) -> NewOrder | None:
    """The order that an id in use names, as it was placed, cancelled or not; nothing if that order is gone."""
    order = world.market.orders.get(world.market.order_ids[key, (owner, order_id)])
    if order is None:
        return None
    return NewOrder(order.id, order.meter, order.side, order.wh, order.limit_price)


def _own_meter(world: World, owner: AccountId, community: CommunityId, meter: MeterId) -> MeterFacts:
    facts = metering.meter_facts(world, meter)
    if facts is None or (facts.community, facts.owner) != (community, owner):
        raise Market.UnknownMeter(meter=meter, community=community, account=owner)
    return facts


def _place(world: World, owner: AccountId, key: BookKey, book: Book, fresh: Sequence[NewOrder]) -> None:
    """Hold the escrow of all orders in one sum, then number and store them in list order."""
    market = world.market
    if book.orders + len(fresh) > _most_orders(world, book):
        raise Market.BookFull(orders=book.orders, more=len(fresh))
    first = market.next_order_number
    if first + len(fresh) > U64_MAX:
        raise Market.Overflow(next_order_number=first)
    escrows = [escrow_of(order, book.collateral) for order in fresh]
    balances.hold(world, ESCROW, owner, Balance(sum(escrows)))
    numbers = tuple(OrderNumber(first + place) for place in range(len(fresh)))
    for number, order, escrow in zip(numbers, fresh, escrows, strict=True):
        market.order_ids[key, (owner, order.id)] = number
        market.orders[number] = _stored(key, owner, order, placed_at=world.now, escrow=escrow)
        world.emit(OrderPlaced(*key, number, owner, order.id, order.meter, order.side, order.wh, order.limit_price))
    market.next_order_number = OrderNumber(first + len(fresh))
    market.book_orders[key] = market.book_orders.get(key, ()) + numbers
    if len(market.book_orders[key]) > MAX_BOOK_ORDERS:
        raise Market.BookFull(listed=len(market.book_orders[key]))
    market.books[key] = replace(book, orders=book.orders + len(fresh))


def _most_orders(world: World, book: Book) -> int:
    """A certificate is checked over all orders of the book at once, so that there are fewer then."""
    proof = plugin_registry.terms_of(world, book.rules.clear).proof
    return MAX_BOOK_ORDERS if proof is Proof.ENVELOPE else MAX_PROVEN_ORDERS


def _stored(key: BookKey, owner: AccountId, order: NewOrder, *, placed_at: UnixSeconds, escrow: Balance) -> Order:
    return Order(
        *key, owner, order.id, order.meter, order.side, order.wh, order.limit_price, placed_at=placed_at, escrow=escrow
    )
