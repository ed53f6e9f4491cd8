"""What a home expects of its next steps: energy as quantiles, and what the outside pays and asks.

An outlook is checked once, where it enters; everything behind it can rely on it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from aipchain.ai.agents.errors import UnusableOutlook
from aipchain.ai.agents.settings import PPM, Taste, whole_between
from aipchain.ai.forecasting.quantiles import LEVELS, Quantiles
from aipchain.ai.panel import DAY_S

__all__ = ["Outlook", "expected_wh", "outlook_of"]

MOST_PRICE: Final = 2**63 - 1
"""Prices are whole numbers of 64 bits [base units per Wh]."""

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Outlook:
    """Load and generation, shape (steps, 9) [Wh]; import and export price, shape (steps) [base units per Wh].

    A step lasts `step_s` seconds.
    """

    load_wh: Quantiles
    generation_wh: Quantiles
    import_price: Whole
    export_price: Whole
    step_s: int

    @property
    def steps(self) -> int:
        """How far it goes."""
        return len(self.import_price)

    def net_wh(self, taste: Taste) -> Floats:
        """Load less generation, as the household wants to plan on it, shape (steps) [Wh].

        Between the expected and a high load with a low generation, by the household's risk aversion.
        """
        averse = taste.risk_aversion_ppm / PPM
        expected = expected_wh(self.load_wh) - expected_wh(self.generation_wh)
        tight: Floats = self.load_wh[:, -1] - self.generation_wh[:, 0]
        return (1 - averse) * expected + averse * tight


def outlook_of(
    load_wh: Quantiles, generation_wh: Quantiles, import_price: ArrayLike, export_price: ArrayLike, step_s: int = 3_600
) -> Outlook:
    """An outlook that can be planned on.

    :raises UnusableOutlook: no step, unequal lengths, energy that is no number, below zero or out of order, or a price
        that is below zero, or an export that pays more than an import costs.
    :raises BadSetting: `step_s` is not from 1 s to a day.
    """
    whole_between("step_s", step_s, 1, DAY_S, "s")
    imports, exports = _prices("import", import_price), _prices("export", export_price)
    steps = len(imports)
    if steps < 1 or len(exports) != steps:
        raise UnusableOutlook(f"{steps} import prices and {len(exports)} export prices: give one of each for each step")
    for what, energy in (("load", load_wh), ("generation", generation_wh)):
        _check_energy(what, energy, steps)
    dear = np.flatnonzero(exports > imports)
    if len(dear):
        at = int(dear[0])
        raise UnusableOutlook(
            f"step {at} pays {exports[at]} for export and asks {imports[at]} for import: "
            "who feeds in would import to do so; give prices where import is dearer"
        )
    return Outlook(np.asarray(load_wh, np.float64), np.asarray(generation_wh, np.float64), imports, exports, step_s)


def expected_wh(energy: Quantiles) -> Floats:
    """The mean of a distribution given by quantiles, shape (...) [Wh].

    Between quantiles it is even; the tenth below the lowest and the tenth above the highest go on as steeply as the
    tenth beside them, and not below zero.
    """
    low = np.maximum(energy[..., 0] - (energy[..., 1] - energy[..., 0]) / 2, 0.0)
    high = energy[..., -1] + (energy[..., -1] - energy[..., -2]) / 2
    between = (energy[..., 1:] + energy[..., :-1]) / 2
    return np.asarray((low + high + between.sum(axis=-1)) / (len(LEVELS) + 1), np.float64)


def _check_energy(what: str, energy: Quantiles, steps: int) -> None:
    shape = np.shape(energy)
    if shape != (steps, len(LEVELS)):
        raise UnusableOutlook(f"{what} has shape {shape} for {steps} prices: give {len(LEVELS)} quantiles a step")
    if not np.isfinite(energy).all() or (np.asarray(energy) < 0).any() or (np.diff(energy, axis=-1) < 0).any():
        raise UnusableOutlook(f"{what} has quantiles that are no numbers, below zero or out of order")


def _prices(what: str, prices: ArrayLike) -> Whole:
    whole = np.asarray(prices)
    if whole.ndim != 1 or not np.issubdtype(whole.dtype, np.integer):
        raise UnusableOutlook(f"{what} prices are no whole numbers, one for each step [base units per Wh]")
    if len(whole) and int(whole.min()) < 0:
        raise UnusableOutlook(f"{what} prices go down to {int(whole.min())}: give prices from 0 up")
    return whole.astype(np.int64)
