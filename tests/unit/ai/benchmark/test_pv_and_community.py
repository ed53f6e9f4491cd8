"""The parts of CL22-WF on generation and on the community, over a season of homes that are made by hand."""

import json
import math

import numpy as np
import pytest

from aipchain.ai.benchmark.homes import HomesYear
from aipchain.ai.benchmark.suites.community import community_scores
from aipchain.ai.benchmark.suites.pv import per_kilowatt, pv_scores
from aipchain.ai.benchmark.suites.zones import zones_of
from aipchain.ai.executors.in_process import InProcess
from aipchain.ai.panel import Panel
from aipchain.units import Site, UnixSeconds

FONTANA = Site(34_090_000, -117_430_000, "America/Los_Angeles")
MONDAY = UnixSeconds(1_470_009_600)
DAYS = range(70, 77)
HOMES = ("a", "b", "c", "d", "e", "f")


@pytest.fixture(scope="module")
def season() -> HomesYear:
    """Six homes over eleven weeks: evenings, and generation that clouds change from day to day."""
    random = np.random.default_rng(7)
    evening = np.where(np.arange(24) >= 18, 900, 200) + np.where(np.arange(24) == 20, 200, 0)
    load = (evening + random.integers(0, 150, (6, 77, 24))).astype(np.int64)
    sun = np.maximum(np.sin((np.arange(24) - 5.5) / 13 * math.pi), 0) * (np.arange(24) > 5)
    sky = random.choice([0.3, 1.0], size=(1, 77, 1), p=[0.3, 0.7])
    rated = np.array([4_000, 4_000, 5_000, 5_000, 4_000, 5_000])
    generation = np.rint(0.7 * rated[:, None, None] * sun * sky).astype(np.int64)
    known = np.zeros(load.shape, dtype=np.bool_)
    price = np.full((77, 24), 200_000)
    return HomesYear(
        load=Panel(HOMES, MONDAY, load, known),
        generation=Panel(HOMES, MONDAY, generation, known),
        capacity_w=rated,
        battery_wh=np.zeros(6, dtype=np.int64),
        battery_w=np.zeros(6, dtype=np.int64),
        import_micro_per_kwh=price,
        feed_in_micro_per_kwh=price // 4,
        site=FONTANA,
    )


def test_generation_is_scored_per_kilowatt(season: HomesYear) -> None:
    """Homes that differ in size only are the same; the document can be written, with peers and the cost."""
    found = pv_scores(season, InProcess(), DAYS)
    panel = per_kilowatt(season)

    assert np.abs(panel.energy_wh - panel.energy_wh[:1]).max() <= 1
    assert [row["model"] for row in json.loads(json.dumps(found))["peers"]] == [
        "sky analogs",
        "naive 24 h",
        "climatology 14 d",
    ]
    assert found["homes"] == 6
    assert {"mase", "wql", "cov80_min", "cov80_max", "cpu_s"} <= set(found)


def test_the_community_is_scored_with_its_peaks_and_zones(season: HomesYear) -> None:
    """Evenings with a highest hour are met every day; yesterday's values and the alarms stand beside."""
    found = json.loads(json.dumps(community_scores(season, InProcess(), DAYS)))

    assert found["peak_hour_within_1h"] == 1.0
    assert found["peak_size_error"] < 0.1
    assert found["nmae"] < found["naive"]["nmae"]
    assert set(found["zones"]["limits_wh"]) == {"zone 1", "zone 2"}
    assert 0 <= found["zones"]["false_alarm_rate"] <= 1


def test_zones_are_five_homes_each(season: HomesYear) -> None:
    """In the order of the pack, the last with what is left; the limit is passed by about one in ten days."""
    first, second = zones_of(season)

    assert (first[0].homes, second[0].homes) == (HOMES[:5], HOMES[5:])
    assert (first[1].energy_wh.max(axis=2) > first[0].limit_wh).mean() == pytest.approx(0.1, abs=0.02)
