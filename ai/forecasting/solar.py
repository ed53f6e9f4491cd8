"""Where the sun stands over a site, and what a panel would give under a clear sky.

The sun's declination and the equation of time are Fourier series of the day of the year (Spencer 1971, "Fourier series
representation of the position of the sun"), good to some hundredths of a degree and half a minute. The direction to it
follows from declination, latitude and hour angle (Duffie and Beckman, "Solar engineering of thermal processes", 1).
The beam under a clear sky is 1,353 W/m2 x 0.7^(m^0.678) behind an air mass m (Meinel and Meinel 1976; air mass by
Kasten and Young 1989), and a tenth of it comes from the whole sky (isotropic, Liu and Jordan 1963).

No weather is in here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.panel import DAY_S
from aipchain.units import UDEG, Site, UnixSeconds

__all__ = ["Sunlight", "on_plane", "sunlight"]

_BEAM_W: Final = 1_353.0
"""Beam above the atmosphere in the formula of Meinel [W/m2]."""

_FROM_THE_SKY: Final = 0.1
"""Diffuse light of a clear sky, as a part of the beam."""

_PARTS: Final = 4
"""A step is the mean of so many moments of it."""

Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sunlight:
    """Direction to the sun (days, moments, 3: east, north, up) and its clear-sky beam (days, moments) [W/m2]."""

    direction: Table
    beam_w: Table


def sunlight(site: Site, start: UnixSeconds, days: range, steps_per_day: int, ahead_h: float) -> Sunlight:
    """The sun in each of `_PARTS` moments of every step, by a clock that is always `ahead_h` ahead of UTC."""
    first = [datetime.fromtimestamp(start + day * DAY_S, UTC).timetuple().tm_yday - 1 for day in days]
    hour = (np.arange(steps_per_day * _PARTS) + 0.5) * 24 / (steps_per_day * _PARTS)
    turn = 2 * np.pi * (np.array(first)[:, None] + hour / 24) / 365
    solar_hour = hour - ahead_h + site.east_udeg / UDEG / 15 + _equation_of_time_h(turn)
    direction = _direction(np.radians(site.north_udeg / UDEG), _declination(turn), np.radians(15 * (solar_hour - 12)))
    return Sunlight(direction, _beam(direction[..., 2]))


def on_plane(light: Sunlight, facing: float, tilt: float) -> Table:
    """Light on a plane, mean of each step, (days, steps) [W/m2].

    :param facing: compass direction [degrees]: 90 is east, 180 south.
    :param tilt: against the ground [degrees].
    """
    across, leaning = np.radians(facing), np.radians(tilt)
    normal = np.array([np.sin(leaning) * np.sin(across), np.sin(leaning) * np.cos(across), np.cos(leaning)])
    direct = light.beam_w * np.maximum(light.direction @ normal, 0.0)
    total = direct + _FROM_THE_SKY * light.beam_w * (1 + np.cos(leaning)) / 2
    return np.asarray(total.reshape(len(total), -1, _PARTS).mean(axis=2))


def _series(turn: Table, constant: float, terms: Sequence[tuple[float, float]]) -> Table:
    """constant + sum of a cos(k turn) + b sin(k turn)."""
    waves = [a * np.cos(k * turn) + b * np.sin(k * turn) for k, (a, b) in enumerate(terms, start=1)]
    return np.asarray(constant + np.sum(waves, axis=0))


def _declination(turn: Table) -> Table:
    return _series(turn, 0.006918, ((-0.399912, 0.070257), (-0.006758, 0.000907), (-0.002697, 0.00148)))


def _equation_of_time_h(turn: Table) -> Table:
    return 24 / (2 * np.pi) * _series(turn, 0.000075, ((0.001868, -0.032077), (-0.014615, -0.040849)))


def _direction(latitude: float, declination: Table, hour_angle: Table) -> Table:
    south = np.cos(declination) * np.cos(hour_angle)
    east = -np.cos(declination) * np.sin(hour_angle)
    north = np.cos(latitude) * np.sin(declination) - np.sin(latitude) * south
    up = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * south
    return np.stack([east, north, up], axis=-1)


def _beam(up: Table) -> Table:
    height = np.degrees(np.arcsin(np.clip(up, 0.0, 1.0)))
    air_mass = 1 / (np.maximum(up, 0.0) + 0.50572 * (height + 6.07995) ** -1.6364)
    return np.where(up > 0, _BEAM_W * 0.7 ** (air_mass**0.678), 0.0)
