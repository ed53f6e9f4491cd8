"""Made-up certificates and faults: what proves the trades of a book, or nearly does, and what may be shown against it.

Nothing is remembered between two calls. The duals of a book follow from its orders, trades and lines, so that whoever
challenges a clearing makes up the same duals as whoever submitted it.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from aipchain.market.auctions.uniform_price import clear_uniform_price
from aipchain.market.book import AccountId as Owner
from aipchain.market.book import BookOrder, keep_largest
from aipchain.market.book import MeterId as MarketMeter
from aipchain.market.book import OrderNumber as Number
from aipchain.market.book import Side as MarketSide
from aipchain.orchestrator.twin.moves.player import Player
from aipchain.pallets_spec import metering, plugin_registry
from aipchain.pallets_spec.market import Order, OrderStatus
from aipchain.pallets_spec.merkle import path_to
from aipchain.pallets_spec.proofs import (
    Certificate,
    Dual,
    DualFault,
    Fault,
    Leaf,
    LineFault,
    LinePrice,
    Nothing,
    Optimum,
    PairFault,
    UniformPrice,
)
from aipchain.pallets_spec.scale import dual_item
from aipchain.pallets_spec.types import (
    NO_HASH,
    PLAIN_TERMS,
    U64_MAX,
    BookKey,
    OrderNumber,
    Proof,
    Side,
    Terms,
    Trade,
)
from aipchain.pallets_spec.world import World
from aipchain.units import Price, Wh

__all__ = ["asks_for_one_price", "certificate", "fault", "trades_at_one_price"]


_Shown: TypeAlias = tuple[tuple[Dual, ...], tuple[LinePrice, ...]]


def asks_for_one_price(player: Player, key: BookKey) -> bool:
    """Whether clearings of the book have to prove a uniform price; as if they had not, now and then."""
    return _terms(player.world, key).proof is Proof.UNIFORM_PRICE and not player.chance(0.2)


def trades_at_one_price(player: Player, key: BookKey) -> list[Trade]:
    """Trades at a price that balances the book, or all but one of them."""
    orders = _standing(player.world, key)
    cleared = clear_uniform_price([_for_market(number, order) for number, order in orders.items()], 500)
    found = keep_largest(cleared.trades, seed=0) if cleared else ()
    trades = [Trade(OrderNumber(each.bid), OrderNumber(each.offer), each.wh, each.price) for each in found]
    if trades and player.chance(0.15):
        trades.pop(player.random.randrange(len(trades)))
    return trades


def certificate(player: Player, key: BookKey, trades: Sequence[Trade]) -> Certificate:
    """What the terms of the book demand, bent now and then."""
    proof = _terms(player.world, key).proof
    if player.chance(0.06):
        proof = player.one_of(list(Proof))
    match proof:
        case Proof.UNIFORM_PRICE:
            price = trades[0].price if trades else _price_between(player.world, key)
            return UniformPrice(player.bent(price, lambda: Price(min(price + 1, U64_MAX)), lambda: Price(0)))
        case Proof.OPTIMUM:
            lines = _lines(player, key)
            duals = _duals(player.world, key, trades, lines)
            return Optimum(*player.bent((duals, lines), *_bends(duals, lines)))
    return Nothing()


def fault(player: Player, key: BookKey) -> Fault:
    """A pair, a dual or a line, whether it is a fault or not."""
    lines = player.world.market.line_prices.get(key, ())
    duals = _duals(player.world, key, player.world.market.trades.get(key, ()), lines)
    if not duals or player.chance(0.3):
        return LineFault(player.one_of((0, 1, 1, 2)))
    if player.chance(0.3):
        return DualFault(_leaf(player, duals, player.random.randrange(len(duals))))
    orders = player.world.market.orders
    sides = {
        side: [place for place, dual in enumerate(duals) if dual.order in orders and orders[dual.order].side is side]
        for side in Side
    }
    anyone = range(len(duals))
    bid, offer = (player.any_of(sides[side], player.one_of(anyone)) for side in Side)
    bid = player.bent(bid, lambda: player.one_of(anyone))
    return PairFault(_leaf(player, duals, bid), _leaf(player, duals, offer))


def _leaf(player: Player, duals: Sequence[Dual], index: int) -> Leaf:
    leaf = Leaf(duals[index], index, path_to([dual_item(dual) for dual in duals], index))
    if not player.chance(player.boldness / 3):
        return leaf
    return player.one_of(
        (
            replace(leaf, index=player.one_of((0, len(duals), index + 1))),
            replace(leaf, path=leaf.path[1:]),
            replace(leaf, path=(*leaf.path, NO_HASH)[:12]),
            replace(leaf, dual=replace(leaf.dual, wh=Wh(0))),
        )
    )


def _duals(world: World, key: BookKey, trades: Sequence[Trade], lines: Sequence[LinePrice]) -> tuple[Dual, ...]:
    """Duals worth what the trades are, beside the lines: the first order gains all of it.

    Where that is no whole number per watt-hour, its dual has another energy than the order.
    """
    terms, orders = _terms(world, key), _standing(world, key)
    limits = zip(lines, terms.limits, strict=False)
    rest = sum(trade.wh * _gain(world, terms, trade) for trade in trades)
    rest = max(rest - sum(line.out * limit.out_wh + line.into * limit.in_wh for line, limit in limits), 0)
    duals = []
    for number, order in orders.items():
        wh, surplus = (order.wh, rest // order.wh) if rest % max(order.wh, 1) == 0 else (Wh(1), rest)
        duals.append(Dual(number, wh, Price(min(surplus, U64_MAX))))
        rest = 0
    return tuple(duals)


def _bends(duals: tuple[Dual, ...], lines: tuple[LinePrice, ...]) -> tuple[Callable[[], _Shown], ...]:
    """Certificates with a flaw."""
    most = Dual(OrderNumber(U64_MAX), Wh(U64_MAX), Price(U64_MAX))
    return (
        lambda: (duals[1:], lines),
        lambda: (duals[::-1], lines),
        lambda: ((*duals, most), lines),
        lambda: ((*duals[:-1], most) if duals else duals, lines),
        lambda: (duals, lines[1:] if lines else (LinePrice(0, Price(0), Price(0)),)),
        lambda: ((replace(duals[0], surplus=Price(duals[0].surplus // 2)), *duals[1:]) if duals else duals, lines),
        lambda: (tuple(replace(dual, wh=most.wh, surplus=most.surplus) for dual in duals), lines),
    )


def _lines(player: Player, key: BookKey) -> tuple[LinePrice, ...]:
    """Prices of the limited lines, mostly none."""
    prices = (0, 0, 0, 1, 7)
    return tuple(
        LinePrice(limit.zone, Price(player.one_of(prices)), Price(player.one_of(prices)))
        for limit in _terms(player.world, key).limits
    )


def _gain(world: World, terms: Terms, trade: Trade) -> int:
    """What a watt-hour of a trade is worth; nothing where an order is none."""
    bid, offer = world.market.orders.get(trade.bid), world.market.orders.get(trade.offer)
    if bid is None or offer is None:
        return 0
    zones = [_zone(world, order) for order in (offer, bid)]
    return bid.limit_price - offer.limit_price - terms.charge(zones[0], zones[1])


def _zone(world: World, order: Order) -> int:
    facts = metering.meter_facts(world, order.meter)
    return facts.zone if facts else 0


def _terms(world: World, key: BookKey) -> Terms:
    book = world.market.books.get(key)
    return plugin_registry.terms_of(world, book.rules.clear) if book else PLAIN_TERMS


def _standing(world: World, key: BookKey) -> dict[OrderNumber, Order]:
    """The standing orders of the book, by number."""
    listed = ((number, world.market.orders.get(number)) for number in world.market.book_orders.get(key, ()))
    return {number: order for number, order in listed if order and order.status is OrderStatus.OPEN}


def _price_between(world: World, key: BookKey) -> Price:
    """A price at which nobody is better, where nobody meets."""
    bids = [order.limit_price for order in _standing(world, key).values() if order.side is Side.BID]
    offers = [order.limit_price for order in _standing(world, key).values() if order.side is Side.OFFER]
    return max(bids) if bids else min(offers, default=Price(0))


def _for_market(number: OrderNumber, order: Order) -> BookOrder:
    side = MarketSide.BID if order.side is Side.BID else MarketSide.OFFER
    owner = Owner(order.owner.hex())
    return BookOrder(Number(number), owner, MarketMeter(order.meter), side, order.wh, order.limit_price)
