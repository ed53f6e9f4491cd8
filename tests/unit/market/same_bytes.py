"""Clears seeded books in every array form that there is and prints a hash of each; `test_imports` runs it twice."""

import random
from hashlib import sha256

import numpy as np
from tests.unit.market.network.sample import sample_feeder

from aipchain.market.allocation import arrays as allocation
from aipchain.market.auctions.array_book import array_book
from aipchain.market.auctions.array_check import verify_arrays as verify_auction
from aipchain.market.auctions.arrays import clear_arrays as clear_auction
from aipchain.market.auctions.arrays import pay_as_bid_arrays
from aipchain.market.bilateral import arrays as bilateral
from aipchain.market.bilateral.array_check import verify_arrays as verify_bilateral
from aipchain.market.compiled import HAS_NUMBA
from aipchain.market.network.arrays import array_feeder, keeps_limits, sweep_arrays

RNG = random.Random(7)


def show(name: str, *results: object) -> None:
    """A name and the hash of what was found, as plain whole numbers."""
    plain = repr([each.tolist() if isinstance(each, np.ndarray) else each for each in results])
    print(f"{name}: {sha256(plain.encode()).hexdigest()}")


def numbers(count: int, below: int) -> list[int]:
    """Whole numbers from 1 on."""
    return [1 + RNG.randrange(below) for _ in range(count)]


def auctions() -> None:
    """Six hundred orders at few prices, of many owners on both sides."""
    sides = [RNG.random() < 0.5 for _ in range(600)]
    book = array_book(range(600), numbers(600, 40), sides, numbers(600, 900), numbers(600, 25))
    clearing, trades = clear_auction(book, 333, seed=5), pay_as_bid_arrays(book, seed=5)
    found = (clearing.price, clearing.bid_fills, clearing.offer_fills, clearing.trades.wh, trades.prices)
    show("auctions", *found, verify_auction(book, clearing))


def pairs() -> None:
    """Forty bids with up to eight sellers each; then the same with a watt-hour too many."""
    columns = [
        bilateral.OrderColumns(
            np.arange(first, first + 40, dtype=np.uint64),
            np.array(numbers(40, 30), np.int64),
            np.array(numbers(40, 900), np.int64),
            np.array(numbers(40, 12), np.int64) + limit,
        )
        for first, limit in ((0, 16), (40, 9))
    ]
    chosen = sorted({(bid, RNG.randrange(40)) for bid in range(40) for _ in range(8)})
    bid, offer = (np.array(each, np.int64) for each in zip(*chosen, strict=True))
    charge, bonus = (np.array(numbers(len(chosen), 3), np.int64) for _ in range(2))
    book = bilateral.array_book(columns[0], columns[1], bilateral.PairColumns(bid, offer, charge, bonus))
    clearing = bilateral.clear_arrays(book, 9)
    proof = clearing.certificate
    breach = verify_bilateral(book, clearing, proof, 9)
    show("bilateral", clearing.fills, clearing.price, proof.u, proof.p, proof.tie_break.attempt, breach)
    clearing.fills[np.flatnonzero(clearing.fills)[0]] += 1
    show("bilateral, wrong", str(verify_bilateral(book, clearing, proof, 9)))


def feeder() -> None:
    """The state of a feeder of 58 nodes."""
    table = array_feeder(sample_feeder(58, 1).feeder)
    load, generation = (np.array(numbers(58, 4_000), np.int64) for _ in range(2))
    show("network", *sweep_arrays(table, load, generation), keeps_limits(table, load, generation))


def keys() -> None:
    """Fifty intervals of thirty meters."""
    generation = np.array(numbers(50, 9_000), np.int64)
    consumption = np.array(numbers(50 * 30, 600), np.int64).reshape(50, 30)
    show("allocation", allocation.pro_rata(generation, consumption))


print(f"numba: {HAS_NUMBA}")
auctions()
pairs()
feeder()
keys()
