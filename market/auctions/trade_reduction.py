"""Trade reduction: auctions in which it does not pay to lie about one's limit price.

The marginal orders, the last bid L and the last offer K of the welfare-optimal fills, set prices for the others and
need not trade themselves; what is lost is at most those. b and s are limit prices; L+1 and K+1 the best orders that are
not served at all.

`reduce_two_prices` (McAfee 1992, for orders of one unit each; here for whole orders of any energy):
    both L and K full, and p = floor((b_(L+1) + s_(K+1)) / 2) in [s_K, b_L]: everybody trades at p;
    otherwise L and K are left out, buyers pay b_L, sellers get s_K, and the difference is the market's surplus.

`reduce_one_price` (after the strongly budget-balanced auction of Segal-Halevi, Hassidim and Aumann 2016): buyer and
seller have one price, so a trade is one the chain can settle, and nothing is left over:
    both full and s_(K+1) <= b_L: everybody trades at s_(K+1);
    K served in part: K is left out, the price is s_K;
    otherwise: L is left out, the price is b_L.

Where leaving out makes one side longer, it is served in proportion to energy (cumulative rounding by number), never by
price: a better price buys nothing. So, for owners with one order each, no other limit price than the true one is ever
better (dominant strategy), whatever the seed; buyers never pay above, sellers never get below their limits. It does not
hold for the *energy* of an order, nor for owners with several orders, who can move the price for their others.

Both sides' outermost orders must exist for the first line; without L+1 or K+1 the rule goes on with the next line.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from aipchain.market.allocation.shares import allocate
from aipchain.market.auctions.columns import ColumnBook, OrderColumns, TradeColumns, as_trades, columns_of
from aipchain.market.auctions.merit_order import MeritOrder, ServedSide, merit_order
from aipchain.market.auctions.pairing import Fills, pair_columns
from aipchain.market.book import BookOrder, Trade

__all__ = [
    "Decision",
    "Margin",
    "Reduction",
    "clear_trade_reduction",
    "one_price",
    "reduce_one_price",
    "reduce_two_prices",
    "two_prices",
]


@dataclass(frozen=True, slots=True)
class Reduction:
    """What buyers pay and sellers get [base units per Wh], and the trades by rows; `prices` there are the buyers'."""

    buy_price: int
    sell_price: int
    trades: TradeColumns

    @property
    def surplus(self) -> int:
        """Money that buyers pay and sellers do not get [base units], zero or more."""
        return (self.buy_price - self.sell_price) * sum(self.trades.wh)


def clear_trade_reduction(orders: Iterable[BookOrder], *, seed: int = 0) -> tuple[Trade, ...]:
    """Trades of the one-price reduction, in canonical order.

    :param seed: decides among equal prices (`ties.tie_seed`).
    :raises DuplicateOrder: two orders have one number.
    """
    book = columns_of(orders)
    return as_trades(book, reduce_one_price(book, seed=seed).trades)


def reduce_one_price(book: ColumnBook, *, seed: int = 0) -> Reduction:
    """The strongly budget-balanced reduction: one price for both sides."""
    return _reduce(book, one_price, seed)


def reduce_two_prices(book: ColumnBook, *, seed: int = 0) -> Reduction:
    """McAfee's reduction: buyers may pay more than sellers get, and the market keeps the difference."""
    return _reduce(book, two_prices, seed)


@dataclass(frozen=True, slots=True)
class Margin:
    """Limits of the marginal orders, and of the best ones that are not served at all [base units per Wh]."""

    bid: int
    ask: int
    next_bid: int | None
    next_ask: int | None
    bid_in_part: bool
    offer_in_part: bool

    @property
    def both_full(self) -> bool:
        """Whether both marginal orders are served in full."""
        return not (self.bid_in_part or self.offer_in_part)


@dataclass(frozen=True, slots=True)
class Decision:
    """What buyers pay and sellers get [base units per Wh], and which marginal orders are left out."""

    buy_price: int
    sell_price: int
    without_bid: bool = False
    without_offer: bool = False


def one_price(margin: Margin) -> Decision:
    """What the one-price rule decides at a margin."""
    if margin.both_full and margin.next_ask is not None and margin.next_ask <= margin.bid:
        return Decision(margin.next_ask, margin.next_ask)
    if margin.offer_in_part:
        return Decision(margin.ask, margin.ask, without_offer=True)
    return Decision(margin.bid, margin.bid, without_bid=True)


def two_prices(margin: Margin) -> Decision:
    """What McAfee's rule decides at a margin."""
    if margin.both_full and margin.next_bid is not None and margin.next_ask is not None:
        middle = (margin.next_bid + margin.next_ask) // 2
        if margin.ask <= middle <= margin.bid:
            return Decision(middle, middle)
    return Decision(margin.bid, margin.ask, without_bid=True, without_offer=True)


def _reduce(book: ColumnBook, decide: Callable[[Margin], Decision], seed: int) -> Reduction:
    merit = merit_order(book, seed)
    if not merit.bids.served_wh:
        return Reduction(0, 0, TradeColumns((), (), (), ()))
    bid, next_bid, bid_in_part = _last(book.bids, merit.bids)
    ask, next_ask, offer_in_part = _last(book.offers, merit.offers)
    return _trade(book, merit, decide(Margin(bid, ask, next_bid, next_ask, bid_in_part, offer_in_part)))


def _last(side: OrderColumns, served: ServedSide) -> tuple[int, int | None, bool]:
    """Limit of the last served order, limit of the next, and whether the last is served in part."""
    count = len(served.served_wh)
    last = served.rows[count - 1]
    following = side.limits[served.rows[count]] if count < len(served.rows) else None
    return side.limits[last], following, served.served_wh[-1] < side.wh[last]


def _trade(book: ColumnBook, merit: MeritOrder, decision: Decision) -> Reduction:
    """Serve the rest: the short side in full, the long side in proportion; then pair."""
    bids = sorted(merit.bids.served_rows[: -1 if decision.without_bid else None])
    offers = sorted(merit.offers.served_rows[: -1 if decision.without_offer else None])
    energy = min(sum(book.bids.wh[row] for row in bids), sum(book.offers.wh[row] for row in offers))
    bids, bid_wh = _shares(book.bids, bids, energy)
    offers, offer_wh = _shares(book.offers, offers, energy)
    paired = pair_columns(
        Fills([book.bids.owners[row] for row in bids], bid_wh),
        Fills([book.offers.owners[row] for row in offers], offer_wh),
    )
    trades = TradeColumns(
        [bids[bid] for bid in paired.bids],
        [offers[offer] for offer in paired.offers],
        paired.wh,
        [decision.buy_price] * len(paired.wh),
    )
    return Reduction(decision.buy_price, decision.sell_price, trades)


def _shares(side: OrderColumns, rows: Sequence[int], energy: int) -> tuple[list[int], list[int]]:
    """`energy` [Wh] in proportion over the rows, and the rows that get any of it."""
    shares = zip(rows, allocate(energy, [side.wh[row] for row in rows]), strict=True)
    served = [(row, wh) for row, wh in shares if wh]
    return [row for row, _ in served], [wh for _, wh in served]
