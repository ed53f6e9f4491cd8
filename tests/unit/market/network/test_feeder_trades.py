"""Trades on a feeder: the auction while there is room, node prices where there is none, never beyond a limit."""

from collections.abc import Callable, Sequence
from itertools import permutations

import pytest

from aipchain.market.auctions.uniform_price import clear_uniform_price
from aipchain.market.book import BookOrder, MeterId, OrderNumber, Side, Trade
from aipchain.market.errors import DuplicateOrder
from aipchain.market.network.errors import IntervalNotWhole
from aipchain.market.network.feeder import ONE_PU2, Feeder, Line, NodeId, build_feeder
from aipchain.market.network.feeder_text import PlacedFeeder
from aipchain.market.network.feeder_trades import clear_feeder, worst_limit
from aipchain.market.network.grid_book import grid_book
from aipchain.market.network.sweep import GridLimit, LimitKind
from aipchain.units import Price, Wh

Book = Callable[..., tuple[BookOrder, ...]]
STEP = ONE_PU2 // 1_000_000
"""A fall of 1e-6 pu^2 per W."""


def tree(*lines: tuple[int, int], fall_per_w: int = 0, band: int = ONE_PU2 // 10) -> Feeder:
    """Lines such as `(1, 500)`: from node 1, 500 W; they feed nodes 1, 2, 3, ..."""
    return build_feeder(
        [Line(NodeId(up), NodeId(node), fall_per_w // 1_000, 0, rated) for node, (up, rated) in enumerate(lines, 1)],
        root=NodeId(0),
        lowest=ONE_PU2 - band,
        highest=ONE_PU2 + band,
    )


def cleared(feeder: Feeder, orders: Sequence[BookOrder], nodes: Sequence[int], most_trades: int = 9) -> list[Trade]:
    """The trades of one hour, 1 Wh is 1 W, after the sweep found nothing."""
    placed = PlacedFeeder(feeder, {order.meter: NodeId(node) for order, node in zip(orders, nodes, strict=True)})
    trades = clear_feeder(placed, orders, interval_s=3_600, seed=1, most_trades=most_trades)
    book = grid_book(feeder, orders, placed.nodes, reference=None, interval_s=3_600)
    assert worst_limit(book, trades) is None
    return list(trades)


def trade(bid: int, offer: int, wh: int, price: int) -> Trade:
    """A trade in plain numbers."""
    return Trade(OrderNumber(bid), OrderNumber(offer), Wh(wh), Price(price))


def test_with_room_it_is_the_auction(book: Book) -> None:
    """The same trades at the same price as uniform-price gives."""
    orders = book("bid ann 20@5", "bid ben 12@5", "offer cat 5@7", "offer dan 14@9")
    auction = clear_uniform_price(orders, seed=1)

    assert auction is not None
    assert cleared(tree((0, 100), (1, 100)), orders, [1, 2, 2, 1]) == list(auction.trades)


def test_behind_a_full_line_energy_is_dearer(book: Book) -> None:
    """96 of 100 W (4 are kept for rounding) reach node 2, the dearer bid first; Cat gets the price of her own node."""
    orders = book("bid ann 20@90", "bid ben 25@60", "offer cat 5@900", "bid dan 6@50")
    trades = cleared(tree((0, 1_000), (1, 100)), orders, [2, 2, 1, 1])

    assert trades == [trade(0, 2, 36, 5), trade(1, 2, 60, 5), trade(3, 2, 50, 5)]


def test_neighbours_trade_behind_a_full_line(book: Book) -> None:
    """96 W of node 2's 200 leave; the neighbour takes 96 more, and all sellers there get one price."""
    orders = book("bid ann 20@900", "offer ben 6@100", "offer cat 5@100", "bid dan 7@96", "offer eve 9@500")
    trades = cleared(tree((0, 2_000), (1, 100)), orders, [1, 2, 2, 2, 1])

    assert {(each.offer, each.price) for each in trades} == {(1, 6), (2, 6), (4, 20)}
    assert sum(each.wh for each in trades) == 192 + 500


def test_a_low_voltage_serves_near_before_far(book: Book) -> None:
    """Equal bids, and one kilowatt of room at the end: who is near weighs half."""
    orders = book("bid ann 20@600", "bid ben 20@600", "offer cat 5@5000")
    feeder = tree((0, 10_000), (1, 10_000), fall_per_w=STEP, band=1_000 * STEP)
    served = {each.bid: each.wh for each in cleared(feeder, orders, [1, 2, 0])}

    assert served[OrderNumber(0)] == 600
    assert 195 <= served[OrderNumber(1)] <= 200


def test_energy_that_only_a_loss_would_free_stays(book: Book) -> None:
    """Cat could feed in 1,250 Wh if Eve sold Dan 250 at a loss; no price fits both limits, so 1,000 Wh are traded."""
    orders = book("offer cat 1@2000", "bid dan 18@1500", "offer eve 20@900")
    feeder = tree((0, 10_000), (1, 10_000), fall_per_w=STEP, band=1_000 * STEP)

    assert cleared(feeder, orders, [2, 1, 0]) == [trade(1, 0, 1_000, 1)]


def test_an_owner_on_both_sides_of_a_full_line_does_not_meet_itself(book: Book) -> None:
    """Ann sells at node 1 and buys at node 2: others are her partners, by exchange."""
    orders = book("bid ann 20@90", "offer ann 5@90", "bid ben 19@60", "offer cat 6@90", "bid dan 18@90")
    trades = cleared(tree((0, 1_000), (1, 100)), orders, [2, 1, 2, 1, 1])

    assert all((each.bid, each.offer) != (0, 1) for each in trades)
    assert sum(each.wh for each in trades if each.bid in (0, 2)) == 96


def test_a_result_that_must_be_short_keeps_the_limits(book: Book) -> None:
    """The largest trades are kept, and cut if what was left out had made room for them."""
    orders = book("offer ann 1@400", "bid ben 30@300", "offer cat 2@290", "bid dan 40@390")
    feeder = tree((0, 10_000), (1, 204))
    everything = cleared(feeder, orders, [2, 2, 1, 1])

    assert len(everything) > 1
    for most in range(len(everything)):
        assert len(cleared(feeder, orders, [2, 2, 1, 1], most_trades=most)) <= most


def test_an_open_line_lets_nothing_through(book: Book) -> None:
    """Behind it neighbours may trade; alone nobody does."""
    orders = book("bid ann 20@50", "offer ben 5@50", "offer cat 6@30")

    assert [(each.offer, each.wh) for each in cleared(tree((0, 100), (1, 0)), orders, [2, 1, 2])] == [(2, 30)]
    assert cleared(tree((0, 0)), orders[:2], [1, 0]) == []


@pytest.mark.parametrize("lines", [(), ("bid ann 5@5",), ("offer ann 5@5",), ("bid ann 5@5", "offer ann 4@5")])
def test_nothing_to_trade_is_no_trades(book: Book, lines: Sequence[str]) -> None:
    """An empty book, one side only, one owner alone; with lines that carry nothing as well."""
    orders = book(*lines)

    for rated in (0, 100):
        assert cleared(tree((0, rated)), orders, [1] * len(orders)) == []


def test_equal_bids_behind_a_full_line_go_by_lot(book: Book) -> None:
    """One seed, one result, in whatever order they come."""
    orders = book(*["bid ann 20@50"] * 4, "offer cat 5@900")
    results = {
        tuple(cleared(tree((0, 1_000), (1, 104)), arranged, [2 if each.side is Side.BID else 1 for each in arranged]))
        for arranged in permutations(orders)
    }

    assert len(results) == 1
    assert [each.wh for each in results.pop()] == [50, 50]


def test_what_a_limit_is_exceeded_by_is_told(book: Book) -> None:
    """The worst one: 30 W too many flow to node 2."""
    orders = book("bid ann 20@50", "offer cat 5@50")
    grid = grid_book(
        tree((0, 100), (1, 20)),
        orders,
        {MeterId(0): NodeId(2), MeterId(1): NodeId(1)},
        reference=None,
        interval_s=3_600,
    )

    assert worst_limit(grid, [trade(0, 1, 50, 9)]) == (GridLimit(LimitKind.POWER_DOWN, 2), 30)
    assert worst_limit(grid, []) is None


def test_bad_books_are_refused(book: Book) -> None:
    """An order twice, an interval that does not divide an hour, a k that is none."""
    bid, offer = book("bid ann 20@50", "offer cat 5@50")
    placed = PlacedFeeder(tree((0, 10)), {})
    with pytest.raises(DuplicateOrder):
        clear_feeder(placed, (bid, bid, offer), interval_s=900, seed=0)
    with pytest.raises(IntervalNotWhole):
        clear_feeder(placed, (bid, offer), interval_s=1_000, seed=0)
    with pytest.raises(ValueError, match="k is 1001 permille"):
        clear_feeder(placed, (bid, offer), interval_s=900, seed=0, k_permille=1_001)
