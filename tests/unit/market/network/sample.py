"""Made-up low-voltage feeders and books from a seed, with the data of real cables and transformers.

For tests, and for the figures of tests/bench: a transformer, several cables from its busbar, some with branches, homes
along them. Nothing here is a real place. Cables are NAYY-J 0.6/1 kV (IEC 60228 resistance of aluminium at 20 degrees,
reactance and current of common data sheets), transformers 20/0.4 kV with 4 % short-circuit voltage. The voltage at
the transformer's upper side is 1 pu; loads have tan phi 0.2. Draws are whole numbers from BLAKE2b: one seed, one
grid.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side
from aipchain.market.network.feeder import (
    Feeder,
    Line,
    NodeId,
    build_feeder,
    fixed_point_impedance,
    highest_squared_voltage,
    lowest_squared_voltage,
)
from aipchain.units import Price, Wh

__all__ = ["SIZES", "Cable", "SampleFeeder", "Transformer", "sample_feeder", "sample_orders"]

VOLT: Final = 400
TAN_PHI: Final = 200
SIZES: Final = ((14, 13), (43, 41), (58, 111), (96, 99), (110, 104), (128, 118), (293, 146))
"""Nodes and homes of usual rural, urban and suburban feeders."""


@dataclass(frozen=True, slots=True)
class Cable:
    """Impedance per length [micro-ohm per m] and power at the rated current and cos phi 0.98 [W]."""

    resistance: int
    reactance: int
    rated_w: int


@dataclass(frozen=True, slots=True)
class Transformer:
    """Impedance seen from 400 V [micro-ohm] and power at cos phi 0.98 [W]."""

    resistance: int
    reactance: int
    rated_w: int


NAYY_150: Final = Cable(207, 80, 183_000)  # 270 A
NAYY_95: Final = Cable(320, 82, 146_000)  # 215 A
NAYY_50: Final = Cable(642, 83, 96_000)  # 142 A
TRANSFORMERS: Final = (
    Transformer(14_700, 37_200, 156_800),  # 160 kVA, 2.35 kW short-circuit loss
    Transformer(8_300, 24_200, 245_000),  # 250 kVA, 3.25 kW
    Transformer(4_600, 15_300, 392_000),  # 400 kVA, 4.6 kW
    Transformer(2_600, 9_800, 617_400),  # 630 kVA, 6.5 kW
)


@dataclass(frozen=True, slots=True)
class SampleFeeder:
    """The feeder and the nodes at which homes are."""

    feeder: Feeder
    homes: tuple[NodeId, ...]


def sample_feeder(size: int, seed: int, *, homes: int | None = None, band_permille: int = 30) -> SampleFeeder:
    """A feeder of `size` nodes: root, busbar, and cables; voltages within 1 pu +- `band_permille`.

    :param homes: how many, spread evenly; one at each node of a cable if not given.
    :raises ValueError: fewer than three nodes.
    """
    if size < 3:
        raise ValueError(f"{size} nodes; a sample feeder has a root, a busbar and at least one home")
    draw = _draws(b"feeder %d %d" % (size, seed))
    transformer = TRANSFORMERS[min(3, size // 45)]
    lines = [_line(0, 1, transformer.resistance, transformer.reactance, transformer.rated_w)]
    ways = max(2, size // 22)
    ends = [1] * ways
    for node in range(2, size):
        way = node % ways
        branches = next(draw) % 8 == 0 and ends[way] != 1
        cable = (NAYY_95, NAYY_50)[next(draw) % 2] if branches else (NAYY_150, NAYY_150, NAYY_95)[way % 3]
        metres = 15 + next(draw) % 40
        lines.append(_line(ends[way], node, cable.resistance * metres, cable.reactance * metres, cable.rated_w))
        if not branches:
            ends[way] = node
    nodes = tuple(NodeId(node) for node in range(2, size))
    feeder = build_feeder(
        lines,
        root=NodeId(0),
        lowest=lowest_squared_voltage(1_000 - band_permille),
        highest=highest_squared_voltage(1_000 + band_permille),
        tan_phi=dict.fromkeys(nodes, TAN_PHI),
    )
    count = len(nodes) if homes is None else homes
    return SampleFeeder(feeder, tuple(nodes[home * len(nodes) // count] for home in range(count)))


def sample_orders(
    sample: SampleFeeder, seed: int, *, load_permille: int = 1_000, generation_permille: int = 1_000
) -> tuple[tuple[BookOrder, ...], dict[MeterId, NodeId]]:
    """A bid of every home and an offer of three in five, for a quarter of an hour, and the places of their meters.

    Loads of 1 to 11 kW and generation of 2 to 15 kW, scaled; bids around 0.22 and offers around 0.15 AIP/kWh, between
    the usual feed-in and retail prices.
    """
    draw = _draws(b"orders %d %d" % (len(sample.homes), seed))
    orders: list[BookOrder] = []
    nodes: dict[MeterId, NodeId] = {}
    for home, node in enumerate(sample.homes):
        meter = MeterId(home)
        nodes[meter] = node
        load_w = (1_000 + next(draw) % 10_000) * load_permille // 1_000
        orders.append(_order(len(orders), home, Side.BID, load_w, _price(draw, 220)))
        if next(draw) % 5 < 3:
            generation_w = (2_000 + next(draw) % 13_000) * generation_permille // 1_000
            orders.append(_order(len(orders), home, Side.OFFER, generation_w, _price(draw, 150)))
    return tuple(orders), nodes


def _order(number: int, home: int, side: Side, watt: int, price: Price) -> BookOrder:
    return BookOrder(OrderNumber(number), AccountId(f"home {home}"), MeterId(home), side, Wh(max(1, watt // 4)), price)


def _price(draw: Iterator[int], milli_aip_per_kwh: int) -> Price:
    """A bell-shaped draw within 80..300 milli-AIP per kWh [base units per Wh]."""
    spread = sum(next(draw) % 40_001 - 20_000 for _ in range(4))
    return Price(min(300_000, max(80_000, milli_aip_per_kwh * 1_000 + spread)) * 1_000)


def _line(parent: int, node: int, resistance: int, reactance: int, rated_w: int) -> Line:
    active, reactive = fixed_point_impedance(resistance, VOLT), fixed_point_impedance(reactance, VOLT)
    return Line(NodeId(parent), NodeId(node), active, reactive, rated_w)


def _draws(seed: bytes) -> Iterator[int]:
    """Numbers of 32 bits."""
    count = 0
    while True:
        block = blake2b(b"%d" % count, key=blake2b(seed, digest_size=32).digest()).digest()
        yield from (int.from_bytes(block[start : start + 4], "big") for start in range(0, len(block), 4))
        count += 1
