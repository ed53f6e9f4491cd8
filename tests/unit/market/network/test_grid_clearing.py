"""Clearing on a feeder: without the grid where it does not bind, else the optimum; always feasible and proven."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

import pytest
from tests.unit.market.network.sample import sample_feeder, sample_orders

from aipchain.market.book import BookOrder, MeterId, OrderNumber, ReferencePrice
from aipchain.market.breach import At, Breach, Thing
from aipchain.market.errors import DuplicateOrder
from aipchain.market.network.certificate import Fault, GridCertificate, upper_bound, verify
from aipchain.market.network.clearing import ClearingMethod, GridClearing, RoundingMargin, clear_grid, node_prices
from aipchain.market.network.curtailment import pressed
from aipchain.market.network.errors import IntervalNotWhole, UnknownNode, UnplacedMeter
from aipchain.market.network.feeder import ONE_PU2, Feeder, Line, NodeId, build_feeder
from aipchain.market.network.grid_book import GridBook, grid_book, welfare
from aipchain.market.network.lp import HighsSolver
from aipchain.market.network.program import Program, Row
from aipchain.market.network.solver import Hint, Session, Solver
from aipchain.market.network.sweep import GridLimit, LimitKind
from aipchain.market.network.tableau import Basis
from aipchain.units import Price, Wh

Book = Callable[..., tuple[BookOrder, ...]]
REFERENCE = ReferencePrice(retail=Price(30), feed_in=Price(8))
HALF_PERCENT = 5_000


def chain(*rated_w: int, fall_per_w: int = 0, band: int = ONE_PU2 // 10) -> Feeder:
    """Nodes 0, 1, 2, ... in a row."""
    lines = [Line(NodeId(i), NodeId(i + 1), fall_per_w, 0, rated) for i, rated in enumerate(rated_w)]
    return build_feeder(lines, root=NodeId(0), lowest=ONE_PU2 - band, highest=ONE_PU2 + band)


def placed(
    feeder: Feeder, orders: Sequence[BookOrder], nodes: Sequence[int], reference: ReferencePrice | None = None
) -> GridBook:
    """The orders at `nodes`, for one hour: 1 Wh is 1 W."""
    places = {order.meter: NodeId(node) for order, node in zip(orders, nodes, strict=True)}
    return grid_book(feeder, orders, places, reference=reference, interval_s=3_600)


def cleared(book: GridBook, method: str = "simplex", gap_ppm: int = 500) -> GridClearing:
    """The clearing by HiGHS with no margin, after its certificate has passed."""
    clearing = clear_grid(book, seed=1, solver=HighsSolver(method), margin=RoundingMargin(0, 0))
    assert verify(book, clearing, clearing.certificate, gap_ppm) is None
    return clearing


def test_a_grid_that_does_not_bind_is_not_noticed(book: Book) -> None:
    """The merit order is the result, and its price the certificate."""
    orders = book("bid ann 20@5", "bid ben 12@5", "offer cat 5@7")
    clearing = cleared(placed(chain(100, 100), orders, [1, 2, 2]))

    assert (clearing.method, clearing.fills, clearing.gap_ppm) == (ClearingMethod.UNCONSTRAINED, {0: 5, 1: 2, 2: 7}, 0)
    assert clearing.certificate == GridCertificate(12 << 20)


def test_a_line_at_its_limit_serves_the_dearest_bids_behind_it(book: Book) -> None:
    """5 W reach node 2: Ben's bid is served there, Ann's in part; the limit is worth what the next Wh would gain."""
    orders = book("bid ann 20@5", "bid ben 25@3", "offer cat 5@9")
    grid = placed(chain(100, 5), orders, [2, 2, 1])
    clearing = cleared(grid)

    assert (clearing.method, clearing.fills) == (ClearingMethod.OPTIMISED, {0: 2, 1: 3, 2: 5})
    assert clearing.certificate.duals == ((GridLimit(LimitKind.POWER_DOWN, 2), 15 << 20),)
    assert node_prices(grid, clearing.certificate) == {0: 20, 1: 20, 2: 5}


def test_a_line_limits_feeding_back_too(book: Book) -> None:
    """4 W leave node 2: the cheaper offer is served first."""
    orders = book("bid ann 20@9", "offer ben 6@3", "offer cat 5@3")
    clearing = cleared(placed(chain(100, 4), orders, [1, 2, 2]))

    assert clearing.fills == {0: 4, 1: 1, 2: 3}
    assert clearing.certificate.duals == ((GridLimit(LimitKind.POWER_UP, 2), 14 << 20),)


def test_a_low_voltage_serves_near_before_far(book: Book) -> None:
    """Equal bids: the near one weighs half on the voltage at the end, so it is served in full."""
    step = ONE_PU2 // 1_000 // 1_000
    orders = book("bid ann 20@60", "bid ben 20@60", "offer cat 5@500")
    feeder = chain(1_000, 1_000, fall_per_w=step, band=100 * step * 1_000)
    clearing = cleared(placed(feeder, orders, [1, 2, 0]), gap_ppm=HALF_PERCENT)

    assert clearing.fills == {0: 60, 1: 20, 2: 80}
    assert [limit for limit, _ in clearing.certificate.duals] == [GridLimit(LimitKind.VOLTAGE_LOW, 2)]


def test_a_high_voltage_curtails_generation(book: Book) -> None:
    """60 W may be fed in at node 1."""
    step = ONE_PU2 // 1_000 // 1_000
    orders = book("offer ann 1@100",)  # fmt: skip
    feeder = chain(1_000, fall_per_w=step, band=60 * step * 1_000)
    clearing = cleared(placed(feeder, orders, [1], REFERENCE))

    assert (clearing.fills, clearing.import_wh) == ({0: 60}, -60)


def test_the_outside_fills_the_gap_at_its_prices(book: Book) -> None:
    """Retail serves the bid above it, feed-in takes the offer below it; neither serves what is worse."""
    orders = book("bid ann 40@5", "bid ben 29@5", "offer cat 31@5")
    assert cleared(placed(chain(100), orders, [1, 1, 1], REFERENCE)).fills == {0: 5}
    orders = book("offer ann 7@5", "offer ben 9@5", "bid cat 7@5")
    clearing = cleared(placed(chain(100), orders, [1, 1, 1], REFERENCE))

    assert (clearing.fills, clearing.import_wh) == ({0: 5}, -5)


def test_flat_reference_prices_are_no_trap(book: Book) -> None:
    """Where the outside buys and sells at one price it does not trade with itself; members come first."""
    flat = ReferencePrice(retail=Price(10), feed_in=Price(10))
    orders = book("bid ann 10@5", "offer ben 10@3", "offer cat 10@4")
    clearing = cleared(placed(chain(100), orders, [1, 1, 1], flat))

    assert (clearing.fills[OrderNumber(0)], clearing.import_wh) == (5, -2)


def test_limits_of_zero_let_nothing_through(book: Book) -> None:
    """Behind an open line nobody trades with the rest, but neighbours may."""
    orders = book("bid ann 20@5", "offer ben 5@5", "offer cat 6@3")

    assert cleared(placed(chain(100, 0), orders, [2, 1, 2])).fills == {0: 3, 2: 3}
    assert cleared(placed(chain(0), orders[:2], [1, 0])).fills == {}


def test_an_empty_book_clears_to_nothing(book: Book) -> None:
    """Without orders there are no fills, and the bound of nothing is reached."""
    for reference in (None, REFERENCE):
        clearing = cleared(placed(chain(100), (), [], reference))
        assert (clearing.fills, clearing.import_wh, clearing.gap_ppm) == ({}, 0, 0)
    assert cleared(placed(chain(100), book("bid ann 5@5"), [1])).fills == {}
    assert cleared(placed(chain(100), book("bid ann 5@5", "offer ben 6@9"), [1, 1])).fills == {}


def test_prices_beyond_64_bits_are_exact(book: Book) -> None:
    """Python's whole numbers have no edge; the solver's fractions are only hints."""
    edge = 2**128 - 1
    orders = book(f"bid ann {edge}@5", f"bid ben {edge - 1}@5", f"offer cat {edge - 9}@9")
    clearing = cleared(placed(chain(100, 6), orders, [2, 2, 1]))

    assert clearing.fills == {0: 5, 1: 1, 2: 6}


def test_without_a_solver_the_result_is_feasible_and_marked(book: Book) -> None:
    """Curtailed: within limits, but with a gap that the certificate does not hide."""
    grid = placed(chain(100, 5), book("bid ann 20@5", "bid ben 25@3", "offer cat 5@9"), [2, 2, 1])
    clearing = clear_grid(grid, seed=1)
    breach = verify(grid, clearing, clearing.certificate)

    assert clearing.method is ClearingMethod.CURTAILED
    assert sum(clearing.fills[OrderNumber(each)] for each in (0, 1)) == clearing.fills[OrderNumber(2)] == 5
    assert breach is not None
    assert breach.fault is Fault.GAP_TOO_LARGE
    assert verify(grid, clearing, clearing.certificate, 1_000_000) is None


@pytest.mark.parametrize("band", [0, 1, 10**9])
def test_a_band_of_next_to_nothing_is_decided_soon(book: Book, band: int) -> None:
    """Node 2 is a step behind node 1: cutting a load and its neighbour's generation in turn would take for ever."""
    lines = [Line(NodeId(0), NodeId(1), 1 << 40, 0, 10**9), Line(NodeId(1), NodeId(2), 1 << 30, 0, 10**9)]
    feeder = build_feeder(lines, root=NodeId(0), lowest=ONE_PU2 - band, highest=ONE_PU2 + band)
    grid = placed(feeder, book("bid ann 20@900000", "offer ben 5@900000"), [1, 2], REFERENCE)
    clearing = clear_grid(grid, seed=1)

    assert (clearing.method, clearing.fills) == (ClearingMethod.CURTAILED, {})


