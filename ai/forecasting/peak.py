"""The largest step of a community's day: when it comes, and how large it is.

A point forecast is smoother than any day, so its highest step is too low and says little about when. Scenarios have
peaks like real days; here their spread is calmed a little. The size is the median of their peaks, weighed so that the
error in per cent is least. The chance of a step to be the peak is half that of the scenarios and half Luce's rule of
choice over the point forecast, the step's energy to a power. The step that is named has the most chance within an hour
to either side.

Source: Luce 1959, "Individual choice behavior".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.forecasting.aggregate_total import FittedTotal, Outlook
from aipchain.ai.panel import Panel
from aipchain.units import Wh

__all__ = ["Peak", "peak_of", "peaks"]

_POWER: Final = 12.0
_CALMED: Final = 0.8
"""Power of (scenario / point). Both tuned on days 90 to 181 of the community benchmark."""

Table = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Peak:
    """The peak of a day: its step, the chance that it comes within an hour of it, and its size."""

    step: int
    chance_ppm: int
    size_wh: Wh
    by_step: Table
    """Chance of each step; they sum to 1."""


def peaks(fitted: FittedTotal, panel: Panel, days: Sequence[int]) -> list[Peak]:
    """The peaks of days, from what the panel holds before each.

    :raises UnusablePanel: see `FittedTotal.outlooks`.
    """
    return [peak_of(outlook) for outlook in fitted.outlooks(panel, days)]


def peak_of(outlook: Outlook) -> Peak:
    """The peak of one day."""
    steps = len(outlook.point)
    point = np.maximum(outlook.point, 1.0)
    scenarios = point * (outlook.scenarios / point) ** _CALMED
    drawn = np.bincount(scenarios.argmax(axis=1), minlength=steps) / len(scenarios)
    chosen = (point / point.max()) ** _POWER
    by_step = (drawn + chosen / chosen.sum()) / 2
    near = np.convolve(by_step, np.ones(2 * (steps // 24) + 1), mode="same")
    step = int(near.argmax())
    return Peak(step, int(near[step] * 1_000_000), _size(scenarios.max(axis=1)), by_step)


def _size(highest: Table) -> Wh:
    """The value of least mean error in per cent: the median, each weighed by its reciprocal."""
    ordered = np.sort(highest)
    weight = np.cumsum(1 / np.maximum(ordered, 1.0))
    return Wh(round(float(ordered[np.searchsorted(weight, weight[-1] / 2)])))
