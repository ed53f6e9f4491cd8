"""What meters have bought and sold over a sequence of products, and how that meets what they measured.

A trade adds the same energy to its buyer and its seller, so over all meters net positions sum to zero after every
product, whatever was traded: energy is conserved, and the sum of all imbalances is what the community exchanged
outside.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aipchain.market.book import BookOrder, MeterId, Trade
from aipchain.units import Wh

__all__ = ["Position", "add_trades", "imbalance"]

_NOTHING = Wh(0)


@dataclass(frozen=True, slots=True)
class Position:
    """Energy bought and sold by one meter for one interval, over all products [Wh]."""

    bought: Wh = _NOTHING
    sold: Wh = _NOTHING

    @property
    def net(self) -> Wh:
        """Bought less sold [Wh]; negative for a net seller."""
        return Wh(self.bought - self.sold)


def add_trades(
    positions: Mapping[MeterId, Position], orders: Iterable[BookOrder], trades: Iterable[Trade]
) -> dict[MeterId, Position]:
    """Positions after one more clearing, by meter number.

    :param orders: the book that was cleared.
    :raises KeyError: a trade names an order that is not in the book.
    """
    meter_of = {order.number: order.meter for order in orders}
    after = dict(positions)
    for trade in trades:
        buyer, seller = meter_of[trade.bid], meter_of[trade.offer]
        before = after.get(buyer, Position())
        after[buyer] = Position(Wh(before.bought + trade.wh), before.sold)
        before = after.get(seller, Position())
        after[seller] = Position(before.bought, Wh(before.sold + trade.wh))
    return dict(sorted(after.items()))


def imbalance(position: Position, import_wh: Wh, export_wh: Wh) -> Wh:
    """What a meter took beyond its contracts [Wh]: (import - export) - (bought - sold); negative if it gave more."""
    return Wh(import_wh - export_wh - position.net)
