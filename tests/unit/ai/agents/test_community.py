"""Policies in the small community: the rule, the shared plan, homes by themselves."""

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.agents.alone import Alone
from aipchain.ai.agents.battery import Battery
from aipchain.ai.agents.before import Before
from aipchain.ai.agents.community import leveled, plan_community
from aipchain.ai.agents.control import following
from aipchain.ai.agents.fleet import fleet_of
from aipchain.ai.agents.intraday import learn_intraday
from aipchain.ai.agents.planned import Expectation, Follows, Planned
from aipchain.ai.agents.settlement import alone, community_bill, pooled
from aipchain.ai.agents.simulation import Community, Mixed, Policy, Rule, Seen, simulate

DAYS = range(72, 132)
"""Two and a half days from the fourth on."""


def expectation(energy: NDArray[np.int64]) -> Expectation:
    """The mean day of the first three."""
    day = energy[:, :72].reshape(len(energy), 3, 24).mean(axis=1)
    return Expectation(np.tile(day, (1, 10)), energy.astype(np.float64), None, 24)


def planned(community: Community, follows: Follows = Follows.OWN_METER) -> Planned:
    """A plan on the mean day."""
    load, sun = expectation(community.load_wh), expectation(community.generation_wh)
    prices = community.import_price, community.export_price
    return Planned(load, sun, *prices, community.fleet, community.step_s, follows)


def by_itself(community: Community) -> Alone:
    """Homes that expect nine net loads around the mean day."""
    net = expectation(community.load_wh).expected_wh - expectation(community.generation_wh).expected_wh
    spread = net[..., None] + 100.0 * np.arange(-4, 5)
    prices = community.import_price, community.export_price
    return Alone(spread, *prices, community.fleet, community.step_s, 24, DAYS.start)


def before(community: Community, *, follows: bool) -> Before:
    """The same homes, told the mean day instead of the hour that is measured."""
    return Before(
        by_itself(community), expectation(community.load_wh), expectation(community.generation_wh), follows=follows
    )


def bill(community: Community, policy: Policy) -> int:
    """What the community pays for the days."""
    run = simulate(community, policy, DAYS)
    prices = community.import_price[DAYS.start : DAYS.stop], community.export_price[DAYS.start : DAYS.stop]
    parts = pooled(run.net_wh, *prices)
    total = community_bill(run.net_wh, *prices)
    assert sum(parts) == total
    return total


def test_plans_cost_less_than_the_rule(community: Community) -> None:
    """Buying cheap for the evening, sharing what is stored: the shared plan saves most, homes by themselves some."""
    rule, shared, singly = (bill(community, each) for each in (Rule(), planned(community), by_itself(community)))

    assert shared < singly < rule


def test_a_plan_that_follows_meters_costs_less_than_one_that_does_not(community: Community) -> None:
    """Load is never as expected; batteries that balance it within the hour save what the pool would ask for it."""
    fixed, own, together = (bill(community, planned(community, follows)) for follows in Follows)

    assert together < own < fixed


def test_homes_that_know_the_hour_pay_less_than_those_that_decide_before_it(community: Community) -> None:
    """Whether or not their batteries follow their meters within it."""
    knowing, metered, fixed = (
        bill(community, each)
        for each in (by_itself(community), before(community, follows=True), before(community, follows=False))
    )

    assert knowing < min(metered, fixed)


def test_who_decides_before_the_hour_is_not_told_what_it_measures(community: Community) -> None:
    """Another net load changes nothing that is fixed; a battery that follows takes it up as far as it was to."""
    stored, none = np.full(6, 3_000), np.zeros(0)
    at_noon = DAYS.start + 12
    usual, more = (Seen(at_noon, stored, community.net_wh[:, at_noon] + extra, none, none) for extra in (0, 700))
    fixed, metered = before(community, follows=False), before(community, follows=True)

    assert fixed.asked(usual).tolist() == fixed.asked(more).tolist()
    assert (metered.asked(usual) - metered.asked(more)).min() >= 0
    assert (metered.asked(usual) - metered.asked(more)).max() == 700


