"""Orders with conditions over arrays: the clearing of the plain form, bound and all, after any number of nodes."""

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.property.market.auctions.books import seeds

from aipchain.market.auctions.branch_and_bound import clear_conditional
from aipchain.market.auctions.conditions import LinkedOrder
from aipchain.market.auctions.conditions_arrays import clear_conditional_arrays
from aipchain.market.book import AccountId, OrderNumber, Side
from aipchain.units import Price

COMPILED = pytest.mark.parametrize("compiled", [False, True])
WIDE = 2**27
"""Fourteen orders of three intervals, each some WIDE Wh at some WIDE, are worth a little less than 2^62."""


@st.composite
def linked_books(draw: st.DrawFn, *, most: int = 14) -> list[LinkedOrder]:
    """Orders over one to three intervals, few owners on both sides, many ties, some at the edge of 64 bits."""
    intervals = draw(st.integers(1, 3))
    energies, limits = st.integers(0, 5), st.integers(0, 8)
    if draw(st.booleans()):
        energies, limits = energies | st.integers(WIDE, WIDE + 2), limits | st.integers(WIDE, WIDE + 2)
    kinds, terms = st.sampled_from(["plain", "all", "some"]), []
    for number in draw(st.lists(st.integers(0, 2**62), max_size=most, unique=True)):
        wh = tuple(draw(st.lists(energies, min_size=intervals, max_size=intervals).filter(any)))
        kind = draw(kinds)
        least = {"plain": tuple(0 for _ in wh), "all": wh}.get(kind) or tuple(draw(st.integers(0, each)) for each in wh)
        owner, side = draw(st.sampled_from("abcd")), draw(st.sampled_from(Side))
        terms.append(LinkedOrder(OrderNumber(number), AccountId(owner), side, Price(draw(limits)), wh, least))
    return terms


@COMPILED
@given(linked_books(), seeds, st.integers(0, 1_000), st.sampled_from([0, 1, 5, 60]))
@example([], 0, 500, 60)
def test_arrays_give_the_plain_forms_bytes(
    compiled: bool, orders: list[LinkedOrder], seed: int, k: int, most_nodes: int
) -> None:
    """Fills, prices, trades, welfare and bound, also where the search is stopped early."""
    expected = clear_conditional(orders, k_permille=k, seed=seed, most_nodes=most_nodes)
    found = clear_conditional_arrays(orders, k_permille=k, seed=seed, most_nodes=most_nodes, compiled=compiled)

    assert repr(found) == repr(expected)


@given(linked_books(), seeds, st.randoms(use_true_random=False))
def test_permuted_books_give_equal_bytes(orders: list[LinkedOrder], seed: int, rng: random.Random) -> None:
    """Any arrangement of the book."""
    other = rng.sample(orders, len(orders))

    assert repr(clear_conditional_arrays(other, seed=seed)) == repr(clear_conditional_arrays(orders, seed=seed))
