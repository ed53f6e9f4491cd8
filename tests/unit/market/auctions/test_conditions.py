"""Fill-or-kill, minimum fill and blocks on books small enough to see the best answer."""

from collections.abc import Callable

import pytest

from aipchain.market.auctions.branch_and_bound import clear_conditional, drop_marginal
from aipchain.market.auctions.conditions import ConditionalClearing, LinkedOrder, as_linked
from aipchain.market.auctions.conditions_arrays import clear_conditional_arrays
from aipchain.market.auctions.errors import BadOrder
from aipchain.market.auctions.traded_conditions import clear_traded
from aipchain.market.book import AccountId, BookOrder, OrderNumber, Side
from aipchain.market.errors import DuplicateOrder
from aipchain.units import Price

Book = Callable[..., tuple[BookOrder, ...]]


def linked(orders: tuple[BookOrder, ...], **least: int) -> list[LinkedOrder]:
    """Orders with a least fill by owner [Wh]; `ann=5` asks for at least 5 Wh of Ann's order."""
    return [as_linked(order, least_wh=least.get(str(order.owner), 0)) for order in orders]


def block(number: int, owner: str, side: str, limit: int, *wh: int) -> LinkedOrder:
    """A block: all of its energy in all of its intervals, or nothing."""
    return LinkedOrder(OrderNumber(number), AccountId(owner), Side(side.title()), Price(limit), wh, wh)


def test_without_conditions_it_is_the_uniform_price_auction(book: Book) -> None:
    """Fills, price and welfare of the merit order."""
    clearing = clear_conditional(linked(book("bid ann 20@5", "bid ben 12@5", "offer cat 5@5", "offer dan 17@5")))

    assert clearing.fills == {0: (5,), 2: (5,)}
    assert (clearing.prices, clearing.welfare, clearing.gap) == ((14,), 75, 0)


def test_fill_or_kill_that_does_not_fit_stays_out(book: Book) -> None:
    """Ann's 9 Wh cannot be had; Ben and Cat trade without her."""
    clearing = clear_conditional(linked(book("bid ann 20@9", "bid ben 12@5", "offer cat 5@6"), ann=9))

    assert clearing.fills == {1: (5,), 2: (5,)}
    assert clearing.gap == 0


def test_a_condition_may_push_a_better_order_aside(book: Book) -> None:
    """Ben's 6 Wh at 18 are worth more than Ann's 5 at 20 when Cat has 6 Wh, and only as a whole."""
    clearing = clear_conditional(linked(book("bid ann 20@5", "bid ben 18@6", "offer cat 5@6"), ben=6, cat=6))

    assert clearing.fills == {1: (6,), 2: (6,)}
    assert clearing.welfare == 78


def test_a_minimum_fill_is_kept(book: Book) -> None:
    """Ann takes 4 to 9 Wh: the 6 there are; wanting at least 7 she gets none."""
    orders = book("bid ann 20@9", "offer cat 5@6")

    assert clear_conditional(linked(orders, ann=4)).fills == {0: (6,), 1: (6,)}
    assert clear_conditional(linked(orders, ann=7)).fills == {}


def test_nobody_trades_against_a_limit_to_make_a_block_fit(book: Book) -> None:
    """Welfare would be 110 with Ben's 6 for an offer at 8; without such a trade it is zero."""
    orders = linked(book("bid ann 20@10", "bid ben 6@5", "offer cat 8@15"), ann=10, cat=15)

    assert clear_conditional(orders).fills == {}
    assert clear_conditional(orders).gap == 0


def test_a_block_is_taken_in_all_its_intervals() -> None:
    """Cat sells 5 Wh in both hours or none; Ann alone would make only one of them."""
    ann = LinkedOrder(OrderNumber(0), AccountId("ann"), Side.BID, Price(20), (5, 0), (0, 0))
    ben = LinkedOrder(OrderNumber(1), AccountId("ben"), Side.BID, Price(9), (0, 5), (0, 0))
    cat = block(2, "cat", "offer", 8, 5, 5)

    assert clear_conditional([ann, cat]).fills == {}
    both = clear_conditional([ann, ben, cat])
    assert both.fills == {0: (5, 0), 1: (0, 5), 2: (5, 5)}
    assert both.prices == (14, 8)
    assert [[(each.bid, each.offer) for each in trades] for trades in both.trades] == [[(0, 2)], [(1, 2)]]


