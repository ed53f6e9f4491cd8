"""Bilateral clearing against HiGHS, OR-tools and a greedy matcher, on one seeded book each; prints rows.

    python tests/bench/market/bilateral.py sparse 10000 10     N orders a side, k nearest sellers per bid
    python tests/bench/market/bilateral.py dense 1000
    python tests/bench/market/bilateral.py sparse 100000 10 --without highs-simplex

Every peer runs in a process of its own: HiGHS with this interpreter, OR-tools with the one named in the variable
`AIPCHAIN_ORTOOLS_PYTHON` (it cannot share a process with HiGHS: google/or-tools#5246). All get the same scaled values,
and each objective is compared with ours. Times are the best of those that fill a second, at least three, without
reading the book and without compiling.

The book: energy lognormal with a median of 165 Wh, at most 6 kWh; limits normal around 22,000 for bids and 15,000 for
offers (milli-cent per kWh), deviation 4,500, kept in 8,000..30,000; places uniform in a square; the charge is 13,500
times the distance in sides of the square.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aipchain.market.bilateral import arrays
from aipchain.market.bilateral.array_check import verify_arrays
from aipchain.market.bilateral.arrays import ArrayBook, OrderColumns, PairColumns
from aipchain.market.bilateral.greedy import fill_greedily
from aipchain.market.bilateral.rows import Integers
from aipchain.market.bilateral.tie_break import TieBreak
from aipchain.market.bilateral.transport import Transport

SEED = 20_161_003
CHARGE_PER_SIDE = 13_500
PEERS = Path(__file__).parent / "peers"
Floats = NDArray[np.float64]


def main() -> None:
    """Measure one book and print its rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("sparse", "dense"))
    parser.add_argument("orders", type=int)
    parser.add_argument("nearest", type=int, nargs="?", default=10)
    parser.add_argument("--without", nargs="*", default=[], choices=("highs-simplex", "highs-ipm", "ortools", "greedy"))
    options = parser.parse_args()
    book = seeded_book(options.orders, options.nearest if options.kind == "sparse" else None)
    print(f"{options.kind}, N = {options.orders}, {len(book.worth.offer):,} pairs listed, ", end="")
    print(f"{int((book.worth.value >= 0).sum()):,} with a surplus")
    print("| what | seconds | against ours | value of optimum |\n|---|---|---|---|")
    for row in rows(book, frozenset(options.without)):
        print(row, flush=True)


def rows(book: ArrayBook, without: frozenset[str]) -> Iterator[str]:
    """Ours first, then each peer."""
    values = arrays.perturbed(book, TieBreak(SEED))
    ours, (fills, _, _) = best(lambda: arrays.solve(book, values))
    optimum = objective(values, fills)
    yield row("ours, fills and duals", ours, ours, 1.0)
    for name, method in (("shortest paths", arrays.sparse), ("network simplex", arrays.dense)):
        if method is arrays.sparse or len(book.bids.wh) <= 20_000:
            seconds, (found, _, _) = best(partial(method, book, values))
            yield row(f"ours, {name}", seconds, ours, objective(values, found) / optimum)
    whole, clearing = best(lambda: arrays.clear_arrays(book, SEED))
    yield row("ours, with unique optimum, price range and prices", whole, ours, 1.0)
    check, breach = best(lambda: verify_arrays(book, clearing, clearing.certificate, SEED))
    assert breach is None
    yield (
        row("verify", check, ours, 1.0) + f" solve / verify {ours / check:,.0f}x, clear / verify {whole / check:,.0f}x"
    )
    if "greedy" not in without:
        seconds, found = greedy(book, values)
        yield row("greedy by value, plain Python", seconds, ours, objective(values, found) / optimum)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "book.npz"
        write(file, book, values)
        for peer, command in peers().items():
            if peer not in without:
                found = json.loads(subprocess.run([*command, str(file)], capture_output=True, check=True).stdout)
                yield row(f"{peer} {found['version']}", found["seconds"], ours, found["objective"] / optimum)


def peers() -> dict[str, list[str]]:
    """The command of each peer that is installed."""
    known = {f"highs-{method}": [sys.executable, str(PEERS / "highs_flow.py"), method] for method in ("simplex", "ipm")}
    if python := os.environ.get("AIPCHAIN_ORTOOLS_PYTHON"):
        known["ortools"] = [python, str(PEERS / "ortools_flow.py")]
    return known


def row(what: str, seconds: float, ours: float, share: float) -> str:
    """A row of the table."""
    return f"| {what} | {seconds:.4f} | {seconds / ours:.2f}x | {share:.6f} |"


def best(work: Callable[[], Any]) -> tuple[float, Any]:
    """Least time [s] of as many as fill a second, at least three, after one that does not count; and the result."""
    result = work()
    seconds: list[float] = []
    while len(seconds) < 3 or sum(seconds) < 1:
        started = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - started)
    return min(seconds), result


