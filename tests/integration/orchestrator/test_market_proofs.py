"""Clearings that prove themselves, from the rule to the chain, and what becomes of one that does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aipchain.orchestrator.audit import replay
from aipchain.orchestrator.clearing import Decision, RuleShelf, decide
from aipchain.plugins.errors import CertificateInvalid, PluginFailed
from aipchain.runtime_bridge import calls, facts, reads
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.commitments import commitment, leaf_of
from aipchain.runtime_bridge.errors import CertificateRefused
from aipchain.units import Interval, Price, Wh

if TYPE_CHECKING:
    from tests.integration.orchestrator.village import Village

OPTIMUM = t.Terms(t.Proof.OPTIMUM)


def trading(village: Village) -> None:
    """A bid of 300 Wh at twice the tariff and two offers of 200 Wh, at half of it and at all of it, at their gate."""
    posted = t.PostedPrice(village.interval, Price(2 * village.tariff), Price(village.tariff // 2))
    prices = calls.post_reference_prices(village.metadata, community=village.here, prices=(posted,))
    village.does(village.service, prices)
    village.bid(village.buyer, 300, 2 * village.tariff)
    village.offer(village.seller, 200, village.tariff // 2)
    village.offer(village.prosumer, 200, village.tariff)
    village.waits_until(village.interval - village.parameters.gate_closure_s)


def decided(village: Village) -> Decision:
    """What the village's own rule decides."""
    interval = Interval(village.interval, 3_600)
    return decide(village.connection, RuleShelf(village.catalogue), village.here, interval)


def duals(*surplus: int) -> t.Optimum:
    """What the three orders gain."""
    energy = (300, 200, 200)
    listed = zip(energy, surplus, strict=True)
    return t.Optimum(tuple(t.Dual(t.OrderNumber(n), Wh(wh), Price(each)) for n, (wh, each) in enumerate(listed)))


def challenging(village: Village, fault: t.Fault) -> tuple[facts.Event, ...]:
    """A stranger shows a fault."""
    call = calls.challenge_clearing(
        village.metadata, community=village.here, interval_start=village.interval, fault=fault
    )
    return village.does(village.stranger, call)


def test_a_uniform_price_is_proven_to_the_chain(unruled: Village) -> None:
    """What the rule promises is demanded, given and accepted; the audit comes to the same."""
    unruled.installs("uniform-price")
    trading(unruled)
    decision = decided(unruled)

    assert decision.certificate == t.UniformPrice(unruled.tariff)
    unruled.does(unruled.service, unruled.clearing(*decision.trades, certificate=decision.certificate))
    assert unruled.book().status is t.BookStatus.CLEARED
    report = replay(unruled.connection, unruled.catalogue, lambda block, height: None)
    assert (len(report.intervals), report.differing) == (1, ())


def test_an_order_cannot_be_left_out_of_a_uniform_price(unruled: Village) -> None:
    """An operator who serves a friend first is refused, and told why."""
    unruled.installs("uniform-price")
    trading(unruled)
    friend = unruled.trade(0, 2, 200, unruled.tariff)

    refusal = unruled.is_refused(unruled.service, unruled.clearing(friend, certificate=t.UniformPrice(unruled.tariff)))

    assert isinstance(refusal, CertificateRefused)
    assert refusal.flaw == "OrderLeftOut"
    assert str(refusal).endswith("(OrderLeftOut)")


def test_a_rule_that_does_not_prove_what_is_demanded_gives_no_result(unruled: Village) -> None:
    """Nothing is sent that the chain would refuse."""
    unruled.installs("pro-rata", OPTIMUM)
    trading(unruled)

    with pytest.raises(PluginFailed, match="demands a proof Optimum") as failed:
        decided(unruled)
    assert not isinstance(failed.value, CertificateInvalid)


def test_anyone_undoes_an_optimum_that_is_none(unruled: Village) -> None:
    """The duals are worth what the trades are, but the first offer would gain more with the bid than they say."""
    unruled.installs("pro-rata", OPTIMUM)
    trading(unruled)
    friend, tariff = unruled.trade(0, 2, 200, unruled.tariff), unruled.tariff
    best = (unruled.trade(0, 1, 200, unruled.tariff), unruled.trade(0, 2, 100, unruled.tariff))
    wrong, right = duals(0, tariff, 0), duals(tariff, tariff // 2, 0)

    unruled.does(unruled.service, unruled.clearing(friend, certificate=wrong))
    assert unruled.book().commitment == commitment(wrong.duals)
    fault = t.PairFault(leaf_of(wrong.duals, 0), leaf_of(wrong.duals, 1))
    (told,) = [event for event in challenging(unruled, fault) if isinstance(event, facts.ClearingOverturned)]
    assert told.challenger == unruled.stranger.public
    assert reads.trades(unruled.connection, unruled.here, unruled.interval) == ()
    unruled.does(unruled.service, unruled.clearing(*best, certificate=right))

    assert unruled.book().commitment == commitment(right.duals)
    report = replay(unruled.connection, unruled.catalogue, lambda block, height: None)
    assert [each.overturned for each in report.intervals] == [True, False]
    assert [each.recorded_commitment for each in report.differing] == [f"0x{commitment(right.duals).hex()}"]
