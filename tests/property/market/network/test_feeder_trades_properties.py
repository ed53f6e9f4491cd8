"""What holds for every book on every feeder that is traded: limits, envelope, no say for the order of the book."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.market.network.trees import small_feeders
from tests.unit.market.network.sample import sample_feeder, sample_orders

from aipchain.market.auctions.uniform_price import clear_uniform_price
from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side
from aipchain.market.envelope import first_breach_in_book
from aipchain.market.network.arrays import compiled_check
from aipchain.market.network.certificate import SUM_BITS, Fault, upper_bound
from aipchain.market.network.clearing import clear_grid
from aipchain.market.network.exact import ExactSolver
from aipchain.market.network.feeder import NodeId
from aipchain.market.network.feeder_proof import verify_trades
from aipchain.market.network.feeder_text import PlacedFeeder
from aipchain.market.network.feeder_trades import clear_feeder, clear_feeder_proven, worst_limit
from aipchain.market.network.grid_book import GridBook, grid_book
from aipchain.units import Price, Wh

HOUR_S = 3_600


@st.composite
def feeders(draw: st.DrawFn) -> PlacedFeeder:
    """Small trees with tight limits and a band on one side or both; nine meters, some of them at the root."""
    feeder = draw(small_feeders())
    count = len(feeder.nodes) - 1
    return PlacedFeeder(feeder, {MeterId(i): NodeId(draw(st.integers(0, count))) for i in range(8)})


@st.composite
def books(draw: st.DrawFn) -> list[BookOrder]:
    """Small books of few owners with many ties, in any arrangement."""
    terms = st.tuples(st.sampled_from("abc"), st.sampled_from(Side), st.integers(1, 30), st.integers(0, 12))
    orders = [
        BookOrder(OrderNumber(i), AccountId(owner), MeterId(i), side, Wh(wh), Price(price))
        for i, (owner, side, wh, price) in enumerate(draw(st.lists(terms, max_size=9)))
    ]
    return draw(st.permutations(orders))


def on_grid(placed: PlacedFeeder, orders: list[BookOrder], interval_s: int = HOUR_S) -> GridBook:
    """The book as the sweep sees it."""
    nodes = {order.meter: placed.node(order.meter) for order in orders}
    return grid_book(placed.feeder, orders, nodes, reference=None, interval_s=interval_s)


@settings(max_examples=60)
@given(feeders(), books(), st.integers(0, 4))
def test_limits_and_envelope_are_never_broken(placed: PlacedFeeder, orders: list[BookOrder], most: int) -> None:
    """The exact sweep and the chain's own check find nothing, however many trades may be kept."""
    for kept in (most, 2_000):
        trades = clear_feeder(placed, orders, interval_s=HOUR_S, seed=4, most_trades=kept)

        assert len(trades) <= kept
        assert worst_limit(on_grid(placed, orders), trades) is None
        assert first_breach_in_book(trades, orders) is None


@settings(max_examples=60)
@given(feeders(), books(), st.randoms(use_true_random=False))
def test_the_order_of_the_book_plays_no_part(placed: PlacedFeeder, orders: list[BookOrder], chance: Random) -> None:
    """Any arrangement gives the same trades."""
    arranged = chance.sample(orders, len(orders))

    assert clear_feeder(placed, arranged, interval_s=HOUR_S, seed=4) == clear_feeder(
        placed, orders, interval_s=HOUR_S, seed=4
    )


@settings(max_examples=60)
@given(feeders(), books(), st.integers(0, 1_000))
def test_where_the_grid_is_not_in_the_way_it_is_the_auction(
    placed: PlacedFeeder, orders: list[BookOrder], k_permille: int
) -> None:
    """The trades of uniform-price, at its price, whenever they keep every limit."""
    auction = clear_uniform_price(orders, k_permille, seed=4)
    free = auction.trades if auction else ()

    if worst_limit(on_grid(placed, orders), free) is None:
        assert clear_feeder(placed, orders, interval_s=HOUR_S, seed=4, k_permille=k_permille) == free


@settings(max_examples=60)
@given(feeders(), books())
def test_trades_are_worth_no_more_than_the_bound(placed: PlacedFeeder, orders: list[BookOrder]) -> None:
    """The kernel's certificate bounds what any clearing of the feeder can be worth, this one too."""
    book = on_grid(placed, orders)
    limits = {order.number: order.limit_price for order in orders}
    trades = clear_feeder(placed, orders, interval_s=HOUR_S, seed=4)
    worth = sum(trade.wh * (limits[trade.bid] - limits[trade.offer]) for trade in trades)

    assert worth << SUM_BITS <= upper_bound(book, clear_grid(book, seed=4, solver=ExactSolver()).certificate)


@settings(max_examples=60)
@given(feeders(), books(), st.integers(0, 4))
def test_what_is_published_has_a_gap_that_anyone_can_check(
    placed: PlacedFeeder, orders: list[BookOrder], most: int
) -> None:
    """The same trades as without the proof, by either check; the gap told is the one found, and one less is refused."""
    for kept in (most, 2_000):
        plain = clear_feeder(placed, orders, interval_s=HOUR_S, seed=4, most_trades=kept)
        proven = clear_feeder_proven(placed, orders, interval_s=HOUR_S, seed=4, most_trades=kept, check=compiled_check)
        book, gap = on_grid(placed, orders), proven.gap_ppm

        assert proven.trades == plain
        assert verify_trades(book, proven.trades, proven.certificate, gap) is None
        if gap:
            breach = verify_trades(book, proven.trades, proven.certificate, gap - 1)
            assert breach is not None
            assert breach.fault is Fault.GAP_TOO_LARGE


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("size", "homes"), [(14, 40), (43, 90)])
def test_on_usual_feeders_trades_are_the_optimum(size: int, homes: int, seed: int) -> None:
    """Lines or voltages bind in half of them: the trades are within 5e-4 of what no clearing can exceed."""
    sample = sample_feeder(size, seed, homes=homes, band_permille=(8, 15, 30)[seed % 3])
    scales = ((1_000, 1_000), (500, 2_000), (2_000, 500))[seed % 3]
    orders, nodes = sample_orders(sample, seed, load_permille=scales[0], generation_permille=scales[1])
    placed = PlacedFeeder(sample.feeder, nodes)
    proven = clear_feeder_proven(placed, orders, interval_s=900, seed=seed)
    trades = clear_feeder(placed, orders, interval_s=900, seed=seed)
    book = on_grid(placed, list(orders), 900)
    limits = {order.number: order.limit_price for order in orders}
    worth = sum(trade.wh * (limits[trade.bid] - limits[trade.offer]) for trade in trades) << SUM_BITS
    bound = upper_bound(book, clear_grid(book, seed=seed, solver=ExactSolver()).certificate)

    assert worst_limit(book, trades) is None
    assert first_breach_in_book(trades, orders) is None
    assert (bound - worth) * 10_000 <= 5 * bound
    assert proven.gap_ppm <= 500
    assert verify_trades(book, proven.trades, proven.certificate) is None
