"""What can be wrong with a description of a grid.

AipchainError
└── InputError
    └── MarketError
        └── NetworkError                the description of a grid, a tariff or a place in it cannot be used
            ├── FeederLoop              lines form a loop
            ├── TwoParents              a node is fed by two lines
            ├── NotConnected            a line is not reached from the feeder's root
            ├── UnknownNode             a meter is placed at a node that the feeder does not have
            ├── UnplacedMeter           an order's meter has no place in the grid
            ├── UnknownZone             a zone that the community does not have
            ├── LineOutOfRange          a negative impedance or limit
            ├── VoltageOutOfRange       a voltage or a band that no grid has
            ├── BandWithoutRoot         the root's voltage is outside of its own band
            ├── FeeOutOfRange           a fee, loss or reduction below zero or above its cap
            ├── FeederTextInvalid       a feeder, written as text, has no meaning
            └── IntervalNotWhole        power is not a whole number of watts per watt-hour
"""

from collections.abc import Sequence
from typing import Final

from aipchain.market.errors import MarketError

__all__ = [
    "BandWithoutRoot",
    "FeeOutOfRange",
    "FeederLoop",
    "FeederTextInvalid",
    "IntervalNotWhole",
    "LineOutOfRange",
    "NetworkError",
    "NotConnected",
    "TwoParents",
    "UnknownNode",
    "UnknownZone",
    "UnplacedMeter",
    "VoltageOutOfRange",
]


_SHOWN: Final = 60
"""So many characters of an entry are shown; a message is one sentence."""


class NetworkError(MarketError):
    """The description of a grid cannot be used."""


class FeederLoop(NetworkError):
    """Lines form a loop; only radial grids have one path to each node."""

    def __init__(self, nodes: Sequence[int]) -> None:
        self.nodes = tuple(nodes)
        way = " - ".join(map(str, (*nodes, nodes[0])))
        super().__init__(f"lines form the loop {way}; open one of its lines, only radial feeders are cleared")


class TwoParents(NetworkError):
    """A node is fed by two lines."""

    def __init__(self, node: int, parents: Sequence[int]) -> None:
        self.node, self.parents = node, tuple(parents)
        fed_by = " and ".join(map(str, parents))
        super().__init__(f"node {node} is fed from {fed_by}; leave out the line that is normally open")


class NotConnected(NetworkError):
    """A line hangs from a node that nothing feeds."""

    def __init__(self, node: int, root: int) -> None:
        self.node, self.root = node, root
        super().__init__(f"node {node} is not reached from the root {root}; add the line that feeds it")


class UnknownNode(NetworkError):
    """A node that the feeder does not have."""

    def __init__(self, node: int, what: str) -> None:
        self.node, self.what = node, what
        super().__init__(f"{what} is at node {node}, which the feeder does not have; correct its place or add the line")


class UnplacedMeter(NetworkError):
    """An order's meter has no place in the grid."""

    def __init__(self, meter: int, order: int) -> None:
        self.meter, self.order = meter, order
        super().__init__(f"meter {meter} of order {order} has no place in the grid; say at which node or zone it is")


class UnknownZone(NetworkError):
    """A zone that the community does not have."""

    def __init__(self, zone: int, zones: int, what: str) -> None:
        self.zone, self.zones, self.what = zone, zones, what
        super().__init__(f"{what} names zone {zone}; the community has zones 0 to {zones - 1}")


class LineOutOfRange(NetworkError):
    """A negative impedance or limit."""

    def __init__(self, node: int, what: str, value: int) -> None:
        self.node, self.what, self.value = node, what, value
        super().__init__(f"the line to node {node} has {what} {value}; it must not be negative (zero is allowed)")


class VoltageOutOfRange(NetworkError):
    """A voltage, or an end of its band, that no grid has."""

    def __init__(self, what: str, value: int, least: int, most: int) -> None:
        self.what, self.value, self.least, self.most = what, value, least, most
        super().__init__(f"{what} is {value}; it must lie in {least}..{most}")


class BandWithoutRoot(NetworkError):
    """With nobody trading the voltage is the root's everywhere; a band without it allows nothing."""

    def __init__(self, lowest: int, root: int, highest: int) -> None:
        self.lowest, self.root, self.highest = lowest, root, highest
        super().__init__(
            f"the root has squared voltage {root}, outside of the band {lowest} to {highest}; widen the band"
        )


class FeeOutOfRange(NetworkError):
    """A fee, loss or reduction below zero or above its cap."""

    def __init__(self, what: str, value: int, most: int | None = None) -> None:
        self.what, self.value, self.most = what, value, most
        allowed = "must not be negative" if most is None else f"must lie in 0..{most}"
        super().__init__(f"{what} is {value}; it {allowed}. A fee is paid on top; write relief as a reduction")


class IntervalNotWhole(NetworkError):
    """Power would not be a whole number of watts per watt-hour."""

    def __init__(self, length_s: int) -> None:
        self.length_s = length_s
        super().__init__(f"an interval of {length_s} s has no whole watts per watt-hour; use a divisor of 3600")


class FeederTextInvalid(NetworkError):
    """A feeder, written as text, that has no meaning."""

    def __init__(self, entry: str, problem: str) -> None:
        self.entry, self.problem = entry, problem
        shown = entry if len(entry) <= _SHOWN else f"{entry[:_SHOWN]}..."
        super().__init__(f"{shown!r} in the text of the feeder: {problem}")
