"""Array forms of trade reduction, the continuous auction, orders with conditions: what they refuse and do without."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from textwrap import dedent

import pytest

from aipchain.market.allocation.shares import allocate
from aipchain.market.auctions.array_book import LARGEST, array_book
from aipchain.market.auctions.array_orders import arrays_of
from aipchain.market.auctions.arrays import clear_orders
from aipchain.market.auctions.conditions import LinkedOrder, as_linked
from aipchain.market.auctions.conditions_arrays import clear_conditional_arrays
from aipchain.market.auctions.continuous_arrays import execute_arrays
from aipchain.market.auctions.errors import BadOrder, UnequalColumns
from aipchain.market.auctions.trade_reduction_arrays import reduce_one_price_arrays, reduce_two_prices_arrays
from aipchain.market.auctions.uniform_price import clear_uniform_price
from aipchain.market.book import AccountId, BookOrder, OrderNumber, Side
from aipchain.market.errors import DuplicateOrder, MarketError, OutsideArrayRange
from aipchain.units import Price

Book = Callable[..., tuple[BookOrder, ...]]


def linked(number: int, side: Side, limit: int, wh: int) -> LinkedOrder:
    """An order without conditions in one interval."""
    return LinkedOrder(OrderNumber(number), AccountId(str(number)), side, Price(limit), (wh,), (0,))


@pytest.mark.parametrize("wh", [-1, 4])
@pytest.mark.parametrize("compiled", [False, True])
def test_an_impossible_least_fill_is_refused(book: Book, wh: int, compiled: bool) -> None:
    """In the words of the plain form, with the order's number."""
    arrays = arrays_of(book("offer a 5@2", "bid b 9@3"))

    with pytest.raises(BadOrder, match=f"order 1: its least fill of {wh} Wh must lie between 0 and its energy, 3 Wh"):
        execute_arrays(arrays, ([wh], [0]), compiled=compiled)


@pytest.mark.parametrize("compiled", [False, True])
def test_a_least_fill_for_each_row_and_no_other(book: Book, compiled: bool) -> None:
    """One too many for the bids; a fraction; a number beyond 64 bits."""
    arrays = arrays_of(book("offer a 5@2", "bid b 9@3"))

    with pytest.raises(UnequalColumns, match=r"\(1, 1, 2, 1\)"):
        execute_arrays(arrays, ([1, 1], [0]), compiled=compiled)
    with pytest.raises(TypeError, match="a least fill is not a whole number"):
        execute_arrays(arrays, ([0.5], [0]), compiled=compiled)  # type: ignore[list-item]
    with pytest.raises(OutsideArrayRange, match="a least fill is 9223372036854775808"):
        execute_arrays(arrays, ([1 << 63], [0]), compiled=compiled)


def test_books_beyond_64_bits_are_refused_in_one_sentence() -> None:
    """Columns when the book is made; orders with conditions when they are cleared, at 2^62 Wh or 2^62 in worth."""
    with pytest.raises(OutsideArrayRange, match="use the plain form"):
        array_book([0, 1], [0, 1], [False, False], [LARGEST, 1], [5, 5])
    most = linked(0, Side.BID, 1, LARGEST)
    assert clear_conditional_arrays([most]).fills == {}
    with pytest.raises(OutsideArrayRange, match=f"the energy of one side is {LARGEST + 1}, .*use the plain form"):
        clear_conditional_arrays([linked(0, Side.BID, 0, LARGEST), linked(1, Side.BID, 0, 1)])
    with pytest.raises(OutsideArrayRange, match=f"the worth of all orders at their limits is {LARGEST + 2}, "):
        clear_conditional_arrays([most, linked(1, Side.OFFER, 2, 1)])
    with pytest.raises(OutsideArrayRange):
        clear_conditional_arrays([linked(0, Side.BID, 1 << 80, 1)])
    with pytest.raises(TypeError, match=r"an order.s energy is 0\.5, which is not a whole number"):
        clear_conditional_arrays([linked(0, Side.BID, 1, 0.5)])  # type: ignore[arg-type]


def test_conditions_are_refused_as_in_the_plain_form(book: Book) -> None:
    """A number twice, and a least fill above the energy."""
    order = as_linked(book("bid ann 9@5")[0])

    with pytest.raises(DuplicateOrder):
        clear_conditional_arrays([order, order])
    with pytest.raises(BadOrder, match="its least fill"):
        clear_conditional_arrays([LinkedOrder(order.number, order.owner, order.side, order.limit_price, (5,), (6,))])


