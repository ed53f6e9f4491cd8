"""Foundation models: an adapter around whatever continues series, and weights that are never fetched."""

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from aipchain.ai.errors import PartMissing
from aipchain.ai.forecasting.errors import WeightsMissing
from aipchain.ai.forecasting.foundation import Chronos, Foundation, TimesFm, load_chronos, load_timesfm
from aipchain.ai.forecasting.quantiles import LEVELS, MEDIAN, Quantiles, whole_wh
from aipchain.ai.panel import Panel


class LastDay:
    """Says the last day again, a tenth wider at each level; knows what it was shown."""

    def __init__(self) -> None:
        self.shown: list[np.ndarray] = []

    def continued(self, series: Sequence[np.ndarray], steps: int) -> Quantiles:
        """See `SeriesModel.continued`."""
        self.shown.extend(series)
        return np.stack([np.nan_to_num(each[-steps:, None]) * (np.array(LEVELS) + 0.5) for each in series])


def test_a_series_model_forecasts_homes(year: Panel) -> None:
    """Each home's past is one series; gaps are shown as gaps."""
    missing = year.missing.copy()
    missing[1, 28, 3] = True
    model = LastDay()
    told = Foundation("last day", model, context_days=14).forecast(
        Panel(year.homes, year.start, year.energy_wh, missing), [30]
    )

    assert np.array_equal(whole_wh(told)[:, 0, :, MEDIAN], year.energy_wh[:, 29])
    assert [len(each) for each in model.shown] == [14 * 24] * 3
    assert np.flatnonzero(np.isnan(model.shown[1])).tolist() == [12 * 24 + 3]


def test_only_earlier_days_are_shown(year: Panel) -> None:
    """Whatever comes from the day on, its forecast is the same."""
    later = year.energy_wh.copy()
    later[:, 30:] = 10**9
    changed = Panel(year.homes, year.start, later, year.missing)
    forecaster = Foundation("last day", LastDay())

    assert np.array_equal(forecaster.fit(year).forecast(year, [30]), forecaster.fit(changed).forecast(changed, [30]))


def test_a_home_without_measurements_is_not_shown(year: Panel) -> None:
    """It has no forecast, which `whole_wh` would refuse; the others have theirs."""
    missing = year.missing.copy()
    missing[0] = True
    told = Foundation("last day", LastDay()).forecast(Panel(year.homes, year.start, year.energy_wh, missing), [30])

    assert np.isnan(told[0]).all()
    assert np.isfinite(told[1:]).all()


class Pipeline:
    """Answers as a pipeline of chronos-forecasting does: a table for each series, and means."""

    def predict_quantiles(
        self, inputs: Sequence[object], prediction_length: int, quantile_levels: list[float]
    ) -> tuple[list[np.ndarray], None]:
        """Its levels, for every step."""
        return [np.tile(quantile_levels, (1, prediction_length, 1)) for _ in inputs], None


class Compiled:
    """Answers as a compiled model of timesfm does: points, and the mean before nine deciles."""

    def forecast(self, horizon: int, inputs: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Its levels, for 128 steps."""
        return np.zeros((len(inputs), 128)), np.tile([99.0, *LEVELS], (len(inputs), 128, 1))


@pytest.mark.parametrize("model", [Chronos(Pipeline()), TimesFm(Compiled())], ids=["chronos", "timesfm"])
def test_both_packages_are_brought_to_the_nine_levels(model: Chronos | TimesFm) -> None:
    """Homes by steps by levels."""
    told = model.continued([np.ones(48, np.float32)] * 2, 24)

    assert told.shape == (2, 24, 9)
    assert told[1, 5].tolist() == list(LEVELS)


@pytest.mark.parametrize("load", [load_chronos, load_timesfm])
def test_weights_that_are_not_there_are_told(load: object, tmp_path: Path) -> None:
    """An empty folder, and none: nothing is downloaded."""
    for folder in (tmp_path, tmp_path / "amazon" / "chronos-bolt-small"):
        with pytest.raises(WeightsMissing, match="nothing is downloaded"):
            load(folder)  # type: ignore[operator]


def test_weights_that_are_broken_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever kind of error a stand-in for the package ends with, and however many lines it has."""

    class Pipeline:
        @staticmethod
        def from_pretrained(*_: object, **__: object) -> None:
            raise RuntimeError("Error in loading state_dict:\n\tsize mismatch")

    chronos = ModuleType("chronos")
    chronos.__dict__["BaseChronosPipeline"] = Pipeline
    monkeypatch.setitem(sys.modules, "chronos", chronos)
    (tmp_path / "config.json").write_text("{}")

    with pytest.raises(WeightsMissing, match=r"holds no weights \(Error in loading state_dict: size mismatch\)"):
        load_chronos(tmp_path)


@pytest.mark.parametrize(
    ("load", "module", "package"),
    [(load_chronos, "chronos", "chronos-forecasting"), (load_timesfm, "timesfm", "timesfm")],
)
def test_a_package_that_is_not_installed_is_told(load: object, module: str, package: str, tmp_path: Path) -> None:
    """With what to install; the project's environments have neither."""
    (tmp_path / "config.json").write_text("{}")

    assert find_spec(module) is None
    with pytest.raises(PartMissing, match=f"{package} is not installed: pip install {package}"):
        load(tmp_path)  # type: ignore[operator]
