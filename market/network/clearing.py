"""Clearing a book on a low-voltage feeder: without the grid first, with it only where it binds.

1. Clear by merit order, and sweep. Most intervals end here: nothing is exceeded, the result is the best there is.
2. Otherwise a linear program: the balance and the limits that were exceeded; solve, sweep, add what is exceeded now,
   and again until nothing is. It is then the optimum under all limits. The limits are narrower by a margin for
   rounding.
3. The solver only names the optimum. Fills and duals are computed from the names without rounding (`vertex`), so
   solvers, methods and orders of columns give one result.
4. Fills are rounded to watt-hours and, if a sweep shows a limit exceeded, curtailed by a few Wh. What is published
   keeps every limit exactly.
5. Without a solver, or if it fails: curtailment of the merit order, which is feasible, and marked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from aipchain.market.book import OrderNumber, Side
from aipchain.market.network.certificate import (
    DUAL_BITS,
    SUM_BITS,
    GridCertificate,
    gap_ppm,
    node_values,
)
from aipchain.market.network.curtailment import curtailed
from aipchain.market.network.feeder import ONE_PU2, Feeder
from aipchain.market.network.grid_book import GridBook, injections, outside_exchange
from aipchain.market.network.merit import MeritPoint, merit_point
from aipchain.market.network.program import SHIFT, Program, Row, limit_row, program_of
from aipchain.market.network.solver import Session, Solver
from aipchain.market.network.sweep import GridLimit, LimitCheck, LimitKind, exceeded, keeps_limits, sweep
from aipchain.market.network.tableau import BALANCE
from aipchain.market.network.vertex import Vertex, optimal_vertex
from aipchain.market.rounding import nearest, rounded_up
from aipchain.market.whole import refuse_seed
from aipchain.units import Price, Wh

__all__ = ["ClearingMethod", "GridClearing", "RoundingMargin", "clear_grid", "node_prices"]

MOST_ROUNDS: Final = 60


class ClearingMethod(StrEnum):
    """How a result came about."""

    UNCONSTRAINED = "Unconstrained"
    """No limit binds: merit order."""
    OPTIMISED = "Optimised"
    """The optimum under the limits, rounded."""
    CURTAILED = "Curtailed"
    """Merit order cut until it is feasible; there was no solver, or it failed."""


@dataclass(frozen=True, slots=True)
class RoundingMargin:
    """By how much limits are narrower for the linear program than for the result.

    It makes room for rounding to watt-hours, so that next to nothing needs curtailment. 2e-6 pu^2 is some watts at
    the end of a long cable; ten times as much costs a hundredth of a narrow band, and with it welfare.
    """

    squared_voltage: int = 2 * ONE_PU2 // 1_000_000
    power_w: int = 4


@dataclass(frozen=True, slots=True)
class GridClearing:
    """Served energy by order number [Wh], net import from the outside [Wh], the certificate and its gap.

    `is_unique`: the optimum was shown to be the only one, so every solver ends at this result.
    """

    fills: Mapping[OrderNumber, Wh]
    import_wh: Wh
    method: ClearingMethod
    certificate: GridCertificate
    gap_ppm: int
    is_unique: bool


def clear_grid(
    book: GridBook,
    *,
    seed: int,
    solver: Solver | None = None,
    margin: RoundingMargin | None = None,
    check: LimitCheck = keeps_limits,
) -> GridClearing:
    """The welfare-optimal fills that keep every limit of the feeder.

    :param seed: `aipchain.market.auctions.ties.tie_seed` of the interval; says which of equal orders is served.
    :param solver: for instance `aipchain.market.network.lp.HighsSolver()`; None curtails.
    :param check: decides whether the grid binds: the plain sweep, or `aipchain.market.network.arrays.compiled_check`.
    :raises TypeError, ValueError: the seed is none (`market.whole.refuse_seed`).
    """
    refuse_seed(seed)
    margin = margin or RoundingMargin()
    exact = program_of(book, seed)
    merit = merit_point(exact)
    fills = _rounded(book, merit.point, 1)
    power = injections(book, fills)
    if check(book.feeder, power.load_w, power.generation_w):
        return _result(book, fills, ClearingMethod.UNCONSTRAINED, _merit_certificate(merit), True)
    program = replace(exact, feeder=book.feeder.tightened(margin.squared_voltage, margin.power_w))
    vertex = _optimum(book, program, solver.start(program), merit) if solver is not None else None
    if vertex is None:
        cut = curtailed(book, exact, fills)
        return _result(book, cut, ClearingMethod.CURTAILED, _merit_certificate(merit), True)
    found, rows = vertex
    fills = curtailed(book, exact, _rounded(book, found.point, found.scale), mending=True)
    return _result(book, fills, ClearingMethod.OPTIMISED, _certificate(found, rows), found.is_unique)


def node_prices(book: GridBook, certificate: GridCertificate) -> dict[OrderNumber, Price]:
    """What each order pays or gets for a served Wh at its node, never beyond its limit [base units per Wh].

    Rounded up for bids and down for offers; what buyers pay more than sellers get is the congestion rent.
    """
    prices = {}
    for order, value in zip(book.orders, node_values(book, certificate), strict=True):
        if order.side is Side.BID:
            prices[order.number] = Price(max(0, min(order.limit_price, rounded_up(value, 1 << SUM_BITS))))
        else:
            prices[order.number] = Price(max(order.limit_price, value >> SUM_BITS))
    return prices


def _optimum(
    book: GridBook, program: Program, session: Session, merit: MeritPoint
) -> tuple[Vertex, Sequence[Row]] | None:
    """The exact optimum under every limit of the program's feeder, and the rows it was found with."""
    rows: list[Row] = []
    known: set[GridLimit] = set()
    point, scale = tuple(merit.point), 1 << SHIFT
    vertex, basis = None, None
    for _ in range(MOST_ROUNDS):
        new = [each for each in _to_add(program, point, scale) if each not in known]
        if vertex is not None and not new:
            return vertex, rows
        vertex = None
        if new:
            known.update(new)
            added = [limit_row(program, limit) for limit in new]
            rows += added
            session.add(added)
            hint = session.solve()
            if hint is None or hint.basis is None:
                return None
            point, scale, basis = hint.point, 1, hint.basis
            continue
        vertex = optimal_vertex(program, rows, basis) if basis is not None else None
        if vertex is None:
            return None
        point, scale = vertex.point, vertex.scale << SHIFT
    return None


