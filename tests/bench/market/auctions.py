"""Figures of the auctions: `python tests/bench/market/auctions.py [speed|conditions|fuzz]...`.

The book is that of the reference: energy lognormal (median 165 Wh, cap 6 kWh), limits normal around 22,000 for bids and
15,000 for offers, within 8,000 to 30,000 milli-cent per kWh, PCG64 with a fixed seed. N is the bids, and the offers.
`nested_loop` is the matcher that people write first: each bid looks through all offers for the cheapest.
"""

import json
import platform
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b

import numpy as np

from aipchain.market.auctions import array_check, arrays, certificate
from aipchain.market.auctions.array_book import array_book
from aipchain.market.auctions.branch_and_bound import clear_conditional, drop_marginal
from aipchain.market.auctions.columns import ColumnBook, OrderColumns, column_book, columns_of
from aipchain.market.auctions.conditions import LinkedOrder, as_linked
from aipchain.market.auctions.conditions_arrays import clear_conditional_arrays
from aipchain.market.auctions.continuous import clear_continuously
from aipchain.market.auctions.continuous_arrays import execute_arrays
from aipchain.market.auctions.trade_reduction import clear_trade_reduction
from aipchain.market.auctions.trade_reduction_arrays import reduce_one_price_arrays
from aipchain.market.auctions.uniform_price import ColumnClearing, clear_columns, clear_uniform_price
from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side
from aipchain.units import Price, Wh

SEED = 20_260_101
LEAST_RUNS = 5
FILLED_S = 1.0
FUZZED = 100_000
PRICES = ((0, 3), (0, 12), (0, 40), ((1 << 63) - 20, 40), ((1 << 128) - 12, 12))
"""Lowest limit of a fuzzed book and how many limits there are from it on: around int64's edge and up to u128's, too."""


