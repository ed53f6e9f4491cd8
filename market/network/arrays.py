"""The LinDistFlow sweep over arrays, compiled when numba is installed; the same whole numbers as `sweep`.

`compiled_check` is what a clearing takes in place of `sweep.keeps_limits`: the same verdict for every feeder and power,
as what does not fit goes to the plain form. It is the caller who takes it (`clear_grid(..., check=compiled_check)`),
because loading numba takes as long as thousands of plain sweeps: worth it where a process clears many intervals.

Everything is int64. A feeder and the power for which a sum could leave that range are refused by `ArrayFeeder.holds`
(then use the plain form); with real grids that is beyond a hundred times the rated power.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from aipchain.market.compiled import HAS_NUMBA, compiled
from aipchain.market.errors import OutsideArrayRange
from aipchain.market.network import sweep as plain
from aipchain.market.network.feeder import Feeder
from aipchain.market.words import Int64s

__all__ = ["ArrayFeeder", "array_feeder", "compiled_check", "keeps_limits", "sweep_arrays"]

_ROOM: Final = 1 << 62
_KEPT: Final = 16
"""So many feeders' tables are kept; to make one takes longer than to sweep it."""


@dataclass(frozen=True)
class ArrayFeeder:
    """A feeder as one table, and the most power its voltages can be computed for [W].

    `tree` has five rows over positions: parent, resistance, reactance, rated power, tan phi; `band` is the squared
    voltage of the root, the lowest and the highest.
    """

    tree: Int64s
    band: tuple[int, int, int]
    most_w: int

    def holds(self, total_w: int) -> bool:
        """Whether a sum of all loads and generation of `total_w` [W] cannot leave int64."""
        return total_w <= self.most_w


def array_feeder(feeder: Feeder) -> ArrayFeeder:
    """The table of a feeder; one whose own numbers leave 62 bits holds no power at all."""
    columns = (feeder.parent, feeder.resistance, feeder.reactance, feeder.rated_w, feeder.tan_phi)
    band = (feeder.root_voltage, feeder.lowest, feeder.highest)
    if max(*band, *map(max, columns)) >= _ROOM or min(band) <= -_ROOM or min(map(min, columns[1:])) < 0:
        return ArrayFeeder(np.zeros((5, 1), np.int64), (0, 0, 0), -1)
    falls = [0] * len(feeder.parent)
    for node in range(1, len(falls)):
        own = feeder.resistance[node] + feeder.reactance[node] * max(feeder.tan_phi)
        falls[node] = falls[feeder.parent[node]] + own
    most_w = (_ROOM - abs(feeder.root_voltage)) // max(1, *falls, *feeder.tan_phi)
    return ArrayFeeder(np.array(columns, dtype=np.int64), band, most_w)


def sweep_arrays(feeder: ArrayFeeder, load_w: Int64s, generation_w: Int64s) -> tuple[Int64s, Int64s]:
    """Power into each node [W] and squared voltages.

    :raises OutsideArrayRange: `feeder.holds` is false for this power.
    """
    if not _fits(feeder.most_w, load_w, generation_w):
        total = sum(abs(each) for watts in (load_w, generation_w) for each in watts.tolist())
        raise OutsideArrayRange("the power on this feeder [W]", total, feeder.most_w)
    state = np.empty((2, len(load_w)), np.int64)
    _sweep(feeder.tree, feeder.band[0], load_w, generation_w, state)
    return state[0], state[1]


def keeps_limits(feeder: ArrayFeeder, load_w: Int64s, generation_w: Int64s) -> bool:
    """Whether the state keeps every limit.

    :raises OutsideArrayRange: `feeder.holds` is false for this power.
    """
    flow, voltage = sweep_arrays(feeder, load_w, generation_w)
    return bool(_inside(feeder.tree[3], feeder.band[1], feeder.band[2], flow, voltage))


def compiled_check(feeder: Feeder, load_w: Sequence[int], generation_w: Sequence[int]) -> bool:
    """Whether loads and generation by position [W] keep every limit; exactly as `sweep.keeps_limits` has it.

    Without numba, and for numbers beyond 64 bits, it is that.
    """
    if not HAS_NUMBA:
        return plain.keeps_limits(feeder, load_w, generation_w)
    try:
        return keeps_limits(_table(feeder), _column(load_w), _column(generation_w))
    except (OverflowError, OutsideArrayRange):
        return plain.keeps_limits(feeder, load_w, generation_w)


def _column(watts: Sequence[int]) -> Int64s:
    return np.fromiter(watts, np.int64, len(watts))


@lru_cache(_KEPT)
def _table(feeder: Feeder) -> ArrayFeeder:
    return array_feeder(feeder)


@compiled
def _sweep(tree: Int64s, root_voltage: int, load_w: Int64s, generation_w: Int64s, state: Int64s) -> None:
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


@compiled
def _inside(rated_w: Int64s, lowest: int, highest: int, flow: Int64s, voltage: Int64s) -> bool:
    for node in range(len(rated_w)):
        if (node > 0 and abs(flow[node]) > rated_w[node]) or voltage[node] < lowest or voltage[node] > highest:
            return False
    return True


@compiled
def _fits(most_w: int, load_w: Int64s, generation_w: Int64s) -> bool:
    left = most_w
    for watts in (load_w, generation_w):
        for each in watts:
            if each > left or each < -left:
                return False
            left -= abs(each)
    return left >= 0
