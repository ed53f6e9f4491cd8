"""What holds for every book on every feeder: limits, proof, one result."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.property.market.network.trees import small_feeders
from tests.unit.market.network.sample import sample_feeder, sample_orders

from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, ReferencePrice, Side
from aipchain.market.network.arrays import compiled_check
from aipchain.market.network.certificate import gap_ppm, upper_bound, verify
from aipchain.market.network.clearing import ClearingMethod, GridClearing, RoundingMargin, clear_grid, node_prices
from aipchain.market.network.exact import ExactSolver
from aipchain.market.network.feeder import NodeId
from aipchain.market.network.grid_book import GridBook, grid_book, injections, welfare
from aipchain.market.network.lp import HighsSolver
from aipchain.market.network.merit import merit_point
from aipchain.market.network.program import limit_row, program_of
from aipchain.market.network.sweep import GridLimit, LimitKind, exceeded, keeps_limits, sweep
from aipchain.market.network.tableau import BALANCE, Basis
from aipchain.market.network.vertex import optimal_vertex
from aipchain.units import Price, Wh

ANYTHING = 1_000_000
REFERENCE = ReferencePrice(retail=Price(300_000_000), feed_in=Price(80_000_000))


@st.composite
def books(draw: st.DrawFn) -> GridBook:
    """Small books with many ties on small trees with tight limits, in any arrangement."""
    feeder = draw(small_feeders())
    count = len(feeder.nodes) - 1
    terms = draw(
        st.lists(
            st.tuples(st.sampled_from(Side), st.integers(1, 30), st.integers(0, 12), st.integers(0, count)), max_size=9
        )
    )
    orders = [
        BookOrder(OrderNumber(i), AccountId(f"o{i}"), MeterId(i), side, Wh(wh), Price(price))
        for i, (side, wh, price, _) in enumerate(terms)
    ]
    nodes = {MeterId(i): NodeId(node) for i, (*_, node) in enumerate(terms)}
    reference = draw(st.none() | st.just(ReferencePrice(retail=Price(10), feed_in=Price(3))))
    return grid_book(feeder, draw(st.permutations(orders)), nodes, reference=reference, interval_s=3_600)


def assert_sound(book: GridBook, clearing: GridClearing) -> None:
    """Feasible to the last watt, within its own bound, and everybody within their limit."""
    power = injections(book, clearing.fills)
    assert list(exceeded(book.feeder, sweep(book.feeder, power.load_w, power.generation_w))) == []
    assert verify(book, clearing, clearing.certificate, ANYTHING) is None
    assert welfare(book, clearing.fills) << 60 <= upper_bound(book, clearing.certificate)
    prices = node_prices(book, clearing.certificate)
    for order in book.orders:
        inside = prices[order.number] - order.limit_price
        assert inside <= 0 if order.side is Side.BID else inside >= 0


@settings(max_examples=60)
@given(books())
def test_every_result_is_feasible_and_below_its_bound(book: GridBook) -> None:
    """With a solver, without one, with a margin and without: the exact sweep finds nothing."""
    for solver in (HighsSolver(), ExactSolver(), None):
        for margin in (None, RoundingMargin(0, 0)):
            assert_sound(book, clear_grid(book, seed=4, solver=solver, margin=margin))


@settings(max_examples=60)
@given(books())
def test_every_method_ends_at_one_result(book: GridBook) -> None:
    """Simplex and interior point of HiGHS and our own whole-number solver give the same bytes, and call it unique."""
    solvers = (HighsSolver("simplex"), HighsSolver("ipm"), ExactSolver())
    results = [clear_grid(book, seed=4, solver=solver) for solver in solvers]

    assert results[0] == results[1] == results[2]
    assert results[0].is_unique
    assert results[0].method is not ClearingMethod.CURTAILED


@settings(max_examples=40)
@given(books())
def test_a_clearing_by_the_compiled_check_is_the_plain_one(book: GridBook) -> None:
    """The same fills, duals, gap and method, whoever decides whether the grid binds."""
    results = [clear_grid(book, seed=4, solver=ExactSolver(), check=check) for check in (keeps_limits, compiled_check)]

    assert results[0] == results[1]


@settings(max_examples=60)
@given(books())
def test_from_below_and_from_above_the_pivots_meet(book: GridBook) -> None:
    """With every limit as a row, primal pivots from nothing and dual pivots from the merit order end at one point."""
    program = program_of(book, 4)
    if not program.columns:
        return
    limits = [GridLimit(kind, position) for kind in LimitKind for position in range(1, len(book.feeder.nodes))]
    rows = [row for row in (limit_row(program, limit) for limit in limits) if any(row.coefficients)]
    zero = Basis((0,), (BALANCE,), frozenset())
    session = ExactSolver().start(program)
    session.add(rows)
    from_above, from_below = session.solve(), optimal_vertex(program, rows, zero)
    assert from_above is not None
    assert from_above.basis is not None
    assert from_below is not None
    assert optimal_vertex(program, rows, from_above.basis) == from_below

    free = optimal_vertex(program, [], zero)
    assert free is not None
    assert tuple(free.scale * x for x in merit_point(program).point) == free.point


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("size", "homes"), [(14, 40), (43, 90), (58, 111)])
def test_usual_feeders_are_proven_within_the_accepted_gap(size: int, homes: int, seed: int) -> None:
    """Whatever binds, the certified gap is at most 5e-4 and the optimum the only one."""
    sample = sample_feeder(size, seed, homes=homes, band_permille=(8, 15, 30)[seed % 3])
    scales = ((1_000, 1_000), (500, 2_000), (2_000, 500))[seed % 3]
    orders, nodes = sample_orders(sample, seed, load_permille=scales[0], generation_permille=scales[1])
    book = grid_book(sample.feeder, orders, nodes, reference=REFERENCE if seed % 2 else None, interval_s=900)
    clearing = clear_grid(book, seed=seed, solver=HighsSolver())

    assert_sound(book, clearing)
    assert clearing.method is not ClearingMethod.CURTAILED
    assert clearing.is_unique
    assert gap_ppm(book, clearing.fills, clearing.certificate) == clearing.gap_ppm <= 500
