"""OR-tools' min-cost flow on one transportation problem. Prints JSON. It runs in an environment of its own.

python ortools_flow.py book.npz

Smaller costs are easier for it, so it is also timed on the values without their tie-break, and the faster counts.
"""

import json
import sys
import time
from collections.abc import Mapping
from importlib.metadata import version

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow  # type: ignore[import-not-found,unused-ignore]

TIE_BITS = 12
Book = Mapping[str, NDArray[np.int64]]


def main() -> None:
    """Solve, time and print."""
    book = np.load(sys.argv[1])
    pairs = len(book["value"])
    untied = {**book, "value": book["value"] >> TIE_BITS}
    seconds = []
    for given in (untied, untied, untied, book, book, book):
        flow = problem(given)
        started = time.perf_counter()
        status = flow.solve()
        seconds.append(time.perf_counter() - started)
        assert status == flow.OPTIMAL, status
    fills = flow.flows(np.arange(pairs))
    total = sum(value * wh for value, wh in zip(book["value"].tolist(), fills.tolist(), strict=True))
    print(json.dumps({"seconds": min(seconds), "objective": total, "version": version("ortools")}))


def problem(book: Book) -> min_cost_flow.SimpleMinCostFlow:
    """Pairs, and an outside node that takes what is unserved and gives what is unsold."""
    demand, supply = book["demand"], book["supply"]
    bids, offers = len(demand), len(supply)
    outside = bids + offers
    every_bid, every_offer = np.arange(bids), bids + np.arange(offers)
    tails = np.concatenate([book["bid"], every_bid, np.full(offers, outside)])
    heads = np.concatenate([bids + book["offer"], np.full(bids, outside), every_offer])
    room = np.concatenate([np.minimum(demand[book["bid"]], supply[book["offer"]]), demand, supply])
    costs = np.concatenate([-book["value"], np.zeros(outside, np.int64)])
    flow = min_cost_flow.SimpleMinCostFlow()
    flow.add_arcs_with_capacity_and_unit_cost(tails, heads, room, costs)
    balance = np.concatenate([demand, -supply, [supply.sum() - demand.sum()]])
    flow.set_nodes_supplies(np.arange(outside + 1), balance)
    return flow


if __name__ == "__main__":
    main()
