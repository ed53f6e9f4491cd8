"""Sky analogs and trees as one forecaster of generation: they err differently, and their mean errs less."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from aipchain.ai.errors import UnusablePanel
from aipchain.ai.forecasting.quantiles import Quantiles, in_order
from aipchain.ai.forecasting.solar_analogs import FittedAnalogs, SkyAnalogs
from aipchain.ai.forecasting.solar_clock import by_the_clock
from aipchain.ai.forecasting.solar_trees import SkyTrees, grown
from aipchain.ai.forecasting.solar_view import view_of
from aipchain.ai.panel import Panel
from aipchain.units import Site

__all__ = ["FittedSky", "SkyBlend"]

_TREES: Final = 0.3
"""Weight of the trees; tuned on days 90 to 181 of the benchmark."""


@dataclass(frozen=True, slots=True)
class SkyBlend:
    """Analogs by night, at the edges of the day, and while there is too little to grow trees from; else both."""

    site: Site
    name: str = "sky blend"
    trees: float = _TREES
    seed: int = 0

    def fit(self, panel: Panel) -> "FittedSky":
        """Learn planes, and grow trees."""
        analogs = SkyAnalogs(self.site).fit(panel)
        view = view_of(self.site, analogs.roofs, panel, [panel.days])
        try:
            return FittedSky(self, analogs, grown(view, seed=self.seed))
        except UnusablePanel:
            return FittedSky(self, analogs, None)


@dataclass(frozen=True, slots=True)
class FittedSky:
    """What both have learned; no trees where nothing could be learned."""

    how: SkyBlend
    analogs: FittedAnalogs
    trees: SkyTrees | None

    def forecast(self, panel: Panel, days: Sequence[int]) -> Quantiles:
        """See `Fitted.forecast`; without a number where the analogs have none."""
        view = view_of(self.how.site, self.analogs.roofs, panel, days)
        told = self.analogs.told(view, days)
        if self.trees is not None:
            both = (1 - self.how.trees) * told + self.how.trees * self.trees.told(view, days)
            told = in_order(np.where(view.lit[:, list(days), :, None], both, told))
        return by_the_clock(self.how.site, panel, days, told)
