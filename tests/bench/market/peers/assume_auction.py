"""ASSUME's market roles over one book: `pay_as_clear` or `pay_as_bid`. Their unit MW stands for Wh.

AGPL-3.0: this script runs in an environment of its own and only calls the package; nothing of it reaches our process.
"""

import sys
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from assume.common.market_objects import MarketConfig, MarketProduct  # type: ignore[import-not-found,unused-ignore]
from assume.markets.clearing_algorithms import clearing_mechanisms  # type: ignore[import-not-found,unused-ignore]
from dateutil.relativedelta import relativedelta  # type: ignore[import-untyped,unused-ignore]
from dateutil.rrule import HOURLY, rrule  # type: ignore[import-untyped,unused-ignore]

from .lap import Fill, Order, run_lap

START = datetime(2026, 1, 1)
END = START + timedelta(minutes=15)
Orders = list[dict[str, Any]]


def main() -> None:
    """Race the mechanism that is named."""
    hours = rrule(HOURLY, dtstart=START, until=END)
    market = MarketConfig(opening_hours=hours, market_products=[MarketProduct(relativedelta(minutes=15), 1)])
    role = clearing_mechanisms[sys.argv[1]](market)
    run_lap("assume-framework", native, lambda orders: role.clear(orders, [(START, END, None)]), fills)


def native(orders: Sequence[Order]) -> Orders:
    """Demand is negative."""
    return [
        {
            "bid_id": str(order.number),
            "agent_addr": f"account-{order.owner}",
            "start_time": START,
            "end_time": END,
            "volume": order.wh if order.is_offer else -order.wh,
            "price": order.limit,
            "node": "node0",
            "only_hours": None,
        }
        for order in orders
    ]


def fills(result: tuple[Orders, Orders, Any, Any]) -> Iterable[Fill]:
    """Accepted orders; a partly accepted one is among them."""
    for order in result[0]:
        if order["accepted_volume"]:
            yield int(order["bid_id"]), abs(order["accepted_volume"]), order["accepted_price"]


if __name__ == "__main__":
    main()
