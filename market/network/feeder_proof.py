"""What the trades on a feeder are worth against the best there could be: a bound from duals, and the gap to it.

The duals of the clearing bound what any clearing of the book can be worth (`certificate`: weak duality), and so also
what its trades can. A trade takes one price inside two limits, two owners, and a result so many trades; what is not
made of the optimum for that shows as a gap. Whoever has book and duals computes it, without solving anything.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from aipchain.market.book import OrderNumber, Trade
from aipchain.market.breach import Breach
from aipchain.market.network.certificate import LARGEST_GAP_PPM, GridCertificate, gap_ppm, verify
from aipchain.market.network.grid_book import GridBook
from aipchain.units import Wh

__all__ = ["FeederClearing", "fills_of", "trades_gap_ppm", "verify_trades"]


@dataclass(frozen=True, slots=True)
class FeederClearing:
    """Trades in canonical order, the duals that bound their worth, and the gap to that bound [parts per million].

    The bound itself is `certificate.upper_bound(book, certificate)` [2^-60 base units].
    """

    trades: tuple[Trade, ...]
    certificate: GridCertificate
    gap_ppm: int


@dataclass(frozen=True, slots=True)
class _Served:
    """Trades as the certificate's check reads a result; members trade with each other, so nothing is imported."""

    fills: dict[OrderNumber, Wh]
    import_wh: Wh


def fills_of(trades: Iterable[Trade]) -> dict[OrderNumber, Wh]:
    """What the trades serve of each order [Wh]."""
    fills: dict[OrderNumber, Wh] = {}
    for trade in trades:
        for number in (trade.bid, trade.offer):
            fills[number] = Wh(fills.get(number, 0) + trade.wh)
    return fills


def trades_gap_ppm(book: GridBook, trades: Iterable[Trade], certificate: GridCertificate) -> int:
    """By how much the bound is above what the trades are worth, rounded up [parts per million of the bound]."""
    return gap_ppm(book, fills_of(trades), certificate)


def verify_trades(
    book: GridBook, trades: Iterable[Trade], certificate: GridCertificate, largest_gap_ppm: int = LARGEST_GAP_PPM
) -> Breach | None:
    """None if the trades keep every limit and are proven within `largest_gap_ppm` of the best; solves nothing.

    Prices and owners are the envelope's matter (`market.envelope`).

    :param book: the orders on the feeder, without an outside (`grid_book(..., reference=None)`).
    """
    return verify(book, _Served(fills_of(trades), Wh(0)), certificate, largest_gap_ppm)
