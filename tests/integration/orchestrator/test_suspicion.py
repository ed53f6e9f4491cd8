"""Suspicions on a real chain: who trades round and who shows orders to take them back are found, the others are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from tests.integration.cli.conftest import run_aip
from tests.integration.orchestrator.village import HOUR, NOW, Resident, Village

from aipchain.chain.rpc.local import LocalTransport
from aipchain.chain.rpc.server import serve
from aipchain.orchestrator.follow import catch_up
from aipchain.orchestrator.projection import Projection
from aipchain.orchestrator.suspicion.activity import FIRST_BLOCK, Span, activity_of
from aipchain.orchestrator.suspicion.errors import DaysNotThere
from aipchain.orchestrator.suspicion.look import Question, look
from aipchain.orchestrator.suspicion.report import Check, Suspicions
from aipchain.orchestrator.suspicion.standard import Standard
from aipchain.plugins.catalogue import Catalogue
from aipchain.runtime_bridge import calls
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.connection import connect
from aipchain.runtime_bridge.keys import account_from_uri, development_device
from aipchain.runtime_bridge.submitter import Submitter
from aipchain.units import AIP, Balance, UnixSeconds, Wh

if TYPE_CHECKING:
    from aipchain.chain.node import Node

SELLERS, BUYERS, RING = ("s0", "s1", "s2"), ("b0", "b1", "b2"), ("r0", "r1")
SPOOFER = "s0"
DAY = 24 * HOUR
HOURS = range(3, 24, 2)
"""Of delivery, on each of two days."""


@dataclass(frozen=True)
class Close:
    """A village with eight more homes, after a day on which all were honest and one on which some were not."""

    village: Village
    homes: Mapping[str, Resident]

    def address(self, name: str) -> str:
        """The address of a home's account."""
        return self.homes[name].key.address


@pytest.fixture(scope="module")
def close(founded: Node) -> Iterator[Close]:
    """Every home trades eleven times or more on each day."""
    node = founded.fork()
    with connect(LocalTransport(node)) as connection:
        submitter = Submitter(connection, wait=lambda attempt: bool(node.author()) and attempt < 5)
        village = Village(node, connection, submitter, Catalogue.discover())
        village.installs("pro-rata")
        lived = Close(village, _settled(village))
        for day, honest in ((0, True), (1, False)):
            for hour in HOURS:
                _lives(replace(village, interval=UnixSeconds(NOW + day * DAY + hour * HOUR)), lived.homes, honest)
        yield lived
    node.close()


def _settled(village: Village) -> dict[str, Resident]:
    """Admit homes, give each a meter, and money from the steward."""
    metadata, homes = village.metadata, {}
    for number, name in enumerate((*SELLERS, *BUYERS, *RING), start=len(village.residents)):
        home = Resident(account_from_uri(f"//{name}"), t.MeterId(number), development_device(name))
        enrol = calls.enrol_meter(
            metadata,
            community=village.here,
            owner=home.key.public,
            device_key=home.device.public,
            zone=0,
            source=t.Source.SOLAR,
            connection_limit_w=10_000,
            import_register_wh=Wh(1_000),
            export_register_wh=Wh(2_000),
            reads_from=village.interval,
        )
        roles = (t.Role.CONSUMER, t.Role.PRODUCER)
        admit = calls.admit(metadata, community=village.here, account=home.key.public, roles=roles)
        money = calls.transfer_keep_alive(metadata, dest=home.key.public, value=Balance(100 * AIP))
        village.does(village.steward, calls.batch_all(metadata, [admit, enrol, money]))
        homes[name] = home
    return homes