def orders_columns(n: int, owners: int | None = None) -> tuple[np.ndarray, ...]:
    """Numbers, owners, whether an offer, energy [Wh] and limits [milli-cent/kWh] of n bids and n offers, mixed."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    wh = np.clip(rng.lognormal(np.log(165), 0.9, 2 * n), 1, 6_000).astype(np.int64)
    is_offer = rng.permutation(np.arange(2 * n) < n)
    limits = np.clip(np.where(is_offer, 15_000, 22_000) + rng.normal(0, 4_000, 2 * n), 8_000, 30_000).astype(np.int64)
    return np.arange(2 * n), rng.integers(0, owners or 2 * n, 2 * n), is_offer, wh, limits


def order_objects(n: int) -> tuple[BookOrder, ...]:
    """The same book as objects."""
    rows = zip(*(column.tolist() for column in orders_columns(n)), strict=True)
    return tuple(
        BookOrder(
            OrderNumber(number),
            AccountId(f"account-{owner}"),
            MeterId(owner),
            Side.OFFER if is_offer else Side.BID,
            Wh(wh),
            Price(limit),
        )
        for number, owner, is_offer, wh, limit in rows
    )


def nested_loop(orders: tuple[BookOrder, ...]) -> list[tuple[int, int, int]]:
    """The baseline: for each bid, dearest first, the cheapest offer that is left, found by looking at all of them."""
    left = {order.number: int(order.wh) for order in orders}
    bids = sorted((o for o in orders if o.side is Side.BID), key=lambda o: (-o.limit_price, o.number))
    offers = [order for order in orders if order.side is Side.OFFER]
    trades: list[tuple[int, int, int]] = []
    for bid in bids:
        while left[bid.number]:
            best = None
            for offer in offers:
                fits = left[offer.number] and offer.limit_price <= bid.limit_price and offer.owner != bid.owner
                if fits and (best is None or offer.limit_price < best.limit_price):
                    best = offer
            if best is None:
                break
            step = min(left[bid.number], left[best.number])
            trades.append((bid.number, best.number, step))
            left[bid.number] -= step
            left[best.number] -= step
    return trades


def best_s(work: Callable[[], object]) -> float:
    """The shortest of the runs that fill a second [s], at least five; the first, which may compile, is not counted."""
    work()
    times: list[float] = []
    while len(times) < LEAST_RUNS or sum(times) < FILLED_S:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def row(name: str, **values: object) -> str:
    """One line of JSON."""
    return json.dumps({"figure": name, **{k: round(v, 6) if isinstance(v, float) else v for k, v in values.items()}})


def speed() -> Iterator[str]:
    """P1, P2, P5 and P6."""
    yield from _objects(10_000)
    yield from _plain(10_000)
    for n in (10_000, 100_000, 1_000_000):
        yield from _array_kernel(n)
    yield from _one_hash(10_000)


def _objects(n: int) -> Iterator[str]:
    orders = order_objects(n)
    forms: dict[str, Callable[[], object]] = {
        "orders in, trade tuples out, compiled": lambda: arrays.clear_orders(orders, compiled=True),
        "orders in, trade tuples out, numpy": lambda: arrays.clear_orders(orders, compiled=False),
        "orders in, Trade objects out, plain": lambda: clear_uniform_price(orders),
        "trade reduction, plain": lambda: clear_trade_reduction(orders),
        "continuous auction, plain": lambda: clear_continuously(orders),
    }
    for name, work in forms.items():
        seconds = best_s(work)
        yield row(name, n=n, seconds=seconds, orders_per_s=round(2 * n / seconds))
    small = order_objects(n // 10)
    seconds, ours = best_s(lambda: nested_loop(small)), best_s(lambda: arrays.clear_orders(small))
    yield row("nested loop", n=n // 10, seconds=seconds, orders_per_s=round(n / 5 / seconds), ratio=seconds / ours)


def _plain(n: int) -> Iterator[str]:
    numbers, owners, is_offer, wh, limits = (column.tolist() for column in orders_columns(n))
    sides = [Side.OFFER if offer else Side.BID for offer in is_offer]
    book = column_book(numbers, owners, sides, wh, limits)
    seconds = best_s(lambda: clear_columns(book))
    clearing = clear_columns(book)
    proof = certificate.certificate_of(clearing)
    fills = best_s(lambda: certificate.verify_fills(book, proof))
    whole = best_s(lambda: certificate.verify(book, clearing.trades, proof))
    yield row("plain reference, columns", n=n, seconds=seconds, orders_per_s=round(2 * n / seconds))
    yield row(
        "verify price and fills, plain", n=n, seconds=fills, orders_per_s=round(2 * n / fills), ratio=seconds / fills
    )
    yield row("verify with trades, plain", n=n, seconds=whole, orders_per_s=round(2 * n / whole), ratio=seconds / whole)


def _array_kernel(n: int) -> Iterator[str]:
    columns = orders_columns(n)
    build = best_s(lambda: array_book(*columns))
    book = array_book(*columns)
    yield row("columns checked and split", n=n, seconds=build)
    for compiled in (True, False):
        name = "compiled" if compiled else "numpy"
        seconds = best_s(lambda: arrays.clear_arrays(book, compiled=compiled))  # noqa: B023 - called at once
        clearing = arrays.clear_arrays(book, compiled=compiled)
        fills = best_s(lambda: array_check.verify_array_fills(book, clearing, compiled=compiled))  # noqa: B023
        whole = best_s(lambda: array_check.verify_arrays(book, clearing, compiled=compiled))  # noqa: B023
        yield row(f"array kernel, {name}", n=n, seconds=seconds, orders_per_s=round(2 * n / seconds))
        yield row(f"verify price and fills, {name}", n=n, seconds=fills, ratio=seconds / fills)
        yield row(f"verify with trades, {name}", n=n, seconds=whole, ratio=seconds / whole)
        seconds = best_s(lambda: reduce_one_price_arrays(book, compiled=compiled))  # noqa: B023
        yield row(f"trade reduction, {name}", n=n, seconds=seconds, orders_per_s=round(2 * n / seconds))
    seconds = best_s(lambda: execute_arrays(book))
    yield row("continuous auction, compiled", n=n, seconds=seconds, orders_per_s=round(2 * n / seconds))


def _one_hash(n: int) -> Iterator[str]:
    orders = order_objects(n)
    shuffled = random.Random(SEED).sample(orders, len(orders))
    plain = clear_uniform_price(orders, seed=SEED)
    assert plain is not None
    results = [
        repr(tuple((t.bid, t.offer, t.wh, t.price) for t in plain.trades)),
        *(repr(arrays.clear_orders(o, seed=SEED, compiled=c)) for o in (orders, shuffled) for c in (False, True)),
    ]
    hashes = {blake2b(result.encode(), digest_size=8).hexdigest() for result in results}
    yield row("one hash", n=n, forms=len(results), hashes=sorted(hashes), python=platform.python_version())


def conditions() -> Iterator[str]:
    """Fill-or-kill on a share of all orders: time, and welfare against the bound without conditions."""
    for n in (100, 1_000):
        for share in (20, 100):
            rng = random.Random(SEED)
            orders = [as_linked(o, least_wh=o.wh if rng.randrange(100) < share else 0) for o in order_objects(n)]
            yield from _conditional(f"fill-or-kill {share} %", n, orders)


def _conditional(name: str, n: int, orders: list[LinkedOrder]) -> Iterator[str]:
    for nodes in (0, 100):
        start = time.perf_counter()
        clearing = clear_conditional(orders, most_nodes=nodes) if nodes else drop_marginal(orders)
        seconds = time.perf_counter() - start
        lost = clearing.gap / clearing.bound
        yield row(name, n=n, nodes=nodes, seconds=seconds, gap_of_bound=lost, proven=clearing.gap == 0)
        for compiled in (True, False):
            form = "compiled" if compiled else "numpy"
            arrays_s = best_s(lambda: clear_conditional_arrays(orders, most_nodes=nodes, compiled=compiled))  # noqa: B023
            yield row(f"{name}, {form}", n=n, nodes=nodes, seconds=arrays_s, ratio=seconds / arrays_s)


def fuzz(books: int = FUZZED) -> Iterator[str]:
    """P3: on small books full of ties, welfare against the dual optimum, and prices against the textbook's equilibrium.

    The interval is sharp where one base unit beyond either end is no equilibrium price; a book of one side has no end
    on the other, and its interval is its best limit.
    """
    rng = random.Random(SEED)
    optimal = equilibrium = sharp = same = 0
    for _ in range(books):
        book = _fuzzed(rng)
        clearing = clear_columns(book, rng.randrange(1_001), seed=rng.getrandbits(64))
        optimal += _worth(book, clearing.bid_fills, clearing.offer_fills) == _dual_optimum(book)
        equilibrium += all(_balances(book, clearing, p) for p in (clearing.low, clearing.price, clearing.high))
        beyond = (clearing.low - 1, clearing.high + 1) if len(book.bids) and len(book.offers) else ()
        sharp += not any(_balances(book, clearing, price) for price in beyond)
        same += certificate.verify(book, clearing.trades, certificate.certificate_of(clearing)) is None
    yield row("fuzzed books", books=books, optimal=optimal, equilibrium=equilibrium, sharp=sharp, trades_proven=same)


def _fuzzed(rng: random.Random) -> ColumnBook:
    count = rng.randrange(1, 25)
    lowest, limits = rng.choice(PRICES)
    return columns_of(
        BookOrder(
            OrderNumber(number),
            AccountId(str(rng.randrange(8))),
            MeterId(0),
            rng.choice((Side.BID, Side.OFFER)),
            Wh(rng.randrange(1, 20)),
            Price(lowest + rng.randrange(limits)),
        )
        for number in rng.sample(range(1_000), count)
    )


def _balances(book: ColumnBook, clearing: ColumnClearing, price: int) -> bool:
    """The textbook: both sides trade the same, who gains at `price` trades in full, who would lose trades nothing."""
    return (
        sum(clearing.bid_fills) == sum(clearing.offer_fills)
        and _content(book.bids, clearing.bid_fills, [limit - price for limit in book.bids.limits])
        and _content(book.offers, clearing.offer_fills, [price - limit for limit in book.offers.limits])
    )


def _content(side: OrderColumns, fills: Sequence[int], gains: list[int]) -> bool:
    """Whether each order has what it wants, by what it gains with each watt-hour."""
    return all(
        fill == wh if gain > 0 else fill == 0 if gain < 0 else 0 <= fill <= wh
        for fill, wh, gain in zip(fills, side.wh, gains, strict=True)
    )


def _worth(book: ColumnBook, bid_fills: object, offer_fills: object) -> int:
    bids = sum(limit * wh for limit, wh in zip(book.bids.limits, bid_fills, strict=True))  # type: ignore[call-overload]
    return int(bids - sum(limit * wh for limit, wh in zip(book.offers.limits, offer_fills, strict=True)))  # type: ignore[call-overload]


def _dual_optimum(book: ColumnBook) -> int:
    """Linear programming duality: the least, over prices, of what all orders would gain at that price."""

    bids, offers = book.bids, book.offers

    def dual(price: int) -> int:
        gains = sum(max(0, limit - price) * wh for limit, wh in zip(bids.limits, bids.wh, strict=True))
        return gains + sum(max(0, price - limit) * wh for limit, wh in zip(offers.limits, offers.wh, strict=True))

    return min(map(dual, (*bids.limits, *offers.limits)))


PARTS: dict[str, Callable[[], Iterator[str]]] = {"speed": speed, "conditions": conditions, "fuzz": fuzz}


def main() -> None:
    """Print the rows of the parts named, or of all."""
    for name in sys.argv[1:] or list(PARTS):
        for line in PARTS[name]():
            print(line, flush=True)


if __name__ == "__main__":
    main()
