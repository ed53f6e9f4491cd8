"""How a home behaves: what it expects when it orders, and what its meter counts in the end.

A home as it was recorded only expects. A home with a battery also moves energy in time: by the rule of
self-consumption, or by its agent's plan. What a battery does follows from the recorded energy, the tariffs and the
forecasts alone, never from what was traded, so that a rehearsal that was killed comes to the same again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from aipchain.ai.agents.battery import Battery, move
from aipchain.market.book import ReferencePrice
from aipchain.metering.packs import Home
from aipchain.orchestrator.foresight import Expected, Foresight

__all__ = [
    "Ahead",
    "AsRecorded",
    "Conduct",
    "Manager",
    "Planned",
    "SelfConsumption",
    "Wanted",
    "WithBattery",
    "wanted_of",
]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a home wants to buy and to sell in a step [Wh]: both where it cannot know which it will be."""

    bid_wh: int = 0
    offer_wh: int = 0


def wanted_of(expected: Expected) -> Wanted:
    """Orders of a home that cannot do anything about its net: half way from the mean to the ends of what it may be.

    What is ordered and not needed, or offered and not there, costs nothing on this chain, while a chance that was not
    ordered for is lost; so orders reach beyond the mean. Half way was tuned on two fortnights, see docs/ai.md.
    """
    most = expected.load_wh[-1] - expected.generation_wh[0]
    least = expected.load_wh[0] - expected.generation_wh[-1]
    return Wanted(max(0, (expected.net_wh + most) // 2), max(0, -(expected.net_wh + least) // 2))


class Conduct(Protocol):
    """A home in time; steps are those of its data."""

    @property
    def name(self) -> str:
        """The home's name."""
        ...

    def wanted(self, step: int) -> Wanted:
        """What it orders for a step, by what it knows when orders for it are placed."""
        ...

    def net_wh(self, step: int) -> int:
        """What its meter counts in a step: import, or below zero export [Wh]."""
        ...

    def consumed_wh(self, step: int) -> int:
        """What is used behind the meter in a step, with what a battery takes, less what it gives [Wh]."""
        ...


@dataclass(frozen=True, slots=True)
class AsRecorded:
    """A home without a battery; `place` is its number in the foresight."""

    home: Home
    place: int
    foresight: Foresight

    @property
    def name(self) -> str:
        """See `Conduct.name`."""
        return self.home.name

    def wanted(self, step: int) -> Wanted:
        """See `Conduct.wanted`."""
        expected = self.foresight.expected(self.place, step, 1)
        return wanted_of(expected[0]) if expected else Wanted()

    def net_wh(self, step: int) -> int:
        """See `Conduct.net_wh`."""
        return self.home.import_wh(step) - self.home.export_wh(step)

    def consumed_wh(self, step: int) -> int:
        """See `Conduct.consumed_wh`."""
        return self.home.load_wh[step]


@dataclass(frozen=True, slots=True)
class Planned:
    """What a battery is to do in a step (charge, or below zero discharge), and the net of the home then [Wh]."""

    battery_wh: int
    net_wh: int


@dataclass(frozen=True, slots=True)
class Ahead:
    """What a battery is planned on: the steps ahead as expected, their tariffs, and what it holds before them [Wh]."""

    expected: Sequence[Expected]
    tariffs: Sequence[ReferencePrice]
    battery: Battery
    stored_wh: int
    step_s: int


class Manager(Protocol):
    """Who runs a battery."""

    def plan(self, ahead: Ahead) -> Planned:
        """The next step."""
        ...

    def carry_out(self, plan: Planned | None, net_wh: int) -> int:
        """What to ask of the battery in the step, when the home lacks `net_wh` by itself [Wh]; no plan: no idea."""
        ...


@dataclass(frozen=True, slots=True)
class SelfConsumption:
    """The rule: what is left is stored, what lacks is taken from store."""

    def plan(self, ahead: Ahead) -> Planned:
        """See `Manager.plan`."""
        net = ahead.expected[0].net_wh
        moved = move(ahead.battery, ahead.stored_wh, -net, ahead.step_s)
        return Planned(moved.battery_wh, net + moved.battery_wh)

    def carry_out(self, plan: Planned | None, net_wh: int) -> int:
        """See `Manager.carry_out`."""
        return -net_wh


@dataclass(slots=True)
class WithBattery:
    """A home whose battery is empty when the step `first` begins, and whose plans look `steps_ahead` steps ahead."""

    recorded: AsRecorded
    battery: Battery
    manager: Manager
    tariffs: Sequence[ReferencePrice]
    first: int
    step_s: int
    steps_ahead: int
    _plans: dict[int, Planned | None] = field(default_factory=dict)
    _moves: list[tuple[int, int]] = field(default_factory=list)
    """By step from `first`: what the battery did, and what it holds after it [Wh]."""

    @property
    def name(self) -> str:
        """See `Conduct.name`."""
        return self.recorded.name

    def wanted(self, step: int) -> Wanted:
        """See `Conduct.wanted`."""
        if step < self.first:
            return self.recorded.wanted(step)
        plan = self._plan(step)
        return Wanted() if plan is None else Wanted(max(0, plan.net_wh), max(0, -plan.net_wh))

    def net_wh(self, step: int) -> int:
        """See `Conduct.net_wh`."""
        net = self.recorded.net_wh(step)
        return net if step < self.first else net + self._moved(step)[0]

    def consumed_wh(self, step: int) -> int:
        """See `Conduct.consumed_wh`."""
        used = self.recorded.consumed_wh(step)
        return used if step < self.first else used + self._moved(step)[0]

    def stored_wh(self, step: int) -> int:
        """What the battery holds after a step [Wh]."""
        return 0 if step < self.first else self._moved(step)[1]

    def _plan(self, step: int) -> Planned | None:
        if step not in self._plans:
            expected = self.recorded.foresight.expected(self.recorded.place, step, self.steps_ahead)
            tariffs = self.tariffs[step : step + len(expected)]
            held = self._held_before(step)
            ahead = Ahead(expected[: len(tariffs)], tariffs, self.battery, held, self.step_s)
            self._plans[step] = self.manager.plan(ahead) if tariffs else None
        return self._plans[step]

    def _held_before(self, step: int) -> int:
        """What the battery is going to hold when the step begins: the step before it runs, and is not over yet."""
        held = self.stored_wh(step - 2)
        running = self._plan(step - 1) if step > self.first else None
        return held if running is None else move(self.battery, held, running.battery_wh, self.step_s).stored_wh

    def _moved(self, step: int) -> tuple[int, int]:
        for at in range(self.first + len(self._moves), step + 1):
            held = self._moves[-1][1] if self._moves else 0
            asked = self.manager.carry_out(self._plan(at), self.recorded.net_wh(at))
            moved = move(self.battery, held, asked, self.step_s)
            self._moves.append((moved.battery_wh, moved.stored_wh))
        return self._moves[step - self.first]
