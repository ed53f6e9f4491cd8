"""A community run step by step under a policy: what batteries do, what meters show, what the pool's prices are.

A policy sees what a home's gateway sees: what is stored, its own meter while the step runs, and the pool prices of
steps that are over. Forecasts are the policy's own. The physics and the meters are the same for all policies.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.agents.control import by_rule
from aipchain.ai.agents.fleet import Fleet, Whole, move_all

__all__ = ["Community", "Mixed", "Policy", "Rule", "Run", "Seen", "pool_prices", "simulate"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Community:
    """Energy of homes, shape (homes, steps) [Wh], prices of the outside, shape (steps) [base units per Wh]."""

    load_wh: Whole
    generation_wh: Whole
    import_price: Whole
    export_price: Whole
    fleet: Fleet
    step_s: int

    @property
    def net_wh(self) -> Whole:
        """Load less generation."""
        return self.load_wh - self.generation_wh


@dataclass(frozen=True, slots=True)
class Seen:
    """What a policy sees in a step: stored energy and own net load of each home, shape (homes) [Wh].

    `paid` and `earned` are the pool's average prices of all earlier steps of the run, shape (steps so far).
    """

    step: int
    stored_wh: Whole
    net_wh: Whole
    paid: Floats
    earned: Floats


class Policy(Protocol):
    """Decides what batteries are asked to do."""

    def asked(self, seen: Seen) -> Whole:
        """Charge (above zero) or discharge of each home, shape (homes) [Wh]."""
        ...


@dataclass(frozen=True, slots=True)
class Rule:
    """Every home by the rule."""

    def asked(self, seen: Seen) -> Whole:
        """See `Policy.asked`."""
        return by_rule(seen.net_wh)


@dataclass(frozen=True, slots=True)
class Mixed:
    """Some homes have an agent, the others follow the rule; the agent's policy knows its own homes only."""

    agent: Policy
    homes: NDArray[np.bool_]

    def asked(self, seen: Seen) -> Whole:
        """See `Policy.asked`."""
        asked = by_rule(seen.net_wh)
        own = Seen(seen.step, seen.stored_wh[self.homes], seen.net_wh[self.homes], seen.paid, seen.earned)
        asked[self.homes] = self.agent.asked(own)
        return asked


@dataclass(frozen=True, slots=True)
class Run:
    """What came of it, shape (homes, steps): battery (charge above zero), stored at the end of each step, net [Wh]."""

    battery_wh: Whole
    stored_wh: Whole
    net_wh: Whole


def simulate(community: Community, policy: Policy, steps: range) -> Run:
    """Run the steps from empty batteries."""
    homes, count = len(community.load_wh), len(steps)
    battery, level, meter = (np.zeros((homes, count), dtype=np.int64) for _ in range(3))
    paid, earned = np.zeros(count), np.zeros(count)
    stored = np.zeros(homes, dtype=np.int64)
    for at, step in enumerate(steps):
        net = community.load_wh[:, step] - community.generation_wh[:, step]
        asked = policy.asked(Seen(step, stored, net, paid[:at], earned[:at]))
        moved, stored = move_all(community.fleet, stored, asked, community.step_s)
        battery[:, at], level[:, at], meter[:, at] = moved, stored, net + moved
        outside = (np.asarray(each[step], np.float64) for each in (community.import_price, community.export_price))
        paid[at], earned[at] = pool_prices(meter[:, at], *outside)
    return Run(battery, level, meter)


def pool_prices(net_wh: Whole, import_price: Floats, export_price: Floats) -> tuple[Floats, Floats]:
    """What members pay and get on average for a watt-hour at the mid-market rate: what the pool makes public.

    :param net_wh: shape (..., homes); prices and result of shape (...).
    """
    demand = np.maximum(net_wh, 0).sum(axis=-1).astype(np.float64)
    supply = np.maximum(-net_wh, 0).sum(axis=-1).astype(np.float64)
    local, middle = np.minimum(demand, supply), (import_price + export_price) / 2
    pays = (local * middle + (demand - local) * import_price) / np.maximum(demand, 1.0)
    gets = (local * middle + (supply - local) * export_price) / np.maximum(supply, 1.0)
    return np.where(demand > 0, pays, middle), np.where(supply > 0, gets, middle)
