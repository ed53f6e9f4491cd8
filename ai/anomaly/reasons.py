"""Why a home-week looks odd, in a sentence for the person who has to talk to the home."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.anomaly.signs import SIGNS
from aipchain.ai.forecasting.gaps import mean
from aipchain.ai.forecasting.quantiles import Quantiles

__all__ = ["theft_reason"]

_WORTH_TELLING: Final = 0.05
"""A smaller shortfall is not told."""

_DAY_IS_SHORT: Final = 0.1
_HOURS_TOLD: Final = 5
_ODD: Final = 2.0
"""Deviations from which a sign is told."""

Energy = NDArray[np.float64]


def theft_reason(energy: Energy, forecast: Quantiles, home: int, deviation: Energy) -> str:
    """Say what is odd about a home's week: how much is lacking, when, and the strongest sign.

    :param energy: of the week of all homes, shape (homes, 7, steps) [Wh], NaN in gaps; `forecast` with nine quantiles.
    :param deviation: of the home's signs, shape (9).
    """
    expected = np.where(np.isnan(energy), np.nan, forecast.mean(axis=-1))
    as_neighbours, compared = _neighbours_ratio(energy, expected, home)
    parts = [*_shortfall(energy[home], expected[home] * as_neighbours), *_strongest(deviation)]
    if not compared:
        parts.append("no neighbours to compare with")
    return "; ".join(parts)


def _neighbours_ratio(energy: Energy, expected: Energy, home: int) -> tuple[float, bool]:
    """Measured by forecast of the median neighbour: a cold week is no theft."""
    total, told = np.nansum(energy, axis=(1, 2)), np.nansum(expected, axis=(1, 2))
    others = (np.arange(len(energy)) != home) & (told > 0) & (total > 0)
    return (float(np.median(total[others] / told[others])), True) if others.any() else (1.0, False)


def _shortfall(energy: Energy, expected: Energy) -> list[str]:
    share = 1 - np.nansum(energy) / max(np.nansum(expected), 1.0)
    if share < _WORTH_TELLING:
        return []
    of_day = 1 - np.nansum(energy, axis=1) / np.maximum(np.nansum(expected, axis=1), 1e-9)
    known = ~np.isnan(energy).all(axis=1)
    days, short = int(known.sum()), int(((of_day > _DAY_IS_SHORT) & known).sum())
    return [
        f"used {share:.0%} less than forecast on {short} of {days} days, {_when(expected - energy)}".replace("%", " %")
    ]


def _when(lacking: Energy) -> str:
    """The five hours in which most is lacking, if that is half of it or more."""
    by_step = np.maximum(np.nan_to_num(mean(lacking, axis=0)), 0.0)
    by_hour = by_step.reshape(24, -1).sum(axis=1)
    windows = [by_hour[first : first + _HOURS_TOLD].sum() for first in range(24 - _HOURS_TOLD + 1)]
    first = int(np.argmax(windows))
    mostly = by_hour.sum() > 0 and windows[first] >= by_hour.sum() / 2
    return f"mostly {first}-{first + _HOURS_TOLD} h" if mostly else "at all hours"


def _strongest(deviation: Energy) -> list[str]:
    odd = int(np.argmax(deviation))
    if deviation[odd] < _ODD:
        return ["nothing unusual"] if deviation[odd] < 1 else [f"slightly unusual: {SIGNS[odd]}"]
    return [f"{SIGNS[odd]} ({deviation[odd]:.1f} deviations)"]
