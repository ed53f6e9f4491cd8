"""How changes become one: by hand, and when some lie."""

import numpy as np
import pytest
from numpy.typing import NDArray

from aipchain.ai.federated.aggregation import Rule, bears, clipped, combined, norms
from aipchain.ai.federated.errors import UnusablePlan
from aipchain.ai.federated.privacy import GRID, NoiseKey, Privacy, clipped_sum, epsilon, private_mean
from aipchain.ai.federated.rounds import Plan

CHANGES = np.array([[1.0, 10.0], [2.0, 20.0], [3.0, 30.0], [4.0, 40.0], [100.0, -900.0]])
EVEN = np.full(5, 100)
KEY = NoiseKey(b"sixteen bytes it")


def test_the_mean_weighs_by_rows_and_nobody_more_than_twice_the_median() -> None:
    """Whoever says it has a million rows counts as 200."""
    rows = np.array([100, 100, 100, 50, 1_000_000])

    weights = np.array([100, 100, 100, 50, 200])
    assert combined(Rule.MEAN, CHANGES, rows).tolist() == pytest.approx((weights @ CHANGES / 550).tolist())


def test_the_trimmed_mean_leaves_out_a_fifth_on_each_side() -> None:
    """Of five the largest and the smallest of each number, whatever rows they claim."""
    assert combined(Rule.TRIMMED_MEAN, CHANGES, EVEN).tolist() == [3.0, 20.0]


def test_the_median_keeps_the_middle() -> None:
    """Of each number."""
    assert combined(Rule.MEDIAN, CHANGES, EVEN).tolist() == [3.0, 20.0]


@pytest.mark.parametrize("rule", [Rule.TRIMMED_MEAN, Rule.MEDIAN])
def test_three_liars_of_fifteen_move_a_robust_mean_within_the_honest(rule: Rule) -> None:
    """However far they go, the result lies between what honest clients said."""
    honest = np.random.default_rng(0).normal(size=(12, 50))
    for lie in (1e3, -1e9, 1e30):
        told = combined(rule, np.concatenate([honest, np.full((3, 50), lie)]), np.full(15, 10))
        assert (honest.min(axis=0) <= told).all()
        assert (told <= honest.max(axis=0)).all()


@pytest.mark.parametrize("clients", [1, 2, 3, 4, 5, 9, 10, 15])
@pytest.mark.parametrize("rule", list(Rule))
def test_as_many_liars_as_a_rule_bears_and_no_more_can_be_anything(rule: Rule, clients: int) -> None:
    """With that many the result lies within what the honest said, with one more it does not."""
    for liars in (bears(rule, clients), bears(rule, clients) + 1):
        told = np.concatenate([np.zeros(clients - liars), np.full(liars, 1e9)])[:, None]
        pulled = combined(rule, told, np.full(clients, 10))[0] > 0
        assert pulled == (liars > bears(rule, clients))


def test_clipping_shortens_the_long_and_leaves_the_short() -> None:
    """The direction stays."""
    told = clipped(np.array([[3.0, 4.0], [0.3, 0.4], [0.0, 0.0]]), 1.0)

    assert told == pytest.approx(np.array([[0.6, 0.8], [0.3, 0.4], [0.0, 0.0]]))
    assert norms(told) == pytest.approx(np.array([1.0, 0.5, 0.0]))


def test_epsilon_is_that_of_the_formula() -> None:
    """Fifteen rounds of noise 10: rho 0.075, and so 0.075 + 2 sqrt(0.075 ln 10^5); more noise tells less."""
    assert epsilon(Privacy(10.0), 15) == pytest.approx(1.933, abs=1e-3)
    assert epsilon(Privacy(20.0), 15) < epsilon(Privacy(10.0), 15) < epsilon(Privacy(10.0), 30)


def test_noise_has_the_deviation_that_was_asked_for() -> None:
    """Twice the clipped length, over the number invited; whole multiples of the grid."""
    changes = np.zeros((10, 40_000))
    told = private_mean(Privacy(2.0), changes, 0.5, 10, key=KEY, round_=1)

    assert told.std() == pytest.approx(2.0 * 0.5 / 10, rel=0.02)
    assert (told * 10 / GRID == np.rint(told * 10 / GRID)).all()


def test_noise_is_normal() -> None:
    """Mean 0, and so many numbers within one, two and three deviations as a normal law has."""
    told = private_mean(Privacy(1.0), np.zeros((1, 40_000)), 1.0, 1, key=KEY, round_=1)

    within = [np.mean(np.abs(told) < deviations) for deviations in (1, 2, 3)]
    assert [float(told.mean()), *within] == pytest.approx([0.0, 0.6827, 0.9545, 0.9973], abs=0.015)


def test_one_client_moves_the_sum_by_its_clipped_length_at_most() -> None:
    """With and without it."""
    changes = np.random.default_rng(1).normal(size=(8, 30)) * 100
    with_it, without = (clipped_sum(each, 0.5) * GRID for each in (changes, changes[:7]))

    assert 0.4 < np.linalg.norm(with_it - without) <= 0.5


def test_noise_is_the_same_only_for_the_same_key_round_size_and_sum() -> None:
    """A round done again tells nothing more, and no two things that are published have noise in common."""
    changes, other = np.ones((2, 50)), np.eye(2, 50)

    def noise(z: float = 1.0, told: NDArray[np.float64] = changes, key: NoiseKey = KEY, round_: int = 1) -> list[float]:
        drawn = private_mean(Privacy(z), told, 9.0, 1, key=key, round_=round_) - clipped_sum(told, 9.0) * GRID
        return list(drawn / z)

    first = noise()
    assert noise() == first
    for each in (noise(told=other), noise(key=NoiseKey(b"another sixteen.")), noise(round_=2), noise(z=2.0)):
        assert abs(np.corrcoef(first, each)[0, 1]) < 0.6


def test_plans_that_contradict_themselves_are_refused() -> None:
    """Noise beside a robust mean, no rounds, no noise, no length."""
    with pytest.raises(UnusablePlan, match="noise of privacy is measured for the mean, not the median"):
        Plan(rule=Rule.MEDIAN, privacy=Privacy(1.0))
    for wrong in ({"rounds": 0}, {"rounds": 101}, {"least_answers": 0}, {"most_change": 0.0}, {"peak_rate": -1.0}):
        with pytest.raises(UnusablePlan):
            Plan(**wrong)
    for noise in (0.0, -1.0, float("nan"), float("inf"), 1e7):
        with pytest.raises(UnusablePlan, match="is of no use: give a multiplier above 0, 1,000,000 at most"):
            Privacy(noise)
    with pytest.raises(UnusablePlan, match="a key of 3 bytes does not make noise that nobody knows"):
        NoiseKey(b"123")
