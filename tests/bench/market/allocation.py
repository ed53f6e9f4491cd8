"""Allocation keys and the pool, timed: `python tests/bench/market/allocation.py [--members N] [--intervals N]`.

Prints one row per key over a year of quarter hours (best of three, into a table that is there), with the sum that
must come out; and how far sequential swaps spread prices that a batch keeps as one. One thread, nothing cached between.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np

from aipchain.market.allocation import arrays, keys
from aipchain.market.allocation.claims import WHOLE, Claim
from aipchain.market.book import MeterId
from aipchain.market.pool.batched_amm import batched_amm_local_price
from aipchain.market.pool.constant_product import ConstantProductPool, buy_from
from aipchain.market.words import Int64s
from aipchain.units import Balance, Price, Wh

ROUNDS = 3
SEED = 20_161_003
SAMPLE = 20
"""Intervals in which the arrays are held against the reference."""


def main() -> None:
    """Print all rows."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=1_000)
    parser.add_argument("--intervals", type=int, default=35_040)
    options = parser.parse_args()
    print(f"# {options.members} members x {options.intervals} intervals, best of {ROUNDS}")
    for row in year_rows(options.members, options.intervals):
        print(row)
    for row in pool_rows():
        print(row)


def year_rows(members: int, intervals: int) -> list[str]:
    """Each array key: seconds, and whether sum and sample agree with the reference."""
    chance = np.random.default_rng(SEED)
    consumption = chance.lognormal(5.0, 0.8, (intervals, members)).astype(np.int64)  # median about 150 Wh
    generation = (chance.random(intervals) * 1.4 * consumption.sum(axis=1).mean()).astype(np.int64)
    coefficients = np.full(members, WHOLE // members, dtype=np.int64)
    tiers = chance.integers(0, 4, members)
    out = np.zeros_like(consumption)
    timed: dict[str, tuple[Callable[[], Int64s], keys.AllocationKey]] = {
        "static": (
            lambda: arrays.used_of(arrays.static(generation, coefficients, out), consumption, out),
            keys.static,
        ),
        "pro rata": (lambda: arrays.pro_rata(generation, consumption, out), keys.pro_rata),
        "cascade": (lambda: arrays.cascade(generation, consumption, tiers, out), keys.cascade),
        "hybrid": (lambda: arrays.hybrid(generation, consumption, coefficients, out), keys.hybrid),
    }
    rows = []
    for name, (run, reference) in timed.items():
        (seconds, busy), used = best_of(run)
        for interval in np.linspace(0, intervals - 1, SAMPLE, dtype=int).tolist():
            claims = [
                Claim(MeterId(meter), Wh(wh), int(coefficients[meter]), int(tiers[meter]))
                for meter, wh in enumerate(consumption[interval].tolist())
            ]
            expected = reference(Wh(int(generation[interval])), claims).used
            assert used[interval].tolist() == list(expected.values()), (name, interval)
        rows.append(
            f"{name:10} {seconds:6.3f} s (processor {busy:.3f} s)   {int(used.sum()):,} Wh used, sample as reference"
        )
    return rows


def pool_rows() -> list[str]:
    """How far 1,000 sequential swaps of 436 Wh on a 10 MWh pool spread prices; swaps and batch prices per second."""
    pool, bills, started = ConstantProductPool(Wh(10_000_000), Balance(2_500_000_000)), [], time.perf_counter()
    for _ in range(1_000):
        pool, paid = buy_from(pool, Wh(436))
        bills.append(paid)
    swaps = 1_000 / (time.perf_counter() - started)
    started = time.perf_counter()
    for supply in range(1_000):
        batched_amm_local_price((Price(80_000_000), Price(300_000_000)), Wh(supply), Wh(500))
    prices = 1_000 / (time.perf_counter() - started)
    spread = (bills[-1] / bills[0] - 1) * 100
    return [
        f"swaps      {swaps:,.0f} /s   last pays {spread:.1f} % more than first",
        f"batch      {prices:,.0f} prices/s",
    ]


def best_of(run: Callable[[], Int64s]) -> tuple[tuple[float, float], Int64s]:
    """The shortest of a few runs, by the clock and of the processor [s], and the last answer."""
    times = []
    for _ in range(ROUNDS):
        started, busy = time.perf_counter(), time.process_time()
        answer = run()
        times.append((time.perf_counter() - started, time.process_time() - busy))
    return min(times), answer


if __name__ == "__main__":
    main()
