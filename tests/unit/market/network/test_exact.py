"""The exact simplex: hints that name nothing are refused, and no package is needed."""

from collections.abc import Callable

import pytest

from aipchain.market.book import BookOrder, MeterId
from aipchain.market.network.exact import ExactSolver
from aipchain.market.network.feeder import ONE_PU2, Line, NodeId, build_feeder
from aipchain.market.network.grid_book import grid_book
from aipchain.market.network.program import Program, program_of
from aipchain.market.network.tableau import BALANCE, Basis
from aipchain.market.network.vertex import optimal_vertex

Book = Callable[..., tuple[BookOrder, ...]]


@pytest.fixture
def program(book: Book) -> Program:
    """Two bids and an offer at one node."""
    feeder = build_feeder([Line(NodeId(0), NodeId(1), 0, 0, 9)], root=NodeId(0), lowest=0, highest=ONE_PU2)
    orders = book("bid ann 20@5", "bid ben 12@5", "offer cat 5@7")
    nodes = {MeterId(i): NodeId(1) for i in range(3)}
    return program_of(grid_book(feeder, orders, nodes, reference=None, interval_s=3_600), 1)


@pytest.mark.parametrize(
    "hint",
    [
        Basis((1,), (BALANCE,), frozenset({2})),  # Ben cannot take 7 Wh, and Ann should be served
        Basis((0, 1), (BALANCE, BALANCE), frozenset()),  # one row twice
    ],
)
def test_a_hint_that_names_nothing_is_refused(program: Program, hint: Basis) -> None:
    """Neither feasible nor too good, or singular: no vertex rather than a wrong one."""
    assert optimal_vertex(program, [], hint) is None


def test_a_hint_nearby_is_enough(program: Program) -> None:
    """From nothing, or from too much, the pivots find Ann in full and Ben in part."""
    results = [
        optimal_vertex(program, [], hint)
        for hint in (Basis((0,), (BALANCE,), frozenset()), Basis((2,), (BALANCE,), frozenset({0, 1})))
    ]

    assert results[0] == results[1]
    assert results[0] is not None
    assert results[0].is_unique
    assert results[0].duals == {BALANCE: 12 * results[0].scale}


def test_too_few_pivots_are_no_result(program: Program) -> None:
    """A session ends rather than going on for ever."""
    assert ExactSolver(most_pivots=0).start(program).solve() is None
