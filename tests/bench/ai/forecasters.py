"""Forecasters of other packages over a panel, in an environment of their own: `forecasters.py MODEL PANEL FORECAST`.

PANEL is an .npz with `energy_wh` (homes, days, 24), `first` and `last` day of the test; FORECAST gets quantiles 0.1 to
0.9 of the test days (homes, days, 24, 9), and the seconds and memory that they took. Settings are those of the
protocol: statistical models refit daily on the last 28 days, networks every 28 days on all days before.
"""

import resource
import sys
import time
import warnings
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

pd: Any = import_module("pandas")  # what only this environment has is imported by name: ours need not know it
LEVELS = [tenth / 10 for tenth in range(1, 10)]
WIDTHS = [80, 60, 40, 20]
"""Central intervals whose ends are the quantiles [%]."""


def main() -> None:
    """Forecast and write."""
    warnings.filterwarnings("ignore")
    model, panel, forecast = sys.argv[1:]
    shown = np.load(panel)
    energy, first, last = shown["energy_wh"], int(shown["first"]), int(shown["last"])
    began = time.process_time()
    told, package = (_networks if model == "NHITS" else _statistics)(
        model, _long(energy[:, : last + 1]), last - first + 1
    )
    np.savez(
        Path(forecast),
        quantiles=told.reshape(energy.shape[0], last - first + 1, 24, len(LEVELS)),
        cpu_s=time.process_time() - began,
        peak_rss_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000,
        version=f"{package} {version(package)}",
    )


def _long(energy: Any) -> Any:
    homes, days, hours = energy.shape
    times = pd.date_range("2016-08-01", periods=days * hours, freq="h")
    series = [
        pd.DataFrame({"unique_id": f"{home:02}", "ds": times, "y": energy[home].ravel()}) for home in range(homes)
    ]
    return pd.concat(series).assign(y=lambda table: table["y"].astype(float))


def _statistics(model: str, table: Any, days: int) -> tuple[Any, str]:
    known: Any = import_module("statsforecast.models")
    models = {
        "HoltWinters": known.HoltWinters(season_length=24),
        "MSTL": known.MSTL(season_length=[24, 168], trend_forecaster=known.AutoETS(model="ZZN"), alias="MSTL"),
    }
    walk = import_module("statsforecast").StatsForecast(models=[models[model]], freq="h", n_jobs=1)
    told = walk.cross_validation(df=table, h=24, step_size=24, n_windows=days, input_size=672, level=WIDTHS[::-1])
    low = [f"{model}-lo-{width}" for width in WIDTHS]
    high = [f"{model}-hi-{width}" for width in WIDTHS[::-1]]
    return _in_order(told, [*low, model, *high]), "statsforecast"


def _networks(model: str, table: Any, days: int) -> tuple[Any, str]:
    import_module("torch").set_num_threads(1)
    net = import_module("neuralforecast.models").NHITS(
        h=24,
        input_size=336,
        loss=import_module("neuralforecast.losses.pytorch").MQLoss(quantiles=LEVELS),
        scaler_type="standard",
        learning_rate=1e-3,
        max_steps=300,
        windows_batch_size=256,
        random_seed=1,
        accelerator="cpu",
        logger=False,
        enable_progress_bar=False,
        enable_checkpointing=False,
    )
    walk = import_module("neuralforecast").NeuralForecast(models=[net], freq="h")
    told = walk.cross_validation(df=table, n_windows=None, test_size=days * 24, step_size=24, refit=28)
    columns = [column for column in told.columns if column.startswith(model)]
    return _in_order(told, columns), "neuralforecast"


def _in_order(told: Any, columns: list[str]) -> Any:
    ordered = told.reset_index().sort_values(["unique_id", "ds"])
    return np.maximum(np.sort(ordered[columns].to_numpy(dtype=float), axis=1), 0.0)


if __name__ == "__main__":
    main()
