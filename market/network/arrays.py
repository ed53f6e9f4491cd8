"""The LinDistFlow sweep over arrays, compiled when numba is installed; the same whole numbers as `sweep`.

Everything is int64. A feeder and the power for which a sum could leave that range are refused by `ArrayFeeder.holds`
(then use the plain form); with real grids that is beyond a hundred times the rated power.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from aipchain.market.network.feeder import Feeder

__all__ = ["ArrayFeeder", "array_feeder", "keeps_limits", "sweep_arrays"]

Integers = NDArray[np.int64]
_F = TypeVar("_F", bound=Callable[..., Any])
_ROOM = 1 << 62

try:
    import numba
except ImportError:  # the plain loops give the same numbers, slower

    def _compiled(function: _F) -> _F:
        return function
else:

    def _compiled(function: _F) -> _F:
        return cast("_F", numba.njit(cache=True)(function))


@dataclass(frozen=True)
class ArrayFeeder:
    """A feeder as one table, and the most power its voltages can be computed for [W].

    `tree` has five rows over positions: parent, resistance, reactance, rated power, tan phi; `band` is the squared
    voltage of the root, the lowest and the highest.
    """

    tree: Integers
    band: tuple[int, int, int]
    most_w: int

    def holds(self, total_w: int) -> bool:
        """Whether a sum of all loads and generation of `total_w` [W] cannot leave int64."""
        return total_w <= self.most_w


def array_feeder(feeder: Feeder) -> ArrayFeeder:
    """The table of a feeder; one whose own numbers leave 62 bits holds no power at all."""
    columns = (feeder.parent, feeder.resistance, feeder.reactance, feeder.rated_w, feeder.tan_phi)
    band = (feeder.root_voltage, feeder.lowest, feeder.highest)
    if max(*band, *map(max, columns)) >= _ROOM or min(band) <= -_ROOM:
        return ArrayFeeder(np.zeros((5, 1), np.int64), (0, 0, 0), -1)
    falls = [0] * len(feeder.parent)
    for node in range(1, len(falls)):
        own = feeder.resistance[node] + feeder.reactance[node] * max(feeder.tan_phi)
        falls[node] = falls[feeder.parent[node]] + own
    most_w = (_ROOM - abs(feeder.root_voltage)) // max(1, *falls, *feeder.tan_phi)
    return ArrayFeeder(np.array(columns, dtype=np.int64), band, most_w)


def sweep_arrays(feeder: ArrayFeeder, load_w: Integers, generation_w: Integers) -> tuple[Integers, Integers]:
    """Power into each node [W] and squared voltages.

    :raises OverflowError: `feeder.holds` is false for this power.
    """
    if not _fits(feeder.most_w, load_w, generation_w):
        raise OverflowError("this power leaves 64 bits on this feeder; use aipchain.market.network.sweep.sweep")
    state = np.empty((2, len(load_w)), np.int64)
    _sweep(feeder.tree, feeder.band[0], load_w, generation_w, state)
    return state[0], state[1]


def keeps_limits(feeder: ArrayFeeder, load_w: Integers, generation_w: Integers) -> bool:
    """Whether the state keeps every limit.

    :raises OverflowError: `feeder.holds` is false for this power.
    """
    flow, voltage = sweep_arrays(feeder, load_w, generation_w)
    return bool(_inside(feeder.tree[3], feeder.band[1], feeder.band[2], flow, voltage))


@_compiled
def _sweep(tree: Integers, root_voltage: int, load_w: Integers, generation_w: Integers, state: Integers) -> None:
    parent, resistance, reactance = tree[0], tree[1], tree[2]
    flow, voltage = state[0], state[1]
    reactive = load_w * tree[4]
    flow[:] = load_w - generation_w
    for node in range(len(parent) - 1, 0, -1):
        flow[parent[node]] += flow[node]
        reactive[parent[node]] += reactive[node]
    voltage[0] = root_voltage
    for node in range(1, len(parent)):
        voltage[node] = voltage[parent[node]] - resistance[node] * flow[node] - reactance[node] * reactive[node]


@_compiled
def _inside(rated_w: Integers, lowest: int, highest: int, flow: Integers, voltage: Integers) -> bool:
    for node in range(len(rated_w)):
        if (node > 0 and abs(flow[node]) > rated_w[node]) or voltage[node] < lowest or voltage[node] > highest:
            return False
    return True


@_compiled
def _fits(most_w: int, load_w: Integers, generation_w: Integers) -> bool:
    left = most_w
    for watts in (load_w, generation_w):
        for each in watts:
            if each > left or each < -left:
                return False
            left -= abs(each)
    return left >= 0
