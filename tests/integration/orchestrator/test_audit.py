"""The audit decides every clearing again, and names the one that an operator made up."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from aipchain.chain.rpc.local import LocalTransport
from aipchain.orchestrator.audit import ReplayReport, replay
from aipchain.orchestrator.clearing import RuleShelf, decide
from aipchain.orchestrator.errors import Incomplete, NoBook, NothingToReplay
from aipchain.plugins.catalogue import Catalogue
from aipchain.plugins.errors import UnknownPlugin
from aipchain.runtime_bridge import calls
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.bindings import trade_list_hash
from aipchain.runtime_bridge.connection import Connection, connect
from aipchain.units import Interval, Price, UnixSeconds, Wh

if TYPE_CHECKING:
    from tests.integration.orchestrator.conftest import Lived
    from tests.integration.orchestrator.village import Village


def audited(connection: Connection, catalogue: Catalogue) -> ReplayReport:
    """Replay a whole chain."""
    return replay(connection, catalogue, lambda block, height: None)


def traded_book(village: Village) -> tuple[t.Trade, ...]:
    """A book with a posted price, a bid and an offer at its gate; gives what its rule decides."""
    posted = t.PostedPrice(village.interval, Price(2 * village.tariff), Price(village.tariff // 2))
    prices = calls.post_reference_prices(village.metadata, community=village.here, prices=(posted,))
    village.does(village.service, prices)
    village.bid(village.buyer, 300, 2 * village.tariff)
    village.offer(village.seller, 200, village.tariff // 2)
    village.waits_until(village.interval - village.parameters.gate_closure_s)
    interval = Interval(village.interval, 3_600)
    return decide(village.connection, RuleShelf(village.catalogue), village.here, interval).trades


def test_every_clearing_of_a_rehearsal_comes_out_equal(lived: Lived) -> None:
    """Both rules, before and after the vote, decide again what the chain has recorded."""
    report = audited(lived.connection, Catalogue.discover())

    assert report.height == lived.results.chain.height
    assert (len(report.intervals), report.differing) == (48, ())
    assert sum(interval.trades for interval in report.intervals) == lived.results.trades


def test_an_honest_clearing_comes_out_equal(village: Village) -> None:
    """Middle of the two tariffs, all that was offered; and later blocks do not change the answer."""
    trades = traded_book(village)
    village.does(village.service, village.clearing(*trades))
    village.becomes_final()
    village.does(village.stranger, village.settling())

    assert trades == (village.trade(0, 1, 200, (2 * village.tariff + village.tariff // 2) // 2),)
    assert audited(village.connection, village.catalogue).differing == ()


@pytest.mark.parametrize("made_up", ["cheaper", "less", "nothing"])
def test_a_clearing_that_an_operator_made_up_is_named(village: Village, made_up: str) -> None:
    """The chain takes what its envelope allows; the audit tells what the voted rule would have decided."""
    (honest,) = traded_book(village)
    submitted = {
        "cheaper": (replace(honest, price=Price(honest.price - 1)),),
        "less": (replace(honest, wh=Wh(honest.wh - 1)),),
        "nothing": (),
    }[made_up]
    village.does(village.service, village.clearing(*submitted))

    (named,) = audited(village.connection, village.catalogue).differing

    assert (named.community, named.interval_start, named.fault) == (village.here, village.interval, None)
    assert named.recorded == f"0x{trade_list_hash(submitted).hex()}"
    assert named.replayed == f"0x{trade_list_hash((honest,)).hex()}"
    assert named.block == village.node.head.number


def test_a_bundle_that_is_not_at_hand_is_bad_input(village: Village) -> None:
    """The auditor is told which bundle to bring; nothing is reported as equal or different."""
    village.does(village.service, village.clearing(*traded_book(village)))
    without = Catalogue(tuple(each for each in village.catalogue.bundles if each.manifest.name != "pro-rata"))

    with pytest.raises(UnknownPlugin, match=village.catalogue.find("pro-rata").id) as refused:
        audited(village.connection, without)

    assert refused.value.exit_code == 2


def test_a_chain_without_clearings_has_nothing_to_replay(village: Village) -> None:
    """That is said, instead of a report that all of nothing is equal."""
    with pytest.raises(NothingToReplay):
        audited(village.connection, village.catalogue)


def test_a_rule_that_cannot_be_loaded_is_a_fault_of_its_interval(village: Village) -> None:
    """Files that are not the voted ones decide nothing; the report says so, and the other intervals are looked at."""
    village.does(village.service, village.clearing(*traded_book(village)))
    altered = (
        replace(bundle, files=MappingProxyType({**bundle.files, "x.py": b""})) for bundle in village.catalogue.bundles
    )

    (differing,) = audited(village.connection, Catalogue(tuple(altered))).differing

    assert differing.replayed is None
    assert differing.fault is not None
    assert "its files do not have the id" in differing.fault


def test_an_interval_without_a_book_cannot_be_decided(village: Village) -> None:
    """No order and no price opened one."""
    with pytest.raises(NoBook):
        decide(village.connection, RuleShelf(village.catalogue), village.here, Interval(UnixSeconds(0), 3_600))


@dataclass
class Gap:
    """Leads to a node that has lost its first block."""

    inner: LocalTransport
    asked: int | None = None

    def send(self, payload: str) -> None:
        """Note who asks for block 1."""
        request = json.loads(payload)
        if (request["method"], request["params"]) == ("chain_getBlockHash", [1]):
            self.asked = request["id"]
        self.inner.send(payload)

    def recv(self) -> str:
        """Give the answer, or nothing for block 1."""
        answer = json.loads(self.inner.recv())
        return json.dumps({**answer, "result": None} if answer.get("id") == self.asked else answer)

    def close(self) -> None:
        """End the conversation."""
        self.inner.close()


def test_no_block_is_passed_over(village: Village) -> None:
    """What cannot be looked at was not audited: a gap ends the replay."""
    village.does(village.service, village.clearing(*traded_book(village)))

    with (
        connect(Gap(LocalTransport(village.node))) as connection,
        pytest.raises(Incomplete, match="no block 1, though it has later ones"),
    ):
        audited(connection, village.catalogue)