def test_after_many_steps_more_is_relieved_than_needed() -> None:
    """By what is needed for 200 steps and a few more, then twice as much every eighth."""
    assert [pressed(5, step) for step in (0, 207, 208, 216, 280)] == [5, 5, 10, 20, 5 << 10]


class _Silent:
    """A solver that finds nothing."""

    def start(self, program: Program) -> Session:
        del program
        return self

    def add(self, rows: Sequence[Row]) -> None:
        del rows

    def solve(self) -> Hint | None:
        return None


def test_a_solver_that_fails_is_as_none(book: Book) -> None:
    """The market goes on with the curtailed result."""
    grid = placed(chain(100, 5), book("bid ann 20@9", "offer cat 5@9"), [2, 1])

    assert clear_grid(grid, seed=1, solver=_Silent()) == clear_grid(grid, seed=1)


@dataclass(frozen=True)
class _Backwards:
    """HiGHS, given the columns from last to first."""

    solver: Solver

    def start(self, program: Program) -> Session:
        return _BackwardsSession(self.solver.start(replace(program, columns=program.columns[::-1])), program)


@dataclass(frozen=True)
class _BackwardsSession:
    session: Session
    program: Program

    def add(self, rows: Sequence[Row]) -> None:
        self.session.add([replace(row, coefficients=row.coefficients[::-1]) for row in rows])

    def solve(self) -> Hint | None:
        hint, last = self.session.solve(), len(self.program.columns) - 1
        assert hint is not None
        assert hint.basis is not None
        basic = tuple(sorted(last - each for each in hint.basis.basic))
        basis = Basis(basic, hint.basis.tight, frozenset(last - each for each in hint.basis.upper))
        return Hint(basis, hint.point[::-1])


