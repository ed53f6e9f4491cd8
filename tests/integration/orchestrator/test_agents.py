"""Agents with a key of their own trade for homes with batteries, on a real chain."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from aipchain.chain.rpc.local import LocalTransport
from aipchain.metering.packs import Home, load_pack
from aipchain.orchestrator.cast import Agent, Cast, Settings
from aipchain.orchestrator.errors import NoBattery
from aipchain.orchestrator.foresight import DayAhead
from aipchain.orchestrator.rehearsal import Progress, Rehearsal
from aipchain.orchestrator.results import Conservation, Results
from aipchain.plugins.errors import UnknownPlugin
from aipchain.plugins.forecast_hook import ForecasterPlugin, ForecastInputs, HomeForecast
from aipchain.plugins.hookspecs import hookimpl
from aipchain.runtime_bridge import calls, reads
from aipchain.runtime_bridge.connection import connect
from aipchain.runtime_bridge.submitter import Submitter
from aipchain.runtime_bridge.types import ProxyType

if TYPE_CHECKING:
    from tests.integration.orchestrator.conftest import Leave, Live

NOTHING_LOST = Conservation(energy_difference_wh=0, money_difference=0)
"""What a run must come to."""


class Broken:
    """A forecaster that never answers."""

    @hookimpl
    def forecast(self, inputs: ForecastInputs) -> Sequence[HomeForecast]:
        """It raises."""
        raise RuntimeError("no weather")


@pytest.fixture(scope="module")
def planned() -> Settings:
    """A day of three homes whose agents plan by climatology."""
    pack = load_pack()
    return Settings(pack, pack.homes[:3], date(2016, 10, 4), 1, 1, "climatology", Agent.PLAN)


@pytest.fixture(scope="module")
def stage(planned: Settings) -> Iterator[Rehearsal]:
    """That day, lived."""
    opened = Rehearsal(planned, None)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def results(stage: Rehearsal) -> Results:
    """What it came to."""
    return stage.run(lambda _: None)


def test_agents_trade_and_everything_adds_up(results: Results) -> None:
    """Orders stand in the households' names, and no home pays more than the grid's bill."""
    assert results.conservation == NOTHING_LOST
    assert results.orders > 20
    assert all(bill.with_trade <= bill.without_trade for bill in results.bills)


def test_households_pay_no_fee_that_an_agent_pays(results: Results, stage: Rehearsal, planned: Settings) -> None:
    """What the agent spends is part of the household's fees; its own account has spent it."""
    with connect(LocalTransport(stage.node)) as connection:
        agents = Cast(planned).agents()
        nonces = [reads.account_info(connection, agent.public).nonce for agent in agents]

    assert all(nonce > 0 for nonce in nonces)
    assert all(bill.fees > 0 for bill in results.bills)


def test_skill_is_what_orders_missed_of_the_meters(results: Results, planned: Settings, live: Live) -> None:
    """Read from the chain alone, and the same as what the homes expected and did; the day before was not on chain, so
    two days are lived to know it."""
    two_days = live(replace(planned, days=2))
    homes = [home.conduct for home in Cast(replace(planned, days=2)).homes]
    steps = range(planned.steps.stop, planned.steps.stop + 24)

    (skill,) = two_days.skill

    assert results.skill == ()
    assert skill.error_wh == sum(
        abs(wanted.bid_wh - wanted.offer_wh - home.net_wh(at))
        for home in homes
        for at in steps
        for wanted in [home.wanted(at)]
    )
    assert skill.naive_error_wh == sum(abs(home.net_wh(at - 24) - home.net_wh(at)) for home in homes for at in steps)


def test_what_forecasts_are_worth_is_told_beside_the_chains_own_bills(results: Results) -> None:
    """The row of the forecast that was used is the chain's, to the base unit; perfect knowledge is worth more."""
    perfect, chosen, naive = results.value

    assert (chosen.forecast, chosen.delivered_wh) == ("climatology", results.delivered_wh)
    assert chosen.with_trade == sum(bill.with_trade for bill in results.bills)
    assert chosen.without_trade == sum(bill.without_trade for bill in results.bills)
    assert perfect.with_trade <= chosen.with_trade
    assert naive.forecast == "naive"


@pytest.mark.parametrize("agent", [Agent.RULE, Agent.PLAN])
def test_batteries_save_money(planned: Settings, agent: Agent, live: Live) -> None:
    """By rule or by plan, the day costs less than without; what is still stored at its end is not even counted."""
    cost = {
        each: sum(bill.with_trade for bill in live(replace(planned, agent=each)).bills) for each in (Agent.NONE, agent)
    }

    assert cost[agent] < cost[Agent.NONE]


def test_a_killed_rehearsal_of_agents_goes_on(
    planned: Settings, results: Results, tmp_path: Path, live: Live, leave: Leave
) -> None:
    """Batteries and plans follow from the data, so the chain ends on the same state."""
    leave(planned, tmp_path / "chain", 40)

    assert live(planned, tmp_path / "chain") == results


def test_a_household_stops_its_agent_at_once(planned: Settings, results: Results) -> None:
    """Once the right is taken away the loop goes on without its orders. (The vote is over then: the household's own key
    has nothing else to sign.)"""
    stage = Rehearsal(planned, None)
    orders: list[int] = []

    def stop_the_first(progress: Progress) -> None:
        if progress.done == progress.total - 20:
            with connect(LocalTransport(stage.node)) as connection:
                orders.append(reads.next_order_number(connection))
                cast = Cast(planned)
                call = calls.remove_proxy(
                    connection.metadata, delegate=cast.agents()[0].public, proxy_type=ProxyType.TRADING
                )
                Submitter(connection, wait=author).submit(call, cast.members()[0])

    def author(attempt: int) -> bool:
        stage.node.author()
        return attempt < 5

    try:
        stopped = stage.run(stop_the_first)
    finally:
        stage.close()

    assert stopped.conservation == NOTHING_LOST
    assert orders[0] < stopped.orders < results.orders


def test_days_without_a_usable_forecast_are_marked_in_the_results(planned: Settings) -> None:
    """The forecaster raises; climatology takes its place, orders go on, and nobody has to find it in a log."""
    stage = Rehearsal(planned, None)
    foresight = stage.cast.foresight
    assert isinstance(foresight, DayAhead)
    foresight.plugin = ForecasterPlugin("broken", Broken())
    try:
        results = stage.run(lambda _: None)
    finally:
        stage.close()

    (failure,) = set(results.forecast_failures)
    assert "plugin broken failed in hook 'forecast': it raised RuntimeError('no weather')" in failure
    assert results.orders > 0 == results.conservation.money_difference


def test_batteries_are_asked_for_where_agents_are(planned: Settings) -> None:
    """A pack that knows of no battery has nothing to run."""
    bare = tuple(Home(home.name, home.load_wh, home.pv_wh) for home in planned.homes)

    with pytest.raises(NoBattery, match="battery_kwh"):
        Rehearsal(replace(planned, homes=bare), None)


def test_an_unknown_forecaster_is_refused_before_a_chain_is_made(planned: Settings, tmp_path: Path) -> None:
    """A typing error leaves no folder behind."""
    with pytest.raises(UnknownPlugin, match="did you mean"):
        Rehearsal(replace(planned, forecast="climatolgy"), tmp_path / "chain")

    assert not (tmp_path / "chain").exists()
