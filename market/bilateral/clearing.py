"""The bilateral clearing of a book: the pairs of largest value, a price for each, and the proof.

Price of a trade: what its seller asks, plus the seller's dual, rounded down to whole base units,

    price = min(offer limit + floor(p_j / 2^b), bid limit - charge)

The minimum only ever acts where a bonus makes a pair worth more than its money. So the price keeps both limits with the
charge paid, the buyer pays price + charge, the seller gets price, the charge goes to whoever carries the energy, and
nothing is left over or missing. Without bonuses each seller has one price, and no buyer could do better with
another candidate seller at that seller's price: an equilibrium. `k_permille` chooses between the lowest (0) and
the highest (1000) prices of all equilibria.

Refuses nothing that `BilateralBook` takes: an empty book or an empty side gives no trades.
"""

from dataclasses import dataclass

from aipchain.market.bilateral.certificate import BilateralCertificate
from aipchain.market.bilateral.network_simplex import solve
from aipchain.market.bilateral.pairs import BilateralBook, CandidatePair
from aipchain.market.bilateral.price_range import Duals, blend, is_unique, price_range
from aipchain.market.bilateral.result import BilateralTrade, trade_price
from aipchain.market.bilateral.tie_break import TieBreak
from aipchain.market.bilateral.transport import Optimum, Transport, transport_problem
from aipchain.market.book import Trade
from aipchain.units import Wh

__all__ = ["BilateralClearing", "clear_bilateral"]


@dataclass(frozen=True, slots=True)
class BilateralClearing:
    """Trades by (bid, offer) number, and what proves that no other trades have more value."""

    trades: tuple[BilateralTrade, ...]
    certificate: BilateralCertificate


def clear_bilateral(book: BilateralBook, seed: int, k_permille: int = 500) -> BilateralClearing:
    """The optimum of `book`, the same for every arrangement of its orders and pairs.

    :param seed: public number of the interval, 0..2^64-1, that decides between equally good trades.
    :param k_permille: 0 is best for buyers, 1000 best for sellers.
    :raises ValueError: seed or k is out of range.
    """
    tie_break, problem, optimum = _unique_optimum(book, TieBreak(seed))
    duals = blend(*price_range(problem, optimum), k_permille)
    return BilateralClearing(_trades(book, optimum, duals, tie_break), _certificate(book, duals, tie_break))


def _unique_optimum(book: BilateralBook, tie_break: TieBreak) -> tuple[TieBreak, Transport, Optimum]:
    """Draw longer numbers until one optimum is left."""
    problem = transport_problem(book, tie_break)
    optimum = solve(problem)
    if is_unique(problem, optimum):
        return tie_break, problem, optimum
    return _unique_optimum(book, TieBreak(tie_break.seed, tie_break.attempt + 1))


def _trades(book: BilateralBook, optimum: Optimum, duals: Duals, tie_break: TieBreak) -> tuple[BilateralTrade, ...]:
    bids, offers = list(book.bids.values()), list(book.offers.values())
    pairs: dict[tuple[int, int], CandidatePair] = {(pair.bid, pair.offer): pair for pair in book.pairs}
    trades: list[BilateralTrade] = []
    for row, bid in zip(optimum.fills, bids, strict=True):
        for column, wh in row.items():
            offer = offers[column]
            charge = pairs[bid.number, offer.number].charge
            price = trade_price(bid, offer, charge, duals.p[column] >> tie_break.bits)
            trades.append(BilateralTrade(Trade(bid.number, offer.number, Wh(wh), price), charge))
    return tuple(trades)


def _certificate(book: BilateralBook, duals: Duals, tie_break: TieBreak) -> BilateralCertificate:
    u, p = dict(zip(book.bids, duals.u, strict=True)), dict(zip(book.offers, duals.p, strict=True))
    return BilateralCertificate(tie_break, u, p)
