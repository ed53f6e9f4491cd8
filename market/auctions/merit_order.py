"""The welfare-optimal fills of a book: dearest bids and cheapest offers first, as long as they cross.

Orders are sorted by price, then lot, then row (see `ties`): a total order, so every machine gets the same result. Bids
and offers at one equal price trade: nothing is lost by it, and tied orders trade in full.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aipchain.market.auctions.columns import ColumnBook, OrderColumns
from aipchain.market.auctions.ties import LOT_BITS, lots

__all__ = ["MeritOrder", "ServedSide", "merit_order", "ranked"]


@dataclass(frozen=True, slots=True)
class ServedSide:
    """All rows of one side, best first, and the energy of those served [Wh]: in full, but for the last."""

    rows: Sequence[int]
    served_wh: Sequence[int]

    @property
    def served_rows(self) -> Sequence[int]:
        """The rows that are served, best first."""
        return self.rows[: len(self.served_wh)]


@dataclass(frozen=True, slots=True)
class MeritOrder:
    """Both curves up to where they cross; both sides serve the same energy [Wh]."""

    bids: ServedSide
    offers: ServedSide


def merit_order(book: ColumnBook, seed: int = 0) -> MeritOrder:
    """Sort the book and find where its curves cross.

    :param seed: decides among equal prices (`ties.tie_seed`).
    """
    bids = ranked(book.bids, seed, dearest_first=True)
    offers = ranked(book.offers, seed, dearest_first=False)
    wh = _crossing_wh(book, bids, offers)
    return MeritOrder(_served(book.bids, bids, wh), _served(book.offers, offers, wh))


def ranked(side: OrderColumns, seed: int, *, dearest_first: bool) -> list[int]:
    """The rows of a side, best price first, equal prices by lot, equal lots by number."""
    offsets = [-limit for limit in side.limits] if dearest_first else side.limits
    drawn = lots(seed, side.numbers)
    keys = [offset << LOT_BITS | lot for offset, lot in zip(offsets, drawn, strict=True)]
    return sorted(range(len(side)), key=keys.__getitem__)


def _crossing_wh(book: ColumnBook, bids: Sequence[int], offers: Sequence[int]) -> int:
    """Energy up to the crossing of the curves [Wh], by one merge pass."""
    bid_wh, bid_limits, offer_wh, offer_limits = book.bids.wh, book.bids.limits, book.offers.wh, book.offers.limits
    crossed = demanded = supplied = 0
    waiting = iter(offers)
    offer = next(waiting, None)
    for bid in bids:
        limit = bid_limits[bid]
        demanded += bid_wh[bid]
        while offer is not None and crossed < demanded and offer_limits[offer] <= limit:
            supplied_after = supplied + offer_wh[offer]
            if supplied_after > demanded:
                crossed = demanded
                break
            crossed = supplied = supplied_after
            offer = next(waiting, None)
        if crossed < demanded:
            break
    return crossed


def _served(side: OrderColumns, rows: Sequence[int], energy: int) -> ServedSide:
    """Serve `energy` [Wh] from the front of a curve."""
    served: list[int] = []
    for row in rows:
        wh = side.wh[row]
        if wh >= energy:
            break
        served.append(wh)
        energy -= wh
    return ServedSide(rows, [*served, energy] if energy else served)
