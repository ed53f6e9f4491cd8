"""A small neural network over the same rows, one for all homes (FeatMLP): all nine quantiles at once.

Features go through sign(x) log(1 + |x|), are brought to mean 0 and deviation 1 of the training rows, and clipped at 5;
the step, the weekday and the home are embedded. Two layers of 128 with LayerNorm, GELU and dropout give nine
corrections to the mean of the last two weeks. Pinball loss, AdamW, one cycle of the learning rate; the mean of some
nets that differ by seed. One row in ten does not say which home it is of: so homes it never saw are forecast, too.

One thread, fixed seeds: the same panel gives the same net on one kind of processor; another may differ in last bits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from aipchain.ai.forecasting.adam import AdamW, cycled
from aipchain.ai.forecasting.quantiles import LEVELS, Quantiles, in_order
from aipchain.ai.forecasting.rows import STRANGER, Rows, rows_of
from aipchain.ai.forecasting.training import training_rows
from aipchain.ai.panel import Panel

__all__ = [
    "FeatureNet",
    "FittedNets",
    "Net",
    "inputs_of",
    "nets_as_tables",
    "nets_of_tables",
    "pinball",
    "squeezed",
    "usual_of",
]

_CLIP: Final = 5.0
_WEEKDAYS: Final = 7
_OF_STEP: Final = 8
_OF_WEEKDAY: Final = 4
_OF_HOME: Final = 6
_AT_A_TIME: Final = 2_048
"""Rows that are forecast together: each takes some kB on its way through the layers."""
_UNNAMED: Final = 0.1
"""Part of the training rows that do not say which home they are of."""


@dataclass(frozen=True, slots=True)
class FeatureNet:
    """How nets are trained."""

    name: str = "feature net"
    seeds: tuple[int, ...] = (0, 1)
    steps: int = 400
    batch: int = 1_024
    width: int = 128
    dropout: float = 0.15
    learning_rate: float = 3e-3
    weight_decay: float = 2e-2

    def fit(self, panel: Panel) -> "FittedNets":
        """Train a net for each seed."""
        torch.set_num_threads(1)
        rows = training_rows(panel)
        usual = usual_of(rows.features, rows.names)
        inputs, centre, spread = _normalised(rows.features)
        shape = (inputs.shape[1], panel.steps_per_day, self.width, self.dropout, len(panel.homes) + 1)
        target = torch.from_numpy(rows.target)
        kinds = tuple(torch.from_numpy(each) for each in (rows.step, rows.weekday, rows.home))
        nets = [self._train(shape, (inputs, usual, target), kinds, seed) for seed in self.seeds]
        return FittedNets(tuple(nets), centre, spread, panel.homes)

    def _train(
        self,
        shape: tuple[int, int, int, float, int],
        rows: tuple[torch.Tensor, ...],
        kinds: tuple[torch.Tensor, ...],
        seed: int,
    ) -> "Net":
        torch.manual_seed(seed)
        net = Net(*shape)
        (inputs, usual, target), (step, weekday, home), tables = rows, kinds, list(net.parameters())
        optimiser = AdamW(tables, self.weight_decay)
        for _ in range(-(-self.steps * self.batch // len(target))):
            named = torch.where(torch.rand(len(home)) < _UNNAMED, STRANGER, home)
            for chosen in torch.randperm(len(target)).split(self.batch)[: self.steps - optimiser.steps]:  # type: ignore[no-untyped-call]  # torch
                told = net(inputs[chosen], step[chosen], weekday[chosen], usual[chosen], named[chosen])
                gradients = torch.autograd.grad(pinball(target[chosen], told), tables)
                optimiser.step(gradients, cycled(self.learning_rate, optimiser.steps, self.steps))
        return net.eval()


@dataclass(frozen=True, slots=True)
class FittedNets:
    """Trained nets, the mean and the deviation of the squeezed features that they were trained on, and their homes."""

    nets: tuple["Net", ...]
    centre: NDArray[np.float32]
    spread: NDArray[np.float32]
    homes: tuple[str, ...] = ()

    def forecast(self, panel: Panel, days: Sequence[int]) -> Quantiles:
        """See `Fitted.forecast`."""
        return self.forecast_rows(rows_of(panel, days))

    def forecast_rows(self, rows: Rows) -> Quantiles:
        """See `FittedOnRows.forecast_rows`."""
        torch.set_num_threads(1)
        inputs, usual = inputs_of(rows.features, self.centre, self.spread), usual_of(rows.features, rows.names)
        numbers = (rows.step, rows.weekday, rows.home_numbers(self.homes))
        steps, weekdays, homes = (torch.from_numpy(each) for each in numbers)
        tables = (inputs, steps, weekdays, usual, homes)
        parts = list(zip(*(torch.split(each, _AT_A_TIME) for each in tables), strict=True))
        with torch.inference_mode():
            told = [torch.cat([net(*part) for part in parts]).numpy() for net in self.nets]
        return in_order(rows.in_wh(np.mean(told, axis=0, dtype=np.float64)))


def nets_as_tables(fitted: FittedNets) -> dict[str, NDArray[np.float32]]:
    """All numbers of trained nets, by name."""
    tables = {"centre": fitted.centre, "spread": fitted.spread}
    for place, net in enumerate(fitted.nets):
        tables.update({f"{place}.{name}": table.numpy() for name, table in net.state_dict().items()})
    return tables


def nets_of_tables(tables: Mapping[str, NDArray[np.float32]], homes: tuple[str, ...]) -> FittedNets:
    """The nets whose numbers these are.

    :raises KeyError: a table is missing.
    :raises RuntimeError: tables do not fit together.
    """
    count = 1 + max(int(name.partition(".")[0]) for name in tables if name[0].isdigit())
    nets = []
    for place in range(count):
        own = {name.partition(".")[2]: table for name, table in tables.items() if name.startswith(f"{place}.")}
        shape = (len(tables["centre"]), len(own["of_step.weight"]), len(own["body.0.bias"]))
        net = Net(*shape, 0.0, len(own.get("of_home.weight", ())))
        net.load_state_dict({name: torch.from_numpy(table) for name, table in own.items()})
        nets.append(net.eval())
    return FittedNets(tuple(nets), tables["centre"], tables["spread"], homes)


class Net(nn.Module):
    """The layers of one net; with `homes` of 0 it is not told which home a row is of."""

    def __init__(self, features: int, steps: int, width: int, dropout: float, homes: int = 0) -> None:
        super().__init__()
        self.of_step = nn.Embedding(steps, _OF_STEP)
        self.of_weekday = nn.Embedding(_WEEKDAYS, _OF_WEEKDAY)
        self.of_home = nn.Embedding(homes, _OF_HOME) if homes else None
        layers: list[nn.Module] = []
        inputs = features + _OF_STEP + _OF_WEEKDAY + _OF_HOME * bool(homes)
        for _ in range(2):
            layers += [nn.Linear(inputs, width), nn.LayerNorm(width), nn.GELU(), _Dropout(dropout)]
            inputs = width
        self.body = nn.Sequential(*layers, nn.Linear(width, len(LEVELS)))

    def forward(
        self,
        inputs: torch.Tensor,
        step: torch.Tensor,
        weekday: torch.Tensor,
        usual: torch.Tensor,
        home: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Quantiles by scale, (rows, 9)."""
        seen = [inputs, self.of_step(step), self.of_weekday(weekday)]
        if self.of_home is not None:
            seen.append(self.of_home(torch.zeros_like(step) if home is None else home))
        told: torch.Tensor = usual[:, None] + self.body(torch.cat(seen, dim=1))
        return told


