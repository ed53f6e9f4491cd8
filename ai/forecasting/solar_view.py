"""What forecasters of generation see of a panel: energy and clear-sky output by standard time, and the sky of each day.

A home without a plane, because its panels never gave anything, has 1 Wh of clear-sky output in each step: parts of it
are then the energy itself. It tells nothing about the sky.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.forecasting.neighbours import sky_of_days
from aipchain.ai.forecasting.solar import sunlight
from aipchain.ai.forecasting.solar_clock import by_standard_time, standard_ahead
from aipchain.ai.forecasting.solar_planes import Plane, Roofs, clear_sky_wh, learned_planes
from aipchain.ai.panel import Panel
from aipchain.units import Site

__all__ = ["SolarView", "roofs_of", "view_of"]

_LEAST_PART: Final = 0.012
"""Of its highest, under which clear-sky output is no measure: twilight, or a roof that is seen from the side."""

_LEAST_WH: Final = 1.0
_LIT: Final = 0.02
"""Of its highest, over which clear-sky output makes a step one of the day."""

_NOTHING: Final = Plane(180, 0, 0.0, 0.0)

Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SolarView:
    """Tables by standard time; days of `clear` go on to the last that is asked for."""

    energy: Table
    """(homes, days, steps) [Wh]; NaN where nothing was measured."""
    clear: Table
    """(homes, days, steps) [Wh], never 0."""
    lit: NDArray[np.bool_]
    """Steps of the day, of homes that have a plane; of the shape of `clear`."""
    sky_before: Table
    """The sky of the day before each, (days, 3): see `sky_of_days`."""

    @property
    def part(self) -> Table:
        """Energy by clear-sky output."""
        return np.asarray(self.energy / self.clear[:, : self.energy.shape[1]])


def roofs_of(site: Site, panel: Panel) -> Roofs:
    """Planes of the homes of a panel.

    :raises UnknownZone: there is no such zone as the site's.
    """
    ahead_h = standard_ahead(site, panel.start)
    return learned_planes(site, panel.start, panel.homes, by_standard_time(site, panel), ahead_h)


def view_of(site: Site, roofs: Roofs, panel: Panel, days: Sequence[int]) -> SolarView:
    """What may be seen to forecast these days; planes of homes that are new are learned from before the first."""
    planes = dict(roofs.planes)
    if new := [home for home in panel.homes if home not in planes]:
        planes |= roofs_of(site, panel.until(min(days)).of_homes(new)).planes
    chosen = [planes.get(home, _NOTHING) for home in panel.homes]
    ahead_h = standard_ahead(site, panel.start) - roofs.stamp_shift_h
    full = clear_sky_wh(sunlight(site, panel.start, range(max(days) + 1), panel.steps_per_day, ahead_h), chosen)
    highest = full.max(axis=(1, 2), keepdims=True)
    clear = np.asarray(np.maximum(full, np.maximum(_LEAST_PART * highest, _LEAST_WH)))
    energy = by_standard_time(site, panel.until(max(1, *days)))
    seen = np.where(highest > 0, energy, np.nan)
    sky = sky_of_days(seen, clear[:, : energy.shape[1]])
    before = np.concatenate([np.full((1, sky.shape[1]), np.nan), sky])
    return SolarView(energy, clear, (full > _LIT * highest) & (highest > 0), before)
