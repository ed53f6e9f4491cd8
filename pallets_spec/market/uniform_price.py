"""A uniform price: at one price supply meets demand, and nobody is left out.

Whoever would rather trade at the price than not must be served in full. The chain looks at every standing order and
sees it. Such an order may be left out for two reasons only:

- its owner supplies itself: takes part in every trade, so that there is nobody else to trade with, and what its better
  orders still lack it could exchange among its own orders;
- the list of trades is full, in a book with so many orders that this may happen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from aipchain.pallets_spec.errors import Corruption, Market
from aipchain.pallets_spec.market.state import MAX_TRADES, Book, Order, OrderStatus
from aipchain.pallets_spec.proofs import Flaw
from aipchain.pallets_spec.types import AccountId, BookKey, Side, Trade
from aipchain.units import Price

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["TRADES_PER_ORDER", "check_uniform_price"]

TRADES_PER_ORDER = 3
"""Whatever can be paired can be paired with so many trades for each standing order: bids meet offers one after another,
each time until one of them is served, and what one owner then has left on both sides takes the place of two others."""


def check_uniform_price(world: World, key: BookKey, book: Book, trades: Sequence[Trade], price: Price) -> None:
    """The trades are those of a price that balances the book.

    :raises Market.CertificateRefused: a trade has another price, or an order is left out.
    """
    if any(trade.price != price for trade in trades):
        raise Market.CertificateRefused(Flaw.OTHER_PRICE)
    if len(trades) == MAX_TRADES and TRADES_PER_ORDER * book.standing > MAX_TRADES:
        return
    standing = _standing(world, key)
    owners = {order.owner for order in standing if _is_better(order, price) and order.open_wh > 0}
    if not owners:
        return
    traded_wh = sum(trade.wh for trade in trades)
    if len(owners) > 1 or not _supplies_itself(owners.pop(), standing, price, traded_wh):
        raise Market.CertificateRefused(Flaw.ORDER_LEFT_OUT)


def _standing(world: World, key: BookKey) -> list[Order]:
    """The orders of the book that are not cancelled."""
    orders = [world.market.orders.get(number) for number in world.market.book_orders.get(key, ())]
    if None in orders:
        raise Corruption(book=key)
    return [order for order in orders if order and order.status is OrderStatus.OPEN]


def _is_better(order: Order, price: Price) -> bool:
    """Whether its owner would rather trade at the price than not."""
    return order.limit_price > price if order.side is Side.BID else order.limit_price < price


def _supplies_itself(owner: AccountId, standing: Iterable[Order], price: Price, traded_wh: int) -> bool:
    """Whether the owner is in every trade, and its orders could exchange among them what the better ones lack.

    Where its bids lack more than its offers, or the other way round, its orders at the price itself make up for it.
    """
    own = [order for order in standing if order.owner == owner]
    lacks = {side: _open_wh(order for order in own if order.side is side and _is_better(order, price)) for side in Side}
    room = {side: _open_wh(order for order in own if (order.side, order.limit_price) == (side, price)) for side in Side}
    exchanged = max(lacks.values())
    is_in_every_trade = sum(order.filled_wh for order in own) == traded_wh
    return is_in_every_trade and all(exchanged - lacks[side] <= room[side] for side in Side)


def _open_wh(orders: Iterable[Order]) -> int:
    return sum(order.open_wh for order in orders)
