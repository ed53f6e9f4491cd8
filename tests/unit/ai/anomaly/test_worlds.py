"""Worlds of honest and planted trade, and the trials over them."""

import pytest

from aipchain.ai.anomaly.attacks.honest import honest_community
from aipchain.ai.anomaly.attacks.worlds import BOLD, KINDS, World, world
from aipchain.ai.anomaly.trials.trades import DETECTORS, Plan, trade_rows
from aipchain.ai.executors.in_process import InProcess


@pytest.fixture(scope="module")
def small() -> World:
    """Forty homes over two days."""
    return world(5, 40, 2)


def test_a_seed_makes_one_world(small: World) -> None:
    """Byte for byte; another seed another one."""
    assert world(5, 40, 2) == small
    assert world(6, 40, 2).activity != small.activity


def test_nobody_is_a_culprit_twice_and_some_are_honest(small: World) -> None:
    """Every kind of fraud has someone behind it."""
    everybody = [account for kind in KINDS for account in small.culprits[kind]]

    assert len(everybody) == len(set(everybody))
    assert all(small.culprits[kind] for kind in KINDS)
    assert len(small.honest) >= 15
    assert small.honest.isdisjoint(everybody)


def test_energy_of_orders_and_trades_is_whole_and_above_zero(small: World) -> None:
    """As the chain would have it; nobody trades with itself."""
    assert all(each.energy > 0 and each.buyer != each.seller for each in small.activity.trades)
    assert all(0 <= each.traded <= each.energy for each in small.activity.orders)
    assert all(each.payer != each.payee for each in small.activity.payments)


@pytest.mark.parametrize(("homes", "days"), [(9, 1), (20, 0)])
def test_too_small_a_community_is_told(homes: int, days: int) -> None:
    """With what to take."""
    with pytest.raises(ValueError, match="take 10 homes and a day, or more"):
        honest_community(homes, days, 0)


def test_a_world_needs_honest_homes() -> None:
    """Two rings of each kind want forty."""
    with pytest.raises(ValueError, match="take 40 or more"):
        world(0, 39)


def test_trials_find_what_was_planted() -> None:
    """Even in one world after another: Sybil clusters above all, and the plain peer flags tenants."""
    rows = trade_rows([Plan(1, 40, BOLD)], {"bold": [Plan(3, 40, BOLD)]}, 0.1, InProcess())
    found = {row.detector: row.found for row in rows}

    assert set(found) == {*DETECTORS, "one origin"}
    assert found["lives that stay inside"].f1 > found["one origin"].f1
    assert found["circles of energy"].f1 > found["energy given back"].f1