@pytest.mark.parametrize("compiled", [False, True])
def test_nothing_comes_of_nothing(book: Book, compiled: bool) -> None:
    """An empty book, one side alone, and limits that do not meet."""
    for orders in (book(), book("bid a 5@1", "bid b 6@1"), book("bid a 5@1", "offer b 6@1")):
        arrays = arrays_of(orders)
        assert len(execute_arrays(arrays, compiled=compiled)) == 0
        assert len(reduce_one_price_arrays(arrays, compiled=compiled).trades) == 0
        assert len(reduce_two_prices_arrays(arrays, compiled=compiled).trades) == 0
        assert clear_conditional_arrays(map(as_linked, orders), compiled=compiled).fills == {}


def test_a_share_of_products_beyond_64_bits_is_exact() -> None:
    """Two bids share 2^60 Wh in proportion to 2^60 + 1 and 2^59, rounded as `allocate` rounds them."""
    bids = [(1 << 60) + 1, 1 << 59]
    book = array_book(range(4), range(4), [False, False, True, True], [*bids, 1 << 60, 1 << 60], [9, 9, 3, 4])
    reduction = reduce_one_price_arrays(book)

    assert (reduction.buy_price, reduction.surplus) == (4, 0)
    assert reduction.trades.wh.tolist() == allocate(1 << 60, bids)


def test_without_numba_the_bytes_are_the_same() -> None:
    """A fresh interpreter that cannot import numba finds what one with numba finds."""
    script = dedent("""
        import random
        from aipchain.market.auctions.array_book import array_book
        from aipchain.market.auctions.conditions import LinkedOrder
        from aipchain.market.auctions.conditions_arrays import clear_conditional_arrays
        from aipchain.market.auctions.continuous_arrays import execute_arrays
        from aipchain.market.auctions.trade_reduction_arrays import reduce_one_price_arrays
        from aipchain.market.book import Side
        from aipchain.market.compiled import HAS_NUMBA

        rng = random.Random(5)
        terms = [(rng.randrange(30), rng.random() < 0.5, 1 + rng.randrange(90), rng.randrange(25)) for _ in range(200)]
        owners, sides, wh, limits = zip(*terms)
        book = array_book(range(200), owners, sides, wh, limits)
        print(HAS_NUMBA)
        for trades in (execute_arrays(book), reduce_one_price_arrays(book, seed=5).trades):
            print([each.tolist() for each in (trades.bid_rows, trades.offer_rows, trades.wh, trades.prices)])
        print(clear_conditional_arrays(
            LinkedOrder(n, str(o), Side.OFFER if s else Side.BID, l, (w,), (w if n % 3 else 0,))
            for n, (o, s, w, l) in enumerate(terms[:60])
        ))
    """)
    with_numba, without = (_printed(before + script) for before in ("", "import sys; sys.modules['numba'] = None\n"))

    assert (with_numba[0], without[0]) == ("True", "False")
    assert without[1:] == with_numba[1:]
    assert len(with_numba) == 4


def _printed(code: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    return done.stdout.splitlines()


def test_refusals_are_market_errors() -> None:
    """Who catches `MarketError` catches them all."""
    assert issubclass(OutsideArrayRange, MarketError)
    assert issubclass(UnequalColumns, MarketError)


class SameHash(str):
    """A name whose hash is that of all others of its kind."""

    __slots__ = ()

    def __hash__(self) -> int:
        return 7


@pytest.mark.parametrize("compiled", [False, True])
def test_owners_whose_hashes_are_equal_are_told_apart(book: Book, compiled: bool) -> None:
    """A hash shows that owners differ; where it does not, the names decide, and nobody trades with itself."""
    orders = [
        replace(order, owner=AccountId(SameHash(order.owner)))
        for order in book("bid ann 9@5", "bid bob 9@5", "offer ann 2@4", "offer cat 2@6")
    ]

    rows = clear_orders(orders, compiled=compiled)

    plain = clear_uniform_price(orders)
    assert plain is not None
    assert rows == tuple((t.bid, t.offer, t.wh, t.price) for t in plain.trades)
    assert [(bid, offer) for bid, offer, _, _ in rows] == [(0, 3), (1, 2), (1, 3)]
