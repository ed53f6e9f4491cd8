"""A rehearsal follows from its settings alone, in memory or in a file, whatever homes and days it has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.integration.orchestrator.visitor import Visitor

from aipchain.chain.node import Node, SystemClock
from aipchain.chain.rpc.local import LocalTransport
from aipchain.metering.errors import BadPack
from aipchain.metering.packs import Home, choose_homes, load_pack
from aipchain.orchestrator.cast import Agent
from aipchain.orchestrator.errors import AnotherRun
from aipchain.orchestrator.rehearsal import Progress, Rehearsal, Settings
from aipchain.orchestrator.results import Conservation
from aipchain.runtime_bridge import calls, reads
from aipchain.runtime_bridge.connection import connect
from aipchain.runtime_bridge.keys import development_account
from aipchain.runtime_bridge.submitter import Submitter
from aipchain.units import AIP, Balance, UnixSeconds

if TYPE_CHECKING:
    from tests.integration.orchestrator.conftest import Leave, Live, Lived

NOTHING_LOST = Conservation(energy_difference_wh=0, money_difference=0)


def head(base_path: Path) -> bytes:
    """The hash of the newest block of a chain file."""
    with Node.open(base_path, clock=SystemClock(), preset=None, create=False) as node:
        return node.head.hash


@pytest.fixture(scope="module")
def begun(settings: Settings, tmp_path_factory: pytest.TempPathFactory, leave: Leave) -> Path:
    """The chain of a rehearsal that was stopped in its first hours."""
    base_path = tmp_path_factory.mktemp("begun") / "chain"
    leave(settings, base_path, 3)
    return base_path


@pytest.fixture
def quarter_hours(tmp_path: Path) -> Path:
    """Two days of two homes in steps of 15 minutes: from noon on, one has 100 Wh left that the other lacks."""
    times = [datetime(2020, 1, 1) + timedelta(minutes=15 * step) for step in range(192)]
    rows = [(time, time.hour >= 12) for time in times]
    series = {
        "load_wh.csv": ["start_local,sunny,dark", *(f"{time},200,{300 if noon else 150}" for time, noon in rows)],
        "pv_wh.csv": [
            "start_local,sunny,dark",
            *(f"{time},{300 if noon else 200},{200 if noon else 150}" for time, noon in rows),
        ],
        "grid.csv": [
            "start_local,retail_price_micro_usd_per_kwh,carbon_g_per_kwh",
            *(f"{time},220000,150" for time, _ in rows),
        ],
        "homes.csv": ["home", "sunny", "dark"],
    }
    for name, lines in series.items():
        (tmp_path / name).write_text("\n".join(lines) + "\n")
    return tmp_path


def test_equal_settings_give_equal_chains(lived: Lived, settings: Settings, tmp_path: Path, live: Live) -> None:
    """The same seed gives the same results to the state root, on disk as in memory."""
    assert live(settings, tmp_path / "chain") == lived.results


def test_another_seed_gives_another_chain(one_day: Lived, live: Live) -> None:
    """Keys and ballots differ with the seed; what homes consume does not."""
    other = live(replace(one_day.settings, seed=2))

    assert other.chain.genesis_hash != one_day.results.chain.genesis_hash
    assert [bill.import_wh for bill in other.bills] == [bill.import_wh for bill in one_day.results.bills]
    assert other.conservation == NOTHING_LOST


def test_two_days_trade_vote_and_add_up(lived: Lived) -> None:
    """Energy is delivered, every home is better off, the voted rule takes over at midnight, and nothing is lost."""
    results = lived.results

    assert results.conservation == NOTHING_LOST
    assert (results.intervals, len(results.hours)) == (48, 48)
    assert results.delivered_wh == sum(hour.delivered_wh for hour in results.hours) > 0
    assert results.minted_wh == sum(hour.export_wh for hour in results.hours)
    assert all(bill.with_trade <= bill.without_trade for bill in results.bills)
    assert sum(bill.bought_wh for bill in results.bills) == results.delivered_wh
    assert sum(bill.sold_wh for bill in results.bills) == results.delivered_wh
    vote = results.proposal
    assert vote is not None
    assert (vote.state, vote.electorate) == ("In force", 4)
    assert [use.name for use in results.price_plugins] == ["mid-market-rate", "supply-demand-ratio"]
    assert results.price_plugins[1].from_interval == vote.enacted_from == results.hours[24].interval_start


def test_the_price_stays_between_the_tariffs(lived: Lived) -> None:
    """Nobody pays more than retail or earns less than the feed-in tariff."""
    traded = [hour for hour in lived.results.hours if hour.price is not None]

    assert traded
    assert all(hour.feed_in <= hour.price <= hour.retail for hour in traded if hour.price is not None)


def test_homes_are_chosen_by_name_and_days_by_date(settings: Settings, live: Live) -> None:
    """Two named homes on another day; the first hours of the data have no past to forecast from."""
    chosen = choose_homes(settings.pack, "home_03,home_01")

    results = live(replace(settings, homes=chosen, first_day=date(2016, 8, 1), days=1))

    assert [bill.home for bill in results.bills] == ["home_03", "home_01"]
    assert results.hours[0].interval_start == settings.pack.start
    assert (results.orders, results.delivered_wh, results.conservation) == (0, 0, NOTHING_LOST)
    assert all(bill.with_trade == bill.without_trade for bill in results.bills)


def test_one_home_trades_with_nobody(settings: Settings, live: Live) -> None:
    """Its orders are cleared without trades and its bill is the grid's."""
    results = live(replace(settings, homes=settings.homes[:1], days=1))

    assert (results.trades, results.conservation) == (0, NOTHING_LOST)
    assert results.orders == 24
    assert results.bills[0].with_trade == results.bills[0].without_trade


