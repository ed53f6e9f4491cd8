"""The k-double auction: everybody trades at one price at which supply meets demand.

Any price p in [low, high] is an equilibrium price: every strictly better order is served in full, every strictly worse
one not at all. With fills by merit order,

    low  = max(marginal offer, best bid not fully served)
    high = min(marginal bid, best offer not fully served)
    p    = low + floor((high - low) k / 1000)

(Chatterjee and Samuelson 1983 for the k-blend.) Where nothing crosses the interval is [best bid, best offer]; it proves
that nothing can be traded. Price and fills are the clearing's own proof (`certificate`).

Where one owner holds so much of both sides that it would have to buy from itself, that part counts as served in the
fills, but no trade is made of it: the owner supplies itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aipchain.market.auctions.columns import ColumnBook, OrderColumns, TradeColumns, as_trades, columns_of
from aipchain.market.auctions.merit_order import MeritOrder, ServedSide, merit_order
from aipchain.market.auctions.pairing import Fills, PairColumns, pair_columns
from aipchain.market.book import BookOrder, OrderNumber, Trade
from aipchain.market.rounding import blend
from aipchain.units import Price, Wh

__all__ = [
    "ColumnClearing",
    "UniformClearing",
    "clear_columns",
    "clear_uniform_price",
    "fills_of",
    "pair_served",
    "price_interval",
    "trades_of",
]


@dataclass(frozen=True, slots=True)
class ColumnClearing:
    """Price with its equilibrium interval [base units per Wh], fills of every row [Wh], and trades by rows."""

    low: int
    high: int
    price: int
    bid_fills: Sequence[int]
    offer_fills: Sequence[int]
    trades: TradeColumns


@dataclass(frozen=True, slots=True)
class UniformClearing:
    """Price [base units per Wh] with its equilibrium interval, fills by order number [Wh], trades."""

    low: Price
    high: Price
    price: Price
    fills: Mapping[OrderNumber, Wh]
    trades: tuple[Trade, ...]


def clear_uniform_price(orders: Iterable[BookOrder], k_permille: int = 500, *, seed: int = 0) -> UniformClearing | None:
    """Clear the book at one price; None when no bid reaches any offer.

    :param k_permille: where in the interval the price lies: 0 is best for buyers, 1000 for sellers.
    :param seed: decides among equal prices (`ties.tie_seed`).
    :raises ValueError: `k_permille` is outside 0..1000.
    :raises DuplicateOrder: two orders have one number.
    """
    book = columns_of(orders)
    clearing = clear_columns(book, k_permille, seed=seed)
    if not any(clearing.bid_fills):
        return None
    return UniformClearing(
        Price(clearing.low),
        Price(clearing.high),
        Price(clearing.price),
        _by_number(book.bids, clearing.bid_fills) | _by_number(book.offers, clearing.offer_fills),
        as_trades(book, clearing.trades),
    )


def clear_columns(book: ColumnBook, k_permille: int = 500, *, seed: int = 0) -> ColumnClearing:
    """As `clear_uniform_price`, in columns; a book in which nothing crosses has a price, and no trades.

    :raises ValueError: `k_permille` is outside 0..1000.
    """
    merit = merit_order(book, seed)
    low, high = price_interval(book, merit)
    price = blend(low, high, k_permille)
    paired = pair_served(book, merit)
    return ColumnClearing(
        low,
        high,
        price,
        fills_of(book.bids, merit.bids),
        fills_of(book.offers, merit.offers),
        trades_of(merit, paired, [price] * len(paired.wh)),
    )


def price_interval(book: ColumnBook, merit: MeritOrder) -> tuple[int, int]:
    """Lowest and highest equilibrium price; of a one-sided book its best limit, of an empty one 0."""
    lows = _edges(book.offers, merit.offers, served=True) + _edges(book.bids, merit.bids, served=False)
    highs = _edges(book.bids, merit.bids, served=True) + _edges(book.offers, merit.offers, served=False)
    if not lows or not highs:
        only = lows or highs or [0]
        return only[0], only[0]
    return max(lows), min(highs)


def pair_served(book: ColumnBook, merit: MeritOrder) -> PairColumns:
    """Pair what is served, best with best; places are those of the served rows."""
    bids, offers = merit.bids, merit.offers
    return pair_columns(
        Fills([book.bids.owners[row] for row in bids.served_rows], bids.served_wh),
        Fills([book.offers.owners[row] for row in offers.served_rows], offers.served_wh),
    )


def trades_of(merit: MeritOrder, paired: PairColumns, prices: Sequence[int]) -> TradeColumns:
    """The pairs as trades by rows."""
    bids, offers = merit.bids.rows, merit.offers.rows
    return TradeColumns(
        [bids[bid] for bid in paired.bids], [offers[offer] for offer in paired.offers], paired.wh, prices
    )


def fills_of(side: OrderColumns, served: ServedSide) -> list[int]:
    """The fill of every row of a side [Wh]."""
    fills = [0] * len(side)
    for row, wh in zip(served.served_rows, served.served_wh, strict=True):
        fills[row] = wh
    return fills


def _edges(side: OrderColumns, ranks: ServedSide, *, served: bool) -> list[int]:
    """The limit of the worst order served, or of the best one not fully served, if there is one."""
    count = len(ranks.served_wh)
    if not served and count and ranks.served_wh[-1] < side.wh[ranks.rows[count - 1]]:
        return [side.limits[ranks.rows[count - 1]]]
    place = count - 1 if served else count
    return [side.limits[ranks.rows[place]]] if 0 <= place < len(ranks.rows) else []


def _by_number(side: OrderColumns, fills: Sequence[int]) -> dict[OrderNumber, Wh]:
    return {OrderNumber(number): Wh(wh) for number, wh in zip(side.numbers, fills, strict=True) if wh}
