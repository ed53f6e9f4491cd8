"""`aip ai`: what cannot be measured, trained or forecast is told in a sentence."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

Aip = Callable[..., Any]


@pytest.fixture
def pack(tmp_path: Path) -> Callable[..., Path]:
    """A builder of packs of one home over two days; stamps may be given anew."""

    def build(change: Callable[[list[datetime]], list[datetime]] = lambda stamps: stamps) -> Path:
        stamps = change([datetime(2020, 1, 1) + timedelta(hours=hour) for hour in range(48)])
        (tmp_path / "homes.csv").write_text("home\na\n")
        for name in ("load_wh", "pv_wh"):
            (tmp_path / f"{name}.csv").write_text("start_local,a\n" + "".join(f"{stamp},5\n" for stamp in stamps))
        head = "start_local,retail_price_micro_usd_per_kwh,carbon_g_per_kwh\n"
        (tmp_path / "grid.csv").write_text(head + "".join(f"{stamp},220000,150\n" for stamp in stamps))
        return tmp_path

    return build


def test_an_unknown_suite_is_told(aip: Aip) -> None:
    """With those that there are, as bad input."""
    ended = aip("ai", "bench", "--suite", "weather")

    assert ended.code == 2
    assert ended.sentence.startswith("there is no suite 'weather': choose from ")


def test_show_and_write_exclude_each_other(aip: Aip) -> None:
    """One prints what is kept, the other keeps what is run."""
    assert aip("ai", "bench", "--suite", "cl22-wf", "--show", "--write").code == 2
    for option in (("--seed", 3), ("--ray", "127.0.0.1:1"), ("--workers", 2)):
        ended = aip("ai", "bench", "--suite", "cl22-wf", "--show", *option)
        assert (ended.code, ended.sentence) == (
            2,
            "--show prints what is kept: --seed, --ray and --workers are for a run",
        )


def test_two_days_are_too_few_to_learn_from(aip: Aip, pack: Callable[..., Path], tmp_path: Path) -> None:
    """Nothing is written."""
    ended = aip("ai", "train", "--pack", pack(), "--out", tmp_path / "model")

    assert (ended.code, ended.sentence) == (2, "2 days are too few to learn from: give at least 14")
    assert not (tmp_path / "model").exists()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda stamps: [*stamps[:5], stamps[4], *stamps[6:]], "jumps from 2020-01-01 04:00:00 to 2020-01-01 04:00:00"),
        (lambda stamps: [*stamps[:5], stamps[6], stamps[5], *stamps[7:]], "jumps from 2020-01-01 04:00:00"),
        (lambda stamps: [*stamps[:5], *stamps[6:]], "jumps from 2020-01-01 04:00:00 to 2020-01-01 06:00:00"),
        (lambda stamps: [], "holds 0 steps"),
    ],
    ids=["a stamp twice", "stamps out of order", "a stamp missing", "no stamp"],
)
def test_stamps_that_are_not_in_a_row_are_refused(
    aip: Aip,
    pack: Callable[..., Path],
    tmp_path: Path,
    change: Callable[[list[datetime]], list[datetime]],
    problem: str,
) -> None:
    """A pack is read whole or not at all."""
    ended = aip("ai", "train", "--pack", pack(change), "--out", tmp_path / "model")

    assert ended.code == 2
    assert problem in ended.sentence


def test_a_model_that_is_not_there_is_told(aip: Aip, tmp_path: Path) -> None:
    """Before anything else; so by the server."""
    for command in (("forecast", "--day", "2017-01-01"), ("serve",)):
        ended = aip("ai", *command, "--model", tmp_path / "model")
        assert ended.code == 2
        assert ended.sentence.endswith("there is no card.json; train one with aip ai train")


@pytest.mark.parametrize("day", ["tomorrow", "2017-02-29", "2017-W05-1", "20170130", "2017-01-30T00", " 2017-01-30"])
def test_a_day_that_is_none_is_told(aip: Aip, tmp_path: Path, day: str) -> None:
    """With how to write one."""
    ended = aip("ai", "forecast", "--model", tmp_path, "--day", day)

    assert ended.code == 2
    assert ended.sentence.endswith("write a day of the calendar as YYYY-MM-DD")


def test_a_last_day_outside_of_the_pack_is_told(aip: Aip, pack: Callable[..., Path], tmp_path: Path) -> None:
    """With how many days it has."""
    ended = aip("ai", "train", "--pack", pack(), "--out", tmp_path / "model", "--until", "2021-01-01")

    assert (ended.code, ended.sentence) == (
        2,
        "--until 2021-01-01 is not in the pack, which has 2 days: choose one of them",
    )


def test_a_community_needs_eight_weeks_before_the_day(aip: Aip, pack: Callable[..., Path]) -> None:
    """What cannot be forecast, or is no day, is told."""
    few = aip("ai", "community", "--pack", pack(), "--day", "2020-01-03")
    assert (few.code, few.sentence) == (2, "2 days are too few to forecast a community: give 56")

    assert aip("ai", "community", "--day", "tomorrow").code == 2


def test_advice_is_about_the_hours_after_the_last_measurement(aip: Aip, pack: Callable[..., Path]) -> None:
    """Without --at now is the end of the data; table and JSON say that tariffs were taken from the day before."""
    asked = ("ai", "advise", "--pack", pack(), "--home", "a", "--energy", "1kWh", "--runs", "2h")
    table, told = aip(*asked), aip(*asked, "--json")

    answer = json.loads(told.out)
    assert (table.code, told.code) == (0, 0)
    assert answer["at"] == answer["begin_s"] == 1_578_009_600
    assert answer["remarks"][0].startswith("tariffs are not known from 2020-01-03 00:00 on")
    assert "begin" in table.out
    assert "2020-01-03 00:00, 0 s from now" in table.out
    assert all(remark in " ".join(table.out.split()) for remark in answer["remarks"])


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--forecast", "perfect"), "perfect knows nothing but what was measured, and that ends at 2020-01-03 00:00"),
        (("--within", "2d"), "2020-01-05 00:00 is more than a day after 2020-01-03 00:00, where the data ends"),
        (("--at", "2020-01-03T01:00"), "no step of the data begins at 2020-01-03 01:00"),
        (("--forecast", "climatologie"), "did you mean climatology"),
        (("--forecast", "./climatology"), "climatology holds no usable model: there is no card.json"),
    ],
)
def test_advice_that_cannot_be_given_is_told(
    aip: Aip, pack: Callable[..., Path], options: tuple[str, ...], told: str
) -> None:
    """In a sentence about times, with what the command can do instead."""
    ended = aip("ai", "advise", "--pack", pack(), "--home", "a", "--energy", "1kWh", "--runs", "2h", *options)

    assert ended.code == 2
    assert told in ended.sentence


def test_a_demo_by_a_folder_without_a_model_is_refused(aip: Aip, tmp_path: Path) -> None:
    """Before a chain or a report is made."""
    chain, report = tmp_path / "chain", tmp_path / "report.html"

    ended = aip("demo", "--days", "1", "--forecast", tmp_path / "m", "--base-path", chain, "--report", report)

    assert ended.code == 2
    assert ended.sentence.endswith("m holds no usable model: there is no card.json; train one with aip ai train")
    assert list(tmp_path.iterdir()) == []
