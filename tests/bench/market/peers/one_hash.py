"""Is it one result? Small books full of ties, cleared in every way that this environment has: a hash of each.

    python -m market.peers.one_hash

Prints one line of JSON per way: what was cleared, how, and the hash. The runner starts it under several interpreters
and with two versions of HiGHS; all hashes of one kind of clearing have to be equal.
"""

import json
import random
import runpy
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from platform import python_version

import numpy as np

from aipchain.market.allocation import arrays as allocation_arrays
from aipchain.market.allocation import keys
from aipchain.market.allocation.claims import WHOLE, Claim
from aipchain.market.auctions import arrays as auction_arrays
from aipchain.market.auctions.uniform_price import clear_uniform_price
from aipchain.market.bilateral.arrays import array_book_of, clear_objects, perturbed
from aipchain.market.bilateral.clearing import BilateralClearing, clear_bilateral
from aipchain.market.bilateral.pairs import BilateralBook, CandidatePair
from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, ReferencePrice, Side
from aipchain.market.network.clearing import ClearingMethod, clear_grid
from aipchain.market.network.grid_book import grid_book
from aipchain.units import Price, Wh

SAMPLE = runpy.run_path(str(Path(__file__).parents[3] / "unit" / "market" / "network" / "sample.py"))
sample_feeder, sample_orders = SAMPLE["sample_feeder"], SAMPLE["sample_orders"]
SEED = 20_260_101
Ways = Iterator[tuple[str, object]]
"""The name of a way, and the result that it gave, of whole numbers and names."""


def main() -> None:
    """Print a line per way."""
    for clearing, ways in (
        ("uniform price", uniform_price()),
        ("bilateral fills", bilateral()),
        ("bilateral prices", bilateral_prices()),
        ("low-voltage grid", low_voltage_grid()),
        ("allocation key", allocation_key()),
    ):
        for way, result in ways:
            digest = blake2b(repr(result).encode(), digest_size=8).hexdigest()
            print(json.dumps({"clearing": clearing, "way": f"{way}, {_environment()}", "hash": digest}))


def uniform_price() -> Ways:
    """4,000 orders at 23 prices; trades."""
    for name, orders in _given_and_permuted(_orders(2_000)):
        clearing = clear_uniform_price(orders, seed=SEED)
        trades = () if clearing is None else clearing.trades
        yield f"plain, {name}", tuple((trade.bid, trade.offer, trade.wh, trade.price) for trade in trades)
        for compiled in {False, auction_arrays.HAS_NUMBA}:
            form = "compiled" if compiled else "numpy"
            yield f"{form}, {name}", auction_arrays.clear_orders(orders, seed=SEED, compiled=compiled)


def bilateral() -> Ways:
    """120 bids at 12 sellers each; energy of each pair, by our solvers and by others."""
    orders = _orders(120)
    for name, given in _given_and_permuted(orders):
        book = BilateralBook(tuple(given), tuple(_pairs(given)))
        for form, clear in (("plain", clear_bilateral), ("arrays", clear_objects)):
            yield f"{form}, {name}", _energy(clear(book, SEED))
    book = BilateralBook(tuple(orders), tuple(_pairs(orders)))
    yield from _flows(book, clear_bilateral(book, SEED))


def bilateral_prices() -> Ways:
    """The same books, with the prices, for which others have no rule."""
    for name, given in _given_and_permuted(_orders(120)):
        book = BilateralBook(tuple(given), tuple(_pairs(given)))
        for form, clear in (("plain", clear_bilateral), ("arrays", clear_objects)):
            yield (
                f"{form}, {name}",
                [(each.trade.bid, each.trade.offer, each.trade.price) for each in clear(book, SEED).trades],
            )


