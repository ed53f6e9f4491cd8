"""Books that are no books, by name; the plain and the array form refuse them in the same words."""

from collections.abc import Callable

import numpy as np
import pytest

from aipchain.market.auctions.array_book import LARGEST, array_book
from aipchain.market.auctions.array_orders import arrays_of
from aipchain.market.auctions.arrays import clear_arrays, clear_orders
from aipchain.market.auctions.columns import column_book, columns_of
from aipchain.market.auctions.errors import BadOrder, UnequalColumns
from aipchain.market.auctions.pay_as_bid import clear_pay_as_bid
from aipchain.market.auctions.uniform_price import clear_columns, clear_uniform_price
from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side
from aipchain.market.errors import DuplicateOrder, OutsideArrayRange
from aipchain.units import Price, Wh

Book = Callable[..., tuple[BookOrder, ...]]
Columns = tuple[list[int], list[int], list[Side], list[int], list[int]]


def both_forms(columns: Columns, lowest_price: int = 0) -> list[Callable[[], object]]:
    """The same columns put to the plain and to the array form."""
    numbers, owners, sides, wh, limits = columns
    offered = [side is Side.OFFER for side in sides]
    return [
        lambda: column_book(numbers, owners, sides, wh, limits, lowest_price=lowest_price),
        lambda: array_book(numbers, owners, offered, wh, limits, lowest_price=lowest_price),
    ]


def pair(*, wh: int = 5, limit: int = 9, second: int = 1) -> Columns:
    """A bid and an offer; the offer is order 1 unless told otherwise."""
    return [0, second], [0, 1], [Side.BID, Side.OFFER], [5, wh], [20, limit]


@pytest.mark.parametrize("wh", [0, -1])
def test_energy_of_zero_is_refused(wh: int) -> None:
    """No order asks for nothing."""
    for build in both_forms(pair(wh=wh)):
        with pytest.raises(BadOrder, match=f"order 1: {wh} Wh; energy must be above zero"):
            build()


def test_duplicated_ids_are_refused(book: Book) -> None:
    """Two orders of one number, also of opposite sides, also in the object form."""
    for build in both_forms(pair(second=0)):
        with pytest.raises(DuplicateOrder, match="order 0 is in the book twice"):
            build()
    twice = book("bid ann 20@5", "offer ben 5@5") + book("bid cat 20@5")
    for refuse in (columns_of, arrays_of, clear_pay_as_bid, clear_uniform_price, clear_orders):
        with pytest.raises(DuplicateOrder):
            refuse(twice)


def test_negative_prices_are_refused_where_the_community_does_not_allow_them() -> None:
    """Both forms, and the chain's own orders, which are never negative."""
    for build in both_forms(pair(limit=-3)):
        with pytest.raises(BadOrder, match="order 1: its limit price -3 is below the lowest"):
            build()
    with pytest.raises(ValueError, match="order 1"):
        BookOrder(OrderNumber(1), AccountId("a"), MeterId(1), Side.OFFER, Wh(1), Price(-3))


def test_negative_prices_clear_where_the_community_allows_them() -> None:
    """A seller who pays to be rid of energy: the interval and the price may lie below zero, rounded down."""
    columns = ([0, 1, 2], [0, 1, 2], [Side.BID, Side.OFFER, Side.BID], [5, 5, 5], [-4, -9, -7])
    plain, arrays = (build() for build in both_forms(columns, lowest_price=-10))
    clearing, same = clear_columns(plain), clear_arrays(arrays)  # type: ignore[arg-type]

    assert (clearing.low, clearing.high, clearing.price) == (-7, -4, -6)
    assert (same.low, same.high, same.price) == (-7, -4, -6)
    assert clearing.bid_fills == same.bid_fills.tolist() == [5, 0]


def test_unequal_columns_are_refused() -> None:
    """One number too few in one column."""
    for build in both_forms(([0, 1], [0, 1], [Side.BID, Side.OFFER], [5], [20, 9])):
        with pytest.raises(UnequalColumns, match=r"\(2, 2, 2, 1, 2\)"):
            build()


@pytest.mark.parametrize("limit", [2**63, 2**64 - 1, 2**128 - 1])
def test_prices_at_the_edge_clear_in_the_plain_form(limit: int) -> None:
    """Beyond int64 the array form says so, and the object form goes the plain way by itself."""
    orders = (
        BookOrder(OrderNumber(0), AccountId("a"), MeterId(0), Side.BID, Wh(3), Price(limit)),
        BookOrder(OrderNumber(1), AccountId("b"), MeterId(1), Side.OFFER, Wh(2), Price(limit - 1)),
    )
    with pytest.raises(OutsideArrayRange, match="a limit price"):
        arrays_of(orders)

    assert clear_orders(orders, 1_000) == ((0, 1, 2, limit),)
    assert clear_uniform_price(orders, 1_000) is not None


