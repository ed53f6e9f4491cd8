"""A uniform price: at one price supply meets demand, and nobody is left out.

Whoever would rather trade at the price than not must be served in full. The chain looks at every standing order and
sees it. Such an order may lack something for two reasons only:

- its owner supplies itself: takes part in every trade, so that there is nobody else to trade with, and what its better
  orders still lack it could exchange among its own orders;
- the list of trades is full. Then as much may be missing as there can be in the smaller trades that no longer fit,
  which is nothing at all where no more than 1,000 orders would trade.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from aipchain.pallets_spec.errors import Corruption, Market
from aipchain.pallets_spec.market.state import MAX_TRADES, Order, OrderStatus
from aipchain.pallets_spec.proofs import Flaw
from aipchain.pallets_spec.types import AccountId, BookKey, Side, Trade
from aipchain.units import Price

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["TRADES_PER_ORDER", "check_uniform_price"]

TRADES_PER_ORDER = 2
"""Whatever can be paired can be paired with so many trades for each order. Bids meet offers one after another, and each
trade completes an order. What one owner then has left on both sides is put between pairs of others: with one trade more
for each of their orders, and two for each order that was left."""


def check_uniform_price(world: World, key: BookKey, trades: Sequence[Trade], price: Price) -> None:
    """The trades are those of a price that balances the book.

    :raises Market.CertificateRefused: a trade has another price, or an order is left out.
    """
    if any(trade.price != price for trade in trades):
        raise Market.CertificateRefused(Flaw.OTHER_PRICE)
    standing = _standing(world, key)
    cut_wh = _most_cut_wh((order for order in standing if not _is_worse(order, price)), trades)
    lacks = _lacks(standing, price)
    if max(lacks.values()) <= cut_wh:
        return
    traded_wh = sum(trade.wh for trade in trades)
    if not any(_supplies_itself(own, lacks, price, traded_wh, cut_wh) for own in _by_owner(standing).values()):
        raise Market.CertificateRefused(Flaw.ORDER_LEFT_OUT)


def _standing(world: World, key: BookKey) -> list[Order]:
    """The orders of the book that are not cancelled."""
    orders = [world.market.orders.get(number) for number in world.market.book_orders.get(key, ())]
    if None in orders:
        raise Corruption(book=key)
    return [order for order in orders if order and order.status is OrderStatus.OPEN]


def _most_cut_wh(willing: Iterable[Order], trades: Sequence[Trade]) -> int:
    """The most energy of a side that a list may have no room for [Wh]; nothing if it has room.

    What did not fit are trades no larger than the least one listed. They and as much of each listed trade are together
    no more than `TRADES_PER_ORDER` such trades for each order, and no more than its energy.
    """
    if len(trades) < MAX_TRADES:
        return 0
    least_wh = min(trade.wh for trade in trades)
    all_wh = sum(min(TRADES_PER_ORDER * least_wh, order.wh) for order in willing)
    return max(0, all_wh - MAX_TRADES * least_wh)


def _lacks(orders: Iterable[Order], price: Price) -> dict[Side, int]:
    """What the orders that are better than the price are not served, by side [Wh]."""
    lacks = dict.fromkeys(Side, 0)
    for order in orders:
        if _is_better(order, price):
            lacks[order.side] += order.open_wh
    return lacks


def _is_better(order: Order, price: Price) -> bool:
    """Whether its owner would rather trade at the price than not."""
    return order.limit_price > price if order.side is Side.BID else order.limit_price < price


def _is_worse(order: Order, price: Price) -> bool:
    """Whether its owner would not trade at the price."""
    return order.limit_price < price if order.side is Side.BID else order.limit_price > price


def _by_owner(orders: Iterable[Order]) -> dict[AccountId, list[Order]]:
    owned: dict[AccountId, list[Order]] = {}
    for order in orders:
        owned.setdefault(order.owner, []).append(order)
    return owned


def _supplies_itself(
    own: Sequence[Order], lacks: Mapping[Side, int], price: Price, traded_wh: int, cut_wh: int
) -> bool:
    """Whether one owner is in every trade, and its orders could exchange among them what the better ones lack.

    Where its bids lack more than its offers, or the other way round, its orders at the price itself make up for it.
    Neither here nor to the others may more be missing than was cut. `lacks` are everybody's.
    """
    lacking = _lacks(own, price)
    at_the_price = [order for order in own if order.limit_price == price]
    room = {side: sum(order.open_wh for order in at_the_price if order.side is side) for side in Side}
    is_in_every_trade = sum(order.filled_wh for order in own) == traded_wh
    others_lack = max(lacks[side] - lacking[side] for side in Side)
    exchanged = max(lacking.values())
    is_balanced = all(exchanged - lacking[side] <= room[side] + cut_wh for side in Side)
    return is_in_every_trade and others_lack <= cut_wh and is_balanced
