"""Zonal price: the best clearing under the community's charges and line limits, with a price for each zone.

The local price of the price plugin plays no part. Duals of all orders and prices of all lines are the proof. Equal
limit prices are served by lots of the interval's public seed.
"""

from aipchain.market.auctions.ties import tie_seed
from aipchain.market.book import keep_largest
from aipchain.market.network.line_clearing import clear_lines
from aipchain.market.terms import Proof
from aipchain.plugins.hookspecs import CannotDecide, Clearing, ClearInputs, hookimpl, whole_number


@hookimpl
def clear(inputs: ClearInputs) -> Clearing:
    """Trades at their seller's zone's price, and the proof that no others are worth more."""
    k_permille = whole_number(inputs.config, "k_permille")
    seed = tie_seed(inputs.interval)
    clearing = clear_lines(inputs.orders, inputs.terms, seed=seed, k_permille=k_permille)
    count, most = len(clearing.trades), inputs.max_trades
    if count > most and inputs.terms.proof is Proof.OPTIMUM:
        raise CannotDecide(f"the best clearing has {count} trades and a result holds {most}; fewer prove no optimum")
    return Clearing(keep_largest(clearing.trades, most, seed=seed), clearing.certificate)
