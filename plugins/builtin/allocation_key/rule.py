"""Allocation key: everything trades at the local price; who gets which energy follows a key of community laws.

Where the trades would be more than fit one result, meters stay out, the last tier or those without shares first and of
equal ones by lot, and the key shares among the others again.
"""

from collections.abc import Callable, Iterable
from operator import attrgetter

from aipchain.market.allocation.clearing import (
    ActsOn,
    KeyTable,
    clear_by_coefficients,
    clear_by_key,
    clear_by_producers,
)
from aipchain.market.allocation.keys import cascade, hybrid
from aipchain.market.allocation.settings_text import read_producer_shares, read_shares, read_tiers
from aipchain.market.auctions.ties import tie_seed
from aipchain.market.book import BookOrder, Trade
from aipchain.market.pool.fitting import ClearAtPrice, clear_within
from aipchain.plugins.hookspecs import CannotDecide, Clearing, ClearInputs, hookimpl
from aipchain.units import Price


@hookimpl
def clear(inputs: ClearInputs) -> Clearing:
    """Trades at the price that the price plugin set."""
    if inputs.price is None:
        raise CannotDecide("the price plugin set no price, and this rule trades only at a given one")
    key, tier = _key(inputs)
    trades = clear_within(
        inputs.orders,
        inputs.price,
        key,
        inputs.max_trades,
        seed=tie_seed(inputs.interval),
        together=attrgetter("meter"),
        tier=tier,
    )
    return Clearing(trades)


def _key(inputs: ClearInputs) -> tuple[ClearAtPrice, Callable[[BookOrder], int]]:
    """The voted key, and which tier an order is of.

    Every table is read, used or not: a wrong one is told in the first interval.
    """
    shares = read_shares(str(inputs.config["shares"]))
    tiers = read_tiers(str(inputs.config["tiers"]))
    producer_shares = read_producer_shares(str(inputs.config["producer_shares"]))
    acts_on, name = ActsOn(str(inputs.config["acts_on"])), inputs.config["key"]
    table = KeyTable(tiers=tiers) if name == "cascade" else KeyTable(shares)
    listed = {meter for pair in producer_shares for meter in pair} if name == "per-producer" else set(shares)

    def tier(order: BookOrder) -> int:
        return table.claim(order.meter, order.wh).tier if name == "cascade" else int(order.meter not in listed)

    def clear_orders(orders: Iterable[BookOrder], price: Price) -> tuple[Trade, ...]:
        match name:
            case "static":
                return clear_by_coefficients(orders, price, table, acts_on)
            case "cascade":
                return clear_by_key(orders, price, cascade, table, acts_on)
            case "per-producer":
                return clear_by_producers(orders, price, producer_shares)
            case _:
                return clear_by_key(orders, price, hybrid, table, acts_on)

    return clear_orders, tier
