"""A plan for the next steps: what the battery does, what is left to trade, and what a watt-hour is worth at each step.

The plan is the optimum of a linear program over the steps ahead (30 hours is a good length). It pays for imports, earns
from exports, pays for wear, and counts what is stored at the end. Only its first step is meant to be carried out: a
home plans again when it knows more. What leaves here are whole watt-hours that the battery can do, step after step.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from aipchain.ai.agents.battery import Battery, move
from aipchain.ai.agents.outlook import Outlook
from aipchain.ai.agents.program import Program, Solution, solve
from aipchain.ai.agents.settings import PPM, Taste, whole_between
from aipchain.units import Price, Wh

__all__ = ["WEAR_PRICE", "Plan", "PlannedStep", "plan"]

WEAR_PRICE: Final = 100_000
"""What a watt-hour through the battery counts, each way [base units per Wh]: 0.0001 a kWh, so that ties rest."""


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One step: battery in and out [Wh], stored after it [Wh], expected net [Wh], and what to bid or offer for it.

    `net_wh` is above zero for an import. At most one of `bid_wh` and `offer_wh` is above zero; a bid goes up to
    `bid_limit`, an offer down to `offer_limit` [base units per Wh]. `worth` is what one more watt-hour would be worth
    to the home in this step: at a better price than that the battery could do more.
    """

    charge_wh: Wh
    discharge_wh: Wh
    stored_wh: Wh
    net_wh: int
    bid_wh: Wh
    bid_limit: Price
    offer_wh: Wh
    offer_limit: Price
    worth: Price


@dataclass(frozen=True, slots=True)
class Plan:
    """Planned steps, the next one first."""

    steps: tuple[PlannedStep, ...]

    @property
    def first(self) -> PlannedStep:
        """The step to carry out."""
        return self.steps[0]


def plan(
    outlook: Outlook,
    battery: Battery,
    stored_wh: int,
    taste: Taste = Taste(),  # noqa: B008  # a frozen value
    *,
    wear_price: int = WEAR_PRICE,
    end_price: int | None = None,
) -> Plan:
    """Plan the next steps of a home.

    :param outlook: what is expected of them, from `outlook_of`.
    :param stored_wh: what the battery holds now [Wh].
    :param wear_price: counts for each watt-hour charged or discharged [base units per Wh].
    :param end_price: what a stored watt-hour counts after the last step; without it, the lowest import price ahead
        less what discharging loses.
    :raises BadSetting: `stored_wh` is more than the battery holds, or less than nothing.
    :raises NoPlan: the solver gave up.
    """
    whole_between("stored_wh", stored_wh, 0, battery.capacity_wh, "Wh")
    grid_price = outlook.import_price.astype(np.float64) * (1 + taste.green_ppm / PPM)
    program = Program(
        net_wh=outlook.net_wh(taste),
        import_price=grid_price,
        export_price=outlook.export_price.astype(np.float64),
        battery=battery,
        stored_wh=stored_wh,
        reserve_wh=battery.capacity_wh * taste.reserve_ppm // PPM,
        most_wh=battery.most_wh(outlook.step_s),
        wear_price=wear_price,
        end_price=int(grid_price.min()) * battery.efficiency_ppm // PPM if end_price is None else end_price,
    )
    return Plan(tuple(_steps(outlook, program, solve(program), taste)))


def _steps(outlook: Outlook, program: Program, solution: Solution, taste: Taste) -> Iterator[PlannedStep]:
    stored = program.stored_wh
    for at, asked in enumerate(solution.battery_wh):
        moved = move(program.battery, stored, round(float(asked)), outlook.step_s)
        stored = moved.stored_wh
        net = round(float(program.net_wh[at])) + moved.battery_wh
        retail = int(outlook.import_price[at])
        yield PlannedStep(
            charge_wh=Wh(max(moved.battery_wh, 0)),
            discharge_wh=Wh(max(-moved.battery_wh, 0)),
            stored_wh=Wh(stored),
            net_wh=net,
            bid_wh=Wh(max(net, 0)),
            bid_limit=Price(retail + retail * taste.green_ppm // PPM),
            offer_wh=Wh(max(-net, 0)),
            offer_limit=Price(int(outlook.export_price[at])),
            worth=Price(round(float(solution.worth[at]))),
        )
