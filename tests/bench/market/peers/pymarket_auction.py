"""pymarket's mechanisms over one book: `p2p` (random pairs), `muda` or `huang`, with a fixed seed."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pymarket  # type: ignore[import-not-found,unused-ignore]

from .lap import Fill, Order, run_lap

SEED = 20_260_101


def main() -> None:
    """Race the mechanism that is named."""
    mechanism = sys.argv[1]
    run_lap("pymarket", native, lambda market: clear(market, mechanism), fills)


def native(orders: Sequence[Order]) -> tuple[Any, Sequence[Order]]:
    """A market that has taken all orders; it numbers them by itself, in the sequence in which they come.

    Each order is a user of its own, numbered from 0: the fees of `muda` are a table with one row per user.
    """
    market = pymarket.Market()
    for user, order in enumerate(orders):
        market.accept_bid(order.wh, order.limit, user, not order.is_offer, 0)
    return market, orders


def clear(given: tuple[Any, Sequence[Order]], mechanism: str) -> tuple[Any, Sequence[Order]]:
    """The market's own `run`."""
    market, orders = given
    chance = {} if mechanism == "huang" else {"r": np.random.RandomState(SEED)}
    return market.run(mechanism, **chance)[0], orders


def fills(result: tuple[Any, Sequence[Order]]) -> Iterable[Fill]:
    """One row of its table per side and trade; rows without energy are pairs that were tried."""
    transactions, orders = result
    table = transactions.get_df()
    for row, wh, price in zip(table["bid"], table["quantity"], table["price"], strict=True):
        if wh:
            yield orders[int(row)].number, float(wh), float(price)


if __name__ == "__main__":
    main()
