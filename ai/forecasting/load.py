"""The forecaster of load that the benchmark found best on the days it may be tuned on: trees and nets, blended."""

from typing import Final

from aipchain.ai.forecasting.blend import Blend
from aipchain.ai.forecasting.boosted import BoostedTrees
from aipchain.ai.forecasting.network import FeatureNet

__all__ = ["BLEND", "load_blend"]

BLEND: Final = "blend"
_TREES: Final = 0.5
"""Weight of the trees, tuned on days 90 to 181; the net has the rest."""


def load_blend() -> Blend:
    """Feature nets and boosted trees; nets first, as they need the more memory when trees have been grown before."""
    return Blend(BLEND, ((FeatureNet(), 1 - _TREES), (BoostedTrees(), _TREES)))
