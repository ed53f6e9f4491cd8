"""Allocation key: everything trades at the local price; who gets which energy follows a key of community laws."""

from aipchain.market.allocation.clearing import (
    ActsOn,
    KeyTable,
    clear_by_coefficients,
    clear_by_key,
    clear_by_producers,
)
from aipchain.market.allocation.keys import cascade, hybrid
from aipchain.market.allocation.settings_text import read_producer_shares, read_shares, read_tiers
from aipchain.market.book import Trade, keep_largest
from aipchain.plugins.hookspecs import CannotDecide, Clearing, ClearInputs, hookimpl
from aipchain.units import Price


@hookimpl
def clear(inputs: ClearInputs) -> Clearing:
    """Trades at the price that the price plugin set."""
    if inputs.price is None:
        raise CannotDecide("the price plugin set no price, and this rule trades only at a given one")
    return Clearing(keep_largest(_trades(inputs, inputs.price), inputs.max_trades))


def _trades(inputs: ClearInputs, price: Price) -> tuple[Trade, ...]:
    """Every table is read, used or not: a wrong one is told in the first interval."""
    shares = read_shares(str(inputs.config["shares"]))
    tiers = read_tiers(str(inputs.config["tiers"]))
    producer_shares = read_producer_shares(str(inputs.config["producer_shares"]))
    acts_on = ActsOn(str(inputs.config["acts_on"]))
    match inputs.config["key"]:
        case "static":
            return clear_by_coefficients(inputs.orders, price, KeyTable(shares), acts_on)
        case "cascade":
            return clear_by_key(inputs.orders, price, cascade, KeyTable(tiers=tiers), acts_on)
        case "per-producer":
            return clear_by_producers(inputs.orders, price, producer_shares)
        case _:
            return clear_by_key(inputs.orders, price, hybrid, KeyTable(shares), acts_on)
