"""Which way each home's panels face, learned from what they gave: a plane under a clear sky, and its size.

The plane is the one of a grid whose clear-sky light best has the shape of the home's clear days. Stamps of meters can
be an hour off (they may name the end of a step), so their shift is learned, too, once for all homes. In the homes pack
it is an hour, and the planes then give the shape of clear days to three or four per cent.

Tables are by a clock that is always the same hours ahead of UTC (see `solar`), NaN where nothing was measured.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from aipchain.ai.forecasting.gaps import quantiles
from aipchain.ai.forecasting.solar import Sunlight, on_plane, sunlight
from aipchain.units import Site, UnixSeconds

__all__ = ["Plane", "Roofs", "clear_sky_wh", "learned_planes"]

_FACING: Final = tuple(range(75, 300, 15))
"""Compass directions that are tried [degrees]."""

_TILTS: Final = (5, 10, 15, 20, 25, 30, 40)
_SHIFTS_H: Final = (-1, 0, 1)
_BESIDE_DAYS: Final = 10
"""Clear days are told apart among so many days to either side."""

_CLEAR: Final = 0.9
"""A day is clear when it has this part of what the clearer days around it have."""

_CLEARER: Final = 0.85

Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Plane:
    """Direction, tilt [degrees] and size [Wh of a step for a W/m2 of light]; `error` of the shape of clear days."""

    facing: int
    tilt: int
    size: float
    error: float


@dataclass(frozen=True, slots=True)
class Roofs:
    """Planes of homes by name, and how far the stamps of their meters lag behind [h]."""

    planes: dict[str, Plane]
    stamp_shift_h: int


def learned_planes(site: Site, start: UnixSeconds, names: tuple[str, ...], energy: Table, ahead_h: float) -> Roofs:
    """The planes that fit best what homes gave, (homes, days, steps) [Wh]; homes that gave nothing have none."""
    found = {shift: _planes(site, start, names, energy, ahead_h - shift) for shift in _SHIFTS_H}
    best = min(found, key=lambda shift: (sum(plane.error for plane in found[shift].values()), abs(shift)))
    return Roofs(found[best], best)


def clear_sky_wh(light: Sunlight, planes: list[Plane]) -> Table:
    """What the planes would give under a clear sky, (homes, days, steps) [Wh]."""
    return np.stack([plane.size * on_plane(light, plane.facing, plane.tilt) for plane in planes])


def _planes(site: Site, start: UnixSeconds, names: tuple[str, ...], energy: Table, ahead_h: float) -> dict[str, Plane]:
    light = sunlight(site, start, range(energy.shape[1]), energy.shape[2], ahead_h)
    tried = [(facing, tilt) for facing in _FACING for tilt in _TILTS]
    shapes = np.stack([on_plane(light, facing, tilt) for facing, tilt in tried])
    whole = np.where(np.isnan(energy).any(axis=2, keepdims=True), np.nan, energy)  # a gap is no cloud
    given = zip(names, whole, strict=True)
    return {name: _plane(home, shapes, tried) for name, home in given if np.nansum(home) > 0}


def _plane(home: Table, shapes: Table, tried: list[tuple[int, int]]) -> Plane:
    """The plane of least absolute error on clear days, when each day is given its own total."""
    total = home.sum(axis=1)
    part = total / np.maximum(shapes.sum(axis=2), 1e-9)  # (planes, days)
    clear = part > _CLEAR * _clearer(part)
    error = np.abs(home - shapes * part[..., None]).sum(axis=2)
    by_plane = np.sum(error, axis=1, where=clear) / np.sum(np.broadcast_to(total, part.shape), axis=1, where=clear)
    best = int(np.argmin(by_plane))
    facing, tilt = tried[best]
    return Plane(facing, tilt, float(np.median(part[best][clear[best]])), float(by_plane[best]))


def _clearer(part: Table) -> Table:
    """A high quantile of the days around each, (planes, days)."""
    edge = np.full((len(part), _BESIDE_DAYS), np.nan)
    around = sliding_window_view(np.concatenate([edge, part, edge], axis=1), 2 * _BESIDE_DAYS + 1, axis=1)
    return np.asarray(quantiles(around, (_CLEARER,), axis=2)[0])
