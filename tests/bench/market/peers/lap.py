"""What every matcher's script has in common: read the book, time the calls, hand in the fills.

    python -m market.peers.<script> <mechanism> <book.npz> <seconds for all calls>

A script builds the matcher's own order objects, which is not timed, gives them to the matcher's own clearing method,
which is, and prints one line of JSON: version, seconds of the best call, number of calls, and fills. The first call,
which is not counted, is on a small part of the book. Runs in the matcher's environment: standard library and numpy.
"""

import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TypeVar

import numpy as np

__all__ = ["Fill", "Order", "read_orders", "run_lap"]

Native = TypeVar("Native")
Result = TypeVar("Result")
Fill = tuple[int, float, float]
"""Order number, energy [Wh] and price [milli-cent/kWh], as the matcher says: whole only if the matcher makes it so."""

LEAST_CALLS = 5
FILLED_S = 2.0
"""As many calls are made as fill this time [s], and no fewer than the least, unless the time for all calls is over."""

WARM_UP = 100


@dataclass(frozen=True, slots=True)
class Order:
    """One row of the book: energy [Wh], limit [milli-cent/kWh]."""

    number: int
    owner: int
    is_offer: bool
    wh: int
    limit: int


def run_lap(
    package: str,
    native: Callable[[Sequence[Order]], Native],
    clear: Callable[[Native], Result],
    fills: Callable[[Result], Iterable[Fill]],
) -> None:
    """Race one matcher over one book as the command line says."""
    _, _, file, budget_s = sys.argv
    orders = read_orders(file)
    clear(native(orders[:WARM_UP]))
    started = time.perf_counter()
    seconds: list[float] = []
    results: list[Result] = []
    while not seconds or (_too_few(seconds) and time.perf_counter() - started < float(budget_s)):
        book = native(orders)
        results.clear()  # freeing what the call before left is no part of this one
        call = time.perf_counter()
        results.append(clear(book))
        seconds.append(time.perf_counter() - call)
    found = list(fills(results[0]))
    answer = {"version": version(package), "seconds": min(seconds), "calls": len(seconds), "fills": found}
    print(json.dumps(answer, default=float))


def _too_few(seconds: Sequence[float]) -> bool:
    return len(seconds) < LEAST_CALLS or sum(seconds) < FILLED_S


def read_orders(file: str) -> list[Order]:
    """The book that `race` wrote."""
    book = np.load(file)
    columns = (book[name].tolist() for name in ("number", "owner", "is_offer", "wh", "limit"))
    return [Order(*row) for row in zip(*columns, strict=True)]
