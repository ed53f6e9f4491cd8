"""Forecasts made at midnight, corrected through the day by what the last hours missed.

For each step ahead, the error to come is a linear function of errors already made, learned from earlier days of all
homes together (least squares with a small penalty, Hoerl and Kennard 1970). For load the errors of the last hour, of
the last three and of the last day count; for generation, how clear the last hours were against what was forecast.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Intraday", "learn_intraday"]

HOURS_AHEAD: Final = 12
"""Later steps stay as forecast: errors of this morning tell little of tonight's."""

_WINDOWS_H: Final = (1, 3, 24)
_DARK_WH: Final = 5.0
"""Generation forecast below is night [Wh]."""
_SOME_WH: Final = 20.0
"""Added above and below the quotient of clear hours, so that dawn does not divide by nothing [Wh]."""
_PENALTY: Final = 1.0

Floats = NDArray[np.float64]
Steps = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Intraday:
    """What was learned: weights of shape (steps ahead, features); of generation if `sun`."""

    weights: Floats
    sun: bool
    steps_per_hour: int

    def shift(self, expected_wh: Floats, measured_wh: Floats, step: int, ahead: int) -> Floats:
        """What to add to the forecast of `step` and those after it, shape (homes, ahead) [Wh].

        :param expected_wh: means that were forecast, shape (homes, steps), at least to the last step ahead.
        :param measured_wh: what was measured, shape (homes, steps); nothing from `step` on is read.
        """
        count = min(ahead, len(self.weights))
        known = _known(expected_wh, measured_wh, np.array([step]), self.steps_per_hour, sun=self.sun)
        shift = np.zeros((len(expected_wh), ahead))
        told = expected_wh[:, step : step + count]
        rows = _at_lead(np.repeat(known, count, axis=1), told, sun=self.sun)
        shift[:, :count] = np.einsum("hlf,lf->hl", rows, self.weights[:count])
        if self.sun:
            shift[:, :count][told <= _DARK_WH] = 0.0
        return shift


def learn_intraday(
    expected_wh: Floats, measured_wh: Floats, steps: range, *, sun: bool, steps_per_hour: int
) -> Intraday:
    """Learn from forecasts and what then came, both of shape (homes, all steps) [Wh].

    :param steps: from these steps on it is learned what to expect; a day and `HOURS_AHEAD` around them must be there.
    """
    at = np.arange(steps.start, steps.stop)
    scale = np.maximum(measured_wh[:, at].mean(axis=1), 1.0)[:, None]
    known = _known(expected_wh, measured_wh, at, steps_per_hour, sun=sun)
    weights = []
    for lead in range(HOURS_AHEAD * steps_per_hour):
        rows = _at_lead(known, expected_wh[:, at + lead], sun=sun) / scale[..., None]
        missed = (measured_wh - expected_wh)[:, at + lead] / scale
        counted = expected_wh[:, at + lead] > _DARK_WH if sun else np.ones_like(missed, dtype=np.bool_)
        weights.append(_least_squares(rows[counted], missed[counted]))
    return Intraday(np.array(weights), sun, steps_per_hour)


def _least_squares(rows: Floats, target: Floats) -> Floats:
    penalty = _PENALTY * np.eye(rows.shape[1])
    return np.asarray(np.linalg.solve(rows.T @ rows + penalty, rows.T @ target), np.float64)


def _known(expected_wh: Floats, measured_wh: Floats, at: Steps, hour: int, *, sun: bool) -> Floats:
    """What is known at each step, shape (homes, steps, features): errors [Wh], or how much clearer it was."""
    last = _before(measured_wh, at, hour) - _before(expected_wh, at, hour)
    if not sun:
        longer = [_before(measured_wh, at, n * hour) - _before(expected_wh, at, n * hour) for n in _WINDOWS_H[1:]]
        return np.stack([last, *longer, np.broadcast_to(last.mean(axis=0), last.shape)], axis=-1)
    seen, told = _before(measured_wh, at, 3 * hour), _before(expected_wh, at, 3 * hour)
    clearer = np.clip((seen + _SOME_WH) / (told + _SOME_WH) - 1, -1.0, 2.0)
    return np.stack([last, clearer, np.broadcast_to(clearer.mean(axis=0), clearer.shape)], axis=-1)


def _at_lead(known: Floats, expected_wh: Floats, *, sun: bool) -> Floats:
    """The same for what is forecast of a later step: clearness counts by what is forecast [Wh]."""
    if not sun:
        return known
    return np.concatenate([known[..., :1], known[..., 1:] * expected_wh[..., None]], axis=-1)


def _before(energy_wh: Floats, at: Steps, steps: int) -> Floats:
    """Mean of the last steps before each, shape (homes, steps)."""
    first = int(at.min()) - steps
    total = np.cumsum(energy_wh[:, first : int(at.max())], axis=1)
    total = np.concatenate([np.zeros((len(total), 1)), total], axis=1)
    return np.asarray((total[:, at - first] - total[:, at - first - steps]) / steps, np.float64)
