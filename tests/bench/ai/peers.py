"""Forecasters of other packages on the days of CL22-WF, scored as ours are: `python -m ai.peers`, from tests/bench.

Each runs in an environment of its own with one thread. What they reach is kept beside the results of the suites, where
`aip ai bench --suite cl22-wf` shows it; scores are ours.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from market.peers.environments import interpreter_of, peer_variables  # noqa: TID251  # the bench's, not the room

from aipchain.ai.benchmark.homes import year_of
from aipchain.ai.benchmark.machine import processor
from aipchain.ai.benchmark.scores import naive_error, score
from aipchain.ai.benchmark.suite import result_file
from aipchain.ai.benchmark.walk_forward import TEST, TRAINING_DAYS
from aipchain.ai.panel import Panel
from aipchain.metering.packs import load_pack

MODELS = ("HoltWinters", "MSTL", "NHITS")
SCRIPT = Path(__file__).with_name("forecasters.py")


def main() -> None:
    """Run those that are asked for; rows of others stay as they were."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", default=MODELS, help=f"of {', '.join(MODELS)}; all without it")
    panel, kept = year_of(load_pack()).core_load, result_file("cl22-wf-peers")
    rows = {row["model"]: row for row in json.loads(kept.read_text())["peers"]} if kept.is_file() else {}
    for model in parser.parse_args().models:
        rows[model] = _row(model, panel)
        kept.write_text(json.dumps({"processor": processor(), "peers": list(rows.values())}, indent=2) + "\n")
        print(rows[model])


def _row(model: str, panel: Panel) -> dict[str, object]:
    found = _run(model, panel)
    span = slice(TEST.start, TEST.stop)
    naive_wh = naive_error(panel.energy_wh[:, :TRAINING_DAYS], panel.missing[:, :TRAINING_DAYS])
    scores = score(panel.energy_wh[:, span], panel.missing[:, span], found["quantiles"], naive_wh)
    figures = {name: round(getattr(scores, name), 4) for name in ("mase", "nmae", "nrmse", "wql", "wql_99", "crps_wh")}
    return {
        "model": model,
        **figures,
        "cov80_min": round(min(scores.coverage), 4),
        "cov80_max": round(max(scores.coverage), 4),
        "cpu_s": round(float(found["cpu_s"]), 1),
        "peak_rss_mb": round(float(found["peak_rss_mb"])),
        "version": str(found["version"]),
    }


def _run(model: str, panel: Panel) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        given, forecast = Path(folder) / "panel.npz", Path(folder) / "forecast.npz"
        np.savez(given, energy_wh=panel.energy_wh, first=TEST.start, last=TEST.stop - 1)
        command = [str(interpreter_of("forecasters")), str(SCRIPT), model, str(given), str(forecast)]
        subprocess.run(command, check=True, env=peer_variables(), cwd=folder)
        return dict(np.load(forecast))


if __name__ == "__main__":
    main()
