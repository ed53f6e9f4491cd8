"""The suite CL22-WF on a small panel: its figures are those of the scores, its goals those that were promised."""

from dataclasses import replace

import numpy as np
import pytest

from aipchain.ai.benchmark.homes import HomesYear
from aipchain.ai.benchmark.scores import naive_error, score
from aipchain.ai.benchmark.suites.cl22_wf import goals
from aipchain.ai.benchmark.suites.load import OURS, load_scores, walk_load
from aipchain.ai.benchmark.suites.newcomers import newcomer_scores
from aipchain.ai.benchmark.walk_forward import walk_all, walk_forward
from aipchain.ai.executors.cores import Cores
from aipchain.ai.executors.in_process import InProcess
from aipchain.ai.forecasting.blend import Blend
from aipchain.ai.forecasting.climatology import Climatology
from aipchain.ai.forecasting.persistence import Persistence
from aipchain.ai.panel import Panel
from aipchain.units import Site

FONTANA = Site(34_090_000, -117_430_000, "America/Los_Angeles")
BLEND = Blend("blend", ((Climatology(7), 0.75), (Climatology(28), 0.25)))
DAYS = range(30, 40)


def _of(load: Panel) -> HomesYear:
    homes, none = len(load.homes), np.zeros(load.energy_wh.shape[1:], np.int64)
    return HomesYear(load, load, *(np.zeros(homes, np.int64),) * 3, none, none, FONTANA)


def test_walks_are_the_same_wherever_they_are_walked(year: Panel) -> None:
    """Each fold of each forecaster is a piece of work; told as it is done."""
    told: list[str] = []
    forecasters = (Persistence(1), Climatology())
    here = walk_all(forecasters, year, range(5, 40), InProcess(), told.append)
    there = walk_all(forecasters, year, range(5, 40), Cores(2))

    assert len(told) == 4
    for forecaster in forecasters:
        assert np.array_equal(here[forecaster.name].forecast, walk_forward(forecaster, year, range(5, 40)))
        assert np.array_equal(here[forecaster.name].forecast, there[forecaster.name].forecast)


def test_figures_are_those_of_the_scores(year: Panel) -> None:
    """Of the blend with tracking; each model has a row, each home its coverage, each other model its difference."""
    walk = walk_load(_of(year), InProcess(), lambda _: None, DAYS, BLEND)
    result = load_scores(walk)
    naive_wh = naive_error(year.energy_wh, year.missing)
    by_hand = score(year.energy_wh[:, 30:], year.missing[:, 30:], walk.walks[OURS].forecast, naive_wh)

    assert isinstance(result["load"], dict)
    assert result["load"]["mase"] == round(by_hand.mase, 4)
    assert result["load"]["cov80_max"] == round(max(by_hand.coverage), 4)
    assert isinstance(result["load_models"], list)
    assert [row["model"] for row in result["load_models"]][-2:] == ["blend", OURS]
    assert isinstance(result["load_homes"], list)
    assert [row["home"] for row in result["load_homes"]] == ["a", "b", "c"]
    assert isinstance(result["load_differences"], list)
    assert len(result["load_differences"]) == len(walk.walks) - 1


def test_newcomers_are_known_by_their_first_days_only(year: Panel) -> None:
    """What a home used before changes nothing of its row."""
    early = year.energy_wh.copy()
    early[0, :20] += 5_000
    changed = replace(year, energy_wh=early)
    panels = [Panel(each.homes, each.start, each.energy_wh, each.missing) for each in (year, changed)]
    one, other = (newcomer_scores(_of(panel), InProcess(), range(35, 40), Climatology()) for panel in panels)

    assert [row["days_known"] for row in one] == [1, 7, 28]
    assert one[:2] == other[:2]
    assert one[0]["blend_wql"] == one[0]["climatology_wql"]


@pytest.mark.parametrize(("wql", "met"), [(0.3449, True), (0.3451, False)])
def test_goals_are_those_that_were_promised(wql: float, met: bool) -> None:
    """A figure beyond its goal is told as missed."""
    load = {"mase": 0.7, "wql": wql, "cov80_min": 0.79, "cov80_max": 0.81, "cpu_s": 100.0, "peak_rss_mb": 600}
    community = {"nmae": 0.1, "peak_hour_within_1h": 0.6, "peak_size_error": 0.1}
    found = goals({"load": load, "pv": {"mase": 1.1, "wql": 0.14}, "community": community})

    assert {goal.figure for goal in found if not goal.met} == {"load WQL, stretch"} | (set() if met else {"load WQL"})
