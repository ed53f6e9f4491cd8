"""Ordinary calls at a border: each rule of the envelope broken alone, accounts that close, the last second."""

from dataclasses import replace
from random import Random

from aipchain.orchestrator.twin.edges.corner import (
    ADAS,
    BENS,
    BOOK,
    CLEOS,
    NEXT_BOOK,
    Corner,
    bid,
    enrol,
    offer,
    read,
    trade,
)
from aipchain.orchestrator.twin.moves.choice import MOVES
from aipchain.orchestrator.twin.moves.metering import signed
from aipchain.orchestrator.twin.moves.player import Player
from aipchain.orchestrator.twin.moves.town import HAMLET, HOUR, START, TOWN, account
from aipchain.orchestrator.twin.steps import Do
from aipchain.pallets_spec.metering import connection_limit_wh
from aipchain.pallets_spec.origin import Root
from aipchain.pallets_spec.types import (
    U32_MAX,
    MeterId,
    PostedPrice,
    SignedReading,
    Slot,
)
from aipchain.units import Price, UnixSeconds, Wh

__all__ = [
    "a_closed_account_holds_nothing",
    "a_meter_of_another_community",
    "a_seller_without_an_account",
    "a_watt_hour_that_cannot_be_paid",
    "bids_that_break_a_rule",
    "calls_as_root_and_to_nobody",
    "every_rule_is_broken_alone",
    "orders_at_what_a_connection_carries",
    "readings_at_their_borders",
    "the_same_again",
]


def every_rule_is_broken_alone(corner: Corner) -> None:
    """Each rule of the envelope by one trade, and then the trades that keep all of them."""
    corner.places("ada", bid(1, 10, 100), bid(2, 10, 100), offer(3, 10, 50, ADAS), bid(4, 50, 100))
    corner.places("ben", offer(1, 10, 50), offer(2, 10, 50), offer(3, 30, 50))
    corner.places("cleo", offer(1, 10, 50, CLEOS))
    corner.places("ben", offer(1, 10, 50), book=NEXT_BOOK)
    corner.does("ben", "Market", "cancel_order", number=5)
    corner.at(corner.twin.world.market.books[BOOK].closes_at)
    for breach in (
        trade(99, 4), trade(0, 99), trade(0, 8), trade(0, 5), trade(4, 0), trade(0, 1), trade(0, 4, 0),
        trade(0, 4, 10, 101), trade(0, 4, 10, 49), trade(0, 2), trade(0, 6, 11), trade(3, 4, 11),
    ):  # fmt: skip
        corner.clears(breach)
        corner.clears(trade(1, 7), breach)
    corner.clears(trade(0, 4, 5), trade(0, 4, 5))
    corner.clears(trade(0, 4, 6), trade(0, 7, 5))
    corner.clears(trade(0, 4, 5), trade(0, 7, 5), trade(3, 6, 30, 100), trade(1, 7, 5, 50))


def bids_that_break_a_rule(corner: Corner) -> None:
    """Rules that an order breaks by itself, broken by the bid while the offer keeps them; one watt-hour too many."""
    corner.places("ada", bid(1), bid(2), bid(3, meter=MeterId(99)))
    corner.places("ada", bid(1), bid(2), bid(3))
    corner.places("ada", bid(1), book=NEXT_BOOK)
    corner.places("ben", offer(1), offer(2))
    corner.does("ada", "Market", "cancel_order", number=1)
    corner.at(corner.twin.world.market.books[BOOK].closes_at)
    for number in (3, 1):
        corner.clears(trade(number, 4))
    for other in (trade(0, 5, 1), trade(2, 4, 1)):
        corner.clears(trade(0, 4), other)
    corner.clears(trade(0, 4), trade(2, 5, 9))


def orders_at_what_a_connection_carries(corner: Corner) -> None:
    """All that stands of a meter and side, to the last whole watt-hour; a cancelled order makes room."""
    for meter in corner.twin.world.metering.meters:
        sub = corner.fork()
        sub.at(BOOK[1] - HOUR)
        facts = sub.twin.world.metering.meters[meter]
        slot = sub.twin.world.plugin_registry.slots[HAMLET, Slot.PRICE]
        sub.twin.plant("PluginRegistry", "Slots", (HAMLET, Slot.CLEAR), slot)
        book = {"community": facts.community, "interval_start": BOOK[1]}
        most = facts.connection_limit_w * (900 if facts.community == HAMLET else HOUR) // HOUR
        for orders in (
            [offer(1, most + 1, 0, meter), offer(2, 0, 0, meter)],
            [offer(1, most, 0, meter), offer(2, 1, 0, meter)],
            [offer(1, most, 0, meter), bid(3, most, 0, meter)],
            [offer(2, 1, 0, meter)],
            [bid(3, most, 0, meter), bid(4, 1, 0, meter)],
        ):
            sub.takes(Do(facts.owner, "Market", "place_orders", {**book, "orders": orders}))
        sub.takes(Do(facts.owner, "Market", "cancel_order", {"number": 0}))
        for rest in (most, max(most - 1, 1)):
            orders = [offer(2, 1, 0, meter), offer(5, rest, 0, meter)]
            sub.takes(Do(facts.owner, "Market", "place_orders", {**book, "orders": orders}))
        sub.at(BOOK[1])
        for _ in range(3):
            sub.does("cleo", "Market", "void", **book, limit=2)


