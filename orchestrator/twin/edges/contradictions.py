"""States that contradict themselves: what guards against them refuses the same on both sides.

No call leads there: each is planted in the storage of both sides. What the calls come to then is what the chapters name
as never seen in a sound chain.
"""

from dataclasses import replace

from aipchain.orchestrator.twin.edges.corner import (
    ADAS,
    BENS,
    BOOK,
    NEXT_BOOK,
    Corner,
    bid,
    cleared,
    handle,
    mint,
    offer,
    read,
    trade,
)
from aipchain.orchestrator.twin.moves.town import HOUR, START, TOWN, account
from aipchain.pallets_spec.energy import EnergySums, Lot, LotState, Mint
from aipchain.pallets_spec.market import MAX_BOOK_ORDERS, BookStatus
from aipchain.pallets_spec.types import (
    U64_MAX,
    U128_MAX,
    OrderNumber,
    Side,
    Source,
)
from aipchain.units import Balance, Price, UnixSeconds, Wh

__all__ = [
    "a_closed_account_with_escrow",
    "a_closed_buyer_who_owes",
    "a_list_that_is_too_long",
    "a_reading_that_is_not_final",
    "energy_that_is_not_there",
    "escrow_that_is_not_held",
    "ids_that_name_nothing",
    "lists_of_another_length",
    "mints_that_are_not_the_readings",
    "orders_that_are_gone",
    "registers_at_their_end",
    "standing_energy_that_is_wrong",
    "sums_that_do_not_fit",
]


def orders_that_are_gone(corner: Corner) -> None:
    """A book lists an order that is not stored, and so does a trade."""
    cleared(corner)
    for missing in (0, 2):
        for call in ("settle", "void"):
            sub = corner.fork()
            sub.twin.plant("Market", "Orders", OrderNumber(missing), None)
            if call == "void":
                book = sub.twin.world.market.books[BOOK]
                sub.twin.plant("Market", "Books", BOOK, replace(book, status=BookStatus.OPEN))
            handle(sub, call)


def escrow_that_is_not_held(corner: Corner) -> None:
    """An order knows of less or of more escrow than there is, or a trade costs more."""
    cleared(corner)
    order, trades = corner.twin.world.market.orders[OrderNumber(0)], corner.twin.world.market.trades[BOOK]
    for escrow in (0, 749, 750, 10**30):
        sub = corner.fork()
        sub.twin.plant("Market", "Orders", OrderNumber(0), replace(order, escrow=Balance(escrow)))
        handle(sub, "settle")
        book = sub.twin.world.market.books[BOOK]
        sub.twin.plant("Market", "Books", BOOK, replace(book, status=BookStatus.OPEN))
        handle(sub, "void")
    for price in (150, 200, 201):
        sub = corner.fork()
        sub.twin.plant("Market", "Trades", BOOK, (replace(trades[0], price=Price(price)), *trades[1:]))
        handle(sub, "settle")


def a_closed_account_with_escrow(corner: Corner) -> None:
    """An order that holds nothing lets its owner's account close; then it knows of escrow after all."""
    corner.places("ben", offer(1, 30, 0))
    everything = corner.twin.world.money.accounts[account("ben")].free
    corner.does("ben", "Balances", "transfer_allow_death", dest=account("cleo"), value=everything)
    order = corner.twin.world.market.orders[OrderNumber(0)]
    for escrow in (0, 1, 10**9):
        sub = corner.fork()
        sub.twin.plant("Market", "Orders", OrderNumber(0), replace(order, escrow=Balance(escrow)))
        sub.does("ben", "Market", "cancel_order", number=0)


def a_closed_buyer_who_owes(corner: Corner) -> None:
    """A trade for nothing, whose buyer's account is closed, costs one unit after all."""
    corner.places("ada", bid(1, 1, 0))
    corner.places("ben", offer(1, 1, 0))
    corner.at(corner.twin.world.market.books[BOOK].closes_at)
    corner.clears(trade(0, 1, 1, 0))
    read(corner, BENS, import_wh=1_000, export_wh=501)
    read(corner, ADAS, import_wh=1_001, export_wh=500)
    everything = corner.twin.world.money.accounts[account("ada")].free
    corner.does("ada", "Balances", "transfer_allow_death", dest=account("cleo"), value=everything)
    corner.at(BOOK[1] + 2 * HOUR)
    (sold,) = corner.twin.world.market.trades[BOOK]
    for price in (0, 1):
        sub = corner.fork()
        sub.twin.plant("Market", "Trades", BOOK, (replace(sold, price=Price(price)),))
        handle(sub, "settle")
    known = Mint(TOWN, account("ben"), Source.SOLAR, 0, Wh(500), Wh(1), Wh(500), Wh(0))
    corner.twin.plant("Energy", "Mints", (BENS, BOOK[1]), known)
    handle(corner, "settle")


