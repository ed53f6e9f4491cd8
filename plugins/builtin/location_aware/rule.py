"""Location-aware: the matching of largest value after the charge for the distance that energy goes and what it loses.

The local price of the price plugin plays no part. Equally good matchings are told apart by the interval's seed.
"""

from aipchain.market.auctions.ties import tie_seed
from aipchain.market.bilateral.candidates import Surroundings, manageable_pairs
from aipchain.market.bilateral.charges import ORIGIN, Connections, by_distance
from aipchain.market.bilateral.clearing import clear_bilateral
from aipchain.market.bilateral.pairs import BilateralBook
from aipchain.market.bilateral.settings_text import read_places
from aipchain.market.book import keep_largest
from aipchain.plugins.hookspecs import CannotDecide, Clearing, ClearInputs, hookimpl, whole_number
from aipchain.units import Price


@hookimpl
def clear(inputs: ClearInputs) -> Clearing:
    """Trades at prices that leave each buyer room for the charge."""
    seed = tie_seed(inputs.interval)
    pairs = manageable_pairs(inputs.orders, Surroundings(_connections(inputs)), seed=seed)
    clearing = clear_bilateral(BilateralBook(inputs.orders, pairs), seed, whole_number(inputs.config, "k_permille"))
    return Clearing(keep_largest((each.trade for each in clearing.trades), inputs.max_trades, seed=seed))


def _connections(inputs: ClearInputs) -> Connections:
    """The ways between the meters of the book; energy that is lost costs what it costs outside."""
    losses = whole_number(inputs.config, "loss_permille_per_km")
    if losses and inputs.reference is None:
        raise CannotDecide("no reference prices were posted, and energy that is lost has the retail price")
    listed = read_places(str(inputs.config["places"]))
    places = {order.meter: listed.get(order.meter, ORIGIN) for order in inputs.orders}
    retail = inputs.reference.retail if inputs.reference else Price(0)
    return by_distance(places, Price(whole_number(inputs.config, "charge_per_km")), losses, loss_price=retail)
