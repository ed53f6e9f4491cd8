"""Minimum fill: an order trades at least a voted share of its energy, or not at all; one price for everybody.

The local price of the price plugin plays no part. Among all such results one with most welfare is looked for, by branch
and bound over at most a voted number of steps. Equal limit prices are told apart by lots of the interval's seed.
"""

from aipchain.market.auctions.branch_and_bound import clear_conditional
from aipchain.market.auctions.conditions import as_linked
from aipchain.market.auctions.ties import tie_seed
from aipchain.market.book import keep_largest
from aipchain.plugins.hookspecs import Clearing, ClearInputs, hookimpl, whole_number


@hookimpl
def clear(inputs: ClearInputs) -> Clearing:
    """Trades at one price; least fills are rounded up to whole watt-hours."""
    permille = whole_number(inputs.config, "minimum_fill_permille")
    orders = [as_linked(order, least_wh=-(-order.wh * permille // 1_000)) for order in inputs.orders]
    clearing = clear_conditional(
        orders,
        k_permille=whole_number(inputs.config, "k_permille"),
        seed=tie_seed(inputs.interval),
        most_nodes=whole_number(inputs.config, "most_nodes"),
    )
    return Clearing(keep_largest(clearing.trades[0], inputs.max_trades) if clearing.trades else ())
