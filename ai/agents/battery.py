"""A home's battery in whole watt-hours: what is charged or discharged in a step, what is stored after, what is lost.

Energy counts at the home's side of the inverter. Of what is charged, the share `efficiency_ppm` is stored (rounded
down); for what is discharged, more is taken from store (rounded up). What goes in is what comes out, what is stored
more than before, and the loss, exactly: charge - discharge = stored after - stored before + loss.
"""

from dataclasses import dataclass
from typing import Final

from aipchain.ai.agents.settings import PPM, whole_between

__all__ = ["MOST_WH", "Battery", "Move", "move"]

MOST_WH: Final = 1_000_000_000
"""More than any battery of a community holds [Wh], and power in watts below it keeps products within 64 bits."""

_HOUR_S: Final = 3_600


@dataclass(frozen=True, slots=True)
class Battery:
    """Capacity [Wh], power either way [W], and the share that is left on each way [ppm]; 948,683 is sqrt(0.9).

    :raises BadSetting: a value is no whole number in its range.
    """

    capacity_wh: int
    power_w: int
    efficiency_ppm: int = 948_683

    def __post_init__(self) -> None:
        whole_between("capacity_wh", self.capacity_wh, 0, MOST_WH, "Wh")
        whole_between("power_w", self.power_w, 0, MOST_WH, "W")
        whole_between("efficiency_ppm", self.efficiency_ppm, PPM // 2, PPM, "ppm")

    def most_charge_wh(self, stored_wh: int, step_s: int) -> int:
        """The most that can be charged in a step: limited by power, and by the room that is left [Wh]."""
        room = self.capacity_wh - stored_wh
        return min(self.most_wh(step_s), -(-room * PPM // self.efficiency_ppm))

    def most_discharge_wh(self, stored_wh: int, step_s: int) -> int:
        """The most that can be discharged in a step: limited by power, and by what is stored [Wh]."""
        return min(self.most_wh(step_s), stored_wh * self.efficiency_ppm // PPM)

    def most_wh(self, step_s: int) -> int:
        """What the power gives in a step [Wh]."""
        return self.power_w * step_s // _HOUR_S


@dataclass(frozen=True, slots=True)
class Move:
    """What a battery did in a step: charged less discharged [Wh], stored after it [Wh], lost in it [Wh]."""

    battery_wh: int
    stored_wh: int
    loss_wh: int


def move(battery: Battery, stored_wh: int, asked_wh: int, step_s: int) -> Move:
    """Charge (`asked_wh` above zero) or discharge (below zero) as asked, as far as the battery can.

    :raises BadSetting: `stored_wh` is not between nothing and the capacity, or the step has no length.
    """
    whole_between("stored_wh", stored_wh, 0, battery.capacity_wh, "Wh")
    whole_between("step_s", step_s, 1, 86_400, "s")
    if asked_wh >= 0:
        charge = min(asked_wh, battery.most_charge_wh(stored_wh, step_s))
        kept = charge * battery.efficiency_ppm // PPM
        return Move(charge, stored_wh + kept, charge - kept)
    discharge = min(-asked_wh, battery.most_discharge_wh(stored_wh, step_s))
    taken = -(-discharge * PPM // battery.efficiency_ppm)
    return Move(-discharge, stored_wh - taken, taken - discharge)
