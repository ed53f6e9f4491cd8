"""Print the figures of clearing on a feeder: `python tests/bench/market/network.py`.

Feeders are made up (tests/unit/market/network/sample.py) in the sizes of usual low-voltage grids. Times are medians of
`ROUNDS`, one thread, after one warm-up; the table of grids takes three scales of load and generation by three seeds,
with the outside and without, and counts only intervals in which the grid binds.
"""

import runpy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from aipchain.market.book import OrderNumber, ReferencePrice, Side
from aipchain.market.network.arrays import compiled_check
from aipchain.market.network.certificate import LARGEST_GAP_PPM, verify
from aipchain.market.network.clearing import ClearingMethod, GridClearing, clear_grid
from aipchain.market.network.exact import ExactSolver
from aipchain.market.network.grid_book import GridBook, grid_book, injections
from aipchain.market.network.lp import HighsSolver
from aipchain.market.network.sweep import LimitCheck, keeps_limits
from aipchain.units import Price, Wh

SAMPLE = runpy.run_path(str(Path(__file__).parents[2] / "unit" / "market" / "network" / "sample.py"))
SIZES, sample_feeder, sample_orders = SAMPLE["SIZES"], SAMPLE["sample_feeder"], SAMPLE["sample_orders"]
ROUNDS = 5
SCALES = ((1_000, 1_000), (500, 2_000), (2_000, 500))
REFERENCE = ReferencePrice(retail=Price(300_000_000), feed_in=Price(80_000_000))


@dataclass(frozen=True)
class Figures:
    """What one clearing took [s] and gave."""

    clear_s: float
    exact_s: float
    verify_s: float
    clearing: GridClearing
    is_feasible: bool
    is_proven: bool


def timed(call: Callable[[], object], rounds: int = ROUNDS) -> float:
    """Median time of `call` [s]."""
    call()
    times = []
    for _ in range(rounds):
        start = perf_counter()
        call()
        times.append(perf_counter() - start)
    return median(times)


def books(size: int, homes: int, seeds: range) -> Iterator[GridBook]:
    """Books of one size of grid."""
    for seed in seeds:
        sample = sample_feeder(size, seed, homes=homes, band_permille=(30, 25, 20)[seed % 3])
        for load, generation in SCALES:
            orders, nodes = sample_orders(sample, seed, load_permille=load, generation_permille=generation)
            for reference in (REFERENCE, None):
                yield grid_book(sample.feeder, orders, nodes, reference=reference, interval_s=900)


def figures(book: GridBook) -> Figures:
    """Clear and check one book; one result for every solver, by the compiled check and by the plain one."""
    solver = HighsSolver()
    clearing = clear_grid(book, seed=1, solver=solver, check=compiled_check)
    for other in (solver, HighsSolver("ipm"), ExactSolver()):
        if clearing != clear_grid(book, seed=1, solver=other):
            raise SystemExit(f"simplex and {other} differ")
    return Figures(
        timed(lambda: clear_grid(book, seed=1, solver=solver, check=compiled_check)),
        timed(lambda: clear_grid(book, seed=1, solver=ExactSolver(), check=compiled_check), rounds=3),
        timed(lambda: verify(book, clearing, clearing.certificate)),
        clearing,
        is_feasible(book, clearing.fills),
        verify(book, clearing, clearing.certificate) is None,
    )


def is_feasible(book: GridBook, fills: Mapping[OrderNumber, Wh]) -> bool:
    """Whether fills keep every limit, by no sweep: each order's power is added to every line on its way to the root."""
    feeder = book.feeder
    ways = [list(way(feeder.parent, node)) for node in range(len(feeder.nodes))]
    active, reactive = [0] * len(ways), [0] * len(ways)
    for order, position in zip(book.orders, book.positions, strict=True):
        drawn = fills.get(order.number, 0) * book.watts_per_wh
        if not 0 <= drawn <= order.wh * book.watts_per_wh:
            return False
        for line in ways[position]:
            active[line] += drawn if order.side is Side.BID else -drawn
            reactive[line] += drawn * feeder.tan_phi[position] if order.side is Side.BID else 0
    falls = [sum(feeder.resistance[i] * active[i] + feeder.reactance[i] * reactive[i] for i in each) for each in ways]
    carried = all(abs(power) <= rated for power, rated in zip(active[1:], feeder.rated_w[1:], strict=True))
    return carried and all(feeder.lowest <= feeder.root_voltage - fall <= feeder.highest for fall in falls)


