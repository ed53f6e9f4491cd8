"""`aip order` against a real node."""

from collections.abc import Callable
from typing import Any

from aipchain.runtime_bridge import calls, reads
from aipchain.runtime_bridge.keys import development_account
from aipchain.runtime_bridge.metadata import Call, Metadata
from aipchain.runtime_bridge.types import Book, CommunityId, Nothing, OrderNumber, PostedPrice, Role, Trade
from aipchain.units import Price, UnixSeconds, Wh

COMMUNITY = CommunityId(0)
DELIVERY = UnixSeconds(1_475_503_200)
"""2016-10-03 14:00 UTC: two hours after the founding."""
BID = ("order", "place", 0, "2016-10-03T14:00", "bid", "--energy", "1.5kWh", "--limit", "0.25", "--dev", "Bob")


def test_an_order_is_placed_and_shown(village: Any, address: Any) -> None:
    """Price and energy arrive exactly; the only meter of the account is taken; the escrow holds price x energy."""
    placed = village.aip(*BID, "--json").document
    shown = village.aip("order", "show", 0, "--json").document

    assert [event["event"] for event in placed["events"]] == ["BookOpened", "OrderPlaced"]
    assert (shown["owner"], shown["meter"], shown["side"], shown["status"]) == (address("Bob"), 0, "bid", "open")
    assert (shown["interval_start"], shown["wh"], shown["limit_price"]) == (DELIVERY, 1_500, 250_000_000)
    assert shown["escrow"] == 1_500 * 250_000_000


def test_the_same_command_twice_is_one_order(village: Any) -> None:
    """A retry after a lost answer does no harm; a second equal order is asked for by another id."""
    village.aip(*BID)
    again = village.aip(*BID)
    other = village.aip(*BID, "--id", 2)

    assert (again.code, "order 0 stands already, nothing changed" in again.out) == (0, True)
    assert "order 1 is placed" in other.out
    assert [each["number"] for each in village.aip("order", "list", "--json").document] == [0, 1]


def test_a_cancelled_order_is_released_and_may_come_again(village: Any) -> None:
    """The same command places it anew; the same id cannot."""
    village.aip(*BID, "--id", 5)
    village.aip(*BID)

    assert "0.375000 AIP are free again" in village.aip("order", "cancel", 0, "--dev", "Bob").out
    assert village.aip("order", "cancel", 1, "--dev", "Bob").code == 0
    assert [each["escrow"] for each in village.aip("order", "list", "--owner", "Bob", "--json").document] == [0, 0]
    assert "order 2 is placed" in village.aip(*BID).out
    same_id = village.aip(*BID, "--id", 5)
    assert (same_id.code, "order 0 had this id and content and is cancelled" in same_id.sentence) == (2, True)


def test_the_book_shows_rules_times_and_orders(village: Any) -> None:
    """In words and as JSON."""
    village.aip(*BID)
    village.aip("order", "place", 0, DELIVERY, "offer", "--energy", "800Wh", "--limit", "0.1", "--dev", "Charlie")

    book = village.aip("order", "book", 0, DELIVERY, "--json").document
    told = village.aip("order", "book", 0, DELIVERY).out

    assert (book["book"]["status"], book["book"]["orders"], book["book"]["closes_at"]) == ("open", 2, DELIVERY - 900)
    assert [(each["side"], each["wh"]) for each in book["orders"]] == [("bid", 1_500), ("offer", 800)]
    assert (book["reference_price"], book["trades"]) == (None, [])
    assert "mid-market-rate@1.0" in told
    assert "not posted" in told


