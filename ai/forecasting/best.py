"""The forecasters to use, of each kind: what the benchmark found best on the days it may be tuned on."""

from typing import Final

from aipchain.ai.forecasting.blend import Blend
from aipchain.ai.forecasting.boosted import BoostedTrees
from aipchain.ai.forecasting.climatology import Climatology
from aipchain.ai.forecasting.forecaster import Forecaster
from aipchain.ai.forecasting.network import FeatureNet

__all__ = ["BLEND", "best_of_generation", "best_of_load"]

BLEND: Final = "blend"


def best_of_load() -> Forecaster:
    """Of what homes use: trees and nets in equal parts."""
    return Blend(BLEND, ((BoostedTrees(), 0.5), (FeatureNet(seeds=(0, 1)), 0.5)))


def best_of_generation() -> Forecaster:
    """Of what homes generate: trees and climatology in equal parts."""
    return Blend(BLEND, ((BoostedTrees(), 0.5), (Climatology(days_back=14), 0.5)))
