"""Pay-as-bid: the same fills as the uniform price, but each trade at its own price.

The rule: a trade's price is the limit price of its bid. That lies within both limits, because a bid only ever meets
offers at or below it. Dearest bids meet cheapest offers first; equal prices are served by lot (see `ties`). The buyer
pays exactly what the seller gets. An owner never trades with itself (see `pairing`).
"""

from collections.abc import Iterable

from aipchain.market.auctions.columns import ColumnBook, TradeColumns, as_trades, columns_of
from aipchain.market.auctions.merit_order import merit_order
from aipchain.market.auctions.uniform_price import pair_served, trades_of
from aipchain.market.book import BookOrder, Trade

__all__ = ["clear_pay_as_bid", "pay_as_bid_columns"]


def clear_pay_as_bid(orders: Iterable[BookOrder], *, seed: int = 0) -> tuple[Trade, ...]:
    """Trades of the welfare-optimal fills, each at its bid's limit price, in canonical order.

    :param seed: decides among equal prices (`ties.tie_seed`).
    :raises DuplicateOrder: two orders have one number.
    """
    book = columns_of(orders)
    return as_trades(book, pay_as_bid_columns(book, seed=seed))


def pay_as_bid_columns(book: ColumnBook, *, seed: int = 0) -> TradeColumns:
    """As `clear_pay_as_bid`, in columns."""
    merit = merit_order(book, seed)
    paired = pair_served(book, merit)
    limits = book.bids.limits
    return trades_of(merit, paired, [limits[merit.bids.rows[bid]] for bid in paired.bids])
