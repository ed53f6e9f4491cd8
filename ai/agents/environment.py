"""A community to learn in: many copies of it at once, each on days of its own, stepped together in arrays.

Each home's action is a lean (see `residual`). It is rewarded by what its plan did not foresee: the cost to come that
the table had before the step, less what the step cost and what the table has after it. So the plan's own value is the
baseline (potential-based shaping, Ng, Harada and Russell 1999). Part of the reward is the community's mean, so that a
home that helps its neighbours has some of it.
"""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.agents.alone import Alone, Day, leaned
from aipchain.ai.agents.fleet import Whole, move_all
from aipchain.ai.agents.observation import Sights, observed, sights_of
from aipchain.ai.agents.price_memory import positions
from aipchain.ai.agents.residual import lean_price
from aipchain.ai.agents.simulation import Community, pool_prices, simulate
from aipchain.ai.agents.worth import best_charge, worth_at

__all__ = ["Village", "Worlds", "lived_through"]

COMMON_SHARE: Final = 0.5
"""So much of a home's reward is the mean of all homes'."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Village:
    """What is learned in: a community and what its homes worked out on each of these days, by number of the day."""

    community: Community
    first_day: int
    days: tuple[Day, ...]

    @property
    def steps_per_day(self) -> int:
        """Steps of a day."""
        return len(self.days[0].outside.paid)


def lived_through(community: Community, plans: Alone, steps: range) -> Village:
    """What homes worked out while they lived through whole days by plans that had not yet begun."""
    simulate(community, plans, steps)
    return Village(community, steps.start // plans.steps_per_day, tuple(plans.days))


@dataclass(slots=True)
class Worlds:
    """Copies of a village. Of what came before a world's first day nothing is known but the tables."""

    village: Village
    count: int
    rng: np.random.Generator
    _sights: Sights = field(init=False)
    _step: Whole = field(init=False)
    _stored: Whole = field(init=False)
    _public: Floats = field(init=False)

    def __post_init__(self) -> None:
        self._sights = sights_of(self.village.days)

    @property
    def homes(self) -> int:
        """In each world."""
        return len(self.village.community.load_wh)

    def reset(self, length: int) -> Floats:
        """Each world begins at a midnight that leaves `length` steps, with any storage; shape (worlds, homes, seen)."""
        per_day, capacity = self.village.steps_per_day, self.village.community.fleet.capacity_wh
        latest = len(self.village.days) - -(-length // per_day)
        self._step = self.rng.integers(0, latest + 1, self.count) * per_day
        self._stored = (self.rng.uniform(0, 1, (self.count, self.homes)) * capacity).astype(np.int64)
        self._public = np.full((self.count, 2), 0.5)
        return self._observed()

    def step(self, lean: Floats) -> tuple[Floats, Floats]:
        """Act in all worlds; what is seen then, and the reward of each home, shape (worlds, homes).

        :param lean: shape (worlds, homes), counted from -1 to 1.
        """
        at, net, sights = self._at, self._net, self._sights
        before, after = sights.table[at], sights.table[at[0], at[1] + 1]
        then, outside = self._charged(lean, after), (sights.outside_paid[at], sights.outside_earned[at])
        meter = net + then.moved_wh
        prices = pool_prices(meter, *outside)
        bill = np.maximum(meter, 0) * prices[0][:, None] - np.maximum(-meter, 0) * prices[1][:, None]
        gain = self._worth(before, self._stored) - self._worth(after, then.stored_wh)
        reward = (gain - bill) / self._unit
        self._step, self._stored = self._step + 1, then.stored_wh
        self._public = np.stack([positions(each, *outside) for each in prices], axis=-1)
        return self._observed(), (1 - COMMON_SHARE) * reward + COMMON_SHARE * reward.mean(axis=1, keepdims=True)

    @property
    def _at(self) -> tuple[Whole, Whole]:
        """The day of each world, as a place among the sights, and the step of the day."""
        per_day = self._sights.steps
        return np.minimum(self._step // per_day, len(self.village.days) - 1), self._step % per_day

    @property
    def _net(self) -> Whole:
        """What the meters show without batteries, shape (worlds, homes) [Wh]."""
        at = self.village.first_day * self._sights.steps + self._step
        community = self.village.community
        return (community.load_wh[:, at] - community.generation_wh[:, at]).T

    @property
    def _unit(self) -> Floats:
        """Rewards count in a tenth of a full battery at the day's highest price, shape (worlds, homes)."""
        return self._sights.dearest[self._at[0]][:, None] * self.village.community.fleet.capacity_wh / 10

    def _charged(self, lean: Floats, after: Floats) -> "_Then":
        community, at, sights = self.village.community, self._at, self._sights
        row = leaned(after, lean_price(lean, sights.dearest[at[0]][:, None]), community.fleet)
        price = sights.paid[at][:, None], sights.earned[at][:, None]
        stored, net = self._stored.astype(np.float64), self._net.astype(np.float64)
        asked = best_charge(row, stored, net, price, community.fleet, step_s=community.step_s)
        return _Then(*move_all(community.fleet, self._stored, np.rint(asked).astype(np.int64), community.step_s))

    def _worth(self, row: Floats, stored_wh: Whole) -> Floats:
        return worth_at(row, stored_wh[..., None].astype(np.float64), self.village.community.fleet)[..., 0]

    def _observed(self) -> Floats:
        at, fleet = self._at, self.village.community.fleet
        public = np.where(at[1][:, None] > 0, self._public, 0.5)
        own = self._stored.astype(np.float64), self._net.astype(np.float64)
        return observed(self._sights, at, *own, public=public, fleet=fleet)


@dataclass(frozen=True, slots=True)
class _Then:
    moved_wh: Whole
    stored_wh: Whole