def _to_add(program: Program, point: Sequence[int], scale: int) -> list[GridLimit]:
    """Limits exceeded at `point` / `scale` [Wh]; of each way from the busbar only the worst of each kind."""
    feeder = program.feeder
    load, generation = [0] * len(feeder.nodes), [0] * len(feeder.nodes)
    for column, x in zip(program.columns, point, strict=True):
        if column.number >= 0:
            (load if column.sign > 0 else generation)[column.position] += x * program.watts_per_wh
    worst: dict[tuple[LimitKind, int], tuple[int, GridLimit]] = {}
    for limit, excess in exceeded(feeder, sweep(feeder, load, generation), scale):
        key = (limit.kind, _way(feeder, limit.position))
        worst[key] = max(worst.get(key, (0, limit)), (excess, limit))
    return sorted(limit for _, limit in worst.values())


def _way(feeder: Feeder, position: int) -> int:
    """The line of the busbar (the first node after the root) by which a position is fed."""
    while feeder.parent[position] > 1:
        position = feeder.parent[position]
    return position


def _rounded(book: GridBook, point: Sequence[int], scale: int) -> dict[OrderNumber, Wh]:
    """Fills to the nearest watt-hour, which also takes the disturbance away."""
    unit = scale << SHIFT
    fills = {}
    for order, x in zip(book.orders, point, strict=False):
        wh = min(order.wh, nearest(x, unit))
        if wh:
            fills[order.number] = Wh(wh)
    return fills


def _merit_certificate(merit: MeritPoint) -> GridCertificate:
    return GridCertificate(merit.price << DUAL_BITS)


def _certificate(vertex: Vertex, rows: Sequence[Row]) -> GridCertificate:
    unit = vertex.scale
    duals = []
    for row, y in vertex.duals.items():
        if row != BALANCE:
            limit = rows[row].limit
            bits = SUM_BITS if limit.kind >= LimitKind.VOLTAGE_LOW else DUAL_BITS
            duals.append((limit, max(0, nearest(y << bits, unit))))
    balance = nearest(vertex.duals.get(BALANCE, 0) << DUAL_BITS, unit)
    return GridCertificate(balance, tuple(sorted(dual for dual in duals if dual[1])))


def _result(
    book: GridBook, fills: dict[OrderNumber, Wh], method: ClearingMethod, certificate: GridCertificate, unique: bool
) -> GridClearing:
    drawn = outside_exchange(book, fills)
    return GridClearing(fills, drawn, method, certificate, gap_ppm(book, fills, certificate), unique)
