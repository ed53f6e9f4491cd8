"""Trades on a feeder that keep its limits: one price where the grid is not in the way, prices by node where it is.

1. The k-double auction (`auctions.uniform_price`), and a sweep of its trades. Most books end here.
2. Otherwise the optimum under the limits (`clearing`, by `ExactSolver`, which needs no package) says what of each order
   is served, and what energy is worth at each node. Its bids and offers are paired, dearest nodes first, so that a
   seller's node is not worth more than its buyer's; every trade has the price of its seller's node, or the buyer's
   limit where that is less.
3. A trade takes one price inside two limits, and two owners. Where the optimum serves an offer above every bid that is
   left, because that would make room elsewhere, or an owner by itself, no trade is made of that energy. Without it
   others can be too much for a line; then trades are cut, those first that lose least worth per relief, until the
   exact sweep finds nothing. Cutting ends, because no trade at all keeps every limit, and soon (`curtailment.pressed`).
   If that leaves nothing, the auction's own trades are cut instead.

What is published is proven as far as it goes: `clear_feeder_proven` gives the duals and the gap to their bound with the
trades. After 3. that gap can be larger than the optimum's own, by what was dropped.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from aipchain.market.auctions.columns import as_trades, columns_of
from aipchain.market.auctions.uniform_price import clear_columns
from aipchain.market.book import MAX_TRADES, BookOrder, OrderNumber, Side, Trade, in_canonical_order, keep_largest
from aipchain.market.network.certificate import DUAL_BITS, GridCertificate
from aipchain.market.network.clearing import clear_grid, node_prices
from aipchain.market.network.curtailment import pressed
from aipchain.market.network.exact import ExactSolver
from aipchain.market.network.feeder_proof import FeederClearing, fills_of, trades_gap_ppm
from aipchain.market.network.feeder_text import PlacedFeeder
from aipchain.market.network.grid_book import GridBook, grid_book, injections
from aipchain.market.network.program import Program, Row, limit_row, program_of
from aipchain.market.network.sweep import GridLimit, LimitCheck, exceeded, keeps_limits, sweep
from aipchain.market.rounding import rounded_up
from aipchain.market.whole import refuse_seed
from aipchain.units import Price, Wh

__all__ = ["clear_feeder", "clear_feeder_proven", "worst_limit"]


class _Served(NamedTuple):
    """What is left of a served order [Wh], and what energy is worth at its node [base units per Wh]."""

    order: BookOrder
    wh: int
    worth: Price

    def rank(self) -> tuple[int, int, int]:
        """Dearest node first, then dearest limit, then lowest number."""
        return -self.worth, -self.order.limit_price, self.order.number


_Pairs = dict[tuple[OrderNumber, OrderNumber], int]
"""Energy [Wh] by (bid, offer)."""


def clear_feeder(
    placed: PlacedFeeder,
    orders: Iterable[BookOrder],
    *,
    interval_s: int,
    seed: int,
    k_permille: int = 500,
    most_trades: int = MAX_TRADES,
    check: LimitCheck = keeps_limits,
) -> tuple[Trade, ...]:
    """Trades of members with each other in an interval of `interval_s` [s], in canonical order.

    :param seed: `aipchain.market.auctions.ties.tie_seed` of the interval; says which of equal orders is served.
    :param k_permille: where the one price lies in its interval: 0 is best for buyers. Node prices are not blended.
    :param check: decides whether the grid binds: the plain sweep, or `aipchain.market.network.arrays.compiled_check`.
    :raises TypeError, ValueError: `k_permille` is outside 0..1000, or the seed is none (`market.whole.refuse_seed`).
    :raises DuplicateOrder: two orders have one number.
    :raises IntervalNotWhole: the interval does not divide an hour.
    """
    return _cleared(_placed_book(placed, orders, interval_s), seed, k_permille, most_trades, check)[0]


def clear_feeder_proven(
    placed: PlacedFeeder,
    orders: Iterable[BookOrder],
    *,
    interval_s: int,
    seed: int,
    k_permille: int = 500,
    most_trades: int = MAX_TRADES,
    check: LimitCheck = keeps_limits,
) -> FeederClearing:
    """As `clear_feeder`, with the duals that bound what any clearing could be worth, and the gap of these trades."""
    book = _placed_book(placed, orders, interval_s)
    trades, certificate = _cleared(book, seed, k_permille, most_trades, check)
    return FeederClearing(trades, certificate, trades_gap_ppm(book, trades, certificate))


def _placed_book(placed: PlacedFeeder, orders: Iterable[BookOrder], interval_s: int) -> GridBook:
    known = tuple(orders)
    nodes = {order.meter: placed.node(order.meter) for order in known}
    return grid_book(placed.feeder, known, nodes, reference=None, interval_s=interval_s)


def _cleared(
    book: GridBook, seed: int, k_permille: int, most_trades: int, check: LimitCheck
) -> tuple[tuple[Trade, ...], GridCertificate]:
    """Trades, and the duals that bound them: the auction's price alone, or the optimum's duals where the grid binds."""
    refuse_seed(seed)
    columns = columns_of(book.orders)
    auction = clear_columns(columns, k_permille, seed=seed)
    trades = keep_largest(as_trades(columns, auction.trades), most_trades, seed=seed)
    power = injections(book, fills_of(trades))
    if check(book.feeder, power.load_w, power.generation_w):
        return trades, GridCertificate(auction.price << DUAL_BITS)
    clearing = clear_grid(book, seed=seed, solver=ExactSolver(), check=check)
    paired = _paired(book, clearing.fills, node_prices(book, clearing.certificate))
    program = program_of(book, seed)
    kept = _cut(book, program, keep_largest(paired, most_trades, seed=seed)) or _cut(book, program, trades)
    return kept, clearing.certificate


def worst_limit(book: GridBook, trades: Iterable[Trade]) -> tuple[GridLimit, int] | None:
    """The limit that the trades exceed most, and by how much; overloaded lines before voltages; None if none is."""
    power = injections(book, fills_of(trades))
    found = exceeded(book.feeder, sweep(book.feeder, power.load_w, power.generation_w))
    return max(found, key=lambda each: (-(each[0].kind // 2), each[1], -each[0].position), default=None)


def _paired(book: GridBook, fills: Mapping[OrderNumber, Wh], worth: Mapping[OrderNumber, Price]) -> tuple[Trade, ...]:
    """Pair what is served: by the worth of nodes, then what is left by limits, then by exchange of partners."""
    served = [
        _Served(order, fills[order.number], worth[order.number]) for order in book.orders if order.number in fills
    ]
    bids = sorted((each for each in served if each.order.side is Side.BID), key=_Served.rank)
    offers = sorted((each for each in served if each.order.side is Side.OFFER), key=_Served.rank)
    pairs: _Pairs = {}
    bids, offers = _merge(bids, offers, pairs, by_node=True)
    bids, offers = _merge(_by_limit(bids), _by_limit(offers), pairs, by_node=False)
    _exchange(bids, offers, pairs, {each.order.number: each.order for each in served})
    limits = {order.number: order.limit_price for order in book.orders}
    return in_canonical_order(
        Trade(bid, offer, Wh(wh), min(worth[offer], limits[bid])) for (bid, offer), wh in pairs.items() if wh
    )


def _by_limit(served: Iterable[_Served]) -> list[_Served]:
    return sorted(served, key=lambda each: (-each.order.limit_price, each.order.number))


def _fits(bid: BookOrder, offer: BookOrder) -> bool:
    return offer.limit_price <= bid.limit_price and bid.owner != offer.owner


def _merge(
    bids: Sequence[_Served], offers: Sequence[_Served], pairs: _Pairs, *, by_node: bool
) -> tuple[list[_Served], list[_Served]]:
    """Every bid meets the first offers that suit it; what is left of both sides."""
    rest, waiting = [], list(offers)
    for bid in bids:
        needed, place = bid.wh, 0
        while needed and place < len(waiting):
            offer = waiting[place]
            if not _fits(bid.order, offer.order) or (by_node and offer.worth > bid.worth):
                place += 1
                continue
            step = min(needed, offer.wh)
            _add(pairs, bid.order.number, offer.order.number, step)
            needed -= step
            waiting[place : place + 1] = [offer._replace(wh=offer.wh - step)] if offer.wh > step else []
        if needed:
            rest.append(bid._replace(wh=needed))
    return rest, waiting


def _exchange(
    bids: Sequence[_Served], offers: Sequence[_Served], pairs: _Pairs, orders: Mapping[OrderNumber, BookOrder]
) -> None:
    """A pair of others gives up its partners for a bid and an offer that are left and do not suit each other."""
    bids_left, offers_left = ({each.order.number: each.wh for each in side} for side in (bids, offers))
    for bid, offer in list(pairs):
        while pairs[bid, offer]:
            buyer = next((each for each, wh in bids_left.items() if wh and _fits(orders[each], orders[offer])), None)
            seller = next((each for each, wh in offers_left.items() if wh and _fits(orders[bid], orders[each])), None)
            if buyer is None or seller is None:
                break
            step = min(pairs[bid, offer], bids_left[buyer], offers_left[seller])
            _add(pairs, bid, seller, step)
            _add(pairs, buyer, offer, step)
            pairs[bid, offer] -= step
            bids_left[buyer] -= step
            offers_left[seller] -= step


def _add(pairs: _Pairs, bid: OrderNumber, offer: OrderNumber, wh: int) -> None:
    pairs[bid, offer] = pairs.get((bid, offer), 0) + wh


def _cut(book: GridBook, program: Program, trades: tuple[Trade, ...]) -> tuple[Trade, ...]:
    """The trades, cut until they keep every limit of the book's feeder."""
    place = {order.number: index for index, order in enumerate(book.orders)}
    step = 0
    while (worst := worst_limit(book, trades)) is not None:
        trades = _relieved(program, limit_row(program, worst[0]), pressed(worst[1], step), trades, place)
        step += 1
    return trades


def _relieved(
    program: Program, row: Row, excess: int, trades: Sequence[Trade], place: Mapping[OrderNumber, int]
) -> tuple[Trade, ...]:
    """The trades after one limit is relieved of `excess`: least worth per relief first, equals by their lots."""

    def relief(trade: Trade) -> int:
        return row.coefficients[place[trade.bid]] + row.coefficients[place[trade.offer]]

    def lost(trade: Trade) -> int:
        value = program.columns[place[trade.bid]].value + program.columns[place[trade.offer]].value
        return (value << 64) // relief(trade)

    left = {trade: int(trade.wh) for trade in trades}
    weighing = [trade for trade in trades if relief(trade) > 0]
    for trade in sorted(weighing, key=lambda each: (lost(each), each.bid, each.offer)):
        cut = min(left[trade], rounded_up(excess, relief(trade)))
        left[trade] -= cut
        excess -= cut * relief(trade)
        if excess <= 0:
            break
    return tuple(Trade(each.bid, each.offer, Wh(wh), each.price) for each, wh in left.items() if wh)
