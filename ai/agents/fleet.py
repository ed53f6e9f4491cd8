"""Batteries of many homes at once, in arrays: the same whole watt-hours as `battery`, home by home.

A test holds both to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.agents.battery import Battery
from aipchain.ai.agents.settings import PPM

__all__ = ["Fleet", "Whole", "fleet_of", "move_all", "within_power"]

_HOUR_S = 3_600

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fleet:
    """Capacity [Wh], power [W] and one-way efficiency [ppm] of each home's battery, shape (homes)."""

    capacity_wh: Whole
    power_w: Whole
    efficiency_ppm: Whole

    def of(self, homes: NDArray[np.bool_]) -> "Fleet":
        """Only the batteries of these homes."""
        return Fleet(self.capacity_wh[homes], self.power_w[homes], self.efficiency_ppm[homes])

    @property
    def pooled(self) -> Battery:
        """All as one: exact where capacity and power have the same ratio and efficiencies are equal."""
        mean_ppm = int((self.efficiency_ppm * self.capacity_wh).sum()) // max(int(self.capacity_wh.sum()), 1)
        return Battery(int(self.capacity_wh.sum()), int(self.power_w.sum()), max(mean_ppm, PPM // 2))


def fleet_of(batteries: Iterable[Battery]) -> Fleet:
    """As arrays."""
    known = list(batteries)
    columns = (
        [each.capacity_wh for each in known],
        [each.power_w for each in known],
        [each.efficiency_ppm for each in known],
    )
    return Fleet(*(np.array(column, dtype=np.int64) for column in columns))


def within_power(fleet: Fleet, stored_wh: Whole, step_s: int) -> tuple[Whole, Whole]:
    """The most that each can charge and discharge in a step, shape (homes) [Wh]."""
    most = fleet.power_w * step_s // _HOUR_S
    charge = np.minimum(most, -(-(fleet.capacity_wh - stored_wh) * PPM // fleet.efficiency_ppm))
    return charge, np.minimum(most, stored_wh * fleet.efficiency_ppm // PPM)


def move_all(fleet: Fleet, stored_wh: Whole, asked_wh: Whole, step_s: int) -> tuple[Whole, Whole]:
    """Charge less discharge of each home, as asked as far as it can, and what is stored then, shape (homes) [Wh].

    The last axis is homes; several worlds of the same homes may lie before it.
    """
    most_charge, most_discharge = within_power(fleet, stored_wh, step_s)
    charge = np.minimum(np.maximum(asked_wh, 0), most_charge)
    discharge = np.minimum(np.maximum(-asked_wh, 0), most_discharge)
    kept = charge * fleet.efficiency_ppm // PPM
    taken = -(-discharge * PPM // fleet.efficiency_ppm)
    return charge - discharge, stored_wh + kept - taken