def objective(values: Integers, fills: Integers) -> int:
    """Total value, exact."""
    traded = np.flatnonzero(fills)
    return sum(value * wh for value, wh in zip(values[traded].tolist(), fills[traded].tolist(), strict=True))


def greedy(book: ArrayBook, values: Integers) -> tuple[float, Integers]:
    """The plain greedy matcher, timed once."""
    row_of = np.repeat(np.arange(len(book.bids.wh)), np.diff(book.worth.first)).tolist()
    rows_: list[dict[int, int]] = [{} for _ in book.bids.wh]
    for bid, offer, value in zip(row_of, book.worth.offer.tolist(), values.tolist(), strict=True):
        if value >= 0:
            rows_[bid][offer] = value
    problem = Transport(tuple(book.bids.wh.tolist()), tuple(book.offers.wh.tolist()), tuple(rows_))
    started = time.perf_counter()
    found = fill_greedily(problem)
    seconds = time.perf_counter() - started
    pairs = zip(row_of, book.worth.offer.tolist(), strict=True)
    return seconds, np.array([found[bid].get(offer, 0) for bid, offer in pairs], np.int64)


def write(file: Path, book: ArrayBook, values: Integers) -> None:
    """The problem for a peer: pairs that may trade, and both sides' energy."""
    kept = values >= 0
    bids = np.repeat(np.arange(len(book.bids.wh)), np.diff(book.worth.first))
    offers = book.worth.offer[kept].astype(np.int64)
    np.savez(file, value=values[kept], demand=book.bids.wh, supply=book.offers.wh, bid=bids[kept], offer=offers)


def seeded_book(orders: int, nearest: int | None) -> ArrayBook:
    """N bids and N offers, with the `nearest` sellers of each bid, or all."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    sides = [_side(rng, orders, first, mean) for first, mean in ((0, 22_000), (orders, 15_000))]
    places = rng.random((2, orders, 2))
    bid, offer, distance = _all_pairs(*places) if nearest is None else _nearest_pairs(places[0], places[1], nearest)
    charge = np.ceil(distance * CHARGE_PER_SIDE).astype(np.int64)
    return arrays.array_book(sides[0], sides[1], PairColumns(bid, offer, charge, np.zeros(len(bid), np.int64)))


def _side(rng: np.random.Generator, orders: int, first: int, mean: int) -> OrderColumns:
    wh = np.clip(rng.lognormal(np.log(165), 1.0, orders), 1, 6_000).astype(np.int64)
    limit = np.clip(rng.normal(mean, 4_500, orders), 8_000, 30_000).astype(np.int64)
    numbers = np.arange(first, first + orders)
    return OrderColumns(numbers.astype(np.uint64), numbers.astype(np.int64), wh, limit)


def _all_pairs(bids: Floats, offers: Floats) -> tuple[Integers, Integers, Floats]:
    bid, offer = (each.ravel() for each in np.indices((len(bids), len(offers))))
    return bid, offer, np.hypot(*(bids[bid] - offers[offer]).T)


def _nearest_pairs(bids: Floats, offers: Floats, count: int) -> tuple[Integers, Integers, Floats]:
    """The nearest offers of each bid, looked for in the cells around it."""
    per_side = max(1, int(np.sqrt(len(offers) / max(4, count / 2))))
    cell_of = np.minimum((offers * per_side).astype(int), per_side - 1) @ (per_side, 1)
    by_cell: dict[int, Integers] = {}
    order = np.argsort(cell_of, kind="stable")
    for part in np.split(order, np.flatnonzero(np.diff(cell_of[order])) + 1):
        by_cell[int(cell_of[part[0]])] = part
    chosen: list[Integers] = []
    for place in bids:
        chosen.append(_nearest(place, offers, by_cell, per_side, count))
    bid = np.repeat(np.arange(len(bids)), [len(each) for each in chosen])
    offer = np.concatenate(chosen)
    return bid, offer, np.hypot(*(bids[bid] - offers[offer]).T)


def _nearest(place: Floats, offers: Floats, by_cell: dict[int, Integers], per_side: int, count: int) -> Integers:
    row_, column = (min(int(part * per_side), per_side - 1) for part in place)
    reach = 1
    while True:
        cells = [
            by_cell[x * per_side + y]
            for x in range(max(0, row_ - reach), min(per_side, row_ + reach + 1))
            for y in range(max(0, column - reach), min(per_side, column + reach + 1))
            if x * per_side + y in by_cell
        ]
        found = np.concatenate(cells) if cells else np.zeros(0, np.int64)
        if len(found) >= 2 * count or reach >= per_side:
            distance = np.hypot(*(offers[found] - place).T)
            return found[np.argsort(distance, kind="stable")[:count]]
        reach += 1


if __name__ == "__main__":
    main()
