"""What holds for every clearing at a given price: the envelope, full volume, no say for sequence, and fair parts."""

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aipchain.market.allocation.certificate import KeyName
from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side, Trade
from aipchain.market.pool.certificate import OnePriceCertificate, verify
from aipchain.market.pool.equal_shares import clear_equal_shares
from aipchain.market.pool.pro_rata import clear_pro_rata
from aipchain.units import Price, Wh

Clear = Callable[[list[BookOrder], Price], tuple[Trade, ...]]
both = pytest.mark.parametrize("clear", [clear_pro_rata, clear_equal_shares])
prices = st.integers(0, 4).map(Price) | st.integers(0, 2**64 - 1).map(Price)
energies = st.integers(1, 20).map(Wh) | st.integers(1, 2**64 - 1).map(Wh)


@st.composite
def books(draw: st.DrawFn) -> list[BookOrder]:
    """Up to a dozen orders of few owners, in no particular order."""
    terms = draw(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(Side), energies, prices), max_size=12))
    orders = [
        BookOrder(OrderNumber(number), AccountId(owner), MeterId(number), side, wh, limit)
        for number, (owner, side, wh, limit) in enumerate(terms)
    ]
    return draw(st.permutations(orders))


@both
@given(orders=books(), price=prices)
def test_every_clearing_is_proven(clear: Clear, orders: list[BookOrder], price: Price) -> None:
    """Inside the envelope, at one price, as much as any result at it, and shared by its rule."""
    key = KeyName.PRO_RATA if clear is clear_pro_rata else KeyName.EQUAL

    assert verify(orders[::-1], clear(orders, price), OnePriceCertificate(price, key)) is None


@both
@given(orders=books(), price=prices)
def test_the_sequence_of_the_book_does_not_matter(clear: Clear, orders: list[BookOrder], price: Price) -> None:
    """Any arrangement gives the same trades."""
    assert clear(orders, price) == clear(sorted(orders, key=lambda order: order.number), price)


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 30)), min_size=1, max_size=10), st.integers(1, 200))
def test_equal_shares_leave_nobody_a_watt_hour_behind(wants: list[tuple[int, int]], supply: int) -> None:
    """Whoever did not get all it wanted has at most one watt-hour less than anybody."""
    bids = [
        BookOrder(OrderNumber(number), AccountId(f"o{owner}"), MeterId(number), Side.BID, Wh(wh), Price(9))
        for number, (owner, wh) in enumerate(wants)
    ]
    offer = BookOrder(OrderNumber(99), AccountId("sun"), MeterId(99), Side.OFFER, Wh(supply), Price(1))
    wanted, got = Counter[str](), Counter[str]()
    for bid in bids:
        wanted[bid.owner] += bid.wh
    for trade in clear_equal_shares([*bids, offer], Price(5)):
        got[bids[trade.bid].owner] += trade.wh

    assert got.total() == min(supply, wanted.total())
    assert all(got[owner] == want or got[owner] >= max(got.values()) - 1 for owner, want in wanted.items())