def standing_energy_that_is_wrong(corner: Corner) -> None:
    """Less or more stands of a meter than its orders are."""
    corner.places("ada", bid(1), bid(2, 1))
    for standing_wh in (None, 9, 10, 11, 25):
        sub = corner.fork()
        sub.twin.plant("Market", "StandingWh", (BOOK, (ADAS, Side.BID)), standing_wh)
        for number in (0, 1):
            sub.does("ada", "Market", "cancel_order", number=number)


def energy_that_is_not_there(corner: Corner) -> None:
    """Between two trades of a meter, its mint or somebody's energy is gone."""
    cleared(corner)
    corner.does("ada", "Market", "settle", community=BOOK[0], interval_start=BOOK[1], limit=1)
    minted = corner.twin.world.energy.mints[BENS, BOOK[1]]
    for known in (None, replace(minted, held_wh=Wh(9)), replace(minted, held_wh=Wh(0))):
        sub = corner.fork()
        sub.twin.plant("Energy", "Mints", (BENS, BOOK[1]), known)
        handle(sub, "settle")
    for who, sums in (
        ("ben", EnergySums(held=Wh(9))),
        ("ben", EnergySums(free=Wh(U64_MAX), held=minted.held_wh)),
        ("ada", EnergySums(free=Wh(U64_MAX - 9))),
        ("ada", EnergySums(free=Wh(U64_MAX - 10))),
    ):
        sub = corner.fork()
        sub.twin.plant("Energy", "Accounts", account(who), sums)
        handle(sub, "settle")
    corner.does("ada", "Market", "settle", community=BOOK[0], interval_start=BOOK[1], limit=1)
    corner.twin.plant("Energy", "Mints", (BENS, BOOK[1]), None)
    handle(corner, "settle")


def mints_that_are_not_the_readings(corner: Corner) -> None:
    """The energy of a book was minted before its settlement: for nobody, for less, or as it should be."""
    cleared(corner)
    for held_from_wh, held_wh in ((500, 0), (500, 5), (500, 30), (500, 20), (510, 10)):
        sub = corner.fork()
        known = Mint(TOWN, account("ben"), Source.SOLAR, 0, Wh(500), Wh(30), Wh(held_from_wh), Wh(held_wh))
        sub.twin.plant("Energy", "Mints", (BENS, BOOK[1]), known)
        handle(sub, "settle")


def a_reading_that_is_not_final(corner: Corner) -> None:
    """A reading becomes final after the time that its interval's parameters say: nothing is minted of it yet."""
    read(corner, BENS, import_wh=1_000, export_wh=530)
    corner.at(BOOK[1] + 2 * HOUR)
    reading = corner.twin.world.metering.readings[BOOK[1], BENS]
    for final_at in (corner.twin.world.now + 1, corner.twin.world.now):
        sub = corner.fork()
        later = replace(reading, final_at=UnixSeconds(final_at))
        sub.twin.plant("Metering", "Readings", (BOOK[1], BENS), later)
        mint(sub)


def lists_of_another_length(corner: Corner) -> None:
    """A book's orders or trades are more or fewer than its list has, or than are done with already."""
    cleared(corner)
    numbers, trades = corner.twin.world.market.book_orders[BOOK], corner.twin.world.market.trades[BOOK]
    book = corner.twin.world.market.books[BOOK]
    for name, value in (
        ("BookOrders", numbers[:3]),
        ("BookOrders", (*numbers, OrderNumber(9))),
        ("BookOrders", None),
        ("Trades", trades[:2]),
        ("Trades", (*trades, trades[0])),
        ("Books", replace(book, closed_orders=5)),
        ("Books", replace(book, closed_orders=4)),
        ("Books", replace(book, orders=0)),
        ("Books", replace(book, settled_trades=4)),
        ("Books", replace(book, settled_trades=3)),
        ("Books", replace(book, trades=2)),
    ):
        sub = corner.fork()
        sub.twin.plant("Market", name, BOOK, value)
        for _ in range(2):
            handle(sub, "settle")
        stored = sub.twin.world.market.books[BOOK]
        sub.twin.plant("Market", "Books", BOOK, replace(stored, status=BookStatus.OPEN))
        for _ in range(2):
            handle(sub, "void")


def a_list_that_is_too_long(corner: Corner) -> None:
    """A book lists more orders than it counts: ten thousand, or one fewer."""
    corner.places("ada", bid(1))
    for length in (MAX_BOOK_ORDERS - 1, MAX_BOOK_ORDERS):
        sub = corner.fork()
        sub.twin.plant("Market", "BookOrders", BOOK, tuple(OrderNumber(number) for number in range(length)))
        sub.places("ada", bid(2))


