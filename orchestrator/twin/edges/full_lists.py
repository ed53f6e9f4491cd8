"""Full lists of trades at a uniform price: how much may be missing because the smaller trades do not fit."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from aipchain.orchestrator.twin.edges.corner import (
    CLEOS,
    Corner,
    bid,
    offer,
    trade,
)
from aipchain.orchestrator.twin.edges.proven import UNIFORM, clears, closes, demands
from aipchain.pallets_spec.market import MAX_TRADES, Order
from aipchain.pallets_spec.proofs import UniformPrice
from aipchain.pallets_spec.types import OrderNumber, Side, Trade
from aipchain.units import Price, Wh

__all__ = ["a_full_list_of_trades", "crumbs_for_a_few"]

_LAST = 90 + 922


def crumbs_for_a_few(corner: Corner) -> None:
    """2,000 trades of 1 Wh among 90 of 700 orders of 20 Wh leave out the others; pairs leave out nobody."""
    demands(corner, UNIFORM)
    corner.places("ada", *(bid(number, 20, 100) for number in range(350)))
    corner.places("ben", *(offer(number, 20, 50) for number in range(350)))
    for number in (*range(45), *range(350, 395)):
        order = corner.twin.world.market.orders[OrderNumber(number)]
        corner.twin.plant("Market", "Orders", OrderNumber(number), replace(order, wh=Wh(45)))
    closes(corner)
    for price in (50, 75, 100):
        _proves(corner.fork(), _list(45, 350, 1, price))
    _proves(corner, [trade(number, 350 + number, 45 if number < 45 else 20) for number in range(350)])


def a_full_list_of_trades(corner: Corner) -> None:
    """2,000 trades of 3 Wh that leave out as much as did not fit, a watt-hour less, or more.

    Ada's 45 bids and ben's 45 offers of 135 Wh lack 75 Wh on either side. Two such trades for each of them, and what
    cleo's bids at the price hold, none above 6 Wh, are together the 6,000 Wh listed and 75 Wh.
    """
    demands(corner, UNIFORM)
    corner.places("ada", *(bid(number, 135, 100) for number in range(45)))
    corner.places("ben", *(offer(number, 135, 50) for number in range(45)))
    for numbers in (range(461), range(461, 922)):
        corner.places("cleo", *(bid(number, 6, 75, CLEOS) for number in numbers))
    corner.places("cleo", bid(922, 3, 75, CLEOS))
    closes(corner)
    listed = _list(45, 45, 3, 75)
    for others in (listed[1:], [*listed[1:], trade(44, 89, 3, 76)], [*listed[:-1], replace(listed[-1], wh=Wh(2))]):
        _proves(corner, others)
    for changes in (*_at_the_price(corner), *_of_her_own(corner)):
        sub = corner.fork()
        for number, order in changes.items():
            sub.twin.plant("Market", "Orders", OrderNumber(number), order)
        _proves(sub, listed)


# words


def _list(count: int, first_offer: int, wh: int, price: int) -> list[Trade]:
    """As many trades as fit, between the first bids and so many offers."""
    offers = range(first_offer, first_offer + count)
    return [trade(each, other, wh, price) for each in range(count) for other in offers][:MAX_TRADES]


def _proves(corner: Corner, trades: Iterable[Trade]) -> None:
    """The operator submits trades, and the price of the first as their proof."""
    listed = tuple(trades)
    clears(corner, *listed, proof=UniformPrice(listed[0].price))


def _at_the_price(corner: Corner) -> Iterable[Mapping[int, Order]]:
    """Other energy, side or limit of orders that wait at the price."""
    first, last = _order(corner, 90), _order(corner, _LAST)
    great = {90: replace(first, wh=Wh(100))}
    yield {}
    yield great
    for less in (replace(last, wh=Wh(2)), replace(last, limit_price=Price(74))):
        yield {_LAST: less}
        yield great | {_LAST: less}
    for limit in (75, 76):
        yield {_LAST: replace(last, side=Side.OFFER, limit_price=Price(limit))}
    yield {_LAST: replace(last, limit_price=Price(76))}
    yield {0: replace(_order(corner, 0), wh=Wh(136))}
    yield {45: replace(_order(corner, 45), wh=Wh(136))}


def _of_her_own(corner: Corner) -> Iterable[Mapping[int, Order]]:
    """Ada, who is in every trade, has 20 Wh on both sides that nobody else takes; or ben has 20 Wh as well."""
    first, last, bids, offers = (_order(corner, number) for number in (90, _LAST, 0, 45))

    def hers(order: Order, wh: int, of: Order, price: int) -> Order:
        return replace(order, owner=bids.owner, side=of.side, wh=Wh(wh), limit_price=Price(price))

    alone = {90: hers(first, 20, bids, 100), 91: hers(first, 20, offers, 50)}
    yield alone
    yield alone | {_LAST: hers(last, 3, bids, 100)}
    for lacking, left in ((5, 5), (6, 4)):
        evens_out = {92: hers(first, 5, offers, 75), 93: replace(first, wh=Wh(left))}
        yield alone | evens_out | {_LAST: hers(last, lacking, bids, 100)}
    yield alone | {_LAST: hers(last, 3, offers, 50)}
    yield alone | {_LAST: replace(hers(last, 3, offers, 50), owner=offers.owner)}
    yield alone | {91: replace(alone[91], owner=first.owner)}
    yield {90: replace(alone[90], owner=offers.owner), 91: replace(alone[91], owner=offers.owner)}


def _order(corner: Corner, number: int) -> Order:
    return corner.twin.world.market.orders[OrderNumber(number)]
