"""A plan for the batteries of a community: one linear program over the summed net load, split to homes.

The community pays for what crosses its connection, so the batteries are planned as one. Each home's part levels what
is stored: the emptiest battery is charged first and the fullest discharged first, so that all can follow their own
meters for as long as any can. Sums are exact: parts come to what all can do of the plan together.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.agents.fleet import Fleet, Whole, within_power
from aipchain.ai.agents.plan import WEAR_PRICE
from aipchain.ai.agents.program import Program, solve
from aipchain.ai.agents.settings import PPM
from aipchain.market.allocation.shares import allocate

__all__ = ["Parts", "leveled", "plan_community"]

_HALVINGS: Final = 40
"""Of the range in which the common level is sought: far below a watt-hour."""

_LEAST_WH: Final = 1
"""A connection that is planned within it stays at zero [Wh]."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Parts:
    """What `control.following` needs of each home, shape (homes) [Wh]."""

    planned_wh: Whole
    expected_wh: Whole
    spare_wh: Whole


def plan_community(
    net_wh: Floats, import_price: Whole, export_price: Whole, fleet: Fleet, stored_wh: Whole, *, step_s: int
) -> Parts:
    """The next step of a plan over all steps ahead.

    :param net_wh: expected load less generation, shape (homes, steps ahead) [Wh]: means, since sums of medians fall
        short of the sum.
    :param import_price: what the community pays outside in each step ahead [base units per Wh]; `export_price` gets.
    :raises NoPlan: the solver gave up.
    """
    pooled = fleet.pooled
    summed = Program(
        net_wh=net_wh.sum(axis=0),
        import_price=import_price.astype(np.float64),
        export_price=export_price.astype(np.float64),
        battery=pooled,
        stored_wh=int(stored_wh.sum()),
        reserve_wh=0,
        most_wh=pooled.most_wh(step_s),
        wear_price=WEAR_PRICE,
        end_price=int(import_price.min()) * pooled.efficiency_ppm // PPM,
    )
    planned = leveled(round(float(solve(summed).battery_wh[0])), fleet, stored_wh, step_s)
    expected = np.rint(net_wh[:, 0]).astype(np.int64)
    spare = int(expected.sum() + planned.sum())
    if abs(spare) <= _LEAST_WH * len(expected):
        spare = 0
    sign = -1 if spare < 0 else 1
    return Parts(planned, expected, sign * np.array(allocate(abs(spare), [1] * len(expected)), dtype=np.int64))


def leveled(total_wh: int, fleet: Fleet, stored_wh: Whole, step_s: int) -> Whole:
    """Split a charge (above zero) or discharge of all batteries so that what is stored comes to one level.

    Levels are shares of capacity. The parts sum to `total_wh`, or to what all can do of it.
    """
    most = within_power(fleet, stored_wh, step_s)[0 if total_wh >= 0 else 1]
    wanted = min(abs(total_wh), int(most.sum()))
    low, high = 0.0, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        enough = int(_to_level(middle, total_wh >= 0, fleet, stored_wh, most).sum()) >= wanted
        low, high = (low, middle) if enough == (total_wh >= 0) else (middle, high)
    parts = _to_level(low if total_wh >= 0 else high, total_wh >= 0, fleet, stored_wh, most)
    missing, room = wanted - int(parts.sum()), most - parts
    for home in np.argsort(-room, kind="stable"):
        more = min(missing, int(room[home]))
        parts[home] += more
        missing -= more
    return parts if total_wh >= 0 else -parts


def _to_level(level: float, charging: bool, fleet: Fleet, stored_wh: Whole, most: Whole) -> Whole:
    apart = (level * fleet.capacity_wh - stored_wh) * (1 if charging else -1)
    efficiency = fleet.efficiency_ppm / PPM
    wish = apart / efficiency if charging else apart * efficiency
    return np.clip(np.floor(wish), 0, most).astype(np.int64)