def a_meter_of_another_community(corner: Corner) -> None:
    """A reading of Hamlet is not minted, and its meter does not trade, as one of Town."""
    corner.at(BOOK[1] + 900)
    player = Player(corner.twin.world, Random(1))  # noqa: S311 - not for secrets
    unsigned = SignedReading(MeterId(5), Wh(1_000), Wh(600), bytes(64))
    arguments = {
        "community": HAMLET,
        "interval_start": BOOK[1],
        "batch_id": bytes(32),
        "readings": [signed(player, HAMLET, BOOK[1], unsigned)],
    }
    corner.does("gateway", "Metering", "submit_batch", **arguments)
    corner.at(BOOK[1] + 2 * HOUR)
    for community in (TOWN, HAMLET):
        corner.does("cleo", "Energy", "mint", community=community, interval_start=BOOK[1], meters=[MeterId(5)])


def a_closed_account_holds_nothing(corner: Corner) -> None:
    """An order without a price needs no money, but an account."""
    penniless = account("penniless")
    corner.does("steward", "Communities", "admit", community=TOWN, account=penniless, roles=[])
    meter = corner.twin.world.metering.next_meter_id
    enrol(corner, "penniless")
    corner.places("penniless", bid(1, 10, 0, meter))
    corner.places("penniless", bid(1, 10, 1, meter))


def a_seller_without_an_account(corner: Corner) -> None:
    """A closed account is paid if the sum opens it; else the energy stays the seller's."""
    for price, dust in ((0, 10), (0, 2 * 10**8)):
        sub = corner.fork()
        sub.at(START)
        sub.places("ben", offer(1, 20, price))
        sub.places("ada", bid(1, 20, dust), bid(2, 5, dust))
        sub.at(sub.twin.world.market.books[BOOK].closes_at)
        everything = sub.twin.world.money.accounts[account("ben")].free
        sub.does("ben", "Balances", "transfer_allow_death", dest=account("cleo"), value=everything)
        sub.clears(trade(1, 0, 10, dust), trade(2, 0, 5, dust))
        read(sub, BENS, import_wh=1_000, export_wh=512)
        read(sub, ADAS, import_wh=1_011, export_wh=500)
        sub.at(sub.twin.world.market.books[BOOK].final_at)
        for limit in (1, 1, 2, 1_000, 1_000):
            sub.does("cleo", "Market", "settle", community=BOOK[0], interval_start=BOOK[1], limit=limit)


def a_watt_hour_that_cannot_be_paid(corner: Corner) -> None:
    """What is left of a hold is given back, be it one watt-hour."""
    corner.places("ben", offer(1, 1, 0))
    corner.places("ada", bid(1, 1, 5))
    everything = corner.twin.world.money.accounts[account("ben")].free
    corner.does("ben", "Balances", "transfer_allow_death", dest=account("cleo"), value=everything)
    corner.at(corner.twin.world.market.books[BOOK].closes_at)
    corner.clears(trade(1, 0, 1, 5))
    read(corner, BENS, import_wh=1_000, export_wh=501)
    read(corner, ADAS, import_wh=1_001, export_wh=500)
    corner.at(corner.twin.world.market.books[BOOK].final_at)
    corner.does("cleo", "Market", "settle", community=BOOK[0], interval_start=BOOK[1], limit=10)


def the_same_again(corner: Corner) -> None:
    """The same batch, the same order, the same price, the same clearing change nothing; another one is refused."""
    prices = [PostedPrice(BOOK[1], Price(300), Price(80)), PostedPrice(BOOK[1], Price(301), Price(80))]
    for posted in (prices[0], prices[0], prices[1]):
        corner.does("oracle", "Market", "post_reference_prices", community=TOWN, prices=[posted])
    for order in (bid(1), bid(1), bid(1, 11)):
        corner.places("ada", order)
    corner.places("ben", offer(1))
    corner.at(corner.twin.world.market.books[BOOK].closes_at)
    for found in (trade(0, 1, 9), trade(0, 1, 9), trade(0, 1, 8)):
        corner.clears(found)
    for export_wh in (900, 900, 901):
        read(corner, BENS, import_wh=1_000, export_wh=export_wh)


def readings_at_their_borders(corner: Corner) -> None:
    """The most a connection carries in a quarter of an hour, rounded up, and one watt-hour more; the last second."""
    meter, start = MeterId(5), UnixSeconds(START + 2 * HOUR)
    limit = connection_limit_wh(corner.twin.world.metering.meters[meter].connection_limit_w, 900)
    grace_s = corner.twin.world.communities.parameter_sets[HAMLET].active.grace_s
    for second in (start + 899, start + 900, start + 899 + grace_s, start + 900 + grace_s):
        for more in (1, 0):
            sub = corner.fork()
            sub.at(second)
            player = Player(sub.twin.world, Random(1))  # noqa: S311 - not for secrets
            for import_wh, export_wh in ((limit + more, 0), (0, limit + more)):
                unsigned = SignedReading(meter, Wh(1_000 + import_wh), Wh(500 + export_wh), bytes(64))
                arguments = {
                    "community": HAMLET,
                    "interval_start": start,
                    "batch_id": bytes(31) + bytes((import_wh > 0,)),
                    "readings": [signed(player, HAMLET, start, unsigned)],
                }
                sub.does("gateway", "Metering", "submit_batch", **arguments)


def calls_as_root_and_to_nobody(corner: Corner) -> None:
    """Every call as root, and to a community that there is not."""
    for moves in MOVES.values():
        for move in moves:
            made = move(Player(corner.twin.world, Random(1), 0.0))  # noqa: S311 - not for secrets
            corner.takes(replace(made, origin=Root()))
            if "community" in made.arguments:
                corner.takes(replace(made, arguments={**made.arguments, "community": U32_MAX}))
