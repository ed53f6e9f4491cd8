"""Proofs of clearings with conditions: always found, never for a bound that is too low."""

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.market.auctions.books import books, seeds
from tests.property.market.auctions.test_conditions_properties import best_of_all, problems

from aipchain.market.auctions.bound_tree import BoundTree, OrderCut, Part, PriceCut, bounds
from aipchain.market.auctions.branch_and_bound import clear_conditional
from aipchain.market.auctions.conditions import LinkedOrder, as_linked
from aipchain.market.auctions.conditions_certificate import Fault, bound_proof, clear_with_proof, verify
from aipchain.market.auctions.traded_conditions import clear_traded
from aipchain.market.book import BookOrder


@settings(max_examples=200)
@given(problems(largest=6), seeds, st.integers(0, 30))
def test_every_clearing_and_its_bound_are_proven(orders: list[LinkedOrder], seed: int, most_nodes: int) -> None:
    """Exact or stopped early; the tree shows the very bound, and none that is lower by one."""
    clearing, proof = clear_with_proof(orders, seed=seed, most_nodes=most_nodes)

    assert clearing == clear_conditional(orders, seed=seed, most_nodes=most_nodes)
    assert verify(orders, clearing, proof) is None
    lower = verify(orders, replace(clearing, bound=clearing.bound - 1), proof)
    assert lower is not None
    assert (lower.fault, lower.amount) == (Fault.BOUND_NOT_PROVEN, 1)


@settings(max_examples=100, deadline=None)
@given(problems(intervals=2, most=5), seeds, st.integers(0, 30))
def test_blocks_over_two_intervals_are_proven(orders: list[LinkedOrder], seed: int, most_nodes: int) -> None:
    """The same with orders that hang together."""
    clearing, proof = clear_with_proof(orders, seed=seed, most_nodes=most_nodes)

    assert verify(orders, clearing, proof) is None


@given(books(owners="abc", small=True, most=10), seeds, st.sampled_from([0, 300, 1_000]))
def test_what_is_traded_is_proven_too(orders: list[BookOrder], seed: int, permille: int) -> None:
    """The bound of the search holds for clearings whose conditions hold for trades."""
    linked = [as_linked(order, least_wh=-(-order.wh * permille // 1_000)) for order in orders]
    clearing = clear_traded(linked, seed=seed, most_nodes=10, most_trades=4)

    assert verify(linked, clearing, bound_proof(linked, seed=seed, most_nodes=10)) is None


@st.composite
def trees(draw: st.DrawFn, orders: list[LinkedOrder], depth: int = 3) -> BoundTree:
    """Any cuts with any prices."""
    intervals = len(orders[0].wh) if orders else 0
    kind = draw(st.sampled_from(["part", "order", "price"])) if depth and orders else "part"
    if kind == "part":
        return Part(tuple(draw(st.integers(-3, 12)) for _ in range(intervals)))
    first, second = draw(trees(orders, depth - 1)), draw(trees(orders, depth - 1))
    if kind == "order":
        return OrderCut(draw(st.sampled_from(orders)).number, first, second)
    return PriceCut(draw(st.integers(0, intervals - 1)), draw(st.integers(-1, 9)), first, second)


@settings(max_examples=200)
@given(problems(), st.data())
def test_no_tree_proves_a_bound_that_is_too_low(orders: list[LinkedOrder], data: st.DataObject) -> None:
    """However somebody cuts and whatever prices it takes: no clearing is worth more than the largest part."""
    parts: Iterator[int | None] = bounds(orders, data.draw(trees(orders)))

    assert max((each for each in parts if each is not None), default=0) >= best_of_all(orders)
