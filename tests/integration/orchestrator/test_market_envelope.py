"""What the chain takes as a clearing: every rule of the envelope, the window, the rules of the book, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from aipchain.runtime_bridge import calls, facts, reads
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.bindings import trade_list_hash
from aipchain.runtime_bridge.errors import TradeRefused
from aipchain.units import UnixSeconds

if TYPE_CHECKING:
    from tests.integration.orchestrator.village import Village

    Breach = Callable[[Village, int, int], t.Trade]


def withdrawn_bid(village: Village) -> int:
    """The number of a bid that its owner has cancelled."""
    number = village.bid(village.buyer, 100, id=7)
    village.does(village.buyer.key, calls.cancel_order(village.metadata, number=number))
    return number


def bid_of_another_hour(village: Village) -> int:
    """The number of a bid in the book of the next interval."""
    order = village.order(village.buyer, t.Side.BID, 100)
    return village.places(village.buyer, order, interval=UnixSeconds(village.interval + 3_600))


BREACHES: dict[str, Breach] = {
    "UnknownOrder": lambda village, _, offer: village.trade(999, offer, 10),
    "WrongBook": lambda village, _, offer: village.trade(bid_of_another_hour(village), offer, 10),
    "OrderNotOpen": lambda village, _, offer: village.trade(withdrawn_bid(village), offer, 10),
    "WrongSide": lambda village, bid, offer: village.trade(offer, bid, 10),
    "ZeroEnergy": lambda village, bid, offer: village.trade(bid, offer, 0),
    "AboveBidLimit": lambda village, bid, offer: village.trade(bid, offer, 10, village.tariff + 1),
    "BelowOfferLimit": lambda village, bid, offer: village.trade(bid, offer, 10, village.tariff // 2 - 1),
    "SelfTrade": lambda village, _, offer: village.trade(village.bid(village.prosumer, 10), offer, 10),
    "BidOverfilled": lambda village, bid, offer: village.trade(bid, offer, 251),
    "OfferOverfilled": lambda village, bid, offer: village.trade(bid, offer, 201),
}


@pytest.mark.parametrize("rule", BREACHES)
def test_each_rule_of_the_envelope_refuses_the_whole_result(village: Village, rule: str) -> None:
    """The refusal names the breaking trade and the rule, and neither trade of the result has any effect."""
    bid = village.bid(village.buyer, 300)
    sold = village.offer(village.seller, 50)
    offer = village.offer(village.prosumer, 200, village.tariff // 2, id=1)
    breach = BREACHES[rule](village, bid, offer)
    village.waits_until(village.interval - village.parameters.gate_closure_s)

    refusal = village.is_refused(village.service, village.clearing(village.trade(bid, sold, 50), breach))

    assert isinstance(refusal, TradeRefused)
    assert (refusal.index, refusal.rule) == (1, rule)
    assert village.book().status is t.BookStatus.OPEN


def test_a_pair_of_orders_may_stand_in_a_result_once(village: Village) -> None:
    """The same bid and offer twice is refused, even when both fit together."""
    bid, offer = village.bid(village.buyer, 300), village.offer(village.seller, 300)
    village.waits_until(village.interval - village.parameters.gate_closure_s)
    part = village.trade(bid, offer, 100)

    refusal = village.is_refused(village.service, village.clearing(part, part))

    assert isinstance(refusal, TradeRefused)
    assert (refusal.index, refusal.rule) == (1, "ListedTwice")


def test_every_rule_that_a_chain_can_reach_is_tested() -> None:
    """No order is placed after its gate, so nobody can trade one: that rule alone has no test here."""
    names = {"".join(word.capitalize() for word in rule.name.split("_")) for rule in t.Rule}

    assert {*BREACHES, "ListedTwice", "PlacedAfterGate"} == names


def test_the_first_breach_is_the_one_that_is_told(village: Village) -> None:
    """A trade that breaks several rules is refused by the first of them in the order of the protocol."""
    bid, offer = village.bid(village.buyer, 300), village.offer(village.seller, 300)
    village.waits_until(village.interval - village.parameters.gate_closure_s)

    refusal = village.is_refused(
        village.service, village.clearing(village.trade(offer, bid, 0), village.trade(9, 9, 9))
    )

    assert isinstance(refusal, TradeRefused)
    assert (refusal.index, refusal.rule) == (0, "WrongSide")


def test_a_clearing_has_its_window(village: Village) -> None:
    """A second before the gate is too early, the deadline is too late."""
    bid, offer = village.bid(village.buyer, 300), village.offer(village.seller, 300)
    result = village.clearing(village.trade(bid, offer, 300))
    gate = village.interval - village.parameters.gate_closure_s

    village.waits_until(gate - 12)
    assert village.is_refused(village.service, result).name == "GateOpen"
    assert village.now() == gate - 6
    village.waits_until(gate + village.parameters.clearing_window_s - 6)
    assert village.is_refused(village.service, result).name == "DeadlinePassed"


def test_a_clearing_names_the_rules_of_its_book(village: Village) -> None:
    """A result found under other rules is refused, and so is one of an account that is not the operator."""
    bid, offer = village.bid(village.buyer, 300), village.offer(village.seller, 300)
    village.waits_until(village.interval - village.parameters.gate_closure_s)
    trade, rules = village.trade(bid, offer, 300), village.book().rules

    swapped = t.RuleSet(price=rules.clear, clear=rules.price)
    assert village.is_refused(village.service, village.clearing(trade, rules=swapped)).name == "RulesMismatch"
    assert village.is_refused(village.buyer.key, village.clearing(trade)).name == "NotOperator"


def test_a_result_stands_once(village: Village) -> None:
    """The same result again changes nothing; another one is refused."""
    bid, offer = village.bid(village.buyer, 300), village.offer(village.seller, 300)
    trade = village.trade(bid, offer, 300)
    village.clears(trade)
    before = village.state()

    village.does(village.service, village.clearing(trade))

    assert village.state() == before
    assert village.book().result == trade_list_hash([trade])
    other = village.clearing(village.trade(bid, offer, 299))
    assert village.is_refused(village.service, other).name == "BookNotOpen"


def test_an_order_id_is_used_once(village: Village) -> None:
    """The same order again is no second order; other content under the same id is refused."""
    order = village.order(village.buyer, t.Side.BID, 300, id=5)
    number = village.places(village.buyer, order)
    before = village.state()

    again = village.does(village.buyer.key, village.placing(order))

    assert village.state() == before
    assert [event for event in again if isinstance(event, facts.OrderPlaced)] == []
    assert reads.book_orders(village.connection, village.here, village.interval) == (number,)
    other = village.order(village.buyer, t.Side.BID, 301, id=5)
    assert village.is_refused(village.buyer.key, village.placing(other)).name == "OrderIdReused"


def test_orders_end_at_the_gate(village: Village) -> None:
    """From the gate on, nothing is placed and nothing withdrawn."""
    bid = village.bid(village.buyer, 300)
    village.waits_until(village.interval - village.parameters.gate_closure_s - 6)

    late = village.placing(village.order(village.seller, t.Side.OFFER, 300))

    assert village.is_refused(village.seller.key, late).name == "GateClosed"
    withdrawal = calls.cancel_order(village.metadata, number=bid)
    assert village.is_refused(village.buyer.key, withdrawal).name == "GateClosed"


def test_orders_of_one_call_stand_or_fall_together(village: Village) -> None:
    """One order with somebody else's meter, and none is placed."""
    own = village.order(village.buyer, t.Side.BID, 300)
    foreign = village.order(village.seller, t.Side.BID, 300, id=1)

    assert village.is_refused(village.buyer.key, village.placing(own, foreign)).name == "UnknownMeter"
