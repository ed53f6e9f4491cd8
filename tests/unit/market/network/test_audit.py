"""What an audit would look at: alternating-current flow of cleared feeders, and one digest of results for ever."""

from hashlib import blake2b

import pytest
from tests.unit.market.network.sample import sample_feeder, sample_orders

from aipchain.market.book import ReferencePrice
from aipchain.market.network.certificate import verify
from aipchain.market.network.clearing import GridClearing, clear_grid
from aipchain.market.network.exact import ExactSolver
from aipchain.market.network.feeder import ONE_PU2, TAN_PHI_UNIT
from aipchain.market.network.grid_book import GridBook, grid_book, injections
from aipchain.market.network.sweep import sweep
from aipchain.units import Price

REFERENCE = ReferencePrice(retail=Price(300_000_000), feed_in=Price(80_000_000))
MARGIN_PU = 0.003
SCALES = ((1_000, 1_000), (500, 2_000), (2_000, 500))


def cleared(size: int, homes: int, seed: int, band_permille: int = 30) -> tuple[GridBook, GridClearing]:
    """A sample feeder's interval."""
    sample = sample_feeder(size, seed, homes=homes, band_permille=band_permille)
    load, generation = SCALES[seed % 3]
    orders, nodes = sample_orders(sample, seed, load_permille=load, generation_permille=generation)
    book = grid_book(sample.feeder, orders, nodes, reference=REFERENCE, interval_s=900)
    return book, clear_grid(book, seed=seed, solver=ExactSolver())


def ac_voltages(book: GridBook, clearing: GridClearing) -> list[float]:
    """Voltages [pu] by alternating-current flow: currents up the tree, falls down the tree, until nothing changes."""
    feeder, power = book.feeder, injections(book, clearing.fills)
    count, unit = len(feeder.nodes), 2 * ONE_PU2
    impedance = [complex(r, x * TAN_PHI_UNIT) / unit for r, x in zip(feeder.resistance, feeder.reactance, strict=True)]
    drawn = [
        complex(load - made, load * share / TAN_PHI_UNIT)
        for load, made, share in zip(power.load_w, power.generation_w, feeder.tan_phi, strict=True)
    ]
    voltage = [complex(1, 0)] * count
    for _ in range(50):
        current = [(each / at).conjugate() for each, at in zip(drawn, voltage, strict=True)]
        for node in range(count - 1, 0, -1):
            current[feeder.parent[node]] += current[node]
        for node in range(1, count):
            voltage[node] = voltage[feeder.parent[node]] - impedance[node] * current[node]
    return [abs(each) for each in voltage]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("size", "homes"), [(43, 41), (58, 111), (128, 118)])
def test_the_sweep_is_near_to_alternating_current(size: int, homes: int, seed: int) -> None:
    """What the sweep leaves out is worth less than the margin that the page recommends, at every node."""
    book, clearing = cleared(size, homes, seed)
    power = injections(book, clearing.fills)
    state = sweep(book.feeder, power.load_w, power.generation_w)
    for exact, squared in zip(ac_voltages(book, clearing), state.squared_voltage, strict=True):
        assert abs(exact - (squared / ONE_PU2) ** 0.5) < MARGIN_PU


def test_results_are_the_same_bytes_everywhere() -> None:
    """Fills and certificates of three feeders, on any machine and any Python; a change needs a new host API."""
    digest = blake2b(digest_size=16)
    for size, homes, band in ((14, 40, 6), (43, 41, 15), (58, 111, 20)):
        for seed in range(3):
            book, clearing = cleared(size, homes, seed, band)
            assert verify(book, clearing, clearing.certificate) is None
            duals = [(int(limit.kind), limit.position, dual) for limit, dual in clearing.certificate.duals]
            fills = [(int(number), int(wh)) for number, wh in clearing.fills.items()]
            digest.update(repr((fills, clearing.import_wh, clearing.certificate.balance, duals)).encode())

    assert digest.hexdigest() == "f17a018503fa61e3b75bdad7d36b3ed4"