def test_energy_at_the_cap_clears() -> None:
    """The largest energy of an order on chain, on both sides."""
    top = 2**64 - 1
    orders = (
        BookOrder(OrderNumber(0), AccountId("a"), MeterId(0), Side.BID, Wh(top), Price(9)),
        BookOrder(OrderNumber(1), AccountId("b"), MeterId(1), Side.OFFER, Wh(top), Price(9)),
    )

    assert clear_orders(orders) == ((0, 1, top, 9),)


def test_a_side_with_too_much_energy_is_refused_by_the_arrays() -> None:
    """Each order fits, their sum does not."""
    with pytest.raises(OutsideArrayRange, match="the energy of one side"):
        array_book([0, 1], [0, 1], [False, False], [LARGEST, LARGEST], [1, 2])


def test_limits_too_far_apart_are_refused_by_the_arrays() -> None:
    """Each limit fits, their distance does not."""
    with pytest.raises(OutsideArrayRange, match="the spread of one side's limits"):
        array_book([0, 1], [0, 1], [False, False], [1, 1], [-(2**62), 2**62], lowest_price=-(2**63))


@pytest.mark.parametrize("fraction", [np.array([1.0, 2.0]), [1, 2.5], np.array(["1", "2"]), [True, None]])
def test_fractions_are_refused_by_the_arrays(fraction: object) -> None:
    """Energy and money are never floating-point numbers, not even whole ones."""
    with pytest.raises(TypeError, match="whole number"):
        array_book([0, 1], [0, 1], [False, True], fraction, [20, 9])  # type: ignore[arg-type]


@pytest.mark.parametrize("column", [0, 1, 3, 4])
@pytest.mark.parametrize("fraction", [1.0, 10.5, "1", None])
def test_fractions_are_refused_by_the_plain_form(column: int, fraction: object) -> None:
    """In numbers, owners, energies and limits: the columns never take what they would have to round."""
    columns = [list(each) for each in pair()]
    columns[column][1] = fraction

    with pytest.raises(TypeError, match="is not a whole number"):
        column_book(*columns)  # type: ignore[arg-type]


def test_whole_numbers_of_any_kind_become_pythons_own() -> None:
    """Numbers of numpy would overflow further on."""
    book = column_book(np.array([1, 0]), np.array([0, 1]), [Side.OFFER, Side.BID], np.array([5, 5]), [9, 20])  # type: ignore[arg-type]

    assert {type(each) for each in (*book.bids.numbers, *book.bids.wh, *book.offers.limits)} == {int}
    assert (book.bids.numbers, book.offers.numbers) == ((0,), (1,))


def test_a_side_told_as_text_is_taken_and_one_that_is_none_refused() -> None:
    """No order is lost because its side is spelt out."""
    told = column_book([0, 1], [0, 1], ["Bid", "Offer"], [5, 5], [20, 9])  # type: ignore[list-item]

    assert told == column_book(*pair())
    with pytest.raises(BadOrder, match="order 1: its side is 'x', not 'Bid' or 'Offer'"):
        column_book([0, 1], [0, 1], ["Bid", "x"], [5, 5], [20, 9])  # type: ignore[list-item]


@pytest.mark.parametrize(("side", "wh", "limit"), [(Side.BID, 1.5, 2), (Side.BID, 1, 2.5), ("Bid", 1, 2)])
def test_the_chains_orders_take_no_fractions_and_no_text(side: Side, wh: Wh, limit: Price) -> None:
    """An order that is none is never made."""
    with pytest.raises(TypeError, match="order 0: "):
        BookOrder(OrderNumber(0), AccountId("a"), MeterId(0), side, wh, limit)


def test_limits_far_apart_sort_without_a_packed_key(book: Book) -> None:
    """A spread that leaves no room in 62 bits is sorted by columns, with the plain form's result."""
    orders = book(f"bid a {2**61}@3", "bid b 7@3", "bid c 7@3", "offer d 5@5", "offer e 7@2")
    plain = clear_uniform_price(orders, seed=9)

    assert plain is not None
    for compiled in (False, True):
        assert clear_orders(orders, seed=9, compiled=compiled) == tuple(
            (trade.bid, trade.offer, trade.wh, trade.price) for trade in plain.trades
        )
