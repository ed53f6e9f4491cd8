"""`aip market challenge` against a real node: what an operator gets wrong is found, shown, and undone."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from aipchain.orchestrator.clearing import RuleShelf, decide
from aipchain.orchestrator.proofs import bind
from aipchain.plugins.catalogue import Catalogue
from aipchain.runtime_bridge import calls, reads
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.keys import development_account, development_device
from aipchain.runtime_bridge.metadata import Call, Metadata
from aipchain.units import Interval, Price, UnixSeconds, Wh

HERE, HOUR = t.CommunityId(0), 3_600
NOON = UnixSeconds(1_475_496_000)
DELIVERY = UnixSeconds(NOON + 2 * HOUR)
"""2016-10-03 14:00 UTC, two hours after the founding."""
GATE_S = 900
MILLION = 1_000_000
SURPLUSES = (200, 0, 0)
"""What bid, offer over the line, and offer in the bid's zone gain [AIP per MWh]."""
CHALLENGE = ("market", "challenge", "--community", 0, "--interval")
SHOWING = (*CHALLENGE, DELIVERY, "--submit", "--dev", "Dave")


@pytest.fixture
def traded(wilderness: Any) -> Any:
    """Two zones, of which the line of the second carries 150 Wh out; a bid of 300 Wh in the first, an offer in each."""
    wilderness.send("Alice", lambda metadata: [_founding(metadata)])
    wilderness.send("Alice", lambda metadata: list(_rules(metadata)))
    for name, meter, side, wh, limit in (
        ("Bob", 0, t.Side.BID, 300, 400),
        ("Charlie", 1, t.Side.OFFER, 200, 100),
        ("Dave", 2, t.Side.OFFER, 200, 200),
    ):
        order = t.NewOrder(1, t.MeterId(meter), side, Wh(wh), Price(limit * MILLION))
        wilderness.send(name, _placing(order))
    wilderness.wait_until(DELIVERY - GATE_S)
    return wilderness


def submit(village: Any, trades: Sequence[tuple[int, int]], certificate: t.Certificate) -> None:
    """Let the operator clear the book with trades of the bid: (offer, energy)."""
    price = Price(200 * MILLION)
    listed = [t.Trade(t.OrderNumber(0), t.OrderNumber(offer), Wh(wh), price) for offer, wh in trades]
    rules = book(village).rules
    village.send(
        "Alice",
        lambda metadata: [
            calls.submit_clearing(
                metadata,
                community=HERE,
                interval_start=DELIVERY,
                rules=rules,
                trades=listed,
                certificate=certificate,
            )
        ],
    )


def book(village: Any) -> t.Book:
    """The book as it stands."""
    found: t.Book = village.read(lambda connection: reads.book(connection, HERE, DELIVERY))
    return found


def optimum(surplus: Sequence[int], line: int = 0, energy: Sequence[int] = (300, 200, 200)) -> t.Optimum:
    """A certificate with such duals and such a price of the line out of the second zone [AIP per MWh]."""
    told = zip(energy, surplus, strict=True)
    duals = tuple(t.Dual(t.OrderNumber(n), Wh(wh), Price(each * MILLION)) for n, (wh, each) in enumerate(told))
    return t.Optimum(duals, (t.LinePrice(1, Price(line * MILLION), Price(0)),))


