"""Print the figures of clearing on a feeder: `python tests/bench/market/network.py`.

Feeders are made up (tests/unit/market/network/sample.py) in the sizes of usual low-voltage grids. Times are medians of
`ROUNDS`, one thread, after one warm-up; the table of grids takes three scales of load and generation by three seeds,
with the outside and without, and counts only intervals in which the grid binds.
"""

import runpy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from aipchain.market.book import ReferencePrice
from aipchain.market.network.arrays import array_feeder, keeps_limits
from aipchain.market.network.certificate import LARGEST_GAP_PPM, verify
from aipchain.market.network.clearing import ClearingMethod, GridClearing, clear_grid
from aipchain.market.network.exact import ExactSolver
from aipchain.market.network.grid_book import GridBook, grid_book, injections
from aipchain.market.network.lp import HighsSolver
from aipchain.market.network.sweep import sweep
from aipchain.units import Price

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
    """Clear and verify one book; a result that is not proven ends the run."""
    solver = HighsSolver()
    clearing = clear_grid(book, seed=1, solver=solver)
    breach = verify(book, clearing, clearing.certificate)
    if breach is not None:
        raise SystemExit(f"not proven: {breach}")
    for other in (HighsSolver("ipm"), ExactSolver()):
        if clearing != clear_grid(book, seed=1, solver=other):
            raise SystemExit(f"simplex and {other} differ")
    return Figures(
        timed(lambda: clear_grid(book, seed=1, solver=solver)),
        timed(lambda: clear_grid(book, seed=1, solver=ExactSolver()), rounds=3),
        timed(lambda: verify(book, clearing, clearing.certificate)),
        clearing,
    )


def print_fast_path() -> None:
    """The sweep alone: is a state within all limits?"""
    sample = sample_feeder(293, 1, homes=146)
    orders, nodes = sample_orders(sample, 1)
    book = grid_book(sample.feeder, orders, nodes, reference=None, interval_s=900)
    power = injections(book, {order.number: order.wh for order in orders})
    table, load, generation = array_feeder(sample.feeder), np.array(power.load_w), np.array(power.generation_w)
    compiled = timed(lambda: [keeps_limits(table, load, generation) for _ in range(1_000)]) / 1_000
    plain = timed(lambda: [sweep(sample.feeder, power.load_w, power.generation_w) for _ in range(100)]) / 100
    print(f"sweep and check of 293 nodes: {compiled * 1e6:.1f} us as arrays, {plain * 1e6:.0f} us plain")


def print_grids() -> None:
    """One row per size of grid."""
    print("nodes homes   binds  free, ms  HiGHS, ms  worst, ms   own, ms  worst, ms  verify, ms  gap, ppm")
    gaps: list[int] = []
    for size, homes in SIZES:
        rows = [figures(book) for book in books(size, homes, range(3))]
        bound = [row for row in rows if row.clearing.method is ClearingMethod.OPTIMISED]
        free = [row for row in rows if row.clearing.method is ClearingMethod.UNCONSTRAINED]
        gaps += [row.clearing.gap_ppm for row in bound]
        times = sorted(row.clear_s * 1e3 for row in bound) or [0.0]
        own = sorted(row.exact_s * 1e3 for row in bound) or [0.0]
        largest = max((row.clearing.gap_ppm for row in bound), default=0)
        check = median(row.verify_s for row in rows) * 1e3
        print(f"{size:5} {homes:5} {len(bound):3}/{len(rows):3} {middle(free):9.2f}", end=" ")
        print(f"{median(times):10.2f} {times[-1]:10.2f} {median(own):9.2f} {own[-1]:10.2f} {check:11.2f} {largest:9}")
    print(
        f"all: {len(gaps)} bound, every result feasible; gap median {median(gaps):.0f}, most {max(gaps)} ppm", end=" "
    )
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
    methods = [clear_grid(book, seed=slot, solver=HighsSolver()).method for slot, book in enumerate(day)]
    took = perf_counter() - start
    bound = sum(method is ClearingMethod.OPTIMISED for method in methods)
    print(f"96 intervals of 128 nodes and 118 homes: {took:.2f} s, the grid binds in {bound}")


if __name__ == "__main__":
    print_fast_path()
    print_grids()
    print_day()
