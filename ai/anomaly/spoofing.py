"""Spoofed bids: orders that are placed to be seen and taken back before they could trade.

Honest agents take orders back, too, when a forecast changes, and place others in their stead; some households stop
everything for a day. What is left is energy withdrawn without replacement. It counts for more where the account
traded on the other side of the same interval, and where the limit was so far from the market that the order could not
have traded.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from aipchain.ai.anomaly.activity import Activity, Order
from aipchain.ai.anomaly.suspicion import Suspicion, unknown
from aipchain.units import Interval

__all__ = ["LEAST_ORDERS", "spoofing_suspicions"]

LEAST_ORDERS: Final = 10
"""Orders of an account from which its habits say something."""

_FAR: Final = 0.1
"""Share of the market price by which a limit misses it."""


@dataclass(frozen=True, slots=True)
class _Withdrawn:
    """Of one account and interval [Wh]: placed, withdrawn for nothing, of that with a trade across, and of that far."""

    placed: int
    hollow: int
    across: int
    far: int


def spoofing_suspicions(activity: Activity) -> dict[str, Suspicion]:
    """Of every account: strength is the share of placed energy that was hollow, by half if nothing came of it."""
    prices: defaultdict[Interval, list[int]] = defaultdict(list)
    for trade in activity.trades:
        prices[trade.interval].append(trade.price)
    market = {interval: float(median(found)) for interval, found in prices.items()}
    placed: defaultdict[str, defaultdict[Interval, list[Order]]] = defaultdict(lambda: defaultdict(list))
    for order in activity.orders:
        placed[order.account][order.interval].append(order)
    return {
        account: _suspicion([_withdrawn(orders, market.get(at)) for at, orders in placed[account].items()], count)
        for account in activity.accounts
        for count in [sum(len(orders) for orders in placed[account].values())]
    }


def _withdrawn(orders: Sequence[Order], market: float | None) -> _Withdrawn:
    hollow = across = far = 0
    everything = sum(order.energy for order in orders)
    if all(order.cancelled is None for order in orders):
        return _Withdrawn(everything, 0, 0, 0)
    for side in ("buy", "sell"):
        here = [order for order in orders if order.side == side]
        back = [order for order in here if order.cancelled is not None]
        gone = sum(order.energy - order.traded for order in back)
        kept = sum(order.energy for order in here if order.cancelled is None)
        empty = max(gone - kept, 0)
        hollow += empty
        across += empty if any(order.traded for order in orders if order.side != side) else 0
        missed = sum(order.energy for order in back if market and _misses(order, market))
        far += min(empty, missed)
    return _Withdrawn(everything, hollow, across, far)


def _misses(order: Order, market: float) -> bool:
    off = (order.limit_price - market) / market
    return off > _FAR if order.side == "sell" else off < -_FAR


def _suspicion(intervals: Sequence[_Withdrawn], orders: int) -> Suspicion:
    if orders < LEAST_ORDERS:
        return unknown(orders, LEAST_ORDERS, "orders")
    placed = max(sum(each.placed for each in intervals), 1)
    hollow, across, far = (sum(getattr(each, part) for each in intervals) for part in ("hollow", "across", "far"))
    return Suspicion(
        (2 * hollow + across + far) / (4 * placed),
        f"{100 * hollow / placed:.0f} % of what it placed was taken back without replacement, "
        f"{100 * across / placed:.0f} % beside a trade on the other side, "
        f"{100 * far / placed:.0f} % far from the market",
    )
