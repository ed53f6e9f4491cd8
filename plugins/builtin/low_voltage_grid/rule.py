"""Low-voltage grid: the auction of `uniform-price`, unless its trades are too much for a line or a voltage.

Then the best trades that the feeder carries, each at its seller's node price. The local price of the price plugin plays
no part. Equal limit prices are told apart by lots of the interval's public seed. A feeder that is too large for a
setting goes into a module of a bundle of one's own (docs/rules/low-voltage-grid.md).
"""

from aipchain.market.auctions.ties import tie_seed
from aipchain.market.network.feeder_text import VoltageTerms, read_feeder, read_line_types
from aipchain.market.network.feeder_trades import clear_feeder
from aipchain.plugins.hookspecs import Clearing, ClearInputs, hookimpl, whole_number


@hookimpl
def clear(inputs: ClearInputs) -> Clearing:
    """Trades that keep every limit of the feeder, by the exact sweep."""
    terms = VoltageTerms(
        volt=whole_number(inputs.config, "volt"),
        lowest_permille=whole_number(inputs.config, "lowest_permille"),
        highest_permille=whole_number(inputs.config, "highest_permille"),
        tan_phi=whole_number(inputs.config, "tan_phi_permille"),
    )
    feeder = read_feeder(str(inputs.config["lines"]), read_line_types(str(inputs.config["types"])), terms)
    trades = clear_feeder(
        feeder,
        inputs.orders,
        interval_s=inputs.interval.length,
        seed=tie_seed(inputs.interval),
        k_permille=whole_number(inputs.config, "k_permille"),
        most_trades=inputs.max_trades,
    )
    return Clearing(trades)
