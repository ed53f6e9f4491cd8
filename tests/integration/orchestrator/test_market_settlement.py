"""What happens to money and energy: partial delivery, refunds, settlement by anybody, books without a result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from aipchain.runtime_bridge import facts, reads
from aipchain.runtime_bridge import types as t

if TYPE_CHECKING:
    from tests.integration.orchestrator.village import Village


def settled(events: tuple[facts.Event, ...]) -> list[facts.TradeSettled]:
    """The settled trades among events."""
    return [event for event in events if isinstance(event, facts.TradeSettled)]


def two_trades(village: Village) -> None:
    """Clear 100 Wh to the buyer and 200 Wh to the prosumer, both from the seller, below the bids' limits."""
    offer = village.offer(village.seller, 400, village.tariff // 2)
    bids = village.bid(village.buyer, 100), village.bid(village.prosumer, 250)
    price = village.tariff // 2
    village.clears(village.trade(bids[0], offer, 100, price), village.trade(bids[1], offer, 200, price))


@pytest.mark.parametrize(
    ("exported", "shares"),
    [(1_000, [100, 200]), (300, [100, 200]), (299, [99, 200]), (200, [66, 134]), (1, [0, 1]), (0, [0, 0])],
)
def test_what_was_delivered_is_shared_by_running_sums(village: Village, exported: int, shares: list[int]) -> None:
    """Trade i gets floor(C_i G / C) - floor(C_(i-1) G / C): nothing is lost to rounding, nobody pays for the rest."""
    before = [village.money(each) for each in village.residents]
    spent = village.tariff // 2
    two_trades(village)
    fees = {
        each.key.public: start[0] - sum(village.money(each))
        for each, start in zip(village.residents, before, strict=True)
    }
    village.delivers(
        village.reading(village.seller, export_wh=exported),
        village.reading(village.buyer, import_wh=500),
        village.reading(village.prosumer, import_wh=500),
    )
    village.becomes_final()

    told = settled(village.does(village.stranger, village.settling()))

    assert [(event.delivered_wh, event.paid) for event in told] == [(wh, wh * spent) for wh in shares]
    after = [(free + fees[each.key.public], held) for each in village.residents for free, held in [village.money(each)]]
    earned = [sum(shares) * spent, -shares[0] * spent, -shares[1] * spent]
    assert after == [(start + gain, 0) for (start, _), gain in zip(before, earned, strict=True)]
    energy = [reads.energy(village.connection, each.key.public).free for each in village.residents]
    assert energy == [exported - sum(shares), *shares]
    assert reads.total_minted(village.connection) == exported


def test_a_buyer_is_not_paid_for_more_than_it_drew(village: Village) -> None:
    """The smaller share of the two parties is delivered; the rest stays the seller's."""
    two_trades(village)
    village.delivers(
        village.reading(village.seller, export_wh=300),
        village.reading(village.buyer, import_wh=30),
        village.reading(village.prosumer, import_wh=500),
    )
    village.becomes_final()

    told = settled(village.does(village.stranger, village.settling()))

    assert [event.delivered_wh for event in told] == [30, 200]
    assert reads.energy(village.connection, village.seller.key.public).free == 70


def test_a_missing_reading_delivers_nothing(village: Village) -> None:
    """Without the seller's reading nobody pays, and all escrow goes back."""
    two_trades(village)
    village.delivers(village.reading(village.buyer, import_wh=500), village.reading(village.prosumer, import_wh=500))
    village.becomes_final()

    told = settled(village.does(village.stranger, village.settling()))

    assert [(event.delivered_wh, event.paid) for event in told] == [(0, 0), (0, 0)]
    assert [village.money(each)[1] for each in village.residents] == [0, 0, 0]
    assert reads.total_minted(village.connection) == 0


def test_anybody_settles_in_any_number_of_calls(village: Village) -> None:
    """One step at a time gives the same book as all at once, and a settled book stays as it is."""
    two_trades(village)
    village.delivers(
        village.reading(village.seller, export_wh=200),
        village.reading(village.buyer, import_wh=500),
        village.reading(village.prosumer, import_wh=500),
    )
    assert village.is_refused(village.stranger, village.settling()).name == "NotFinal"
    village.becomes_final()

    steps = 0
    while village.book().status is t.BookStatus.CLEARED:
        village.does(village.stranger, village.settling(limit=1))
        steps += 1

    assert steps == 5  # two trades and three orders
    book = village.book()
    assert (book.delivered_wh, book.paid) == (200, 200 * village.tariff // 2)
    assert reads.orders(village.connection) == {}
    before = village.state()
    village.does(village.buyer.key, village.settling())
    assert village.state() == before


def test_a_book_without_a_result_is_voided(village: Village) -> None:
    """From the deadline on anybody releases every hold, in any number of calls; not before."""
    village.bid(village.buyer, 300)
    village.bid(village.prosumer, 200)
    village.offer(village.seller, 300)
    assert all(village.money(each)[1] > 0 for each in village.residents)
    village.waits_until(village.interval - village.parameters.gate_closure_s)
    assert village.is_refused(village.stranger, village.voiding()).name == "DeadlineNotPassed"
    village.waits_until(village.interval - village.parameters.clearing_window_s)

    village.does(village.stranger, village.voiding(limit=2))
    assert [village.money(each)[1] > 0 for each in village.residents] == [True, False, False]
    told = village.does(village.stranger, village.voiding(limit=2))

    assert [type(event) for event in told if isinstance(event, facts.BookVoided)] == [facts.BookVoided]
    assert village.book().status is t.BookStatus.VOIDED
    assert [village.money(each)[1] for each in village.residents] == [0, 0, 0]
    assert reads.orders(village.connection) == {}
    before = village.state()
    village.does(village.stranger, village.voiding())
    assert village.state() == before


def test_escrow_is_what_an_order_can_cost(village: Village) -> None:
    """A bid holds limit x energy; an offer the collateral of that, rounded up; a cancelled order holds nothing."""
    village.bid(village.buyer, 300)
    village.offer(village.seller, 3, price=7)

    held = [village.money(each)[1] for each in village.residents]

    assert held == [3, 300 * village.tariff, 0]  # a tenth of 21 is 2.1
