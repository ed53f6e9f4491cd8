"""What a battery's stored energy is worth at each step and level: a home's plan for all it may come to hold.

Backwards from the end, the least expected cost from a level of storage is that of the best next level, over what the
net load may be (dynamic programming, Bellman 1957). Within a step the battery follows the home's own meter, so the
choice is made after the net load is known: the mean is taken over the minima. One table serves a whole day.
"""

from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.agents.fleet import Fleet
from aipchain.ai.agents.plan import WEAR_PRICE
from aipchain.ai.agents.settings import PPM
from aipchain.ai.forecasting.quantiles import LEVELS, Quantiles

__all__ = ["STORED_LEVELS", "Prices", "best_charge", "net_quantiles", "worth_at", "worth_table"]

STORED_LEVELS: Final = 25
"""Levels of a table, from empty to full: 267 Wh apart in a battery of 6.4 kWh."""

_CHOICES: Final = 41
"""Commands that are compared, from full discharge to full charge; besides, the one that keeps the meter at zero."""

_NEVER: Final = 1e18
_HOUR_S: Final = 3_600

Floats = NDArray[np.float64]

Price: TypeAlias = tuple[Floats | float, Floats | float]
"""What a watt-hour costs and what it earns in one step, of all homes or of each [base units per Wh]."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What a watt-hour is expected to cost and to earn in each step, shape (steps) [base units per Wh]."""

    paid: Floats
    earned: Floats


def net_quantiles(load_wh: Quantiles, generation_wh: Quantiles) -> Quantiles:
    """Quantiles of load less generation, as if they were independent, shape (..., 9) [Wh]."""
    apart = load_wh[..., :, None] - generation_wh[..., None, :]
    return np.moveaxis(np.quantile(apart.reshape(*apart.shape[:-2], -1), LEVELS, axis=-1), 0, -1)


def worth_table(net_wh: Quantiles, prices: Prices, fleet: Fleet, *, end_price: float, step_s: int) -> Floats:
    """Cost still to come from each level before each step, shape (steps + 1, homes, levels) [base units].

    :param net_wh: quantiles of net load, shape (homes, steps, any number of equally likely values) [Wh].
    :param end_price: what a stored watt-hour counts after the last step.
    """
    stored = np.linspace(0.0, fleet.capacity_wh, STORED_LEVELS, axis=1)
    efficiency = (fleet.efficiency_ppm / PPM)[:, None, None]
    apart = stored[:, None, :] - stored[:, :, None]
    moved = np.where(apart > 0, apart / efficiency, apart * efficiency)
    most = (fleet.power_w * step_s / _HOUR_S)[:, None, None]
    wear = np.where(np.abs(moved) <= most, WEAR_PRICE * np.abs(moved), _NEVER)
    homes, steps, _ = net_wh.shape
    table = np.empty((steps + 1, homes, STORED_LEVELS))
    table[steps] = -end_price * stored
    for step in reversed(range(steps)):
        meter = net_wh[:, step, :, None, None] + moved[:, None]
        paid, earned = prices.paid[step], prices.earned[step]
        cost = np.maximum(paid * meter, earned * meter)  # paid is not below earned
        cost += (wear + table[step + 1][:, None, :])[:, None]
        table[step] = cost.min(axis=-1).mean(axis=1)
    return table


def best_charge(after: Floats, stored_wh: Floats, net_wh: Floats, price: Price, fleet: Fleet, *, step_s: int) -> Floats:
    """Charge less discharge that costs least now and later, shape (..., homes) [Wh].

    :param after: the row of `worth_table` behind this step, shape (..., homes, levels).
    :param stored_wh: what each holds; `net_wh` what its meter shows without the battery, shape (..., homes).
    :param price: what a watt-hour is expected to cost and to earn in this step [base units per Wh].
    """
    efficiency = (fleet.efficiency_ppm / PPM)[:, None]
    most = (fleet.power_w * step_s / _HOUR_S)[:, None]
    stored, capacity = stored_wh[..., None], fleet.capacity_wh[:, None]
    shares = np.broadcast_to(np.linspace(-1, 1, _CHOICES) * most, (*net_wh.shape, _CHOICES))
    wishes = np.concatenate([shares, -net_wh[..., None]], axis=-1)
    moved = np.clip(wishes, -np.minimum(most, stored * efficiency), np.minimum(most, (capacity - stored) / efficiency))
    later = worth_at(after, stored + np.where(moved > 0, moved * efficiency, moved / efficiency), fleet)
    meter = net_wh[..., None] + moved
    paid, earned = (np.asarray(each)[..., None] for each in price)
    now = np.maximum(paid * meter, earned * meter) + WEAR_PRICE * np.abs(moved)
    best = (now + later).argmin(axis=-1)[..., None]
    return np.asarray(np.take_along_axis(moved, best, axis=-1)[..., 0], np.float64)


def worth_at(row: Floats, stored_wh: Floats, fleet: Fleet) -> Floats:
    """A row of the table at any stored energy, straight between levels, shape (..., homes, values) as `stored_wh`."""
    level = stored_wh / np.maximum(fleet.capacity_wh, 1)[:, None] * (STORED_LEVELS - 1)
    below = np.clip(level.astype(np.int64), 0, STORED_LEVELS - 2)
    low, high = np.take_along_axis(row, below, axis=-1), np.take_along_axis(row, below + 1, axis=-1)
    return np.asarray(low + (high - low) * (level - below), np.float64)
