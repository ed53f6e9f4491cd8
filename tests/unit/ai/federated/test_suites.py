"""The suites of federated learning and of scale, on homes made by hand: what they tell, and what goals make of it."""

from typing import Any

import numpy as np
import pytest

from aipchain.ai.benchmark.suites import federated, scale
from aipchain.ai.executors.in_process import InProcess
from aipchain.ai.federated.aggregation import Rule
from aipchain.ai.federated.attacks import Attack
from aipchain.ai.federated.comparison import Settings
from aipchain.ai.federated.learner import Learning
from aipchain.ai.federated.rounds import Plan
from aipchain.ai.forecasting.climatology import Climatology
from aipchain.ai.forecasting.network import FeatureNet
from aipchain.ai.forecasting.persistence import Persistence
from aipchain.ai.panel import Panel

WAYS = ["pooled, knows homes and neighbours", "pooled", "pooled + own epoch", "federated", "federated + own epoch"]


def test_the_federated_suite_tells_of_every_way_and_every_lie(five_homes: Panel, learning: Learning) -> None:
    """Six ways, three lies under three rules, and five goals; one liar of five."""
    settings = Settings(Plan(rounds=1), learning, pooled_epochs=1, pooled_batch=64, alone_epochs=1)
    said: list[str] = []
    known = FeatureNet(seeds=(0,), steps=4, batch=64, width=8)
    result: Any = federated.measured(five_homes, range(36, 38), (settings, known), InProcess(), said.append)

    assert [row["model"] for row in result["ways"]] == [*WAYS, "each home alone"]
    lies = {(row["lie"], row["rule"]) for row in result["lies"]}
    assert lies == {(str(attack), str(rule)) for attack in Attack for rule in Rule}
    assert (result["homes"], result["liars"], result["rounds"], len(said)) == (5, 1, 1, 13)
    assert [goal.met for goal in federated.goals(result)][2:4] == [True, True]


def test_goals_of_the_federated_suite_are_held_to_the_result() -> None:
    """Against the better of pooled, and the worst lie under the trimmed mean."""
    wql = {"pooled": 0.350, "pooled, knows homes and neighbours": 0.340, "each home alone": 0.350}
    rows = [{"model": name, "wql": each} for name, each in {**wql, "federated + own epoch": 0.345}.items()]
    lies = [{"rule": rule, "cost": cost} for rule, cost in (("mean", 0.5), ("trimmed mean", 0.01), ("median", 0.2))]
    result: dict[str, object] = {"ways": rows, "lies": lies, "answer_bytes": 110_001, "rounds": 15}

    told = federated.goals(result)
    assert [goal.met for goal in told] == [False, False, False, True, True]
    assert [told[0].measured, told[1].measured, told[4].measured] == ["+1.47%", "1.43%", "+1.00%"]


def test_generated_homes_are_days_of_real_ones(five_homes: Panel) -> None:
    """With a name that says so, the weekday kept, and a size of their own; the same seed gives the same homes."""
    homes = scale.generated_homes(five_homes, 50, 3, days=14)
    again = scale.generated_homes(five_homes, 50, 3, days=14)

    assert homes.energy_wh.shape == (50, 14, 24)
    assert all(name.startswith("synthetic-") for name in homes.homes)
    assert homes.weekday(0) == five_homes.weekday(26)
    assert homes.energy_wh.tobytes() == again.energy_wh.tobytes()
    assert len(np.unique(homes.energy_wh.sum(axis=(1, 2)))) == 50
    with pytest.raises(ValueError, match="44 days of real homes are needed, there are 40"):
        scale.generated_homes(five_homes, 1, 0, days=30)


def test_all_quantiles_of_all_homes_are_forecast(five_homes: Panel) -> None:
    """Community by community, the last one smaller."""
    homes = scale.generated_homes(five_homes, 250, 0, days=14)
    told = scale.predicted(Climatology(), homes, InProcess())

    assert (told["quantiles"], told["workers"]) == (250 * 24 * 9, 1)


def test_a_back_test_has_the_same_bytes_each_time(five_homes: Panel) -> None:
    """And others for other forecasters."""
    one, same, other = (
        scale.back_tested(five_homes, forecasters, range(30, 40), InProcess())["bytes"]
        for forecasters in ([Climatology()], [Climatology()], [Persistence()])
    )

    assert one == same != other


def test_goals_of_scale_are_held_to_the_result() -> None:
    """Time, memory, speed-up and sameness."""
    rows = [
        {"place": place, "workers": workers, "wall_s": wall, "bytes": told}
        for place, workers, wall, told in (("in process", 1, 60, "a"), ("ray", 1, 62, "a"), ("ray", 2, 33, "b"))
    ]
    figures = {"speed_up": 1.88, "refit_cpu_s": 60.0, "refit_rss_mb": 650.0}
    result: dict[str, object] = {"forecasts": [{"wall_s": 5.2}], "back_tests": rows, **figures}

    assert [goal.met for goal in scale.goals(result)] == [False, True, True, True, True, False]
