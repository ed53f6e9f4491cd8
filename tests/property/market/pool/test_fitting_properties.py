"""What holds where orders stay out so that the trades of the others fit one result."""

from collections.abc import Callable, Hashable
from operator import attrgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side, Trade
from aipchain.market.envelope import first_breach_in_book
from aipchain.market.pool.equal_shares import clear_equal_shares
from aipchain.market.pool.fitting import clear_within
from aipchain.market.pool.pro_rata import clear_pro_rata
from aipchain.units import Price, Wh

Clear = Callable[..., tuple[Trade, ...]]
BY_NUMBER, BY_OWNER = attrgetter("number"), attrgetter("owner")
RULES = pytest.mark.parametrize(("clear", "together"), [(clear_pro_rata, BY_NUMBER), (clear_equal_shares, BY_OWNER)])
seeds = st.integers(0, 2**64 - 1)


@st.composite
def books(draw: st.DrawFn) -> list[BookOrder]:
    """Up to sixteen orders of few owners that may all trade at 5."""
    terms = draw(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(Side), st.integers(1, 30)), max_size=16))
    return [
        BookOrder(OrderNumber(n), AccountId(owner), MeterId(n), side, Wh(wh), Price(9 if side is Side.BID else 1))
        for n, (owner, side, wh) in enumerate(terms)
    ]


@RULES
@given(books(), seeds, st.integers(0, 12))
def test_the_trades_fit_and_the_chain_takes_them(
    clear: Clear, together: Callable[[BookOrder], Hashable], orders: list[BookOrder], seed: int, limit: int
) -> None:
    """Never more than fit; all that there are, where they fit; in whatever sequence the book is given."""
    trades = clear_within(orders, Price(5), clear, limit, seed=seed, together=together)
    whole = clear(orders, Price(5))

    assert len(trades) <= limit
    assert first_breach_in_book(trades, orders) is None
    assert trades == clear_within(orders[::-1], Price(5), clear, limit, seed=seed, together=together)
    if len(whole) <= limit:
        assert trades == whole


@given(st.lists(st.integers(1, 3), min_size=2, max_size=8), seeds, st.integers(1, 12))
def test_several_orders_stay_in_together_or_not_at_all(split: list[int], seed: int, limit: int) -> None:
    """Under equal shares each owner trades all of its orders or none, into however many it is split."""
    owners = [owner for owner, count in enumerate(split) for _ in range(count)]
    bids = [
        BookOrder(OrderNumber(n), AccountId(f"b{owner}"), MeterId(n), Side.BID, Wh(10), Price(9))
        for n, owner in enumerate(owners)
    ]
    offer = BookOrder(OrderNumber(99), AccountId("s"), MeterId(99), Side.OFFER, Wh(5 * len(bids)), Price(1))
    trades = clear_within([*bids, offer], Price(5), clear_equal_shares, limit, seed=seed, together=BY_OWNER)
    served = [owners[trade.bid] for trade in trades]

    assert all(served.count(owner) in (0, count) for owner, count in enumerate(split))


def test_no_energy_is_lost_while_the_long_side_is_long() -> None:
    """Ten bids of 10 Wh for 50 Wh of one offer, and room for five trades: five bids are served in full."""
    bids = [BookOrder(OrderNumber(n), AccountId(f"b{n}"), MeterId(n), Side.BID, Wh(10), Price(9)) for n in range(10)]
    offer = BookOrder(OrderNumber(10), AccountId("s"), MeterId(10), Side.OFFER, Wh(50), Price(1))
    served = set()
    for seed in range(40):
        trades = clear_within([*bids, offer], Price(5), clear_pro_rata, 5, seed=seed)
        assert [trade.wh for trade in trades] == [10] * 5
        served |= {trade.bid for trade in trades}

    assert served == set(range(10))


def test_the_last_tier_leaves_first() -> None:
    """Of ten bids those of the first tier stay, whatever their lots."""
    bids = [BookOrder(OrderNumber(n), AccountId(f"b{n}"), MeterId(n), Side.BID, Wh(10), Price(9)) for n in range(10)]
    offer = BookOrder(OrderNumber(10), AccountId("s"), MeterId(10), Side.OFFER, Wh(50), Price(1))
    for seed in range(8):
        trades = clear_within(
            [*bids, offer], Price(5), clear_pro_rata, 5, seed=seed, tier=lambda order: int(order.meter % 2 == 0)
        )
        assert [trade.bid for trade in trades] == [1, 3, 5, 7, 9]
