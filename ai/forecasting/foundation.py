"""Foundation models as forecasters: weights that somebody else trained, read from a folder, never from a hub.

The adapter needs a model that continues series by quantiles; Chronos and TimesFM are brought to that by a class each.
Their packages are no dependency of ours: install `chronos-forecasting` or `timesfm` and keep the weights in a folder.
Loading switches the hub's client offline for the whole process first, so that a folder that lacks a file is an error
and no download. What such models say varies with their versions; the benchmark does not include them.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.forecasting.errors import PackageMissing, WeightsMissing
from aipchain.ai.forecasting.quantiles import LEVELS, Quantiles, in_order
from aipchain.ai.panel import Panel

__all__ = ["Chronos", "Foundation", "SeriesModel", "TimesFm", "load_chronos", "load_timesfm"]

_OFFLINE: Final = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
"""Variables by which the clients of the weights' hub are told to stay off the network."""

Series = NDArray[np.float32]


class SeriesModel(Protocol):
    """Continues series that it never saw."""

    def continued(self, series: Sequence[Series], steps: int) -> Quantiles:
        """Quantiles at `LEVELS` of the next steps of each series, (series, steps, 9); NaN in a series is a gap."""
        ...


@dataclass(frozen=True, slots=True)
class Foundation:
    """A series model as a forecaster; there is nothing to learn."""

    name: str
    model: SeriesModel
    context_days: int = 56
    """So many days before are shown to the model."""

    def fit(self, panel: Panel) -> "Foundation":  # the weights are what they are
        """Itself."""
        return self

    def forecast(self, panel: Panel, days: Sequence[int]) -> Quantiles:
        """See `Fitted.forecast`. All NaN for a home of which nothing was measured in the days before."""
        return np.stack([self._day(panel, day) for day in days], axis=1)

    def _day(self, panel: Panel, day: int) -> Quantiles:
        before = slice(max(day - self.context_days, 0), day)
        seen = np.where(panel.missing[:, before], np.nan, panel.energy_wh[:, before]).astype(np.float32)
        series = seen.reshape(len(panel.homes), -1)
        known = ~np.isnan(series).all(axis=1)
        told = np.full((len(panel.homes), panel.steps_per_day, len(LEVELS)), np.nan)
        if known.any():
            told[known] = self.model.continued(list(series[known]), panel.steps_per_day)
        return in_order(told)


@dataclass(frozen=True, slots=True)
class Chronos:
    """A pipeline of `chronos-forecasting`: `predict_quantiles` gives quantiles and means of each series."""

    pipeline: Any

    def continued(self, series: Sequence[Series], steps: int) -> Quantiles:
        """See `SeriesModel.continued`."""
        torch = _package("torch", "torch")
        shown = [torch.from_numpy(each) for each in series]
        told, _ = self.pipeline.predict_quantiles(shown, prediction_length=steps, quantile_levels=list(LEVELS))
        return np.stack([np.asarray(each, dtype=np.float64).reshape(steps, len(LEVELS)) for each in told])


@dataclass(frozen=True, slots=True)
class TimesFm:
    """A compiled model of `timesfm`: `forecast` gives points, and the mean with nine deciles, of each series."""

    model: Any

    def continued(self, series: Sequence[Series], steps: int) -> Quantiles:
        """See `SeriesModel.continued`."""
        _, told = self.model.forecast(horizon=steps, inputs=list(series))
        return np.asarray(told, dtype=np.float64)[:, :steps, 1:]


def load_chronos(folder: Path) -> Chronos:
    """The weights in a folder.

    :raises WeightsMissing: there are none, or they cannot be read.
    :raises PackageMissing: `chronos-forecasting` is not installed.
    """
    _stay_offline(folder)
    chronos = _package("chronos", "chronos-forecasting")
    with _reading(folder):
        pipeline = chronos.BaseChronosPipeline.from_pretrained(str(folder), device_map="cpu", local_files_only=True)
    return Chronos(pipeline)


def load_timesfm(folder: Path, context_steps: int = 1_344, steps: int = 96) -> TimesFm:
    """The weights in a folder, for contexts and horizons of at most so many steps.

    :raises WeightsMissing: there are none, or they cannot be read.
    :raises PackageMissing: `timesfm` is not installed.
    """
    _stay_offline(folder)
    timesfm = _package("timesfm", "timesfm")
    with _reading(folder):
        model = timesfm.TimesFM_2p5_200M_torch.from_pretrained(str(folder), local_files_only=True)
    model.compile(timesfm.ForecastConfig(max_context=context_steps, max_horizon=steps, fix_quantile_crossing=True))
    return TimesFm(model)


@contextmanager
def _reading(folder: Path) -> Iterator[None]:
    """What is wrong with foreign files is said by foreign code, each library with errors of its own."""
    try:
        yield
    except Exception as error:
        raise WeightsMissing(folder, " ".join(str(error).split()) or type(error).__name__) from error


def _stay_offline(folder: Path) -> None:
    if not folder.is_dir() or not any(folder.iterdir()):
        raise WeightsMissing(folder, "it is no folder with files")
    os.environ.update(dict.fromkeys(_OFFLINE, "1"))


def _package(name: str, package: str) -> Any:  # noqa: ANN401  # a module
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise PackageMissing(package) from error
