"""What an agent may order for a household: checked right before it signs, whatever its plans say.

The chain lets the agent's key place and cancel orders and nothing else (proxy type `Trading`), and holds no more than
the household's money. Within that the household says how much and at what price; and it can take the right away, from
the next block on, with its own key.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aipchain.runtime_bridge import reads
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.keys import AccountKey
from aipchain.runtime_bridge.types import NewOrder, ProxyType, Side
from aipchain.units import Price, Wh

__all__ = ["Limits", "Mandate", "first_excess", "may_trade"]


@dataclass(frozen=True, slots=True)
class Limits:
    """The most energy of one interval [Wh] on either side, the dearest bid and the cheapest offer."""

    most_wh: Wh
    dearest_bid: Price
    cheapest_offer: Price


@dataclass(frozen=True, slots=True)
class Mandate:
    """An agent's own key, and the limits that the household set it."""

    agent: AccountKey
    limits: Limits


def may_trade(connection: Connection, agent: bytes, account: bytes) -> bool:
    """Whether an account lets an agent trade for it now."""
    return any(
        each.delegate == agent and each.proxy_type is ProxyType.TRADING and each.delay == 0
        for each in reads.delegates(connection, account)
    )


def first_excess(limits: Limits, orders: Sequence[NewOrder]) -> str | None:
    """Why orders of one interval go beyond the limits, or None when they do not."""
    for side in Side:
        total = sum(order.wh for order in orders if order.side is side)
        if total > limits.most_wh:
            return f"its {side.name.lower()}s come to {total} Wh, and {limits.most_wh} Wh are allowed"
    for order in orders:
        if order.side is Side.BID and order.limit_price > limits.dearest_bid:
            return f"it bids {order.limit_price} base units per Wh, and {limits.dearest_bid} are allowed"
        if order.side is Side.OFFER and order.limit_price < limits.cheapest_offer:
            return f"it offers at {order.limit_price} base units per Wh, and {limits.cheapest_offer} is the least"
    return None
