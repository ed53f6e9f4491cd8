"""A radial feeder: a tree of lines with fixed-point impedances, power limits and a voltage band.

Squared voltages are whole numbers of `ONE_PU2` = 1000 x 2^48 per pu^2. Impedances are whole numbers of 2^-48 pu^2 per W
(resistance) and per var (reactance): the fall of the squared voltage along the line, 2 R / V^2 and 2 X / V^2. Reactive
power of loads is a rational share of their active power, `tan_phi` in permille; generation has none. The factor 1000
in `ONE_PU2` makes every step exact.

Nodes are kept in canonical order: a node after the one that feeds it, then by number; equal grids are equal objects in
whatever order their lines were listed. Refuses loops, nodes with two feeding lines, lines that nothing feeds, negative
impedances or limits. Zero impedance is a coupler (no fall of voltage); a limit of zero is an open line.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, NewType

from aipchain.market.network.errors import (
    BandWithoutRoot,
    FeederLoop,
    LineOutOfRange,
    NotConnected,
    TwoParents,
    UnknownNode,
)
from aipchain.market.rounding import PERMILLE, nearest, rounded_up
from aipchain.market.whole import refuse_fraction

__all__ = [
    "ONE_PU2",
    "TAN_PHI_UNIT",
    "Feeder",
    "Line",
    "NodeId",
    "build_feeder",
    "fixed_point_impedance",
    "highest_squared_voltage",
    "lowest_squared_voltage",
]

NodeId = NewType("NodeId", int)

IMPEDANCE_BITS: Final = 48
TAN_PHI_UNIT: Final = 1_000
"""One in units of `tan_phi`: permille."""
ONE_PU2: Final = TAN_PHI_UNIT << IMPEDANCE_BITS
"""The squared voltage 1 pu^2."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line or transformer that feeds `node` from `parent`.

    `resistance` [2^-48 pu^2 per W], `reactance` [2^-48 pu^2 per var]; `rated_w` is the most active power either way
    [W]: the rated apparent power times the lowest power factor that is expected.

    :raises LineOutOfRange: a negative number.
    :raises TypeError: a number that is not whole.
    """

    parent: NodeId
    node: NodeId
    resistance: int
    reactance: int
    rated_w: int

    def __post_init__(self) -> None:
        for what in ("resistance", "reactance", "rated_w"):
            refuse_fraction(f"{what} of the line to node {self.node}", getattr(self, what))
            if getattr(self, what) < 0:
                raise LineOutOfRange(self.node, what, getattr(self, what))


@dataclass(frozen=True, slots=True)
class Feeder:
    """The tree in canonical order; position 0 is the root, position i > 0 the node that line i feeds.

    `resistance` is already times `TAN_PHI_UNIT`, so that resistance x W + reactance x (W x tan_phi) is a squared
    voltage.
    """

    nodes: tuple[NodeId, ...]
    parent: tuple[int, ...]
    resistance: tuple[int, ...]
    reactance: tuple[int, ...]
    rated_w: tuple[int, ...]
    tan_phi: tuple[int, ...]
    root_voltage: int
    lowest: int
    highest: int

    def __hash__(self) -> int:
        # the rest is left to equality: a hash of every number takes longer than a compiled sweep, whose tables are
        # found by it (`arrays`)
        return hash((self.nodes, self.lowest, self.highest))

    def position(self) -> dict[NodeId, int]:
        """Position by node."""
        return {node: position for position, node in enumerate(self.nodes)}

    def tightened(self, voltage: int, power_w: int) -> "Feeder":
        """The same tree with the voltage band narrower by `voltage` at each end and limits lower by `power_w` [W].

        No further than to the root's voltage and to zero: doing nothing stays allowed.
        """
        return replace(
            self,
            lowest=min(self.lowest + voltage, self.root_voltage),
            highest=max(self.highest - voltage, self.root_voltage),
            rated_w=tuple(max(0, rated - power_w) for rated in self.rated_w),
        )


def build_feeder(
    lines: Iterable[Line],
    *,
    root: NodeId,
    lowest: int,
    highest: int,
    root_voltage: int = ONE_PU2,
    tan_phi: Mapping[NodeId, int] | None = None,
) -> Feeder:
    """Order the lines from the root and check that they are a tree.

    :param lowest: lowest and `highest` squared voltage of every node [1 / `ONE_PU2` pu^2].
    :param tan_phi: reactive over active power of each node's loads [permille]; missing means 0.
    :raises NetworkError: what is said at the top of this module.
    :raises TypeError: a number that is not whole.
    """
    for what, voltage in (("root", root_voltage), ("lowest", lowest), ("highest", highest)):
        refuse_fraction(f"the {what} squared voltage", voltage)
    if not lowest <= root_voltage <= highest:
        raise BandWithoutRoot(lowest, root_voltage, highest)
    feeding = _feeding_lines(lines, root)
    nodes = _from_root(feeding, root)
    position = {node: index for index, node in enumerate(nodes)}
    shares = tan_phi or {}
    _refuse_shares(shares, position)
    ordered = [feeding[node] for node in nodes[1:]]
    return Feeder(
        nodes=nodes,
        parent=(-1, *(position[line.parent] for line in ordered)),
        resistance=(0, *(line.resistance * TAN_PHI_UNIT for line in ordered)),
        reactance=(0, *(line.reactance for line in ordered)),
        rated_w=(0, *(line.rated_w for line in ordered)),
        tan_phi=tuple(shares.get(node, 0) for node in nodes),
        root_voltage=root_voltage,
        lowest=lowest,
        highest=highest,
    )


def _refuse_shares(tan_phi: Mapping[NodeId, int], position: Mapping[NodeId, int]) -> None:
    for node, share in tan_phi.items():
        if node not in position:
            raise UnknownNode(node, "a tan phi")
        refuse_fraction(f"tan phi of node {node} [permille]", share)
        if share < 0:
            raise LineOutOfRange(node, "tan phi", share)


def fixed_point_impedance(micro_ohm: int, volt: int) -> int:
    """2 Z / V^2 in 2^-48 pu^2 per W (or var), rounded to nearest, for a line-to-line voltage of `volt` [V]."""
    return nearest(2 * micro_ohm << IMPEDANCE_BITS, 1_000_000 * volt * volt)


def lowest_squared_voltage(permille: int) -> int:
    """The squared voltage of `permille` of the nominal one, rounded up: for the lower end of a band."""
    return rounded_up(permille * permille * ONE_PU2, PERMILLE**2)


def highest_squared_voltage(permille: int) -> int:
    """The squared voltage of `permille` of the nominal one, rounded down: for the upper end of a band."""
    return permille * permille * ONE_PU2 // PERMILLE**2


def _feeding_lines(lines: Iterable[Line], root: NodeId) -> dict[NodeId, Line]:
    """The one line that feeds each node."""
    feeding: dict[NodeId, Line] = {}
    for line in sorted(lines, key=lambda each: (each.node, each.parent)):
        if line.node in feeding:
            raise TwoParents(line.node, (feeding[line.node].parent, line.parent))
        feeding[line.node] = line
    if root in feeding:
        way = _way_up(feeding, root)
        raise FeederLoop(way) if feeding[way[-1]].parent in way else NotConnected(feeding[way[-1]].parent, root)
    return feeding


def _from_root(feeding: Mapping[NodeId, Line], root: NodeId) -> tuple[NodeId, ...]:
    """All nodes, level by level from the root, each level by number of the parent's place and the node."""
    fed: dict[NodeId, list[NodeId]] = {}
    for node in sorted(feeding):
        fed.setdefault(feeding[node].parent, []).append(node)
    nodes = [root]
    for node in nodes:
        nodes += fed.get(node, [])
    for node in sorted(set(feeding) - set(nodes)):
        way = _way_up(feeding, node)
        top = feeding[way[-1]].parent
        if top in way:
            raise FeederLoop(way[way.index(top) :])
        raise NotConnected(top, root)
    return tuple(nodes)


def _way_up(feeding: Mapping[NodeId, Line], node: NodeId) -> list[NodeId]:
    """Fed nodes from `node` upwards, until a node that nothing feeds or that was passed before."""
    way = [node]
    while (up := feeding[way[-1]].parent) in feeding and up not in way:
        way.append(up)
    return way
