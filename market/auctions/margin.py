"""Where the merit order ends: its last and next orders, read from a book and its fills in one unsorted pass.

Fills of most welfare (`certificate.verify_fills`) may still be several: at one price, who of equal orders is served is
not a matter of welfare. The auctions say that ties trade in full and go by lot (`ties`), which leaves one answer:
`lot_breach` looks whether it was given. `price_ends` are the ends of the equilibrium interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aipchain.market.auctions.columns import ColumnBook, OrderColumns
from aipchain.market.auctions.ties import lots
from aipchain.market.book import Side

__all__ = ["MarginalOrders", "best_open", "lot_breach", "marginal_orders", "price_ends"]


@dataclass(frozen=True, slots=True)
class MarginalOrders:
    """The last row served of a side, whether in part, and the limit of the best row not served at all."""

    last_row: int
    in_part: bool
    next_limit: int | None


def price_ends(book: ColumnBook, bid_fills: Sequence[int], offer_fills: Sequence[int]) -> tuple[int, int]:
    """Lowest and highest equilibrium price, as `uniform_price.price_interval`, without sorting."""
    bids, offers = book.bids, book.offers
    lows = [limit for limit, fill in zip(offers.limits, offer_fills, strict=True) if fill]
    highs = [limit for limit, fill in zip(bids.limits, bid_fills, strict=True) if fill]
    open_bid, open_offer = best_open(bids, bid_fills, Side.BID), best_open(offers, offer_fills, Side.OFFER)
    low = max([*lows, *([] if open_bid is None else [open_bid])], default=None)
    high = min([*highs, *([] if open_offer is None else [open_offer])], default=None)
    if low is None or high is None:
        only = next((end for end in (low, high) if end is not None), 0)
        return only, only
    return low, high


def best_open(side: OrderColumns, fills: Sequence[int], which: Side) -> int | None:
    """The best limit of a side's orders that are not served in full, if there is one."""
    limits = [limit for limit, wh, fill in zip(side.limits, side.wh, fills, strict=True) if fill < wh]
    return (max if which is Side.BID else min)(limits, default=None)


def marginal_orders(side: OrderColumns, fills: Sequence[int], which: Side, seed: int) -> MarginalOrders | None:
    """The margin of a side whose ties go by lot; None if nothing of it is served."""
    served = [row for row, fill in enumerate(fills) if fill]
    if not served:
        return None
    worst, best = (min, max) if which is Side.BID else (max, min)
    at_end = worst(side.limits[row] for row in served)
    last = _in_turn(side, [row for row in served if side.limits[row] == at_end], seed)[-1]
    unserved = (limit for limit, fill in zip(side.limits, fills, strict=True) if not fill)
    return MarginalOrders(last, fills[last] < side.wh[last], best(unserved, default=None))


def lot_breach(side: OrderColumns, fills: Sequence[int], which: Side, seed: int) -> int | None:
    """A row that is served less than in full while one that comes after it is served, if there is one.

    Only rows at the worst limit served are looked at: all better ones are full wherever fills are proven optimal.
    """
    margin = marginal_orders(side, fills, which, seed)
    if margin is None:
        return None
    at_end = side.limits[margin.last_row]
    for row in _in_turn(side, [row for row, limit in enumerate(side.limits) if limit == at_end], seed):
        if row == margin.last_row:
            return None
        if fills[row] < side.wh[row]:
            return row
    return None


def _in_turn(side: OrderColumns, rows: Sequence[int], seed: int) -> list[int]:
    """Rows of one limit by lot, then by number."""
    drawn = lots(seed, [side.numbers[row] for row in rows]) if len(rows) > 1 else [0] * len(rows)
    return [row for _, row in sorted(zip(drawn, rows, strict=True))]
