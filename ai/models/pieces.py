"""Learning cut into pieces for an executor: each level of the trees and each seed of the nets, over each span of days.

A worker makes the rows of its piece itself, which takes a second where growing and training take several. In this
process there is nothing to share: forecasters stay whole and make their rows once. Either way the bytes are the same.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from aipchain.ai.executors.executor import Executor
from aipchain.ai.forecasting.blend import Blend, FittedBlend
from aipchain.ai.forecasting.boosted import BoostedTrees, FittedTrees
from aipchain.ai.forecasting.forecaster import Fitted, Forecaster
from aipchain.ai.forecasting.network import FeatureNet, FittedNets
from aipchain.ai.panel import Panel

__all__ = ["learned"]

_Piece = tuple[Forecaster, int]
"""What learns, and from how many of the first days."""


def learned(
    blend: Blend, panel: Panel, spans: Sequence[int], executor: Executor, told: Callable[[str], None]
) -> list[FittedBlend]:
    """The blend, learned from each of some spans of a panel.

    :param spans: how many of its first days.
    :param told: hears of each piece that is done.
    :raises WorkLost: see `Executor.map`.
    """
    whole = [(forecaster, days) for days in spans for forecaster, _ in blend.parts]
    cut = [list(_cut(piece)) if executor.workers > 1 else [piece] for piece in whole]
    done = _done([piece for pieces in cut for piece in pieces], panel, executor, told)
    parts = iter([_joined([next(done) for _ in pieces]) for pieces in cut])
    return [FittedBlend(tuple((next(parts), weight) for _, weight in blend.parts)) for _ in spans]


def _cut(piece: _Piece) -> Iterator[_Piece]:
    forecaster, days = piece
    if isinstance(forecaster, BoostedTrees):
        yield from ((replace(forecaster, grown=(level,)), days) for level in forecaster.grown)
    elif isinstance(forecaster, FeatureNet):
        yield from ((replace(forecaster, seeds=(seed,)), days) for seed in forecaster.seeds)
    else:
        yield piece


def _done(pieces: Sequence[_Piece], panel: Panel, executor: Executor, told: Callable[[str], None]) -> Iterator[Fitted]:
    results = executor.map(_fitted, pieces, panel)
    for place, ((forecaster, days), fitted) in enumerate(zip(pieces, results, strict=True), start=1):
        told(f"{place} of {len(pieces)}: {forecaster.name} learned from {days} days")
        yield fitted


def _fitted(panel: Panel, piece: _Piece) -> Fitted:
    forecaster, days = piece
    return forecaster.fit(panel.until(days))


def _joined(parts: Sequence[Fitted]) -> Fitted:
    """One of the pieces that it was cut into."""
    trees = [part for part in parts if isinstance(part, FittedTrees)]
    if trees:
        return replace(trees[0], models=tuple(model for part in trees for model in part.models))
    nets = [part for part in parts if isinstance(part, FittedNets)]
    return replace(nets[0], nets=tuple(net for part in nets for net in part.nets)) if nets else parts[0]
