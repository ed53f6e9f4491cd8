"""A low-voltage feeder as one line of text, as it stands in a plugin's voted settings.

types   `r=8300/24200/245000,a=207/80/183000`
lines   `r1,a35:12,a40:13+14,1b20:15`

A type is a letter with resistance and reactance [micro-ohm per m] and the most active power [W]. Entry n of `lines`,
counted from 1, is the line that feeds node n: a type, its length [m], and after `:` the meters at node n. It comes from
the node before, or from the node whose number stands first; node 0 is the root. The example is a transformer of type r
(the data of a whole transformer, so 1 m of it), 35 m of cable a to node 2 with meter 12, 40 m more to node 3 with two
meters, and from node 1 20 m of cable b to node 4. Meters that are not listed are at the root, where no line is in their
way; so an empty text is a grid without limits.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from aipchain.market.book import MeterId
from aipchain.market.network.errors import FeederTextInvalid
from aipchain.market.network.feeder import (
    Feeder,
    Line,
    NodeId,
    build_feeder,
    fixed_point_impedance,
    highest_squared_voltage,
    lowest_squared_voltage,
)

__all__ = ["ROOT", "LineType", "PlacedFeeder", "VoltageTerms", "read_feeder", "read_line_types"]

ROOT: Final = NodeId(0)

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
    """Line-to-line voltage [V], the band of every node [permille of it], and tan phi of all loads [permille]."""

    volt: int
    lowest_permille: int
    highest_permille: int
    tan_phi: int = 0


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

    :raises FeederTextInvalid: not of this form, or a letter stands twice.
    """
    types: dict[str, LineType] = {}
    for entry in text.split(",") if text else ():
        found = _TYPE.fullmatch(entry)
        if found is None:
            raise FeederTextInvalid(entry, "a type is a letter, =, and three whole numbers parted by /")
        letter, *numbers = found.groups()
        if letter in types:
            raise FeederTextInvalid(entry, f"type {letter} stands twice")
        types[letter] = LineType(*map(int, numbers))
    return types


def read_feeder(text: str, types: Mapping[str, LineType], terms: VoltageTerms) -> PlacedFeeder:
    """The feeder and its meters.

    :raises FeederTextInvalid: not of this form, a type that is not there, or a meter that stands twice.
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
        parent = NodeId(int(found["parent"]) if found["parent"] else place - 1)
        lines.append(_line(parent, NodeId(place), types[found["type"]], int(found["metres"]), terms.volt))
        for meter in _meters(found["meters"]):
            if meter in nodes:
                raise FeederTextInvalid(entry, f"meter {meter} stands twice")
            nodes[meter] = NodeId(place)
    return PlacedFeeder(_feeder(lines, terms), nodes)


def _meters(text: str | None) -> Iterator[MeterId]:
    yield from (MeterId(int(meter)) for meter in (text.split("+") if text else ()))


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