def _lives(village: Village, homes: Mapping[str, Resident], honest: bool) -> None:
    """One interval: orders, the clearing of the operator, and settlement, of which no meter confirms anything.

    The ring sells and buys like all others on the honest day, and round to itself on the other.
    """
    turn = village.interval // HOUR // 2 % 2
    seller, buyer = ("r0", "r1") if honest or turn else ("r1", "r0")
    sellers, buyers = (*SELLERS, seller), (*BUYERS, buyer)
    if not honest:
        for number in range(2):
            shown = village.bid(homes[SPOOFER], 900, village.tariff // 2, id=9 + number)
            village.does(homes[SPOOFER].key, calls.cancel_order(village.metadata, number=shown))
    offers = {name: village.offer(homes[name], 400) for name in sellers}
    bids = {name: village.bid(homes[name], 400) for name in buyers}
    mixed = [(one, other, 100) for one in offers for other in bids]
    apart = [*((one, other, 100) for one in SELLERS for other in BUYERS), (seller, buyer, 400)]
    listed = mixed if honest else apart
    village.clears(*(village.trade(bids[other], offers[one], wh) for one, other, wh in listed))
    village.becomes_final()
    village.does(village.stranger, village.settling())


@pytest.fixture(scope="module")
def projection(close: Close) -> Iterator[Projection]:
    """All of it, folded."""
    folded = Projection(None, close.village.connection.genesis_hash)
    catch_up(close.village.connection, folded)
    yield folded
    folded.close()


def question(close: Close, day: int, standard: Standard, false_alarms: float) -> Question:
    """One day of the village."""
    return Question(
        community=close.village.here,
        interval_s=HOUR,
        since=NOW,
        first_day=UnixSeconds(NOW + day * DAY),
        days=1,
        false_alarms=false_alarms,
        standard=standard,
    )


def accused(found: Suspicions, check: Check) -> set[str]:
    """Who is to be looked at."""
    (done,) = [each for each in found.checked if each.check is check]
    return {alarm.subject for alarm in done.alarms}


@pytest.mark.parametrize(("standard", "false_alarms"), [(Standard.PAST, 0.2), (Standard.KEPT, 0.01)])
def test_a_ring_and_a_spoofer_are_found_and_the_honest_are_not(
    close: Close, projection: Projection, standard: Standard, false_alarms: float
) -> None:
    """Against the community's own day before, and against the honest ones kept with the package."""
    found = look(projection, question(close, 1, standard, false_alarms))

    assert accused(found, Check.WASH) == {close.address(name) for name in RING}
    assert accused(found, Check.SPOOFING) == {close.address(SPOOFER)}
    assert accused(found, Check.SYBIL) == set()
    (wash, *_) = found.checked
    reasons = {each.subject: each.reason for each in wash.verdicts}
    assert f"goes round in a circle with {close.address('r1')}" in reasons[close.address("r0")]
    assert [wash.judged, len(wash.verdicts)] == [8, 8]


def test_on_the_honest_day_nobody_is_accused(close: Close, projection: Projection) -> None:
    """Every account did enough to be scored."""
    found = look(projection, question(close, 0, Standard.KEPT, 0.05))

    assert [each.alarms for each in found.checked] == [()] * 3
    assert [each.judged for each in found.checked][:2] == [8, 8]


def test_a_past_that_is_too_short_scores_nobody(close: Close, projection: Projection) -> None:
    """Eight honest ones cannot tell one in a hundred; a score from them would be made up."""
    found = look(projection, question(close, 1, Standard.PAST, 0.01))
    (wash, *_) = found.checked

    assert (wash.judged, wash.alarms) == (0, ())
    told = "not enough history: 8 of this community's own, of the days before; 99 honest ones are needed"
    assert (wash.against, {each.reason for each in wash.verdicts}) == (None, {told})


def test_what_the_chain_does_not_tell_is_left_out_with_its_reason(close: Close, projection: Projection) -> None:
    """No reviews, no week, and here no meter was read."""
    found = look(projection, question(close, 1, Standard.KEPT, 0.01))

    assert dict(found.left_out) == {
        "theft": "no meter was read by the first of these days",
        "generation over-reported": "no meter was read by the first of these days",
        "reputation pumping": "this runtime keeps no reviews",
    }
    assert found.public_funders == (close.village.steward.address,)


def test_activity_is_what_was_done(close: Close, projection: Projection) -> None:
    """Placing and cancelling times, what was traded, and where first money came from, as the chain has them."""
    start = UnixSeconds(NOW + DAY + HOURS.start * HOUR)
    hour = Span(start, UnixSeconds(start + HOUR))
    found = activity_of(projection, close.village.here, HOUR, hour, frozenset())

    assert len(found.trades) == len(SELLERS) * len(BUYERS) + 1
    spoofs = [each for each in found.orders if each.cancelled is not None]
    assert [(each.account, each.energy, each.traded) for each in spoofs] == [(close.address(SPOOFER), 900, 0)] * 2
    assert all(each.placed < (each.cancelled or 0) <= start - 600 for each in spoofs)
    assert {each.traded for each in found.orders if each.cancelled is None} == {300, 400}
    payers = {each.payer for each in found.payments if each.payee == close.address("r0")}
    assert payers == {close.village.steward.address}
    assert FIRST_BLOCK not in payers


def test_the_command_tells_whom_to_look_at_and_ends_well(close: Close) -> None:
    """Findings are no failure: a table with score and reason, what was held against what, and what a score is."""
    server = serve(close.village.node, port=0)
    try:
        asked = ("audit", "suspicions", 0, "--from", "2016-10-04", "--days", 1, "--honest", "kept", "--url", server.url)
        ended, document = run_aip(*asked), run_aip(*asked, "--json").document
    finally:
        server.stop()

    assert ended.code == 0
    for name in (*RING, SPOOFER):
        assert close.address(name)[:8] in ended.out
    assert ended.out.rstrip().endswith("An alarm is a reason to look, never a proof.")
    assert "wash trading, spoofed orders, Sybil cluster: held against 1,440 accounts" in ended.out
    assert [document[name] for name in ("community", "until", "class", "false_alarms", "unsettled_books")] == [
        0,
        NOW + 2 * DAY,
        "observed",
        10_000,
        0,
    ]
    alarms = {each["check"]: each["alarms"] for each in document["checks"]}
    assert alarms == {"wash trading": 2, "spoofed orders": 1, "Sybil cluster": 0}
    ring = [each for each in document["checks"][0]["verdicts"] if each["alarm"]]
    assert all(each["score"] >= 9_900 and "goes round" in each["reason"] for each in ring)


def test_days_that_the_chain_does_not_hold_are_refused(close: Close, projection: Projection) -> None:
    """Before the founding, and before the newest block has come to the end of the day."""
    for day in (-1, 2):
        with pytest.raises(DaysNotThere, match="which tells of this community from 2016-10-03 00:00 to 2016-10-05 "):
            look(projection, question(close, day, Standard.KEPT, 0.01))
