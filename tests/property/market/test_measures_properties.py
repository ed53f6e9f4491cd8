"""What holds of the measures for any savings."""

from fractions import Fraction
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from aipchain.market.measures import gini

savings = st.lists(st.integers(-(10**15), 10**15), max_size=20)


@given(savings)
def test_gini_is_the_sum_over_pairs(saved: list[int]) -> None:
    """The sorted form equals the formula of the docstring, and lies in 0..(n - 1) / n."""
    moved = sum(map(abs, saved))
    pairs = sum(abs(one - other) for one, other in combinations(saved, 2))

    assert gini(saved) == (Fraction(pairs, len(saved) * moved) if moved else 0)
    assert 0 <= gini(saved) * len(saved) <= max(0, len(saved) - 1)


@given(savings, st.permutations(range(20)), st.integers(1, 1_000))
def test_gini_knows_no_order_and_no_currency(saved: list[int], places: list[int], factor: int) -> None:
    """Who saves what, and in which unit of money, plays no part."""
    shuffled = [saved[place] * factor for place in places if place < len(saved)]

    assert gini(shuffled) == gini(saved)