def ids_that_name_nothing(corner: Corner) -> None:
    """An id names an order that is gone, an order of another book, or one of a book that is not there."""
    corner.places("ada", bid(1))
    order = corner.twin.world.market.orders[OrderNumber(0)]
    gone = corner.fork()
    gone.twin.plant("Market", "Orders", OrderNumber(0), None)
    gone.places("ada", bid(2), bid(1))
    moved = corner.fork()
    moved.twin.plant("Market", "Orders", OrderNumber(0), replace(order, interval_start=NEXT_BOOK[1]))
    moved.at(corner.twin.world.market.books[BOOK].deadline)
    handle(moved, "void")
    corner.twin.plant("Market", "Books", BOOK, None)
    corner.places("ada", bid(1))
    corner.places("ada", bid(1), bid(2))


def sums_that_do_not_fit(corner: Corner) -> None:
    """What was paid, delivered, agreed or held so far is the largest number, or one less than lets one more in."""
    cleared(corner)
    market = corner.twin.world.market
    book, trades, order = market.books[BOOK], market.trades[BOOK], market.orders[OrderNumber(0)]
    for name, key, value in (
        ("Books", BOOK, replace(book, paid=Balance(U128_MAX - 1_499))),
        ("Books", BOOK, replace(book, paid=Balance(U128_MAX - 1_500))),
        ("Books", BOOK, replace(book, delivered_wh=Wh(U64_MAX - 19))),
        ("Books", BOOK, replace(book, delivered_wh=Wh(U64_MAX - 20))),
        ("Trades", BOOK, (trades[0], trades[1], trade(1, 2, U64_MAX - 20))),
        ("Trades", BOOK, (trades[0], trades[1], trade(1, 2, U64_MAX - 19))),
        ("Trades", BOOK, (trades[0], trade(3, 2, U64_MAX - 10), trade(3, 2, 11))),
        ("Trades", BOOK, (trades[0], trade(3, 3, U64_MAX - 9), trade(1, 2, 10))),
        ("Trades", BOOK, (trades[0], trade(3, 2, 0), trade(1, 2, 0))),
        ("Trades", BOOK, (trade(0, 2, 0), trade(3, 2, 0), trade(1, 2, 0))),
        ("Orders", OrderNumber(0), replace(order, escrow=Balance(U128_MAX))),
        ("Orders", OrderNumber(0), replace(order, escrow=Balance(U128_MAX - 1_000))),
    ):
        sub = corner.fork()
        sub.twin.plant("Market", name, key, value)
        handle(sub, "settle")
        if name == "Orders":
            sub.twin.plant("Market", "Books", BOOK, replace(book, status=BookStatus.OPEN))
            handle(sub, "void")


def registers_at_their_end(corner: Corner) -> None:
    """A reading, a hold or a lot begins so late that it would end beyond the largest number."""
    cleared(corner)
    reading = corner.twin.world.metering.readings[BOOK[1], BENS]
    for export_register_wh in (U64_MAX - 29, U64_MAX - 30):
        sub = corner.fork()
        late = replace(reading, export_register_wh=Wh(export_register_wh))
        sub.twin.plant("Metering", "Readings", (BOOK[1], BENS), late)
        handle(sub, "settle")
        sub.twin.plant("Market", "Books", BOOK, None)
        mint(sub)
    for held_from_wh, held_wh in ((U64_MAX - 9, 20), (U64_MAX - 10, 20), (U64_MAX, 20), (499, 20), (510, U64_MAX)):
        sub = corner.fork()
        known = Mint(TOWN, account("ben"), Source.SOLAR, 0, Wh(held_from_wh), Wh(30), Wh(held_from_wh), Wh(held_wh))
        if held_from_wh < START:
            known = replace(known, first_wh=Wh(500))
        sub.twin.plant("Energy", "Mints", (BENS, BOOK[1]), known)
        sub.twin.plant("Energy", "Accounts", account("ben"), EnergySums(held=Wh(20)))
        handle(sub, "settle")
    for first_wh, retired_wh in ((U64_MAX - 9, 0), (U64_MAX - 10, 0), (0, U64_MAX - 9), (0, U64_MAX - 10)):
        sub = corner.fork()
        lot = Lot(account("ben"), Wh(30), LotState.FREE)
        sub.twin.plant("Energy", "Lots", (BENS, BOOK[1], Wh(first_wh)), lot)
        sub.twin.plant("Energy", "Accounts", account("ben"), EnergySums(free=Wh(30), retired=Wh(retired_wh)))
        sub.does("ben", "Energy", "retire", meter=BENS, interval_start=BOOK[1], first_wh=first_wh, wh=10)
