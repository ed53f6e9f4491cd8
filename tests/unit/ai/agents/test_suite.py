"""The suite of agents on a small year: all policies run, and the result says what the goals ask for."""

import json
from dataclasses import replace

import numpy as np

from aipchain.ai.agents.ppo import Settings
from aipchain.ai.agents.simulation import Community
from aipchain.ai.benchmark.homes import HomesYear
from aipchain.ai.benchmark.suite import Result
from aipchain.ai.benchmark.suites.agents import goals, run_spans
from aipchain.ai.benchmark.suites.agents_stage import WAYS, Spans, stage_of
from aipchain.ai.executors.in_process import InProcess
from aipchain.ai.forecasting.climatology import Climatology
from aipchain.ai.panel import Panel
from aipchain.units import Site, UnixSeconds

FONTANA = Site(34_090_000, -117_430_000, "America/Los_Angeles")
SPANS = Spans(learned=3, begun=5, scored=range(7, 10))


def year_of_village(community: Community) -> HomesYear:
    """Its ten days as a year of a pack."""
    homes = tuple(f"home {number}" for number in range(6))
    panels = [
        Panel(homes, UnixSeconds(0), wh.reshape(6, 10, 24), np.zeros((6, 10, 24), dtype=np.bool_))
        for wh in (community.load_wh, community.generation_wh)
    ]
    prices = [each.reshape(10, 24) // 1_000 for each in (community.import_price, community.export_price)]
    size = np.full(6, 5_000)
    return HomesYear(panels[0], panels[1], size, size, size, prices[0], prices[1], FONTANA)


def measured(community: Community) -> Result:
    """The suite's result with one seed that learns next to nothing."""
    made = Climatology(), Climatology()
    stage = stage_of(year_of_village(community), InProcess(), lambda _: None, spans=SPANS, forecasters=made)
    short = replace(stage, training=Settings(rounds=1, worlds=1, length=24, passes=1))
    return run_spans(short, InProcess(), 0, lambda _: None, seeds=1)


def test_every_policy_is_measured_and_the_bound_is_the_least(community: Community) -> None:
    """Bills fall from no trade to the future known; the result can be written, and each goal is told."""
    result = measured(community)

    bills = {row["policy"]: row["bill"] for row in json.loads(json.dumps(result))["policies"]}
    assert bills["no battery, no trade"] > bills["rule, no trade"] > bills["rule, pool"] > bills["the future known"]
    assert min(bills, key=lambda policy: int(bills[policy])) == "the future known"
    assert len(goals(result)) == 10


def test_rows_and_goals_say_how_homes_know_the_hour(community: Community) -> None:
    """Homes by themselves, learned or not, are there in three ways, and knowing the hour is worth something."""
    result = measured(community)

    gaps = {row["policy"]: row["gap"] for row in json.loads(json.dumps(result))["policies"]}
    figures = [goal.figure for goal in goals(result)]
    for way in WAYS:
        assert {f"each by itself, {way}, pool", f"each by itself, {way}, learned with seed 0, pool"} <= set(gaps)
        assert f"gap closed by learned agents, each {way}, mean of seeds" in figures
    knowing, _, fixed = (gaps[f"each by itself, {way}, pool"] for way in WAYS)
    assert knowing > fixed
