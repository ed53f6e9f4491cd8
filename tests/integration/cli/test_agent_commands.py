"""`aip agent` against a real node: a household lets an agent trade, and stops it."""

from typing import Any

import pytest

from aipchain.runtime_bridge import calls, reads
from aipchain.runtime_bridge.errors import DispatchRefused
from aipchain.runtime_bridge.keys import development_account
from aipchain.runtime_bridge.metadata import Call, Metadata
from aipchain.runtime_bridge.types import CommunityId, MeterId, NewOrder, OrderStatus, ProxyType, Side
from aipchain.units import Price, UnixSeconds, Wh

COMMUNITY = CommunityId(0)
DELIVERY = UnixSeconds(1_475_503_200)
"""2016-10-03 14:00 UTC: two hours after the founding."""
BOB = development_account("Bob").public


def bid_for_bob(delivery: UnixSeconds, order_id: int) -> Any:
    """An order of Bob's meter, placed by whoever signs it."""

    def make(metadata: Metadata) -> list[Call]:
        orders = (NewOrder(order_id, MeterId(0), Side.BID, Wh(500), Price(250_000_000)),)
        call = calls.place_orders(metadata, community=COMMUNITY, interval_start=delivery, orders=orders)
        return [calls.proxy(metadata, BOB, ProxyType.TRADING, call)]

    return make


def statuses(village: Any) -> list[OrderStatus]:
    """The orders of the chain, by number."""
    found = village.read(reads.orders)
    return [found[number].status for number in sorted(found)]


def test_an_agent_is_allowed_shown_and_stopped(village: Any, address: Any) -> None:
    """In words and as JSON."""
    assert village.aip("agent", "show", "Bob", "--json").document == []

    allowed = village.aip("agent", "allow", "Eve", "--dev", "Bob")
    shown = village.aip("agent", "show", "Bob", "--json").document

    assert "may place and cancel orders for you" in allowed.out
    assert shown == [{"agent": address("Eve"), "right": "trading", "delay": 0}]
    assert "placing and cancelling orders" in village.aip("agent", "show", "Bob").out
    assert "is stopped, 0 orders are withdrawn" in village.aip("agent", "stop", "Eve", "--dev", "Bob").out
    assert village.aip("agent", "show", "Bob", "--json").document == []


def test_stopping_withdraws_what_can_still_be_withdrawn(village: Any) -> None:
    """One gate is closed by then: that order stands. And the agent is nobody from then on."""
    village.aip("agent", "allow", "Charlie", "--dev", "Bob")
    later = UnixSeconds(DELIVERY + 3_600)
    for order_id, delivery in enumerate((DELIVERY, later, later)):
        village.send("Charlie", bid_for_bob(delivery, order_id))
    village.wait_until(DELIVERY - 600)

    stopped = village.aip("agent", "stop", "Charlie", "--dev", "Bob")

    assert "2 orders are withdrawn" in stopped.out
    assert statuses(village) == [OrderStatus.OPEN, OrderStatus.CANCELLED, OrderStatus.CANCELLED]
    with pytest.raises(DispatchRefused, match=r"Proxy\.NotProxy"):
        village.send("Charlie", bid_for_bob(later, 9))


@pytest.mark.parametrize(
    ("right", "words"), [(ProxyType.ANY, "everything"), (ProxyType.NON_TRANSFER, "everything but paying")]
)
def test_an_agent_that_may_do_more_is_stopped_too(village: Any, address: Any, right: ProxyType, words: str) -> None:
    """Who may do everything may trade; with the right to trade beside it, both end, and neither is left in words."""
    eve = development_account("Eve").public
    village.aip("agent", "allow", "Eve", "--dev", "Bob")
    village.send("Bob", lambda metadata: [calls.add_proxy(metadata, delegate=eve, proxy_type=right)])
    shown = village.aip("agent", "show", "Bob")
    assert all(each in shown.out for each in (words, "placing and cancelling orders"))
    again = village.aip("agent", "allow", "Eve", "--dev", "Bob")
    assert "may trade for this account already" in again.sentence

    assert "is stopped, 0 orders are withdrawn" in village.aip("agent", "stop", "Eve", "--dev", "Bob").out
    assert village.aip("agent", "show", "Bob", "--json").document == []
    assert f"{address('Eve')} may not act" in village.aip("agent", "stop", "Eve", "--dev", "Bob").sentence


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("stop", "Charlie"), "may not act for this account"),
        (("allow", "Bob"), "an account trades for itself already"),
        (("allow", "Nobody"), "Nobody"),
    ],
)
def test_what_a_household_gets_wrong(village: Any, command: tuple[str, ...], sentence: str) -> None:
    """One sentence, exit code 2, and not a block more."""
    before = village.height

    refused = village.aip("agent", *command, "--dev", "Bob")

    assert (refused.code, sentence in refused.sentence, village.height) == (2, True, before)


def test_an_agent_is_not_allowed_twice(village: Any) -> None:
    """The second deposit would buy nothing."""
    village.aip("agent", "allow", "Eve", "--dev", "Bob")

    again = village.aip("agent", "allow", "Eve", "--dev", "Bob")

    assert (again.code, "may trade for this account already" in again.sentence) == (2, True)
