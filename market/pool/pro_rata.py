"""Clearing at one given community price, the long side in proportion (see `one_price`).

Shares of the long side follow its orders' energy by exact cumulative rounding in order of number. Whoever asks for more
than it needs gets more, so orders must be bounded elsewhere: on chain they are, by the meter's connection.
"""

from collections.abc import Iterable, Sequence

from aipchain.market.allocation.shares import allocate
from aipchain.market.auctions.pairing import Fill
from aipchain.market.book import BookOrder, Trade
from aipchain.market.pool.one_price import clear_at_price
from aipchain.units import Price

__all__ = ["clear_pro_rata"]


def clear_pro_rata(orders: Iterable[BookOrder], price: Price) -> tuple[Trade, ...]:
    """Trades at `price` [base units per Wh], in canonical order.

    :raises DuplicateOrder: two orders have one number.
    """
    return clear_at_price(orders, price, _in_proportion)


def _in_proportion(energy: int, fills: Sequence[Fill]) -> list[int]:
    return allocate(energy, [fill.wh for fill in fills])
