"""The market loop outlives a rule that was voted in and is of no use here: the interval is voided, later ones go on."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest

from aipchain.orchestrator.clearing import RuleShelf
from aipchain.orchestrator.founding import Services
from aipchain.orchestrator.loop import MarketLoop
from aipchain.orchestrator.proofs import bind
from aipchain.orchestrator.timeline import MarketTimes, Moment, Step
from aipchain.plugins.bundle import Bundle
from aipchain.plugins.catalogue import Catalogue
from aipchain.runtime_bridge import calls
from aipchain.runtime_bridge import types as t
from aipchain.units import Interval, UnixSeconds

if TYPE_CHECKING:
    from tests.integration.orchestrator.village import Village


def looking_after(village: Village, catalogue: Catalogue) -> MarketLoop:
    """The village's loop with these bundles at hand."""
    given = village.parameters
    return MarketLoop(
        connection=village.connection,
        shelf=RuleShelf(catalogue),
        community=village.here,
        services=Services(village.steward, village.service, village.service, village.service),
        households=(),
        tariffs=(),
        origin=village.interval,
        interval_s=3_600,
        times=MarketTimes(given.gate_closure_s, given.clearing_window_s, given.grace_s),
    )


def changed(bundle: Bundle) -> Bundle:
    """A bundle whose files are no longer the ones that were voted on."""
    return replace(bundle, files=MappingProxyType({**bundle.files, "more.py": b""}))


@pytest.mark.parametrize("at_hand", ["other bundles", "changed bundles"])
def test_a_rule_that_cannot_be_loaded_voids_the_interval(village: Village, at_hand: str) -> None:
    """Missing or unfit, it is no reason to stop: no result is sent, and the settlement voids the book."""
    village.offer(village.seller, 200)
    bundles = village.catalogue.bundles if at_hand == "changed bundles" else ()
    loop = looking_after(village, Catalogue(tuple(changed(bundle) for bundle in bundles)))
    interval = Interval(village.interval, 3_600)
    gate = UnixSeconds(village.interval - village.parameters.gate_closure_s)

    assert loop.jobs(Moment(gate, Step.CLEAR, interval), gate) == []
    late = UnixSeconds(interval.end + village.parameters.grace_s)
    (voiding,) = loop.jobs(Moment(late, Step.SETTLE, interval), UnixSeconds(late + 10**9))
    village.waits_until(late)
    village.does(voiding.key, voiding.call)
    assert village.book().status is t.BookStatus.VOIDED


def test_settings_that_no_text_can_hold_void_the_interval(unruled: Village) -> None:
    """The chain takes any bytes as settings; the loop says why they are of no use, and goes on."""
    places = rb'{"places":"\ud800"}'
    binding = replace(bind(unruled.catalogue.find("location-aware"), t.Slot.CLEAR), config=places)
    install = calls.install(unruled.metadata, community=unruled.here, slot=t.Slot.CLEAR, binding=binding)
    unruled.does(unruled.steward, install)
    unruled.offer(unruled.seller, 200)
    loop = looking_after(unruled, unruled.catalogue)
    gate = UnixSeconds(unruled.interval - unruled.parameters.gate_closure_s)

    assert loop.jobs(Moment(gate, Step.CLEAR, Interval(unruled.interval, 3_600)), gate) == []


def test_a_step_that_the_chain_would_refuse_is_left_out(village: Village) -> None:
    """After the clearing window nothing is cleared any more; in it, it is."""
    posted = t.PostedPrice(village.interval, village.tariff, village.tariff)
    prices = calls.post_reference_prices(village.metadata, community=village.here, prices=(posted,))
    village.does(village.service, prices)
    village.offer(village.seller, 200)
    loop = looking_after(village, village.catalogue)
    gate = UnixSeconds(village.interval - village.parameters.gate_closure_s)
    clear = Moment(gate, Step.CLEAR, Interval(village.interval, 3_600))
    closes = gate + village.parameters.clearing_window_s

    assert len(loop.jobs(clear, UnixSeconds(closes - 7))) == 1
    assert loop.jobs(clear, UnixSeconds(closes - 6)) == []
