"""Location-aware: the matching of largest value after the charge for carrying energy within and between zones.

The local price of the price plugin plays no part. Equally good matchings are told apart by the interval's seed.
"""

from aipchain.market.auctions.ties import tie_seed
from aipchain.market.bilateral.candidates import Surroundings, manageable_pairs
from aipchain.market.bilateral.charges import Connection
from aipchain.market.bilateral.clearing import clear_bilateral
from aipchain.market.bilateral.pairs import BilateralBook
from aipchain.market.bilateral.settings_text import read_zones
from aipchain.market.book import MeterId, keep_largest
from aipchain.plugins.hookspecs import Clearing, ClearInputs, hookimpl, whole_number
from aipchain.units import Price


@hookimpl
def clear(inputs: ClearInputs) -> Clearing:
    """Trades at prices that leave each buyer room for the charge."""
    zones = read_zones(str(inputs.config["zones"]))
    within = Connection(Price(whole_number(inputs.config, "charge_within")))
    between = Connection(Price(whole_number(inputs.config, "charge_between")))

    def connections(seller: MeterId, buyer: MeterId) -> Connection:
        return within if zones.get(seller, 0) == zones.get(buyer, 0) else between

    seed = tie_seed(inputs.interval)
    pairs = manageable_pairs(inputs.orders, Surroundings(connections), seed=seed)
    clearing = clear_bilateral(BilateralBook(inputs.orders, pairs), seed, whole_number(inputs.config, "k_permille"))
    return Clearing(keep_largest((each.trade for each in clearing.trades), inputs.max_trades))