@pytest.mark.parametrize("with_outside", [True, False])
@pytest.mark.parametrize(("size", "band"), [(14, 6), (43, 15)])
def test_one_result_for_every_method_and_arrangement(size: int, band: int, with_outside: bool) -> None:
    """Simplex, interior point, columns and books in any arrangement end at equal fills and equal certificates."""
    sample = sample_feeder(size, 3, homes=3 * size, band_permille=band)
    orders, nodes = sample_orders(sample, 5, load_permille=1_500)
    reference = ReferencePrice(retail=Price(300_000_000), feed_in=Price(80_000_000)) if with_outside else None
    results = [
        clear_grid(
            grid_book(sample.feeder, arranged, nodes, reference=reference, interval_s=900),
            seed=11,
            solver=solver,
        )
        for solver in (HighsSolver("simplex"), HighsSolver("ipm"), _Backwards(HighsSolver("simplex")))
        for arranged in (orders, orders[::-1])
    ]

    assert results[0].method is ClearingMethod.OPTIMISED
    assert results[0].is_unique
    assert all(result == results[0] for result in results)
    assert results[0].gap_ppm <= 500


def test_equal_bids_share_no_luck(book: Book) -> None:
    """Equal orders behind a full line are served by lot: one seed, one result, in whatever order they come."""
    orders = book(*["bid ann 20@5"] * 4, "offer cat 5@9")
    nodes = {order.meter: NodeId(2 if order.number < 4 else 1) for order in orders}
    results = {
        tuple(clear_grid(book_, seed=3, solver=HighsSolver(), margin=RoundingMargin(0, 0)).fills.items())
        for arranged in permutations(orders)
        for book_ in [grid_book(chain(100, 7), arranged, nodes, reference=None, interval_s=3_600)]
    }

    assert len(results) == 1
    assert sorted(dict(results.pop()).values()) == [2, 5, 7]


