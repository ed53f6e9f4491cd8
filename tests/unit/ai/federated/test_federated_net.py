"""Homes that learn together: the same bytes everywhere, robust to liars, and nothing told of rows."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from aipchain.ai.executors.cores import Cores
from aipchain.ai.executors.in_process import InProcess
from aipchain.ai.federated.aggregation import Rule
from aipchain.ai.federated.attacks import Attack
from aipchain.ai.federated.comparison import Settings, alone, pooled, together
from aipchain.ai.federated.forecaster import FederatedNet, home_clients
from aipchain.ai.federated.learner import Learning, first_weights, model_schema
from aipchain.ai.federated.messages import Task
from aipchain.ai.federated.rounds import Plan, begun
from aipchain.ai.federated.simulation import federate
from aipchain.ai.forecasting.persistence import Persistence
from aipchain.ai.forecasting.quantiles import LEVELS, MEDIAN, Quantiles, whole_wh
from aipchain.ai.panel import Panel

PLAN = Plan(rounds=4, peak_rate=2e-2)
DAYS = range(34, 40)


def loss(panel: Panel, told: Quantiles) -> float:
    """Mean pinball loss over the days, each home by its mean energy."""
    actual = panel.energy_wh[:, DAYS.start :, :, None]
    missed = (actual - told) / actual.mean(axis=(1, 2, 3), keepdims=True)
    level = np.array(LEVELS)
    return float(np.maximum(level * missed, (level - 1) * missed).mean())


def test_learning_together_beats_repeating(five_homes: Panel, learning: Learning) -> None:
    """A federation of five homes against yesterday's value."""
    net = FederatedNet(plan=PLAN, learning=learning).fit(five_homes.until(34))
    told, naive = net.forecast(five_homes, DAYS), Persistence(1).forecast(five_homes, DAYS)

    assert loss(five_homes, told) < loss(five_homes, naive)
    assert whole_wh(told).shape == (5, 6, 24, 9)


def test_every_place_gives_the_same_bytes(five_homes: Panel, learning: Learning) -> None:
    """This process and two others."""
    plan = replace(PLAN, rounds=2)
    fits = [
        FederatedNet(plan=plan, learning=learning, executor=place).fit(five_homes) for place in (InProcess(), Cores(2))
    ]

    one, other = (whole_wh(fit.forecast(five_homes, [40])).tobytes() for fit in fits)
    assert one == other


def test_each_home_is_forecast_by_its_own_net_and_a_stranger_by_the_shared_one(
    five_homes: Panel, learning: Learning
) -> None:
    """A home that took no part gets what no home has for itself; and only its own past counts."""
    fit = FederatedNet(plan=replace(PLAN, rounds=1), learning=learning).fit(five_homes)
    stranger = Panel(("z",), five_homes.start, five_homes.energy_wh[:1], five_homes.missing[:1])
    told, known = fit.forecast(stranger, [40]), fit.forecast(five_homes, [40])

    assert set(fit.own) == set(five_homes.homes)
    assert np.isfinite(told).all()
    assert not np.array_equal(told[0], known[0])
    assert np.array_equal(fit.forecast(five_homes.of_homes(["c"]), [40])[0], known[2])


def test_what_travels_is_the_same_size_for_much_and_for_little(five_homes: Panel, learning: Learning) -> None:
    """An answer grows with the net, not with the rows: no row is in it."""
    sizes = []
    for panel in (five_homes, five_homes.until(20)):
        first, features = first_weights(24, learning, 0)
        federation = begun(replace(PLAN, rounds=1), model_schema(24, learning), features, first)
        made = partial(home_clients, panel, learning)
        sizes.append(federate(federation, InProcess(), made, panel.homes, own=False).largest_answer)

    assert sizes[0] == sizes[1] < 2 * len(first) + 2_000


@pytest.mark.parametrize("attack", list(Attack))
def test_a_liar_of_five_costs_little_under_a_robust_rule(five_homes: Panel, learning: Learning, attack: Attack) -> None:
    """The honest four lose less by it than under the mean, or next to nothing."""
    settings = Settings(replace(PLAN, most_change=1e9), learning)
    past, honest = five_homes.until(34), five_homes.of_homes("abcd")

    def lost(rule: Rule, lie: Attack | None) -> float:
        compared = together(past, settings, rule, lie, ("e",))
        return loss(honest, compared.shared.forecast(five_homes, DAYS)[:4])

    robust, usual = lost(Rule.TRIMMED_MEAN, attack), lost(Rule.TRIMMED_MEAN, None)
    assert robust < 1.1 * usual
    if attack is Attack.TURNED:
        assert robust < lost(Rule.MEAN, attack)


def test_the_ways_that_are_compared_learn(five_homes: Panel, learning: Learning) -> None:
    """Pooled, together and alone: each forecasts all homes, and their own epoch changes something."""
    settings = Settings(PLAN, learning, pooled_epochs=4, pooled_batch=64, alone_epochs=4, single_rate=2e-2)
    past = five_homes.until(34)
    naive = loss(five_homes, Persistence(1).forecast(five_homes, DAYS))
    for compared in (pooled(past, settings), together(past, settings, Rule.MEAN), alone(past, settings)):
        shared, own = (each.forecast(five_homes, DAYS) for each in (compared.shared, compared.own))
        assert loss(five_homes, own) < naive
        assert (compared.shared is compared.own) == np.array_equal(shared, own)
    assert np.median(own[..., MEDIAN]) > 0


def test_a_task_that_leads_nowhere_does_not_spoil_a_home(five_homes: Panel, learning: Learning) -> None:
    """Weights from which training ends in no number: the home keeps the shared ones."""
    client = home_clients(five_homes.of_homes(["a"]), learning)["a"]
    first, features = first_weights(24, learning, 0)
    wild, usual = np.full_like(first, 3e38), np.ones(2 * features, dtype=np.float32)
    task = Task(5, 4, 1e-3, wild, usual)

    assert np.array_equal(client.own(task), wild)
