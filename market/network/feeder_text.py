"""A low-voltage feeder as one line of text, as it stands in a plugin's voted settings.

types   `r=8300/24200/245000,a=207/80/183000`
lines   `r1,a35:12,a40:13+14,1b20:15`

A type is a letter with resistance and reactance [micro-ohm per m] and the most active power [W]. Entry n of `lines`,
counted from 1, is the line that feeds node n: a type, its length [m], and after `:` the meters at node n. It comes from
the node before, or from the node whose number stands first; node 0 is the root. The example is a transformer of type r
(the data of a whole transformer, so 1 m of it), 35 m of cable a to node 2 with meter 12, 40 m more to node 3 with two
meters, and from node 1 20 m of cable b to node 4. Meters that are not listed are at the root, where no line is in their
way; so an empty text is a grid without limits.

Refused are numbers that no low-voltage grid has, so that a slip of the hand is seen: more than 100 km of one line, more
than a million micro-ohm (1 ohm) per m, more than 100 MW, a type that is neither a line nor anything else (all zero).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from aipchain.market.book import MeterId
from aipchain.market.network.errors import FeederTextInvalid, LineOutOfRange, VoltageOutOfRange
from aipchain.market.network.feeder import (
    Feeder,
    Line,
    NodeId,
    build_feeder,
    fixed_point_impedance,
    highest_squared_voltage,
    lowest_squared_voltage,
)
from aipchain.market.splitmix import WORD
from aipchain.market.whole import refuse_fraction

__all__ = ["ROOT", "LineType", "PlacedFeeder", "VoltageTerms", "read_feeder", "read_line_types"]

ROOT: Final = NodeId(0)

MOST_METRES: Final = 100_000
MOST_MICRO_OHM: Final = 1_000_000
MOST_W: Final = 100_000_000
MOST_VOLT: Final = 1_000_000
MOST_PERMILLE: Final = 10_000
_LINE: Final = re.compile(r"(?P<parent>[0-9]+)?(?P<type>[a-z])(?P<metres>[0-9]+)(?::(?P<meters>[0-9]+(?:\+[0-9]+)*))?")
_TYPE: Final = re.compile(r"([a-z])=([0-9]+)/([0-9]+)/([0-9]+)")


@dataclass(frozen=True, slots=True)
class LineType:
    """Resistance and reactance per length [micro-ohm per m], and the most active power [W]."""

    resistance: int
    reactance: int
    rated_w: int


@dataclass(frozen=True, slots=True)
class VoltageTerms:
    """Line-to-line voltage [V], the band of every node [permille of it], and tan phi of all loads [permille].

    :raises VoltageOutOfRange: no voltage, more than 1,000 kV, or a band that begins below zero or ends above tenfold.
    :raises LineOutOfRange: tan phi is negative.
    :raises TypeError: a number that is not whole.
    """

    volt: int
    lowest_permille: int
    highest_permille: int
    tan_phi: int = 0

    def __post_init__(self) -> None:
        _refuse_voltage("the voltage between lines [V]", self.volt, 1, MOST_VOLT)
        _refuse_voltage("the lowest voltage [permille]", self.lowest_permille, 0, MOST_PERMILLE)
        _refuse_voltage("the highest voltage [permille]", self.highest_permille, 0, MOST_PERMILLE)
        refuse_fraction("tan phi [permille]", self.tan_phi)
        if self.tan_phi < 0:
            raise LineOutOfRange(ROOT, "tan phi", self.tan_phi)


@dataclass(frozen=True, slots=True)
class PlacedFeeder:
    """A feeder, and the node of each meter that is listed."""

    feeder: Feeder
    nodes: Mapping[MeterId, NodeId]

    def node(self, meter: MeterId) -> NodeId:
        """Where a meter is; the root if it is not listed."""
        return self.nodes.get(meter, ROOT)


def read_line_types(text: str) -> dict[str, LineType]:
    """Types by letter.

    :raises FeederTextInvalid: not of this form, out of bounds, or a letter stands twice.
    """
    types: dict[str, LineType] = {}
    for entry in text.split(",") if text else ():
        found = _TYPE.fullmatch(entry)
        if found is None:
            raise FeederTextInvalid(entry, "a type is a letter, =, and three whole numbers parted by /")
        letter, *numbers = found.groups()
        if letter in types:
            raise FeederTextInvalid(entry, f"type {letter} stands twice")
        types[letter] = LineType(
            _number(entry, numbers[0], MOST_MICRO_OHM, "micro-ohm per m"),
            _number(entry, numbers[1], MOST_MICRO_OHM, "micro-ohm per m"),
            _number(entry, numbers[2], MOST_W, "W"),
        )
        if types[letter] == LineType(0, 0, 0):
            raise FeederTextInvalid(entry, f"type {letter} is no line: it has no impedance and carries nothing")
    return types


def read_feeder(text: str, types: Mapping[str, LineType], terms: VoltageTerms) -> PlacedFeeder:
    """The feeder and its meters.

    :raises FeederTextInvalid: not of this form, out of bounds, a type that is not there, or a meter that stands twice.
    :raises NetworkError: the lines form no tree, or the band leaves the root out.
    """
    lines: list[Line] = []
    nodes: dict[MeterId, NodeId] = {}
    for place, entry in enumerate(text.split(",") if text else (), start=1):
        found = _LINE.fullmatch(entry)
        if found is None:
            raise FeederTextInvalid(entry, "a line is a type, its metres, and : with meters, as in 1b20:15+16")
        if found["type"] not in types:
            raise FeederTextInvalid(entry, f"there is no type {found['type']}")
        parent = NodeId(
            _number(entry, found["parent"], WORD, "as the number of a node") if found["parent"] else place - 1
        )
        metres = _number(entry, found["metres"], MOST_METRES, "m")
        lines.append(_line(parent, NodeId(place), types[found["type"]], metres, terms.volt))
        for meter in _meters(entry, found["meters"]):
            if meter in nodes:
                raise FeederTextInvalid(entry, f"meter {meter} stands twice")
            nodes[meter] = NodeId(place)
    return PlacedFeeder(_feeder(lines, terms), nodes)


def _meters(entry: str, text: str | None) -> Iterator[MeterId]:
    for meter in text.split("+") if text else ():
        yield MeterId(_number(entry, meter, WORD, "as the number of a meter"))


def _number(entry: str, digits: str, most: int, unit: str) -> int:
    """The number that `digits` are; never read where they are more than any number in bounds has."""
    short = digits.lstrip("0") or "0"
    if len(short) > len(str(most)) or int(short) > most:
        raise FeederTextInvalid(entry, f"a number is too large; at most {most} {unit}")
    return int(short)


def _refuse_voltage(what: str, value: int, least: int, most: int) -> None:
    refuse_fraction(what, value)
    if not least <= value <= most:
        raise VoltageOutOfRange(what, value, least, most)


def _line(parent: NodeId, node: NodeId, kind: LineType, metres: int, volt: int) -> Line:
    resistance = fixed_point_impedance(kind.resistance * metres, volt)
    return Line(parent, node, resistance, fixed_point_impedance(kind.reactance * metres, volt), kind.rated_w)


def _feeder(lines: list[Line], terms: VoltageTerms) -> Feeder:
    return build_feeder(
        lines,
        root=ROOT,
        lowest=lowest_squared_voltage(terms.lowest_permille),
        highest=highest_squared_voltage(terms.highest_permille),
        tan_phi={line.node: terms.tan_phi for line in lines},
    )