def test_the_fallback_is_feasible_and_says_its_gap(book: Book) -> None:
    """Dropping the marginal block loses Ben's larger trade; the gap covers what is lost."""
    orders = linked(book("bid ann 20@5", "bid ben 18@6", "offer cat 5@6"), ben=6, cat=6)
    quick = drop_marginal(orders)

    assert quick.welfare <= clear_conditional(orders).welfare <= quick.bound


def test_fill_or_kill_everywhere_finds_energies_that_add_up(book: Book) -> None:
    """7 + 8 = 6 + 9 is worth 177; 7 + 4 = 5 + 6, from the better orders, only 151."""
    orders = linked(
        book("bid a 20@7", "bid b 18@4", "bid c 17@8", "offer d 5@5", "offer e 6@6", "offer f 7@9"),
        a=7, b=4, c=8, d=5, e=6, f=9,
    )  # fmt: skip

    assert drop_marginal(orders).fills == {0: (7,), 2: (8,), 4: (6,), 5: (9,)}


def test_an_empty_book_clears_to_nothing() -> None:
    """No orders, no intervals."""
    clearing = clear_conditional([])

    assert (clearing.fills, clearing.prices, clearing.trades, clearing.gap) == ({}, (), (), 0)


@pytest.mark.parametrize(
    ("wh", "least", "problem"),
    [
        ((0, 0), (0, 0), "energy must be above zero"),
        ((3, -1), (0, 0), "energy must be above zero"),
        ((3, 3), (0, 4), "its least fill"),
        ((3, 3), (-1, 0), "its least fill"),
        ((3, 3, 3), (0, 0, 0), "it is for 3 intervals, the others for 2"),
    ],
)
def test_impossible_conditions_are_refused(wh: tuple[int, ...], least: tuple[int, ...], problem: str) -> None:
    """The order and what is wrong with it."""
    good = block(0, "ann", "bid", 9, 1, 1)
    bad = LinkedOrder(OrderNumber(1), AccountId("ben"), Side.BID, Price(9), wh, least)

    with pytest.raises(BadOrder, match=f"order 1: .*{problem}"):
        clear_conditional([good, bad])
    with pytest.raises(DuplicateOrder):
        clear_conditional([good, good])


@pytest.mark.parametrize("clear", [clear_conditional, clear_conditional_arrays, clear_traded])
def test_negative_limits_need_leave(clear: Callable[..., ConditionalClearing]) -> None:
    """Refused in every form where the community does not allow them, and cleared where it does."""
    orders = [block(0, "ann", "bid", -5, 10), block(1, "ben", "offer", -9, 10)]

    with pytest.raises(BadOrder, match="order 0: its limit price -5 is below the lowest, 0"):
        clear(orders)
    assert clear(orders, lowest_price=-9).prices == (-7,)


@pytest.mark.parametrize(
    ("limit", "wh", "least"), [(5.5, (10,), (0,)), (5, (10.5,), (0,)), (5, (10,), (0.5,)), (5, (1.0,), (1.0,))]
)
def test_fractions_are_refused(limit: Price, wh: tuple[int, ...], least: tuple[int, ...]) -> None:
    """In limits, energies and least fills."""
    with pytest.raises(TypeError, match=r"order 0: .* is not a whole number"):
        clear_conditional([LinkedOrder(OrderNumber(0), AccountId("a"), Side.BID, limit, wh, least)])


def test_a_side_must_be_one() -> None:
    """Text would be on neither side."""
    with pytest.raises(TypeError, match="order 0: its side is 'Bid', not a Side"):
        clear_conditional([LinkedOrder(OrderNumber(0), AccountId("a"), "Bid", Price(1), (1,), (0,))])  # type: ignore[arg-type]


def test_a_least_fill_above_the_order_is_refused(book: Book) -> None:
    """Of an order of the chain, too."""
    with pytest.raises(BadOrder, match="its least fill"):
        as_linked(book("bid a 1@3")[0], least_wh=4)
