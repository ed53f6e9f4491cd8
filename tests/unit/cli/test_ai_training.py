"""`aip ai train`, `forecast` and `serve`: what was trained says what comes next; long work says how far it is."""

import io
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from rich.console import Console

from aipchain.cli.ai_parts import at_work

Aip = Callable[..., Any]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Fifteen days: home a uses 5 Wh in every hour, of which some were not measured; home b shows no load from 9 to
    16 h, as its meter sees the net."""
    hours = [datetime(2020, 1, 1) + timedelta(hours=hour) for hour in range(15 * 24)]
    (tmp_path / "homes.csv").write_text("home\na\nb\n")
    for name in ("load_wh", "pv_wh"):
        lines = [f"{hour},{5 if hour.day != 8 else ''},{0 if 9 <= hour.hour < 16 else 7}\n" for hour in hours]
        (tmp_path / f"{name}.csv").write_text("start_local,a,b\n" + "".join(lines))
    head = "start_local,retail_price_micro_usd_per_kwh,carbon_g_per_kwh\n"
    (tmp_path / "grid.csv").write_text(head + "".join(f"{hour},220000,150\n" for hour in hours))
    return tmp_path


def _served(model: Path, pack: Path) -> tuple[str, Any]:
    """Where `serve` says that it answers, and what is answered there; then it is ended."""
    command = ("ai", "serve", "--model", str(model), "--pack", str(pack), "--port", "0")
    begun = (sys.executable, "-c", "from aipchain.cli.app import main; main()", *command)
    with subprocess.Popen(begun, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        url = urlsplit(program.stdout.readline().strip())
        connection = HTTPConnection(url.netloc, timeout=60)
        connection.request("GET", f"{url.path}?{url.query}")
        told = json.loads(connection.getresponse().read())
        connection.close()
        program.terminate()
    return f"{url.hostname}{url.path}?{url.query}", told


def test_what_was_trained_forecasts_the_day_after(aip: Aip, pack: Path) -> None:
    """Train, ask for a table and for JSON, and over HTTP: the median is what the home always used; a home whose meter
    sees the net is left out and marked; the last day that was learned from is refused, the one after it is not."""
    model = pack / "model"
    trained = aip("ai", "train", "--pack", pack, "--out", model, "--until", "2020-01-14")
    asked = ("ai", "forecast", "--pack", pack, "--model", model)
    table = aip(*asked, "--day", "2020-01-15", "--home", "a")
    told = aip(*asked, "--day", "2020-01-15", "--json")
    learned = aip(*asked, "--day", "2020-01-14")
    where, served = _served(model, pack)

    assert (trained.code, table.code, told.code, learned.code) == (0, 0, 0, 2)
    assert trained.sentence.splitlines() == [
        "aip: left out: b (no load in more than a quarter of all steps, as where a meter sees the net only)",
        "aip: in process: learning from 14 days, homes: 1",
        "aip: 1 of 2: feature net learned from 14 days",
        "aip: 2 of 2: boosted trees learned from 14 days",
    ]
    assert "the card has no scores" in trained.out
    assert [cell.strip() for cell in table.out.splitlines()[4].split("│")[1:6]] == ["a", "blend", "120", "120", "120"]
    a, b = json.loads(told.out)["homes"]
    assert (a["home"], a["method"], a["why"]) == ("a", "blend", "")
    assert {step[4] for step in a["quantiles_wh"]} == {5}
    assert b["why"] == "the model did not learn from this home, and its meter seems to see the net only"
    assert "choose a day from 2020-01-15 to 2020-01-16" in learned.sentence
    assert where == "127.0.0.1/forecast?day=2020-01-16"
    assert (served["day"], [home["method"] for home in served["homes"]]) == ("2020-01-16", ["blend", "blend"])


def test_long_work_shows_on_a_terminal_that_it_is_alive() -> None:
    """One line with the latest sentence, the time, and how much is done; words of others are shown as printable
    letters."""
    screen = io.StringIO()
    with at_work("learning", Console(file=screen, force_terminal=True, force_interactive=True, width=100)) as told:
        begins = screen.getvalue()
        told("1 of 4: \x1b[2Jfeature net [bold]learned")
    assert "%" not in begins
    assert " 25%" in screen.getvalue()
    assert "learning" in begins
    assert "0:00:0" in begins
    assert "1 of 4: \\x1b[2Jfeature net [bold]learned" in screen.getvalue()


def test_without_a_terminal_each_sentence_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    """On standard error, as it comes."""
    with at_work("learning", Console(file=io.StringIO())) as told:
        told("1 of 2")
        told("2 of 2")

    assert capsys.readouterr().err == "aip: 1 of 2\naip: 2 of 2\n"
