"""The year of a community that suites are run on: what homes used and generated, what they own, and what energy cost.

Suites take it from any pack that has the shape of `RecordedYear`. Its times are those of the clocks there: the noon of
generation moves by an hour when they change. Homes of load and of generation that a meter fault spoils are left out by
rule, not by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.errors import UnusablePanel
from aipchain.ai.panel import Panel, panel_of
from aipchain.units import Site, UnixSeconds

__all__ = ["FEED_IN_MICRO_PER_KWH", "HomesYear", "RecordedHome", "RecordedYear", "year_of"]

FEED_IN_MICRO_PER_KWH: Final = 50_000
"""What the grid pays in the protocol CL22-WF [10^-6 currency units per kWh]."""

MOST_ZERO_LOAD: Final = 0.25
"""A home that shows no load in more of its steps has a meter that sees the net only."""

MOST_DEAD_DAYS: Final = 0.5
"""A home without any generation on more of its days has none that works."""

Whole = NDArray[np.int64]


class RecordedHome(Protocol):
    """A home of a pack: energy of every step [Wh], rated generation [W], battery [Wh, W]."""

    @property
    def name(self) -> str: ...  # noqa: D102  # a field
    @property
    def load_wh(self) -> Sequence[int]: ...  # noqa: D102
    @property
    def pv_wh(self) -> Sequence[int]: ...  # noqa: D102
    @property
    def pv_w(self) -> int: ...  # noqa: D102
    @property
    def battery_wh(self) -> int: ...  # noqa: D102
    @property
    def battery_w(self) -> int: ...  # noqa: D102


class RecordedYear(Protocol):
    """A pack: homes over equal steps, with the retail price of each step [10^-6 currency units per kWh]."""

    @property
    def start(self) -> UnixSeconds: ...  # noqa: D102  # a field
    @property
    def step_s(self) -> int: ...  # noqa: D102
    @property
    def homes(self) -> Sequence[RecordedHome]: ...  # noqa: D102
    @property
    def retail_micro_per_kwh(self) -> Sequence[int]: ...  # noqa: D102
    @property
    def site(self) -> Site | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class HomesYear:
    """Homes in one order everywhere: panels (homes, days, steps), equipment (homes), prices (days, steps)."""

    load: Panel
    generation: Panel
    capacity_w: Whole
    """Rated generation of each home [W]; 0 where it is not known."""
    battery_wh: Whole
    battery_w: Whole
    import_micro_per_kwh: Whole
    """What energy from the grid costs in each step [10^-6 currency units per kWh]."""
    feed_in_micro_per_kwh: Whole
    """What the grid pays in each step [10^-6 currency units per kWh]."""
    site: Site

    @property
    def core_load(self) -> Panel:
        """Load of the homes whose meter sees it: at most a quarter of all steps is exactly zero."""
        zero = np.mean((self.load.energy_wh == 0) & ~self.load.missing, axis=(1, 2))
        return self.load.of_homes(_named(self.load.homes, zero <= MOST_ZERO_LOAD))

    @property
    def core_generation(self) -> Panel:
        """Generation of the homes that have any on at least half of all days."""
        dead = np.mean(self.generation.energy_wh.sum(axis=2) == 0, axis=1)
        return self.generation.of_homes(_named(self.generation.homes, dead <= MOST_DEAD_DAYS))

    def capacity_of(self, homes: Sequence[str]) -> Whole:
        """Rated generation of some homes [W].

        :raises UnusablePanel: there is no such home.
        """
        for home in homes:
            if home not in self.load.homes:
                raise UnusablePanel(f"there is no home {home!r}: choose from {', '.join(self.load.homes)}")
        return self.capacity_w[[self.load.homes.index(home) for home in homes]]


def year_of(pack: RecordedYear, feed_in_micro_per_kwh: int = FEED_IN_MICRO_PER_KWH) -> HomesYear:
    """The whole days of a pack.

    :raises UnusablePanel: there is no whole day, or it is not said where the homes are.
    """
    if pack.site is None:
        raise UnusablePanel("the data do not say where the homes are: add the table site")
    load = panel_of(pack.start, pack.step_s, [(home.name, home.load_wh) for home in pack.homes])
    generation = panel_of(pack.start, pack.step_s, [(home.name, home.pv_wh) for home in pack.homes])
    price = panel_of(pack.start, pack.step_s, [("price", pack.retail_micro_per_kwh)]).energy_wh[0]
    return HomesYear(
        load=load,
        generation=generation,
        capacity_w=np.array([home.pv_w for home in pack.homes]),
        battery_wh=np.array([home.battery_wh for home in pack.homes]),
        battery_w=np.array([home.battery_w for home in pack.homes]),
        import_micro_per_kwh=price,
        feed_in_micro_per_kwh=np.full_like(price, feed_in_micro_per_kwh),
        site=pack.site,
    )


def _named(homes: Sequence[str], kept: NDArray[np.bool_]) -> list[str]:
    return [home for home, keep in zip(homes, kept, strict=True) if keep]