def way(parent: Sequence[int], node: int) -> Iterator[int]:
    """The lines from a node to the root, by the positions they feed."""
    while node > 0:
        yield node
        node = parent[node]


def print_fast_path() -> None:
    """What decides in a clearing whether the grid binds: from the watts of every node to the verdict."""
    sample = sample_feeder(293, 1, homes=146)
    orders, nodes = sample_orders(sample, 1)
    book = grid_book(sample.feeder, orders, nodes, reference=None, interval_s=900)
    power = injections(book, {order.number: order.wh for order in orders})

    def checks(check: LimitCheck, times: int) -> float:
        return timed(lambda: [check(book.feeder, power.load_w, power.generation_w) for _ in range(times)]) / times

    compiled, plain = checks(compiled_check, 1_000), checks(keeps_limits, 100)
    print(f"sweep and check of 293 nodes: {compiled * 1e6:.1f} us as arrays, {plain * 1e6:.0f} us plain")


def print_grids() -> None:
    """One row per size of grid."""
    print("nodes homes   binds  free, ms  HiGHS, ms  worst, ms   own, ms  worst, ms  verify, ms  gap, ppm")
    gaps: list[int] = []
    checked: list[Figures] = []
    for size, homes in SIZES:
        rows = [figures(book) for book in books(size, homes, range(3))]
        checked += rows
        bound = [row for row in rows if row.clearing.method is ClearingMethod.OPTIMISED]
        free = [row for row in rows if row.clearing.method is ClearingMethod.UNCONSTRAINED]
        gaps += [row.clearing.gap_ppm for row in bound]
        times = sorted(row.clear_s * 1e3 for row in bound) or [0.0]
        own = sorted(row.exact_s * 1e3 for row in bound) or [0.0]
        largest = max((row.clearing.gap_ppm for row in bound), default=0)
        check = median(row.verify_s for row in rows) * 1e3
        print(f"{size:5} {homes:5} {len(bound):3}/{len(rows):3} {middle(free):9.2f}", end=" ")
        print(f"{median(times):10.2f} {times[-1]:10.2f} {median(own):9.2f} {own[-1]:10.2f} {check:11.2f} {largest:9}")
    feasible, proven = sum(row.is_feasible for row in checked), sum(row.is_proven for row in checked)
    print(f"all: {feasible} of {len(checked)} results feasible, {proven} proven, {len(gaps)} bound", end="; ")
    print(f"gap median {median(gaps):.0f}, most {max(gaps)} ppm", end=" ")
    print(f"(accepted: {LARGEST_GAP_PPM}); HiGHS by simplex, by interior point and our own solver agree")


def middle(rows: list[Figures]) -> float:
    """Median time of clearing [ms]; 0 without any."""
    return median(row.clear_s for row in rows) * 1e3 if rows else 0.0


def print_day() -> None:
    """96 intervals of one feeder, loads and generation over a day."""
    sample = sample_feeder(128, 1, homes=118, band_permille=20)
    day = []
    for slot in range(96):
        sun = max(0, 2_000 - abs(slot - 48) * 70)
        orders, nodes = sample_orders(sample, slot, load_permille=500 + slot * 15, generation_permille=sun)
        day.append(grid_book(sample.feeder, orders, nodes, reference=REFERENCE, interval_s=900))
    start = perf_counter()
    solver = HighsSolver()
    methods = [clear_grid(book, seed=slot, solver=solver, check=compiled_check).method for slot, book in enumerate(day)]
    took = perf_counter() - start
    bound = sum(method is ClearingMethod.OPTIMISED for method in methods)
    print(f"96 intervals of 128 nodes and 118 homes: {took:.2f} s, the grid binds in {bound}")


if __name__ == "__main__":
    print_fast_path()
    print_grids()
    print_day()
