"""When to run an appliance or charge a car: the cheapest window before a deadline, what it saves, and how sure that is.

The energy is spread evenly over the window. What it costs depends on what the home has left then: its own surplus costs
what feeding it in would have earned, the rest what import costs. The mean is taken over nine by nine outlooks, each
with load and generation at one of their quantiles. Whole numbers leave; the reason is for people.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.agents.errors import UnusableWish
from aipchain.ai.agents.outlook import Outlook
from aipchain.ai.agents.settings import PPM
from aipchain.units import PRICE_OF_ONE_AIP_PER_KWH, Balance, UnixSeconds, Wh, format_aip

__all__ = ["Advice", "Wish", "best_window"]

MOST_WH: Final = 1_000_000
"""More than any home's appliance takes [Wh]."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Wish:
    """An appliance's energy [Wh] and running time [s], and when it has to be done [s from the outlook's start]."""

    energy_wh: Wh
    duration_s: int
    deadline_s: int


@dataclass(frozen=True, slots=True)
class Advice:
    """When to begin [s from the outlook's start], expected cost and saving against beginning at once [base units].

    `confidence_ppm` is the share of outlooks in which no beginning at once would be cheaper; `own_ppm` the expected
    share of the energy that is the home's own surplus.
    """

    begin_s: UnixSeconds
    cost: Balance
    saving: Balance
    confidence_ppm: int
    own_ppm: int
    reason: str


def best_window(outlook: Outlook, wish: Wish) -> Advice:
    """Advise one home.

    :raises UnusableWish: no energy, no time, or a deadline that comes too soon or lies beyond the outlook.
    """
    length, last = _steps(outlook, wish)
    costs, own = _by_window(outlook, wish, length, last)
    best = int(costs.mean(axis=1).argmin())
    expected = costs.mean(axis=1)
    saving = Balance(max(round(float(expected[0] - expected[best])), 0))
    rivals = costs[0] if best else costs.min(axis=0)
    sure = int((costs[best] <= rivals).mean() * PPM)
    own_ppm = int(own[best].mean() * PPM)
    begin = UnixSeconds(best * outlook.step_s)
    return Advice(
        begin, Balance(round(float(expected[best]))), saving, sure, own_ppm, _reason(begin, saving, sure, own_ppm)
    )


def _steps(outlook: Outlook, wish: Wish) -> tuple[int, int]:
    """How many steps it runs, and the last step that it may begin in."""
    for name, value, most in (("energy", wish.energy_wh, MOST_WH), ("duration", wish.duration_s, 7 * 86_400)):
        if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= most:
            unit = "Wh" if name == "energy" else "s"
            raise UnusableWish(f"the appliance's {name} is {value!r}: give a whole number from 1 to {most:,} {unit}")
    length = -(-wish.duration_s // outlook.step_s)
    if wish.deadline_s > outlook.steps * outlook.step_s:
        raise UnusableWish(
            f"done by {wish.deadline_s} s, and the outlook ends after {outlook.steps * outlook.step_s} s: "
            "give an earlier time, or a longer outlook"
        )
    last = wish.deadline_s // outlook.step_s - length
    if last < 0:
        raise UnusableWish(
            f"{wish.duration_s} s of running do not fit before {wish.deadline_s} s: give more time, "
            f"at least {length * outlook.step_s} s"
        )
    return length, last


def _by_window(outlook: Outlook, wish: Wish, length: int, last: int) -> tuple[Floats, Floats]:
    """Cost of each window [base units] and the share of own surplus in it, shape (windows, outlooks)."""
    net = outlook.load_wh[:, :, None] - outlook.generation_wh[:, None, :]
    surplus = np.maximum(-net.reshape(outlook.steps, -1), 0.0)
    each = wish.energy_wh / length
    own = np.minimum(surplus, each)
    imports, exports = (prices.astype(np.float64)[:, None] for prices in (outlook.import_price, outlook.export_price))
    cost = own * exports + (each - own) * imports
    windows = range(last + 1)
    costs = np.stack([cost[first : first + length].sum(axis=0) for first in windows])
    return costs, np.stack([own[first : first + length].sum(axis=0) for first in windows]) / wish.energy_wh


def _reason(begin: int, saving: int, sure_ppm: int, own_ppm: int) -> str:
    sun = f"{own_ppm * 100 // PPM} % of it is expected to be your own surplus"
    if not begin:
        return f"Begin now: no later time before the deadline is expected to be cheaper; {sun}."
    hours, minutes = divmod(begin // 60, 60)
    if saving * 1_000 < PRICE_OF_ONE_AIP_PER_KWH:
        return f"Begin in {hours} h {minutes:02} min: as cheap as now; {sun}."
    return (
        f"Begin in {hours} h {minutes:02} min: {format_aip(saving, 4)} AIP cheaper than now, as likely as "
        f"{sure_ppm * 100 // PPM} %; {sun}."
    )
