"""Agents that learn to lean: they begin as their plan, the same seed learns the same, and nothing is read ahead."""

import subprocess
import sys

import numpy as np
import pytest
from pettingzoo import ParallelEnv  # type: ignore[import-untyped]  # PettingZoo's
from pettingzoo.test import parallel_api_test  # type: ignore[import-untyped]  # PettingZoo's

from aipchain.ai.agents.alone import Alone
from aipchain.ai.agents.environment import Village, Worlds, lived_through
from aipchain.ai.agents.observation import FEATURES
from aipchain.ai.agents.parallel import ParallelVillage
from aipchain.ai.agents.ppo import Settings, learn
from aipchain.ai.agents.residual import LEAN_SHARE, Residual
from aipchain.ai.agents.settlement import pooled
from aipchain.ai.agents.simulation import Community, simulate
from aipchain.ai.agents.zero_intelligence import zero_intelligence_bills

SHORT = Settings(rounds=2, worlds=2, length=24, passes=1, batch=256, hidden=8)
HOMES = tuple("abcdef")
SPAN = range(72, 168)
"""Four days."""


def plans(community: Community, lean: Residual | None = None) -> Alone:
    """Homes that expect the mean of the first three days."""
    net = community.net_wh[:, :72].reshape(6, 3, 24).mean(axis=1)
    spread = np.tile(net, (1, 10))[..., None] + 100.0 * np.arange(-4, 5)
    prices = community.import_price, community.export_price
    return Alone(spread, *prices, community.fleet, community.step_s, 24, SPAN.start, lean)


@pytest.fixture
def village(community: Community) -> Village:
    """Four days lived through."""
    return lived_through(community, plans(community), SPAN)


def test_who_leans_nowhere_acts_as_planned(community: Community) -> None:
    """An untrained net changes no command."""
    zero = np.zeros((FEATURES + 6, 1)), np.zeros(1)
    leaned = simulate(community, plans(community, Residual((zero,), community.fleet)), SPAN)

    assert leaned.battery_wh.tolist() == simulate(community, plans(community), SPAN).battery_wh.tolist()


def test_who_leans_to_store_holds_more(community: Community) -> None:
    """Stored energy that is said to be worth more is kept longer."""
    always = np.zeros((FEATURES + 6, 1)), np.ones(1)
    keeper = simulate(community, plans(community, Residual((always,), community.fleet)), SPAN)

    assert LEAN_SHARE > 0
    assert keeper.stored_wh.mean() > simulate(community, plans(community), SPAN).stored_wh.mean()


def test_the_same_seed_learns_the_same(village: Village) -> None:
    """Two trainings give equal nets; another seed another."""
    first, again, other = (learn(village, seed, SHORT).layers[0][0].tolist() for seed in (1, 1, 2))

    assert first == again
    assert first != other


def test_worlds_go_as_the_simulation_goes(community: Community, village: Village) -> None:
    """Without a lean, a world that begins empty on the first day stores the same."""
    worlds = Worlds(village, 1, np.random.default_rng(0))
    worlds.reset(96)
    worlds._stored[:] = 0
    run = simulate(community, plans(community), SPAN)
    stored = []
    for _ in range(48):
        worlds.step(np.zeros((1, 6)))
        stored.append(worlds._stored[0].tolist())

    assert stored == run.stored_wh[:, :48].T.tolist()


def test_a_home_sees_nothing_of_another(village: Village) -> None:
    """Another home's storage changes no other row."""
    worlds = Worlds(village, 1, np.random.default_rng(0))
    before = worlds.reset(24)[0]
    worlds._stored[0, 0] = 6_400 - worlds._stored[0, 0]
    after = worlds._observed()[0]

    assert not np.array_equal(before[0], after[0])
    assert np.array_equal(before[1:], after[1:])


def test_the_village_is_a_parallel_environment_of_pettingzoo(village: Village) -> None:
    """It passes PettingZoo's own test of one, without a warning, through episodes that are cut."""
    world = ParallelVillage(village, HOMES, length=5)

    assert isinstance(world, ParallelEnv)
    parallel_api_test(world, num_cycles=12)


def test_an_episode_is_cut_after_its_length(village: Village) -> None:
    """One row and one reward for each home, within the spaces; the same seed shows the same; then nobody is left."""
    world, again = ParallelVillage(village, HOMES, length=3, seed=4), ParallelVillage(village, HOMES, length=3)
    seen, _ = world.reset(seed=4)
    same, _ = again.reset(seed=4)
    steps = [world.step({home: world.action_space(home).sample() for home in HOMES}) for _ in range(3)]

    assert all(np.array_equal(seen[home], same[home]) for home in HOMES)
    assert all(world.observation_space(home).contains(step[0][home]) for step in steps for home in HOMES)
    assert [set(step[1]) for step in steps] == [set(HOMES)] * 3
    assert [step[3]["a"] for step in steps] == [False, False, True]
    assert (world.agents, world.step({})) == ([], ({}, {}, {}, {}, {}))


def test_without_pettingzoo_the_extra_is_told() -> None:
    """One sentence that says what to install."""
    script = "import sys; sys.modules['pettingzoo'] = None; import aipchain.ai.agents.parallel"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert done.stderr.splitlines()[-1].endswith("PartMissing: pettingzoo is not installed: pip install 'aipchain[rl]'")


def test_without_intelligence_nobody_pays_more_than_outside(community: Community) -> None:
    """Random limits between the outside's prices trade some of what the pool trades, at no one's loss."""
    net, prices = community.net_wh[:, :72], (community.import_price[:72], community.export_price[:72])
    bills = zero_intelligence_bills(net, *prices, seed=1)
    outside = [int((np.maximum(home, 0) * prices[0] - np.maximum(-home, 0) * prices[1]).sum()) for home in net]

    assert all(bill <= alone for bill, alone in zip(bills, outside, strict=True))
    assert sum(pooled(net, *prices)) < sum(bills) < sum(outside)
