"""HiGHS, by either method and with its columns in any order, finds the fills that our solvers find."""

import random
from hashlib import sha256

import highspy
import numpy as np
import pytest

from aipchain.market.bilateral import arrays
from aipchain.market.bilateral.arrays import ArrayBook, OrderColumns, PairColumns
from aipchain.market.bilateral.rows import Integers

ORDERS, PER_BID, SEED = 60, 8, 5


def tied_book(number: int) -> ArrayBook:
    """A book whose prices are whole cents, so that very many pairs have equal values."""
    rng = random.Random(number)

    def side(first: int, low: int, high: int) -> OrderColumns:
        return OrderColumns(
            np.arange(first, first + ORDERS, dtype=np.uint64),
            np.arange(first, first + ORDERS, dtype=np.int64),
            np.array([rng.randint(1, 900) for _ in range(ORDERS)], np.int64),
            np.array([rng.randint(low, high) * 1_000 for _ in range(ORDERS)], np.int64),
        )

    bids, offers = side(0, 18, 26), side(ORDERS, 11, 19)
    pairs = [(bid, offer) for bid in range(ORDERS) for offer in rng.sample(range(ORDERS), PER_BID)]
    charges = [rng.randint(0, 3) * 1_000 for _ in pairs]
    columns = [np.array(column, np.int64) for column in (*zip(*pairs, strict=True), charges, [0] * len(pairs))]
    return arrays.array_book(bids, offers, PairColumns(*columns))


def highs_fills(book: ArrayBook, values: Integers, solver: str, order: list[int]) -> list[int]:
    """The fills of an untouched linear program, its columns in `order`."""
    bids = np.repeat(np.arange(ORDERS), np.diff(book.worth.first))
    model = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, setting in (("output_flag", False), ("presolve", "off"), ("threads", 1), ("solver", solver)):
        model.setOptionValue(name, setting)
    for wh in (*book.bids.wh.tolist(), *book.offers.wh.tolist()):
        model.addRow(0.0, float(wh), 0, np.array([], np.int32), np.array([], np.float64))
    for pair in order:
        ends = np.array([bids[pair], ORDERS + book.worth.offer[pair]], np.int32)
        upper = highspy.kHighsInf if values[pair] >= 0 else 0.0
        model.addCol(-float(max(0, values[pair])), 0.0, upper, 2, ends, np.ones(2))
    model.run()
    assert model.getModelStatus() == highspy.HighsModelStatus.kOptimal
    fills = [0] * len(order)
    for pair, wh in zip(order, model.getSolution().col_value, strict=True):
        assert abs(wh - round(wh)) < 1e-6
        fills[pair] = round(wh)
    return fills


@pytest.mark.parametrize("number", range(3))
def test_one_hash_over_solvers_and_arrangements(number: int) -> None:
    """HiGHS simplex and interior point, given and permuted columns, and all of our own methods: one result."""
    book = tied_book(number)
    clearing = arrays.clear_arrays(book, SEED)
    values = arrays.perturbed(book, clearing.certificate.tie_break)
    given = list(range(len(values)))
    permuted = random.Random(number).sample(given, len(given))
    results = [highs_fills(book, values, solver, order) for solver in ("simplex", "ipm") for order in (given, permuted)]
    results += [method(book, values)[0].tolist() for method in (arrays.sparse, arrays.dense, arrays.plain)]
    results.append(clearing.fills.tolist())

    assert len({sha256(repr(fills).encode()).hexdigest() for fills in results}) == 1
    assert sum(clearing.fills.tolist()) > 0