class _Dropout(nn.Module):
    """Dropout in 256ths, eight draws from each random number: torch's own took a third of the time of a step."""

    def __init__(self, part: float) -> None:
        super().__init__()
        self.out_of_256 = round(part * 256)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        """Some values are 0 and the others larger while training; later they stay as they are."""
        if not self.training or not self.out_of_256:
            return values
        drawn = torch.randint(-(2**63), 2**63 - 1, (-(-values.numel() // 8),)).view(torch.uint8)
        kept = drawn[: values.numel()].view_as(values) >= self.out_of_256
        return values * kept * (256 / (256 - self.out_of_256))


def pinball(target: torch.Tensor, told: torch.Tensor) -> torch.Tensor:
    """Mean loss of quantiles at `LEVELS`, (rows, 9), against what came, (rows)."""
    level = torch.tensor(LEVELS)
    difference = target[:, None] - told
    return torch.maximum(level * difference, (level - 1) * difference).mean()


def squeezed(features: NDArray[np.float32]) -> NDArray[np.float32]:
    """sign(x) log(1 + |x|)."""
    size = np.abs(features)
    return np.copysign(np.log1p(size, out=size), features, out=size)


def _normalised(features: NDArray[np.float32]) -> tuple[torch.Tensor, NDArray[np.float32], NDArray[np.float32]]:
    """Inputs of the rows, made in place, with the mean and deviation that they were brought to 0 and 1 by."""
    centre, spread = np.empty((2, features.shape[1]), np.float32)
    for place, column in enumerate(features.T):
        small = squeezed(column)
        if np.isnan(small).all():
            centre[place], spread[place] = 0.0, 1.0
        else:
            centre[place], spread[place] = np.nanmean(small), np.nanstd(small) + np.float32(1e-6)
        column[:] = inputs_of(column, centre[place], spread[place]).numpy()
    return torch.from_numpy(features), centre, spread


def inputs_of(
    features: NDArray[np.float32], centre: NDArray[np.float32] | np.float32, spread: NDArray[np.float32] | np.float32
) -> torch.Tensor:
    """What was not measured is as usual: 0."""
    normal = squeezed(features)
    normal -= centre
    normal /= spread
    np.nan_to_num(normal, copy=False, nan=0.0)
    return torch.from_numpy(np.clip(normal, -_CLIP, _CLIP, out=normal))


def usual_of(features: NDArray[np.float32], names: Sequence[str]) -> torch.Tensor:
    """The mean of the last two weeks at that step; the scale itself where nothing was measured."""
    return torch.from_numpy(np.nan_to_num(features[:, names.index("mean of 14 days")], nan=1.0))