BEST = ((1, 150), (2, 150))
WRONG = {
    "a line is full": (((1, 200), (2, 100)), optimum((200, 90, 0)), "the line of zone 1 carries more than its limit"),
    "a pair gains more": (
        ((2, 150),),
        optimum((100, 0, 0)),
        "bid 0 and offer 1 would gain more by trading than their duals say",
    ),
    "a leaf is another order's": (
        BEST,
        optimum((100, 0, 0), 90, (600, 200, 200)),
        "the dual of order 0 is not of that order's energy",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_found_shown_and_undone(traded: Any, case: str) -> None:
    """The chain took it; the command finds why it should not have, and opens the book again."""
    trades, certificate, sentence = WRONG[case]
    submit(traded, trades, certificate)

    found = traded.aip(*CHALLENGE, DELIVERY)
    assert (found.code, sentence in found.out) == (1, True), found
    assert book(traded).status is t.BookStatus.CLEARED
    as_json = traded.aip(*CHALLENGE, DELIVERY, "--json")
    assert (as_json.code, json.loads(as_json.out)["fault"]) == (1, sentence)
    shown = traded.aip(*SHOWING)
    assert (shown.code, f"{sentence}: the clearing of 2016-10-03 14:00Z is undone" in shown.out) == (0, True), shown
    assert (book(traded).status, book(traded).traded_wh) == (t.BookStatus.OPEN, 0)


def test_an_honest_optimum_has_no_fault(traded: Any) -> None:
    """What the rule itself decides stands, whoever asks, and nothing is sent."""
    decision = traded.read(
        lambda connection: decide(connection, RuleShelf(Catalogue.discover()), HERE, Interval(DELIVERY, HOUR))
    )
    assert [(trade.offer, trade.wh) for trade in decision.trades] == list(BEST)
    assert decision.certificate == optimum(SURPLUSES, 90)
    submit(traded, BEST, decision.certificate)
    height = traded.height

    assert "no fault: 2 trades of 3 orders, 3 duals" in traded.aip(*CHALLENGE, DELIVERY).out
    assert traded.aip(*CHALLENGE, DELIVERY, "--json").document["evidence"] is None
    assert "no fault" in traded.aip(*SHOWING).out
    assert (traded.height, book(traded).status) == (height, t.BookStatus.CLEARED)


def test_what_cannot_be_challenged_is_said(traded: Any) -> None:
    """A book without a clearing or no book, a time that is none, no community, a key for nothing: exit code 2."""
    refused = {
        (*CHALLENGE, DELIVERY): "only a cleared book can be challenged",
        (*CHALLENGE, DELIVERY + HOUR): "has no book",
        (*CHALLENGE, "noon"): "cannot be read",
        ("market", "challenge", "--community", 7, "--interval", DELIVERY): "there is no community 7",
        (*CHALLENGE, DELIVERY, "--dev", "Dave"): "a key is only for --submit",
        (*CHALLENGE, DELIVERY, "--submit"): "give the key that signs",
    }

    for command, sentence in refused.items():
        ended = traded.aip(*command)
        assert (ended.code, sentence in ended.sentence) == (2, True), (command, ended)


def _founding(metadata: Metadata) -> Call:
    alice = development_account("Alice").public
    return calls.found(
        metadata,
        name="Two streets",
        interval_s=HOUR,
        epoch_s=24 * HOUR,
        zones=("north", "south"),
        parameters=t.Parameters(GATE_S, 300, 900, t.Permill(100_000)),
        steward=alice,
    )


def _rules(metadata: Metadata) -> Iterator[Call]:
    alice = development_account("Alice").public
    for zone, name in enumerate(("Bob", "Charlie", "Dave")):
        who = development_account(name).public
        yield calls.admit(metadata, community=HERE, account=who, roles=[t.Role.CONSUMER, t.Role.PRODUCER])
        yield calls.enrol_meter(
            metadata,
            community=HERE,
            owner=who,
            device_key=development_device(name).public,
            zone=zone % 2,
            source=t.Source.SOLAR,
            connection_limit_w=10_000,
            import_register_wh=Wh(0),
            export_register_wh=Wh(0),
            reads_from=NOON,
        )
    for role in (t.Role.GATEWAY, t.Role.ORACLE, t.Role.OPERATOR):
        yield calls.grant_role(metadata, community=HERE, account=alice, role=role)
    posted = t.PostedPrice(DELIVERY, Price(400 * MILLION), Price(80 * MILLION))
    yield calls.post_reference_prices(metadata, community=HERE, prices=[posted])
    way = (t.ZoneCharge(1, 0, Price(10 * MILLION)),)
    line = (t.LineLimit(1, Wh(150), Wh(0)),)
    for slot, name in ((t.Slot.PRICE, "mid-market-rate"), (t.Slot.CLEAR, "zonal-price")):
        bundle = Catalogue.discover().find(name)
        release, build = bundle.manifest.release, bundle.manifest.build
        yield calls.register_build(metadata, bundle=bundle.digest, name=name, release=release, build=build)
        yield calls.install(metadata, community=HERE, slot=slot, binding=bind(bundle, slot, charges=way, limits=line))


def _placing(order: t.NewOrder) -> Callable[[Metadata], list[Call]]:
    return lambda metadata: [calls.place_orders(metadata, community=HERE, interval_start=DELIVERY, orders=(order,))]
