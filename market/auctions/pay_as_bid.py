"""Pay-as-bid: the same fills as the uniform price, but each trade at its own price.

The rule: a trade's price is the limit price of its bid. That lies within both limits, because a bid only ever meets
offers at or below it. Dearest bids meet cheapest offers first; equal prices are served by order number. The buyer pays
exactly what the seller gets. An owner never trades with itself (see `pairing`).
"""

from collections.abc import Iterable

from aipchain.market.auctions.merit_order import fill_by_merit
from aipchain.market.auctions.pairing import pair_fills, trades_at
from aipchain.market.book import BookOrder, Trade

__all__ = ["clear_pay_as_bid"]


def clear_pay_as_bid(orders: Iterable[BookOrder]) -> tuple[Trade, ...]:
    """Trades of the welfare-optimal fills, each at its bid's limit price, in canonical order."""
    merit = fill_by_merit(orders)
    return trades_at(pair_fills(merit.bid_fills, merit.offer_fills).pairs)