def test_the_book_shows_reference_prices_and_trades(village: Any) -> None:
    """Once it is cleared: who trades what at which price, and the hash of the result."""
    village.send("Alice", _services_and_prices)
    village.aip(*BID)
    village.aip("order", "place", 0, DELIVERY, "offer", "--energy", "800Wh", "--limit", "0.1", "--dev", "Charlie")
    village.wait_until(DELIVERY - 900)
    village.send("Alice", _clearing(village.read(lambda chain: reads.book(chain, COMMUNITY, DELIVERY))))

    book = village.aip("order", "book", 0, DELIVERY, "--json").document
    told = village.aip("order", "book", 0, DELIVERY).out

    assert book["reference_price"] == {"retail": 300_000_000, "feed_in": 80_000_000}
    assert book["trades"] == [{"bid": 0, "offer": 1, "wh": 800, "price": 190_000_000}]
    assert (book["book"]["status"], book["book"]["traded_wh"]) == ("cleared", 800)
    assert book["book"]["result"].startswith("0x")
    assert "0.190000" in told
    assert "0.300000 AIP/kWh" in told


def test_what_a_trader_gets_wrong(village: Any) -> None:
    """Each refusal is a sentence with exit code 2, and no order comes of it."""
    refused = {
        (*BID[:3], "2016-10-03T14:30", *BID[4:]): "no interval starts then",
        (*BID[:3], "2016-10-03T12:00", *BID[4:]): "the gate of this interval is closed",
        (*BID[:3], "2016-12-24T12:00", *BID[4:]): "further ahead than books open",
        (*BID[:2], 3, *BID[3:]): "there is no community 3",
        (*BID, "--meter", 1): "is not yours",
        (*BID[:5], "--energy", "0Wh", *BID[7:]): "at least one watt-hour",
        (*BID[:7], "--limit", "1e3", *BID[9:]): "--limit '1e3' cannot be read",
        (*BID[:5], "--energy", "9000000kWh", *BID[7:]): "more than its connection carries",
        (*BID[:7], "--limit", "9000000", *BID[9:]): "too little free AIP",
        (*BID[:-1], "Dave"): "give --meter: the account's meters in community 0 are none",
        (*BID[:-1], "Dave", "--meter", 0): "only a member of the community may do this",
        ("order", "show", 5): "there is no order 5 on this chain: it has none yet",
        ("order", "cancel", 5, "--dev", "Bob"): "there is no order 5",
        ("order", "book", 0, DELIVERY): "there is no book for 2016-10-03 14:00Z",
        ("order", "list", "--owner", "nobody"): "is no address of this network",
    }

    for command, sentence in refused.items():
        ended = village.aip(*command)
        assert (ended.code, sentence in ended.sentence) == (2, True), (command, ended)
    assert village.aip("order", "list", "--json").document == []


def test_an_order_is_its_owners_alone(village: Any) -> None:
    """Nobody else cancels it, and its id names one order."""
    village.aip(*BID, "--id", 1)

    stranger = village.aip("order", "cancel", 0, "--dev", "Charlie")
    other = village.aip(*BID[:5], "--energy", "2kWh", *BID[7:], "--id", 1)

    assert (stranger.code, "another account's" in stranger.sentence) == (2, True)
    assert (other.code, "another order with this id" in other.sentence) == (2, True)


def _services_and_prices(metadata: Metadata) -> list[Call]:
    alice = development_account("Alice").public
    grants = [
        calls.grant_role(metadata, community=COMMUNITY, account=alice, role=role)
        for role in (Role.ORACLE, Role.OPERATOR)
    ]
    price = PostedPrice(DELIVERY, retail=Price(300_000_000), feed_in=Price(80_000_000))
    return [*grants, calls.post_reference_prices(metadata, community=COMMUNITY, prices=[price])]


def _clearing(book: Book) -> Callable[[Metadata], list[Call]]:
    trade = Trade(OrderNumber(0), OrderNumber(1), Wh(800), Price(190_000_000))
    return lambda metadata: [
        calls.submit_clearing(
            metadata,
            community=COMMUNITY,
            interval_start=DELIVERY,
            rules=book.rules,
            trades=[trade],
            certificate=Nothing(),
        )
    ]
