"""The forecasters to use, of each kind: what the benchmark found best on the days it may be tuned on."""

from aipchain.ai.forecasting.blend import Blend
from aipchain.ai.forecasting.boosted import BoostedTrees
from aipchain.ai.forecasting.climatology import Climatology
from aipchain.ai.forecasting.forecaster import Forecaster
from aipchain.ai.forecasting.load import BLEND, load_blend
from aipchain.ai.forecasting.solar_blend import SkyBlend
from aipchain.units import Site

__all__ = ["BLEND", "best_of_generation", "best_of_load"]


def best_of_load() -> Forecaster:
    """Of what homes use."""
    return load_blend()


def best_of_generation(site: Site | None) -> Forecaster:
    """Of what homes generate: by the sun over their place; where that is not known, trees and climatology."""
    if site is not None:
        return SkyBlend(site, BLEND)
    return Blend(BLEND, ((BoostedTrees(), 0.5), (Climatology(days_back=14), 0.5)))
