"""Minimum fill: an order trades at least a voted share of its energy, or not at all; one price for everybody.

The local price of the price plugin plays no part. Among all such results one with most welfare is looked for, by branch
and bound over at most a voted number of steps. Equal limit prices are told apart by lots of the interval's seed. Orders
of which less than their share could be traded are put out, and the rest is cleared again.
"""

from aipchain.market.auctions.conditions import as_linked
from aipchain.market.auctions.ties import tie_seed
from aipchain.market.auctions.traded_conditions import clear_traded
from aipchain.plugins.hookspecs import Clearing, ClearInputs, hookimpl, whole_number


@hookimpl
def clear(inputs: ClearInputs) -> Clearing:
    """Trades at one price; least fills are rounded up to whole watt-hours."""
    permille = whole_number(inputs.config, "minimum_fill_permille")
    orders = [as_linked(order, least_wh=-(-order.wh * permille // 1_000)) for order in inputs.orders]
    clearing = clear_traded(
        orders,
        k_permille=whole_number(inputs.config, "k_permille"),
        seed=tie_seed(inputs.interval),
        most_nodes=whole_number(inputs.config, "most_nodes"),
        most_trades=inputs.max_trades,
    )
    return Clearing(clearing.trades[0] if clearing.trades else ())
