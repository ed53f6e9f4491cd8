"""Ours over one book, as orders in and trades out: `compiled`, `numpy` or `plain`; and `nested-loop`, the baseline."""

import runpy
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from aipchain.market.auctions.arrays import clear_orders
from aipchain.market.auctions.uniform_price import clear_uniform_price
from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side
from aipchain.units import Price, Wh

from .lap import Fill, Order, run_lap

Row = tuple[int, ...]
"""Bid number, offer number, energy [Wh], price."""
Orders = tuple[BookOrder, ...]
AUCTIONS = runpy.run_path(str(Path(__file__).parents[1] / "auctions.py"))
"""The auctions' figures, with the baseline."""


def main() -> None:
    """Race the form that is named."""
    run_lap("aipchain", native, FORMS[sys.argv[1]], fills)


def native(orders: Sequence[Order]) -> Orders:
    """The chain's orders."""
    return tuple(
        BookOrder(
            OrderNumber(order.number),
            AccountId(f"account-{order.owner}"),
            MeterId(order.owner),
            Side.OFFER if order.is_offer else Side.BID,
            Wh(order.wh),
            Price(order.limit),
        )
        for order in orders
    )


def plain(orders: Orders) -> list[Row]:
    """The textbook form, without numpy."""
    clearing = clear_uniform_price(orders)
    trades = () if clearing is None else clearing.trades
    return [(trade.bid, trade.offer, trade.wh, trade.price) for trade in trades]


def looped(orders: Orders) -> list[Row]:
    """The nested loop, at the price of the offer."""
    limits = {order.number: order.limit_price for order in orders}
    return [(bid, offer, wh, limits[OrderNumber(offer)]) for bid, offer, wh in AUCTIONS["nested_loop"](orders)]


def fills(trades: Iterable[Row]) -> Iterable[Fill]:
    """Both sides of each trade."""
    for bid, offer, wh, price in trades:
        yield bid, wh, price
        yield offer, wh, price


FORMS: dict[str, Callable[[Orders], Sequence[Row]]] = {
    "compiled": lambda orders: clear_orders(orders, compiled=True),
    "numpy": lambda orders: clear_orders(orders, compiled=False),
    "plain": plain,
    "nested-loop": looped,
}

if __name__ == "__main__":
    main()