def low_voltage_grid() -> Ways:
    """A feeder of 96 nodes on which the grid binds, by both methods of HiGHS; fills, import and certificate."""
    if find_spec("highspy") is None:
        return
    from aipchain.market.network.lp import HighsSolver  # noqa: PLC0415 - not in every environment

    sample = sample_feeder(96, 1, homes=99, band_permille=20)
    orders, nodes = sample_orders(sample, 1, load_permille=500, generation_permille=2_000)
    coarse = [replace(each, limit_price=Price(each.limit_price // 20_000_000 * 20_000_000)) for each in orders]
    reference = ReferencePrice(retail=Price(300_000_000), feed_in=Price(80_000_000))
    for name, given in _given_and_permuted(coarse):
        book = grid_book(sample.feeder, given, nodes, reference=reference, interval_s=900)
        for method in ("simplex", "ipm"):
            clearing = clear_grid(book, seed=SEED, solver=HighsSolver(method))
            fills = sorted((int(number), int(wh)) for number, wh in clearing.fills.items())
            if clearing.method is not ClearingMethod.OPTIMISED:
                raise RuntimeError(f"the grid was to bind, but the method was {clearing.method}")
            proof = clearing.certificate
            duals = [(int(limit.kind), limit.position, dual) for limit, dual in proof.duals]
            yield f"{method}, {name}", (fills, clearing.import_wh, proof.balance, duals)


def allocation_key() -> Ways:
    """200 members; energy used by each under four keys."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    consumption = rng.integers(0, 400, 200)
    tiers = rng.integers(0, 4, 200)
    generation = int(consumption.sum()) * 2 // 3
    part = WHOLE // 200
    claims = [Claim(MeterId(at), Wh(int(wh)), part, int(tiers[at])) for at, wh in enumerate(consumption)]
    for name, given in _given_and_permuted(claims):
        used = [key(Wh(generation), given).used for key in (keys.static, keys.pro_rata, keys.cascade, keys.hybrid)]
        yield f"plain, {name}", [[int(wh) for wh in each.values()] for each in used]
    pot, row = np.array([generation]), consumption.reshape(1, -1)
    parts = np.full(200, part, dtype=np.int64)
    tables = (
        allocation_arrays.used_of(allocation_arrays.static(pot, parts, np.zeros_like(row)), row, np.zeros_like(row)),
        allocation_arrays.pro_rata(pot, row, np.zeros_like(row)),
        allocation_arrays.cascade(pot, row, tiers, np.zeros_like(row)),
        allocation_arrays.hybrid(pot, row, parts, np.zeros_like(row)),
    )
    yield "arrays", [table[0].tolist() for table in tables]


def _flows(book: BilateralBook, clearing: BilateralClearing) -> Ways:
    """Solvers of others on the same scaled values; their fills to the nearest watt-hour, pairs reversed as well."""
    columns = array_book_of(book)
    values = perturbed(columns, clearing.certificate.tie_break)
    kept = np.flatnonzero(values >= 0)
    bids = np.repeat(np.arange(len(columns.bids.wh)), np.diff(columns.worth.first))
    for name, pairs in (("given", kept), ("reversed", kept[::-1])):
        problem = {
            "value": values[pairs],
            "bid": bids[pairs],
            "offer": columns.worth.offer[pairs].astype(np.int64),
            "demand": columns.bids.wh,
            "supply": columns.offers.wh,
        }
        for solver, fills in _solved(problem):
            traded = np.flatnonzero(fills)
            buyers = columns.bids.number[problem["bid"][traded]].tolist()
            sellers = columns.offers.number[problem["offer"][traded]].tolist()
            yield f"{solver}, {name}", sorted(zip(buyers, sellers, fills[traded].tolist(), strict=True))


def _solved(problem: dict[str, np.ndarray]) -> Iterator[tuple[str, np.ndarray]]:
    if find_spec("highspy"):
        from .highs_flow import highs  # noqa: PLC0415 - not in every environment

        for method in ("simplex", "ipm"):
            model = highs(problem, method)
            model.run()
            yield f"HiGHS {method}", np.rint(model.getSolution().col_value).astype(np.int64)
    if find_spec("ortools"):
        from .ortools_flow import problem as flow_problem  # noqa: PLC0415 - not in every environment

        flow = flow_problem(problem)
        if flow.solve() != flow.OPTIMAL:
            raise RuntimeError("OR-tools found no optimum")
        yield "OR-tools", flow.flows(np.arange(len(problem["value"])))


def _energy(clearing: BilateralClearing) -> object:
    trades = (each.trade for each in clearing.trades)
    return sorted((int(trade.bid), int(trade.offer), int(trade.wh)) for trade in trades)


def _orders(n: int) -> list[BookOrder]:
    """N bids and N offers in steps of 1,000 milli-cent per kWh."""
    rng = random.Random(SEED)
    return [
        BookOrder(
            OrderNumber(number),
            AccountId(f"account-{number}"),
            MeterId(number),
            Side.OFFER if number % 2 else Side.BID,
            Wh(rng.randrange(1, 60) * 10),
            Price(rng.randrange(8, 31) * 1_000),
        )
        for number in range(2 * n)
    ]


def _pairs(orders: Sequence[BookOrder]) -> Iterator[CandidatePair]:
    """Twelve sellers for each bid, the later ones further away."""
    count = len(orders)
    for order in orders:
        if order.side is Side.BID:
            for step in range(12):
                offer = (order.number + 14 * step + 1) % count
                yield CandidatePair(order.number, OrderNumber(offer), Price(step // 3 * 1_000))


def _given_and_permuted(items: Sequence[BookOrder] | Sequence[Claim]) -> Iterator[tuple[str, list]]:  # type: ignore[type-arg]
    yield "given", list(items)
    yield "permuted", random.Random(SEED).sample(list(items), len(items))


def _environment() -> str:
    known = []
    for package in ("highspy", "numpy", "numba", "ortools"):
        try:
            known.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return ", ".join([f"CPython {python_version()}", *known])


if __name__ == "__main__":
    main()
