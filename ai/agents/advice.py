"""When to run an appliance or charge a car: the cheapest window before a deadline, what it saves, and how sure that is.

The energy is spread evenly over the window. What it costs depends on what the home has left then: its own surplus costs
what feeding it in would have earned, the rest what import costs. The mean is taken over nine by nine outlooks, each
with load and generation at one of their quantiles. Whole numbers leave; the reason is for people.

How sure it is, is never more than the days that were learned from support: n of n + 1. Had n + 1 days come in any
order, the one that is unlike the others would be the last with a chance of 1 in n + 1; so n days that agree leave that
much open about the next (the argument of conformal prediction: Vovk, Gammerman, Shafer 2005, chapter 2).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.agents.errors import UnusableWish
from aipchain.ai.agents.outlook import Outlook
from aipchain.ai.agents.settings import PPM
from aipchain.units import PRICE_OF_ONE_AIP_PER_KWH, Balance, UnixSeconds, Wh, format_aip

__all__ = ["Advice", "Wish", "best_window", "supported_ppm"]

MOST_WH: Final = 1_000_000
"""More than any home's appliance takes [Wh]."""

MOST_S: Final = 7 * 86_400
"""Longer than any runs [s]."""

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

    `confidence_ppm` is the share of outlooks in which no beginning at once would be cheaper, or less where few days
    were learned from; `own_ppm` the expected share of the energy that is the home's own surplus.
    """

    begin_s: UnixSeconds
    cost: Balance
    saving: Balance
    confidence_ppm: int
    own_ppm: int
    reason: str


def best_window(outlook: Outlook, wish: Wish, past_days: int | None = None) -> Advice:
    """Advise one home.

    :param past_days: so many were learned from; None where what comes is known.
    :raises UnusableWish: no energy, no time, or a deadline that comes too soon or lies beyond the outlook.
    """
    length, last = _steps(outlook, wish)
    costs, own = _by_window(outlook, wish, length, last)
    best = int(costs.mean(axis=1).argmin())
    expected = costs.mean(axis=1)
    saving = Balance(max(round(float(expected[0] - expected[best])), 0))
    rivals = costs[0] if best else costs.min(axis=0)
    sure = min(int((costs[best] <= rivals).mean() * PPM), supported_ppm(past_days))
    own_ppm = int(own[best].mean() * PPM)
    begin = UnixSeconds(best * outlook.step_s)
    return Advice(
        begin, Balance(round(float(expected[best]))), saving, sure, own_ppm, _reason(begin, saving, sure, own_ppm)
    )


def supported_ppm(past_days: int | None) -> int:
    """The highest confidence that so many days support [millionths]; all of it where what comes is known."""
    return PPM if past_days is None else past_days * PPM // (past_days + 1)


def _steps(outlook: Outlook, wish: Wish) -> tuple[int, int]:
    """How many steps it runs, and the last step that it may begin in."""
    _check("energy", wish.energy_wh, MOST_WH, "Wh", "1 Wh to 1,000 kWh")
    _check("duration", wish.duration_s, MOST_S, "s", "1 s to 7 days")
    length, reach_s = -(-wish.duration_s // outlook.step_s), outlook.steps * outlook.step_s
    if wish.deadline_s > reach_s:
        raise UnusableWish(
            f"it is to be done within {_span(wish.deadline_s)}, and no more than the next {_span(reach_s)} are told: "
            f"give {_span(reach_s)} or less"
        )
    last = wish.deadline_s // outlook.step_s - length
    if last < 0:
        raise UnusableWish(
            f"{_span(wish.duration_s)} of running do not fit within {_span(wish.deadline_s)}: give more time, "
            f"at least {_span(length * outlook.step_s)}"
        )
    return length, last


def _check(name: str, value: int, most: int, unit: str, usual: str) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value <= most:
        raise UnusableWish(f"the appliance's {name} is {value!r} {unit}: give a whole number, {usual}")


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
    if saving * 1_000 < PRICE_OF_ONE_AIP_PER_KWH:
        return f"Begin in {_span(begin)}: as cheap as now; {sun}."
    return (
        f"Begin in {_span(begin)}: {format_aip(saving, 4)} AIP cheaper than now, as likely as "
        f"{sure_ppm * 100 // PPM} %; {sun}."
    )


def _span(seconds: int) -> str:
    """A span of time as people say it."""
    hours, minutes = divmod(seconds // 60, 60)
    if seconds % 60 or not seconds:
        return f"{seconds} s"
    return " ".join(f"{count} {unit}" for count, unit in ((hours, "h"), (minutes, "min")) if count)
