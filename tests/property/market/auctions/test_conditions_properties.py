"""Conditions against an oracle that tries every fill there is, on books small enough for that."""

from collections.abc import Iterator, Sequence
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from aipchain.market.auctions.branch_and_bound import clear_conditional, drop_marginal
from aipchain.market.auctions.conditions import ConditionalClearing, LinkedOrder
from aipchain.market.book import AccountId, OrderNumber, Side
from aipchain.units import Price


@st.composite
def problems(draw: st.DrawFn, *, intervals: int = 1, most: int = 6, largest: int = 3) -> list[LinkedOrder]:
    """Few orders of few watt-hours, many with least fills, each with an owner of its own."""
    orders = []
    for number in range(draw(st.integers(0, most))):
        wh = tuple(draw(st.lists(st.integers(0, largest), min_size=intervals, max_size=intervals).filter(any)))
        kind = draw(st.sampled_from(["plain", "all", "some"]))
        least = {"plain": tuple(0 for _ in wh), "all": wh}.get(kind) or tuple(draw(st.integers(0, each)) for each in wh)
        side, limit = draw(st.sampled_from(Side)), draw(st.integers(0, 8))
        orders.append(LinkedOrder(OrderNumber(number), AccountId(str(number)), side, Price(limit), wh, least))
    return orders


def choices(order: LinkedOrder) -> Iterator[tuple[int, ...]]:
    """Every fill that keeps the order's conditions."""
    for fills in product(*(range(wh + 1) for wh in order.wh)):
        if order.accepts(fills):
            yield fills


def worth(orders: Sequence[LinkedOrder], fills: Sequence[Sequence[int]]) -> int | None:
    """Welfare of fills [base units]; None if they do not balance, or no price suits all who trade in an interval."""
    total = 0
    for t in range(len(orders[0].wh) if orders else 0):
        bids = [(o.limit_price, f[t]) for o, f in zip(orders, fills, strict=True) if o.side is Side.BID and f[t]]
        offers = [(o.limit_price, f[t]) for o, f in zip(orders, fills, strict=True) if o.side is Side.OFFER and f[t]]
        if sum(wh for _, wh in bids) != sum(wh for _, wh in offers):
            return None
        if bids and min(price for price, _ in bids) < max(price for price, _ in offers):
            return None
        total += sum(price * wh for price, wh in bids) - sum(price * wh for price, wh in offers)
    return total


def best_of_all(orders: Sequence[LinkedOrder]) -> int:
    """The optimum, by trying everything."""
    worths = (worth(orders, fills) for fills in product(*(list(choices(order)) for order in orders)))
    return max(each for each in worths if each is not None)


def assert_sound(orders: Sequence[LinkedOrder], clearing: ConditionalClearing) -> None:
    """Conditions, balance and limits are kept, and welfare is what is said."""
    nothing = (0,) * (len(orders[0].wh) if orders else 0)
    fills = [clearing.fills.get(order.number, nothing) for order in orders]

    assert all(order.accepts(each) for order, each in zip(orders, fills, strict=True))
    assert worth(orders, fills) == clearing.welfare <= clearing.bound
    for t, trades in enumerate(clearing.trades):
        assert sum(trade.wh for trade in trades) == sum(
            each[t] for order, each in zip(orders, fills, strict=True) if order.side is Side.BID
        )
        limit = {order.number: order.limit_price for order in orders}
        assert all(limit[trade.offer] <= trade.price <= limit[trade.bid] for trade in trades)


@settings(max_examples=300)
@given(problems(), st.integers(0, 2**64 - 1))
def test_one_interval_is_cleared_exactly(orders: list[LinkedOrder], seed: int) -> None:
    """Branch and bound finds the optimum, and the bound proves it."""
    clearing = clear_conditional(orders, seed=seed)

    assert_sound(orders, clearing)
    assert (clearing.welfare, clearing.gap) == (best_of_all(orders), 0)


@settings(max_examples=150, deadline=None)
@given(problems(intervals=2, most=4, largest=2))
def test_blocks_over_two_intervals_are_cleared_exactly(orders: list[LinkedOrder]) -> None:
    """The same with orders that hang together over two intervals."""
    clearing = clear_conditional(orders)

    assert_sound(orders, clearing)
    assert (clearing.welfare, clearing.gap) == (best_of_all(orders), 0)


@given(problems(), st.integers(0, 6))
def test_a_stopped_search_is_sound_and_its_gap_true(orders: list[LinkedOrder], most_nodes: int) -> None:
    """However early it stops: never above the optimum, and the optimum never above the bound."""
    clearing = clear_conditional(orders, most_nodes=most_nodes)

    assert_sound(orders, clearing)
    assert clearing.welfare <= best_of_all(orders) <= clearing.bound


@given(problems(intervals=2, most=5), st.integers(0, 2**64 - 1))
def test_the_order_of_the_book_does_not_matter(orders: list[LinkedOrder], seed: int) -> None:
    """The other way round it is the same, exact or stopped early."""
    for most_nodes in (0, 3, 2_000):
        there = clear_conditional(orders, seed=seed, most_nodes=most_nodes)
        back = clear_conditional(orders[::-1], seed=seed, most_nodes=most_nodes)
        assert sorted(there.fills.items()) == sorted(back.fills.items())
        assert (there.prices, there.trades, there.bound) == (back.prices, back.trades, back.bound)


@given(problems(largest=30))
def test_the_fallback_keeps_everything_but_the_optimum(orders: list[LinkedOrder]) -> None:
    """Dropping marginal blocks breaks no condition."""
    assert_sound(orders, drop_marginal(orders))