def test_neither_plan_reads_what_comes_later(community: Community) -> None:
    """Everything after the third hour is changed; what is asked of batteries until then stays the same."""
    first = range(DAYS.start, DAYS.start + 3)
    load = community.load_wh.copy()
    load[:, first.stop :] = 7_000
    other = Community(load, *(getattr(community, each) for each in Community.__slots__[1:]))

    for make in (planned, by_itself):
        before, after = (simulate(each, make(each), first).battery_wh for each in (community, other))
        assert before.tolist() == after.tolist()


def test_an_agent_of_some_homes_knows_no_other(community: Community) -> None:
    """The others' batteries do as the rule has it."""
    half = np.arange(6) % 2 == 0
    own = Community(
        community.load_wh[half],
        community.generation_wh[half],
        community.import_price,
        community.export_price,
        community.fleet.of(half),
        3_600,
    )
    mixed, ruled = (simulate(community, each, DAYS) for each in (Mixed(planned(own), half), Rule()))

    assert mixed.battery_wh[~half].tolist() == ruled.battery_wh[~half].tolist()
    assert mixed.battery_wh[half].tolist() == simulate(own, planned(own), DAYS).battery_wh.tolist()


def test_a_pool_never_costs_a_home_more_than_the_outside(community: Community) -> None:
    """With the same batteries, each home pays at most what it would pay alone."""
    run = simulate(community, Rule(), DAYS)
    prices = community.import_price[DAYS.start : DAYS.stop], community.export_price[DAYS.start : DAYS.stop]

    assert all(a <= b for a, b in zip(pooled(run.net_wh, *prices), alone(run.net_wh, *prices), strict=True))


def test_what_comes_otherwise_is_balanced_where_the_plan_keeps_zero() -> None:
    """A home at zero balances all; one that imports, only what it would send out; one that exports, the reverse."""
    planned_wh, expected = np.array([-500, 0, 0]), np.array([500, 500, -500])
    spare, shown = np.array([0, 500, -500]), np.array([700, -300, 200])

    assert following(planned_wh, expected, spare, shown).tolist() == [-700, 300, -200]


def test_the_emptiest_is_charged_first_and_the_fullest_discharged() -> None:
    """Until they stand level, to a watt-hour."""
    fleet, stored = fleet_of([Battery(6_000, 5_000, 1_000_000)] * 3), np.array([0, 1_000, 3_000])

    assert np.abs(leveled(3_000, fleet, stored, 3_600) - [2_000, 1_000, 0]).max() <= 1
    assert np.abs(leveled(-2_500, fleet, stored, 3_600) - [0, -250, -2_250]).max() <= 1


def test_a_community_serves_its_neighbours_before_it_exports() -> None:
    """One home's sun is another's need: nothing is left to trade with the outside."""
    net = np.array([[-2_000.0, 500.0], [1_000.0, 500.0]])
    prices = np.full(2, 400_000_000), np.full(2, 50_000_000)
    parts = plan_community(net, *prices, fleet_of([Battery(6_400, 5_000)] * 2), np.array([0, 0]), step_s=3_600)

    assert parts.planned_wh.sum() == 1_000
    assert parts.spare_wh.tolist() == [0, 0]


def test_hours_that_are_clearer_than_forecast_make_the_next_ones_clearer() -> None:
    """Days are cloudy or clear as a whole; by noon the forecast of the afternoon knows which."""
    rng = np.random.default_rng(3)
    shape = np.where((np.arange(24) > 7) & (np.arange(24) < 17), 1_000.0, 0.0)
    measured = np.repeat(rng.choice([0.4, 1.6], (1, 40)), 24, axis=1) * np.tile(shape, 40)
    expected = np.tile(shape, (1, 40))
    learned = learn_intraday(expected, measured, range(24, 30 * 24), sun=True, steps_per_hour=1)

    missed = (measured - expected)[:, 35 * 24 + 12 : 35 * 24 + 16]
    left = missed - learned.shift(expected, measured, 35 * 24 + 12, 4)

    assert np.abs(left).mean() < 0.2 * np.abs(missed).mean()
