"""The state of a radial feeder by LinDistFlow, in whole numbers: one pass up the tree, one pass down.

    P_i = p_i + sum of P_j over the lines j that i feeds            (power into node i [W], loads count as positive)
    Q_i = q_i + sum of Q_j                                          (reactive power [var / 1000])
    v_i = v_parent - (2 R_i P_i + 2 X_i Q_i)                        (squared voltage)

Baran, M. E., Wu, F. F.: Optimal capacitor placement on radial distribution systems, IEEE Transactions on Power
Delivery 4(1), 1989, without the terms of losses. What that leaves out (voltages up to 0.0025 pu lower than computed) is
for the voltage margin; an alternating-current power flow is an audit's, not a clearing's.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from aipchain.market.network.feeder import Feeder

__all__ = ["GridLimit", "GridState", "LimitCheck", "LimitKind", "exceeded", "keeps_limits", "sweep"]


LimitCheck: TypeAlias = Callable[[Feeder, Sequence[int], Sequence[int]], bool]
"""Whether loads and generation by position [W] keep every limit of a feeder: `keeps_limits`, or the same compiled
(`arrays.compiled_check`)."""


class LimitKind(IntEnum):
    """Which limit of a node or of the line that feeds it."""

    POWER_DOWN = 0
    """More than rated flows to the node."""
    POWER_UP = 1
    """More than rated flows from the node."""
    VOLTAGE_LOW = 2
    VOLTAGE_HIGH = 3


@dataclass(frozen=True, slots=True, order=True)
class GridLimit:
    """A limit of the feeder: its kind, and the position of the node."""

    kind: LimitKind
    position: int


@dataclass(frozen=True, slots=True)
class GridState:
    """Power into each node [W] and squared voltage of each node, by position."""

    flow_w: tuple[int, ...]
    squared_voltage: tuple[int, ...]


def sweep(feeder: Feeder, load_w: Sequence[int], generation_w: Sequence[int]) -> GridState:
    """Power and voltage everywhere; exact for whole numbers of any size.

    :param load_w: consumption at each position [W]; `generation_w` the generation.
    """
    flow = [load - generation for load, generation in zip(load_w, generation_w, strict=True)]
    reactive = [load * share for load, share in zip(load_w, feeder.tan_phi, strict=True)]
    parent = feeder.parent
    for node in range(len(parent) - 1, 0, -1):
        up = parent[node]
        flow[up] += flow[node]
        reactive[up] += reactive[node]
    voltage = [feeder.root_voltage] * len(parent)
    resistance, reactance = feeder.resistance, feeder.reactance
    for node in range(1, len(parent)):
        voltage[node] = voltage[parent[node]] - resistance[node] * flow[node] - reactance[node] * reactive[node]
    return GridState(tuple(flow), tuple(voltage))


def keeps_limits(feeder: Feeder, load_w: Sequence[int], generation_w: Sequence[int]) -> bool:
    """Whether loads and generation by position [W] keep every limit."""
    return next(exceeded(feeder, sweep(feeder, load_w, generation_w)), None) is None


def exceeded(feeder: Feeder, state: GridState, scale: int = 1) -> Iterator[tuple[GridLimit, int]]:
    """The limits that `state` breaks and by how much [W, or squared voltage]: power first, then voltages, by position.

    :param scale: the state is that of `scale` times the power, with the fall of voltage `scale` times as large.
    """
    flows = zip(state.flow_w, feeder.rated_w, strict=True)
    for position in [i for i, (flow, rated_w) in enumerate(flows) if flow > rated_w * scale or -flow > rated_w * scale]:
        flow = state.flow_w[position]
        kind = LimitKind.POWER_DOWN if flow > 0 else LimitKind.POWER_UP
        if position:
            yield GridLimit(kind, position), abs(flow) - feeder.rated_w[position] * scale
    low = (feeder.lowest - feeder.root_voltage) * scale + feeder.root_voltage
    high = (feeder.highest - feeder.root_voltage) * scale + feeder.root_voltage
    if low <= min(state.squared_voltage) and max(state.squared_voltage) <= high:
        return
    for position, voltage in enumerate(state.squared_voltage):
        if voltage < low:
            yield GridLimit(LimitKind.VOLTAGE_LOW, position), low - voltage
        elif voltage > high:
            yield GridLimit(LimitKind.VOLTAGE_HIGH, position), voltage - high
