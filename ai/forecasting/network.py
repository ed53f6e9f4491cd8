"""A small neural network over the same rows, one for all homes (FeatMLP): all nine quantiles at once.

Features go through sign(x) log(1 + |x|), are brought to mean 0 and deviation 1 of the training rows, and clipped at 5;
the step and the weekday are embedded. Two layers of 128 with LayerNorm, GELU and dropout give nine corrections to the
mean of the last two weeks. Pinball loss, AdamW, one cycle of the learning rate; the mean of some nets that differ by
seed.

One thread, fixed seeds: the same panel gives the same net on one kind of processor; another may differ in last bits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from aipchain.ai.forecasting.features import feature_rows
from aipchain.ai.forecasting.quantiles import LEVELS, Quantiles, in_order
from aipchain.ai.forecasting.training import TrainingRows, flat, training_rows
from aipchain.ai.panel import Panel

__all__ = ["FeatureNet", "FittedNets"]

_CLIP = 5.0
_WEEKDAYS = 7


@dataclass(frozen=True, slots=True)
class FeatureNet:
    """How nets are trained."""

    name: str = "feature net"
    seeds: tuple[int, ...] = (0, 1, 2, 3)
    epochs: int = 6
    batch: int = 512
    width: int = 128
    dropout: float = 0.15
    learning_rate: float = 2e-3
    weight_decay: float = 2e-2

    def fit(self, panel: Panel) -> "FittedNets":
        """Train a net for each seed."""
        torch.set_num_threads(1)
        rows = training_rows(panel)
        squeezed = _squeezed(rows.features)
        with np.errstate(invalid="ignore"):
            centre, spread = np.nanmean(squeezed, axis=0), np.nanstd(squeezed, axis=0) + 1e-6
        inputs = _inputs(rows.features, centre, spread)
        usual = _usual(rows.features, rows.names)
        nets = [self._train(rows, inputs, usual, panel.steps_per_day, seed) for seed in self.seeds]
        return FittedNets(tuple(nets), centre, spread)

    def _train(self, rows: TrainingRows, inputs: torch.Tensor, usual: torch.Tensor, steps: int, seed: int) -> "_Net":
        torch.manual_seed(seed)
        net = _Net(inputs.shape[1], steps, self.width, self.dropout)
        step, weekday = torch.from_numpy(rows.step), torch.from_numpy(rows.weekday)
        target = torch.from_numpy(rows.target)
        optimiser = torch.optim.AdamW(net.parameters(), lr=self.learning_rate, weight_decay=self.weight_decay)
        batches = -(-len(target) // self.batch)
        cycle = torch.optim.lr_scheduler.OneCycleLR(optimiser, self.learning_rate, total_steps=self.epochs * batches)
        order = torch.Generator().manual_seed(seed)
        for _ in range(self.epochs):
            for chosen in torch.randperm(len(target), generator=order).split(self.batch):  # type: ignore[no-untyped-call]  # torch
                told = net(inputs[chosen], step[chosen], weekday[chosen], usual[chosen])
                loss = _pinball(target[chosen], told)
                optimiser.zero_grad(set_to_none=True)
                loss.backward()  # type: ignore[no-untyped-call]  # torch
                optimiser.step()
                cycle.step()
        return net.eval()


@dataclass(frozen=True, slots=True)
class FittedNets:
    """Trained nets with the mean and the deviation of the squeezed features that they were trained on."""

    nets: tuple["_Net", ...]
    centre: NDArray[np.float32]
    spread: NDArray[np.float32]

    def forecast(self, panel: Panel, days: Sequence[int]) -> Quantiles:
        """See `Fitted.forecast`."""
        torch.set_num_threads(1)
        found = feature_rows(panel, days)
        features, weekday, step = flat(panel, days, found)
        inputs, usual = _inputs(features, self.centre, self.spread), _usual(features, found.names)
        with torch.inference_mode():
            told = [net(inputs, torch.from_numpy(step), torch.from_numpy(weekday), usual).numpy() for net in self.nets]
        shape = (*found.values.shape[:3], len(LEVELS))
        return in_order(np.mean(told, axis=0, dtype=np.float64).reshape(shape) * found.scale_wh[..., None, None])


class _Net(nn.Module):
    def __init__(self, features: int, steps: int, width: int, dropout: float) -> None:
        super().__init__()
        self.of_step = nn.Embedding(steps, 8)
        self.of_weekday = nn.Embedding(_WEEKDAYS, 4)
        layers: list[nn.Module] = []
        inputs = features + 12
        for _ in range(2):
            layers += [nn.Linear(inputs, width), nn.LayerNorm(width), nn.GELU(), nn.Dropout(dropout)]
            inputs = width
        self.body = nn.Sequential(*layers, nn.Linear(width, len(LEVELS)))

    def forward(
        self, inputs: torch.Tensor, step: torch.Tensor, weekday: torch.Tensor, usual: torch.Tensor
    ) -> torch.Tensor:
        """Quantiles by scale, (rows, 9)."""
        seen = torch.cat([inputs, self.of_step(step), self.of_weekday(weekday)], dim=1)
        told: torch.Tensor = usual[:, None] + self.body(seen)
        return told


def _pinball(target: torch.Tensor, told: torch.Tensor) -> torch.Tensor:
    level = torch.tensor(LEVELS)
    difference = target[:, None] - told
    return torch.maximum(level * difference, (level - 1) * difference).mean()


def _squeezed(features: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.sign(features) * np.log1p(np.abs(features)), dtype=np.float32)


def _inputs(features: NDArray[np.float32], centre: NDArray[np.float32], spread: NDArray[np.float32]) -> torch.Tensor:
    """What was not measured is as usual: 0."""
    normal = np.nan_to_num((_squeezed(features) - centre) / spread, nan=0.0)
    return torch.from_numpy(np.clip(normal, -_CLIP, _CLIP).astype(np.float32))


def _usual(features: NDArray[np.float32], names: Sequence[str]) -> torch.Tensor:
    """The mean of the last two weeks at that step; the scale itself where nothing was measured."""
    return torch.from_numpy(np.nan_to_num(features[:, names.index("mean of 14 days")], nan=1.0))
