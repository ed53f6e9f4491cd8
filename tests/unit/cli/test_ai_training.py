"""`aip ai train` and `forecast`: what was trained says what comes next."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

Aip = Callable[..., Any]


@pytest.fixture
def fortnight(tmp_path: Path) -> Path:
    """A pack of a home that uses 5 Wh in every hour of fourteen days, the fewest that can be learned from."""
    hours = [datetime(2020, 1, 1) + timedelta(hours=hour) for hour in range(14 * 24)]
    (tmp_path / "homes.csv").write_text("home\na\n")
    for name in ("load_wh", "pv_wh"):
        (tmp_path / f"{name}.csv").write_text("start_local,a\n" + "".join(f"{hour},5\n" for hour in hours))
    head = "start_local,retail_price_micro_usd_per_kwh,carbon_g_per_kwh\n"
    (tmp_path / "grid.csv").write_text(head + "".join(f"{hour},220000,150\n" for hour in hours))
    return tmp_path


def test_what_was_trained_forecasts_the_day_after(aip: Aip, fortnight: Path) -> None:
    """Each piece of the work is told when it is done; the median is what the home always used."""
    model = fortnight / "model"
    trained = aip("ai", "train", "--pack", fortnight, "--out", model)
    told = aip("ai", "forecast", "--pack", fortnight, "--model", model, "--day", "2020-01-15", "--json")

    assert (trained.code, told.code) == (0, 0)
    assert trained.sentence.splitlines() == [
        "aip: in process: learning from 14 days, homes: 1",
        "aip: 1 of 2: feature net learned from 14 days",
        "aip: 2 of 2: boosted trees learned from 14 days",
    ]
    assert "the card has no scores" in trained.out
    (home,) = json.loads(told.out)["homes"]
    assert (home["home"], home["method"], {step[4] for step in home["quantiles_wh"]}) == ("a", "blend", {5})