def test_the_certificate_shows_what_is_wrong(book: Book) -> None:
    """Each fault is found, by name, with its place and size."""
    orders = book("bid ann 20@5", "bid ben 25@3", "offer cat 5@9")
    grid = placed(chain(100, 5), orders, [2, 2, 1])
    good = cleared(grid)
    fills, proof = dict(good.fills), good.certificate
    limit = GridLimit(LimitKind.POWER_DOWN, 2)
    cases = [
        (fills | {OrderNumber(9): Wh(1)}, proof, Fault.UNKNOWN_ORDER, At(Thing.ORDER, 9), 1),
        (fills | {OrderNumber(1): Wh(4)}, proof, Fault.OVERFILLED, At(Thing.ORDER, 1), 4),
        (fills | {OrderNumber(2): Wh(-1)}, proof, Fault.OVERFILLED, At(Thing.ORDER, 2), -1),
        (fills | {OrderNumber(2): Wh(4)}, proof, Fault.OUT_OF_BALANCE, None, 1),
        ({0: 4, 1: 3, 2: 7}, proof, Fault.LIMIT_EXCEEDED, At(Thing.NODE, 2), 2),
        (
            fills,
            replace(proof, duals=((GridLimit(LimitKind.POWER_DOWN, 7), 1),)),
            Fault.UNKNOWN_LIMIT,
            At(Thing.NODE, 7),
            1,
        ),
        (fills, replace(proof, duals=((limit, -1),)), Fault.NEGATIVE_DUAL, At(Thing.NODE, 2), -1),
        ({}, proof, Fault.GAP_TOO_LARGE, None, 1_000_000),
    ]
    for wrong, certificate, fault, where, amount in cases:
        breach = verify(grid, replace(good, fills=wrong), certificate)  # type: ignore[arg-type]
        assert breach == Breach(fault, where, amount)
    assert str(breach) == "the clearing is not proven: GapTooLarge by 1000000"
    imported = verify(grid, replace(good, import_wh=Wh(1)), proof)
    assert imported is not None
    assert imported.fault is Fault.OUT_OF_BALANCE


def test_a_dropped_order_shows(book: Book) -> None:
    """A clearing of the book without Ben is no clearing of the book: the bound counts every order."""
    orders = book("bid ann 20@5", "bid ben 25@3", "offer cat 5@9")
    grid = placed(chain(100, 5), orders, [2, 2, 1])
    without = cleared(placed(chain(100, 5), (orders[0], orders[2]), [2, 1]))
    breach = verify(grid, without, without.certificate)

    assert breach is not None
    assert breach.fault is Fault.GAP_TOO_LARGE


def test_any_duals_give_a_bound(book: Book) -> None:
    """Wrong duals only make the bound worse, never too small: nobody can prove what is not so."""
    grid = placed(chain(100, 5), book("bid ann 20@5", "bid ben 25@3", "offer cat 5@9"), [2, 2, 1], REFERENCE)
    best = welfare(grid, cleared(grid).fills)
    for balance in range(0, 40, 5):
        for dual in range(0, 30, 5):
            guess = GridCertificate(balance << 20, ((GridLimit(LimitKind.POWER_DOWN, 2), dual << 20),))
            assert upper_bound(grid, guess) >= best << 60


def test_bad_places_and_intervals_are_refused(book: Book) -> None:
    """A meter nowhere, a node that is not there, an order twice, an interval without whole watts."""
    orders, feeder = book("bid ann 5@5"), chain(9)
    with pytest.raises(UnplacedMeter, match="meter 0 of order 0"):
        grid_book(feeder, orders, {}, reference=None, interval_s=900)
    with pytest.raises(UnknownNode, match="meter 0 is at node 4"):
        grid_book(feeder, orders, {MeterId(0): NodeId(4)}, reference=None, interval_s=900)
    with pytest.raises(DuplicateOrder):
        grid_book(feeder, [*orders, *orders], {MeterId(0): NodeId(1)}, reference=None, interval_s=900)
    for length in (0, 7_000, -900):
        with pytest.raises(IntervalNotWhole):
            grid_book(feeder, (), {}, reference=None, interval_s=length)
