"""Preferred partner: the matching of largest value, in which a preferred seller counts more than its price alone.

The local price of the price plugin plays no part. Equally good matchings are told apart by the interval's seed.
"""

from aipchain.market.auctions.ties import tie_seed
from aipchain.market.bilateral.candidates import Surroundings, manageable_pairs
from aipchain.market.bilateral.clearing import clear_bilateral
from aipchain.market.bilateral.pairs import BilateralBook
from aipchain.market.bilateral.preferences import Criterion, Requirements, Wishes
from aipchain.market.bilateral.settings_text import read_partners
from aipchain.market.book import keep_largest
from aipchain.plugins.hookspecs import Clearing, ClearInputs, hookimpl, whole_number


@hookimpl
def clear(inputs: ClearInputs) -> Clearing:
    """Trades between partners where that is worth it, each at a price inside both limits."""
    weights = {Criterion.PREFERRED_PARTNER: whole_number(inputs.config, "weight")}
    required = Requirements(only_partners=inputs.config["only_partners"] is True)
    partners = read_partners(str(inputs.config["partners"]))
    wishes = {buyer: Wishes(sellers, weights, required) for buyer, sellers in partners.items()}
    seed = tie_seed(inputs.interval)
    pairs = manageable_pairs(inputs.orders, Surroundings(wishes=wishes), seed=seed)
    clearing = clear_bilateral(BilateralBook(inputs.orders, pairs), seed, whole_number(inputs.config, "k_permille"))
    return Clearing(keep_largest((each.trade for each in clearing.trades), inputs.max_trades, seed=seed))
