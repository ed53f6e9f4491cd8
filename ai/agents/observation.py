"""What a learned agent sees: its own home and what is public, as numbers near one.

Nothing of another home is among them. Hours and prices are the same for all homes; storage, net load, and what stored
energy is worth are the home's own. Which home it is tells it apart, so that one net can treat homes differently.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.agents.alone import Day
from aipchain.ai.agents.fleet import Fleet
from aipchain.ai.agents.price_memory import positions
from aipchain.ai.agents.worth import worth_at

__all__ = ["FEATURES", "Sights", "observed", "sights_of"]

FEATURES: Final = 12
"""Numbers of a home, beside one for each home that says which it is."""

AHEAD: Final = 6
"""Steps ahead whose expected net load is seen, as a sum."""

_SLOPE_SHARE: Final = 0.1
"""The worth of stored energy is taken over so much of the capacity."""

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sights:
    """Days as they were worked out, one after the other, for looking up; shapes (days, steps of a day, ...).

    `public` prices are given as positions between the outside's, as are those that were expected.
    """

    paid: Floats
    earned: Floats
    outside_paid: Floats
    outside_earned: Floats
    net_wh: Floats
    ahead_wh: Floats
    table: Floats
    """Shape (days, steps + 1, homes, levels)."""

    @property
    def steps(self) -> int:
        """Of a day."""
        return int(self.paid.shape[1])

    @property
    def dearest(self) -> Floats:
        """The highest import price of each day."""
        return np.asarray(self.outside_paid.max(axis=1), np.float64)


def sights_of(days: Sequence[Day]) -> Sights:
    """Put days together."""
    net = np.stack([day.net_wh.T for day in days])
    steps = net.shape[1]
    ahead = np.stack([net[:, at + 1 : at + 1 + AHEAD].sum(axis=1) for at in range(steps)], axis=1)
    return Sights(
        paid=np.stack([day.prices.paid for day in days]),
        earned=np.stack([day.prices.earned for day in days]),
        outside_paid=np.stack([day.outside.paid for day in days]),
        outside_earned=np.stack([day.outside.earned for day in days]),
        net_wh=net,
        ahead_wh=ahead,
        table=np.stack([day.table for day in days]),
    )


def observed(
    sights: Sights, at: tuple[Numbers, Numbers], stored_wh: Floats, net_wh: Floats, *, public: Floats, fleet: Fleet
) -> Floats:
    """Shape (worlds, homes, FEATURES + homes).

    :param at: the day, as a place among the sights, and the step of the day, shape (worlds) each.
    :param stored_wh: what each home holds; `net_wh` what its meter shows without the battery, shape (worlds, homes).
    :param public: what members paid and earned in the step before, as positions, shape (worlds, 2).
    """
    worlds, homes = stored_wh.shape
    outside, dearest = (sights.outside_paid[at], sights.outside_earned[at]), sights.dearest[at[0]]
    expected = [positions(each[at], *outside) for each in (sights.paid, sights.earned)]
    turn = 2 * np.pi * at[1] / sights.steps
    common = np.stack([np.sin(turn), np.cos(turn), outside[0] / dearest, *expected, *public.T], axis=-1)
    capacity, power = np.maximum(fleet.capacity_wh, 1), np.maximum(fleet.power_w, 1)
    slope = _slope(sights.table[at[0], at[1] + 1], stored_wh, fleet) / dearest[:, None]
    surprise, ahead = (net_wh - sights.net_wh[at]) / power, sights.ahead_wh[at] / capacity
    own = np.stack([stored_wh / capacity, net_wh / power, surprise, slope, ahead], axis=-1)
    shared = np.broadcast_to(common[:, None], (worlds, homes, common.shape[-1]))
    return np.concatenate([shared, own, np.broadcast_to(np.eye(homes), (worlds, homes, homes))], axis=-1)


def _slope(row: Floats, stored_wh: Floats, fleet: Fleet) -> Floats:
    """What a stored watt-hour is worth, shape (worlds, homes) [base units per Wh]."""
    reach = fleet.capacity_wh * _SLOPE_SHARE
    around = np.stack([np.maximum(stored_wh - reach, 0), np.minimum(stored_wh + reach, fleet.capacity_wh)], axis=-1)
    ends = worth_at(row, around, fleet)
    return np.asarray((ends[..., 0] - ends[..., 1]) / np.maximum(around[..., 1] - around[..., 0], 1), np.float64)