def test_a_quarter_hour_pack_is_lived(quarter_hours: Path, live: Live) -> None:
    """Packs of 15 minutes trade in 15 minute intervals: one home's noon is the other's breakfast."""
    pack = load_pack(quarter_hours)

    results = live(Settings(pack, pack.homes, date(2020, 1, 2), 1, 1))

    assert (results.interval_s, results.intervals, len(results.hours)) == (900, 96, 96)
    assert results.conservation == NOTHING_LOST
    assert [(bill.bought_wh, bill.sold_wh) for bill in results.bills] == [(0, 48 * 100), (48 * 100, 0)]


def other_data(home: Home) -> Home:
    """A home of the same name that needs one watt-hour more."""
    return replace(home, load_wh=(home.load_wh[0] + 1, *home.load_wh[1:]))


CHANGES: dict[str, Callable[[Settings], Settings]] = {
    "seed": lambda settings: replace(settings, seed=2),
    "homes": lambda settings: replace(settings, homes=settings.homes[:3]),
    "data": lambda settings: replace(settings, homes=(other_data(settings.homes[0]), *settings.homes[1:])),
    "fewer days": lambda settings: replace(settings, days=1),
    "more days": lambda settings: replace(settings, days=3),
    "forecast": lambda settings: replace(settings, forecast="perfect"),
    "agent": lambda settings: replace(settings, agent=Agent.RULE),
    "first day": lambda settings: replace(settings, first_day=date(2016, 10, 4)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_chain_of_another_run_is_refused(settings: Settings, begun: Path, change: str, live: Live) -> None:
    """Other settings are one sentence that says what to do, exit code 2, and not a block more."""
    before = head(begun)

    with pytest.raises(AnotherRun, match="give the options it was begun with") as refused:
        live(CHANGES[change](settings), begun)

    assert refused.value.exit_code == 2
    assert head(begun) == before


def test_days_the_data_lacks_are_refused_before_a_chain_is_made(settings: Settings, tmp_path: Path, live: Live) -> None:
    """A typing error in the date leaves no folder behind."""
    with pytest.raises(BadPack):
        live(replace(settings, first_day=date(2015, 1, 1)), tmp_path / "chain")

    assert not (tmp_path / "chain").exists()


@pytest.mark.parametrize("turns", [2, 50])
def test_a_rehearsal_that_stopped_goes_on(one_day: Lived, tmp_path: Path, turns: int, live: Live, leave: Leave) -> None:
    """Stopped after any turn and opened again, it ends on the same block with the same results."""
    leave(one_day.settings, tmp_path / "chain", turns)

    assert live(one_day.settings, tmp_path / "chain") == one_day.results


def test_a_visitor_who_is_first_takes_nothing_away(one_day: Lived) -> None:
    """A community, a meter and a proposal that others made before ours have the first numbers: ours are found all the
    same, and what others measure and mint is not counted as ours."""
    stage = Rehearsal(one_day.settings, None)
    visitor = Visitor(stage.node, UnixSeconds(one_day.results.hours[0].interval_start))
    try:
        visitor.founds()
        results = stage.run(lambda _: visitor.measures_and_mints())
    finally:
        stage.close()

    assert len(visitor.minted) == 1
    assert (results.bills, results.conservation) == (one_day.results.bills, NOTHING_LOST)
    assert results.proposal is not None
    assert (results.proposal.id, results.proposal.electorate) == (1, 3)


def test_a_home_may_have_the_name_of_a_service(one_day: Lived, live: Live) -> None:
    """Homes and services never share a key, whatever homes are called."""
    settings = one_day.settings
    named = (replace(settings.homes[0], name="operator"), replace(settings.homes[1], name="device/operator"))

    results = live(replace(settings, homes=(*named, settings.homes[2])))

    assert (results.conservation, results.delivered_wh) == (NOTHING_LOST, one_day.results.delivered_wh)


def test_a_present_from_a_visitor_is_part_of_the_books(settings: Settings) -> None:
    """Whoever is connected meanwhile may send a home money: nothing is lost, and no bill changes."""
    stage = Rehearsal(replace(settings, days=1), None)
    homes: list[bytes] = []

    def give(progress: Progress) -> None:
        if progress.done == 5:
            with connect(LocalTransport(stage.node)) as visitor:
                homes.extend(meter.owner for meter in reads.meters(visitor).values())
                call = calls.transfer_keep_alive(visitor.metadata, dest=homes[0], value=Balance(AIP))
                signed = Submitter(visitor).sign(call, development_account("Bob"))
                visitor.rpc("author_submitExtrinsic", f"0x{signed.extrinsic.hex()}")

    try:
        results = stage.run(give)
        with connect(LocalTransport(stage.node)) as visitor:
            bob = reads.account_info(visitor, development_account("Bob").public)
    finally:
        stage.close()
    assert bob.nonce == 1
    assert results.conservation == NOTHING_LOST
