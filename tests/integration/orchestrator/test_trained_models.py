"""A model that was trained before trades: load by it, on a real chain; and the folders that are refused."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aipchain.ai.errors import UnusablePanel
from aipchain.ai.forecasting.blend import Blend
from aipchain.ai.forecasting.boosted import BoostedTrees
from aipchain.ai.forecasting.network import FeatureNet
from aipchain.ai.models.errors import ModelRefused
from aipchain.ai.models.folder import save_model
from aipchain.ai.models.trained import train
from aipchain.ai.panel import panel_of
from aipchain.errors import InputError
from aipchain.metering.packs import Pack
from aipchain.orchestrator.advising import Appliance, advise
from aipchain.orchestrator.cast import Settings
from aipchain.orchestrator.errors import AnotherRun
from aipchain.orchestrator.foresight import DayAhead, foresight_named
from aipchain.orchestrator.model_folder import is_model_folder
from aipchain.orchestrator.results import Conservation, Results
from aipchain.units import UnixSeconds, Wh

if TYPE_CHECKING:
    from tests.integration.orchestrator.conftest import Leave, Live

LEARNED_DAYS = 63
"""1 August to 2 October."""

FIRST_DAY = date(2016, 10, 3)
HOUR = 3_600


def keep_model(pack: Pack, folder: Path, rounds: int) -> Path:
    """A small blend that learned from the days before the first of the run."""
    panel = panel_of(pack.start, pack.step_s, [(home.name, home.load_wh) for home in pack.homes[:2]])
    trees = BoostedTrees(rounds=rounds, settings={"num_leaves": 7, "min_data_in_leaf": 20, "learning_rate": 0.3})
    net = FeatureNet(seeds=(0,), steps=60, batch=128, width=16)
    save_model(train(panel.until(LEARNED_DAYS), Blend("blend", ((net, 0.5), (trees, 0.5)))), folder)
    return folder


@pytest.fixture(scope="module")
def folder(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a small model of two homes."""
    return keep_model(settings.pack, tmp_path_factory.mktemp("models") / "north", rounds=4)


@pytest.fixture(scope="module")
def day(settings: Settings, folder: Path) -> Settings:
    """The day after those that were learned from, of three homes, one of which the model never saw."""
    return replace(settings, homes=settings.homes[:3], days=1, forecast=str(folder))


@pytest.fixture(scope="module")
def results(day: Settings, live: Live) -> Results:
    """That day, lived."""
    return live(day)


def test_a_trained_model_trades(results: Results) -> None:
    """Orders follow from it; it stands in the results by its content, beside perfect and naive knowledge."""
    assert results.orders > 0
    assert results.trades > 0
    assert results.conservation == Conservation(energy_difference_wh=0, money_difference=0)
    assert results.forecast.startswith("model ")
    assert [way.forecast for way in results.value] == ["perfect", results.forecast, "naive"]
    assert results.forecast_failures == ()


def test_a_stopped_run_goes_on_to_the_same_bytes_wherever_the_model_lies(
    day: Settings, folder: Path, results: Results, leave: Leave, live: Live, tmp_path: Path
) -> None:
    """Stopped in the morning, gone on with a copy of the folder."""
    copy = shutil.copytree(folder, tmp_path / "copy")

    leave(day, tmp_path / "chain", 30)

    assert live(replace(day, forecast=str(copy)), tmp_path / "chain") == results


def test_another_model_is_another_run(day: Settings, leave: Leave, live: Live, tmp_path: Path) -> None:
    """Though it lies in the same place."""
    there = keep_model(day.pack, tmp_path / "model", rounds=4)
    begun = replace(day, forecast=str(there))
    leave(begun, tmp_path / "chain", 3)
    keep_model(day.pack, there, rounds=5)

    with pytest.raises(AnotherRun, match="give the options it was begun with"):
        live(begun, tmp_path / "chain")


def foreign(folder: Path, to: Path) -> Path:
    """A folder with a card of another program."""
    to.mkdir()
    (to / "card.json").write_text(json.dumps({**json.loads((folder / "card.json").read_text()), "format": "other"}))
    return to


def test_what_is_no_model_and_days_that_it_learned_from_are_refused_before_a_chain_is_made(
    day: Settings, folder: Path, live: Live, tmp_path: Path
) -> None:
    """One sentence and exit code 2 each, and no folder is left behind; of learned days it says what to do instead."""
    other = foreign(folder, tmp_path / "foreign")
    learned = "2016-10-02 is not after 2016-10-02, up to which the model learned: choose a day from 2016-10-03 to"
    cases: list[tuple[Settings, type[InputError], str]] = [
        (replace(day, forecast=str(tmp_path / "none")), ModelRefused, "holds no usable model: there is no card.json"),
        (replace(day, forecast=str(other)), ModelRefused, "its card is not of the format"),
        (replace(day, first_day=date(2016, 10, 2)), UnusablePanel, learned),
        (replace(day, first_day=date(2016, 9, 1)), UnusablePanel, "aip ai train --until 2016-08-31"),
    ]
    for refused, error, told in cases:
        with pytest.raises(error, match=told) as failure:
            live(refused, tmp_path / "chain")
        assert failure.value.exit_code == 2
        assert not (tmp_path / "chain").exists()


def test_advice_is_given_by_a_trained_model(day: Settings, folder: Path) -> None:
    """About a day that it did not learn from, and about the hours after the data; of a learned day it is refused."""
    appliance = Appliance(Wh(3_000), 2 * HOUR, UnixSeconds(day.pack.start + (LEARNED_DAYS * 24 + 24) * HOUR))
    morning = UnixSeconds(day.pack.start + (LEARNED_DAYS * 24 + 6) * HOUR)

    told = advise(day.pack, "home_03", str(folder), morning, appliance)

    assert told.begin >= morning
    assert told.remarks == ()
    with pytest.raises(UnusablePanel, match="2016-10-02 is not after 2016-10-02"):
        advise(day.pack, "home_03", str(folder), UnixSeconds(morning - 24 * HOUR), appliance)


def test_a_folder_is_told_from_a_name_by_its_slash_or_its_card(
    day: Settings, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder without a slash needs a card, and no forecaster of its name: with a slash it is meant all the same."""
    monkeypatch.chdir(tmp_path)
    for name in ("north", "blend"):
        shutil.copytree(folder, tmp_path / name)
    (tmp_path / "empty").mkdir()

    names = ("north", "./blend", "none/", "blend", "empty", "climatology", "x" * 300)
    assert [name for name in names if is_model_folder(name)] == ["north", "./blend", "none/"]
    ahead = foresight_named("north", day.pack, day.homes, LEARNED_DAYS * 24)
    assert isinstance(ahead, DayAhead)
    assert ahead.name.startswith("model ")
