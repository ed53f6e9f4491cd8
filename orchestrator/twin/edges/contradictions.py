"""States that contradict themselves: what guards against them refuses the same on both sides.

No call leads there, and no chapter names what is refused then. So these calls are compared and not counted.
"""

from dataclasses import replace

from aipchain.orchestrator.twin.edges.corner import ADAS, BENS, BOOK, CLEOS, Corner, bid, offer, read, trade
from aipchain.orchestrator.twin.moves.town import HOUR, TOWN, account
from aipchain.orchestrator.twin.steps import Do
from aipchain.pallets_spec.energy import EnergySums, Mint
from aipchain.pallets_spec.market import BookStatus
from aipchain.pallets_spec.types import U64_MAX, OrderNumber, Side, Source
from aipchain.units import Balance, Price, UnixSeconds, Wh

__all__ = [
    "a_closed_account_with_escrow",
    "a_closed_buyer_who_owes",
    "a_reading_that_is_not_final",
    "energy_that_is_not_there",
    "escrow_that_is_not_held",
    "mints_that_are_not_the_readings",
    "orders_that_are_gone",
    "standing_energy_that_is_wrong",
]


def orders_that_are_gone(corner: Corner) -> None:
    """A book lists an order that is not stored, and so does a trade."""
    _cleared(corner)
    for missing in (0, 2):
        for call in ("settle", "void"):
            sub = _fork(corner)
            sub.twin.plant("Market", "Orders", OrderNumber(missing), None)
            if call == "void":
                book = sub.twin.world.market.books[BOOK]
                sub.twin.plant("Market", "Books", BOOK, replace(book, status=BookStatus.OPEN))
            _handle(sub, call)


def escrow_that_is_not_held(corner: Corner) -> None:
    """An order knows of less or of more escrow than there is, or a trade costs more."""
    _cleared(corner)
    order, trades = corner.twin.world.market.orders[OrderNumber(0)], corner.twin.world.market.trades[BOOK]
    for escrow in (0, 749, 750, 10**30):
        sub = _fork(corner)
        sub.twin.plant("Market", "Orders", OrderNumber(0), replace(order, escrow=Balance(escrow)))
        _handle(sub, "settle")
    for price in (150, 200, 201):
        sub = _fork(corner)
        sub.twin.plant("Market", "Trades", BOOK, (replace(trades[0], price=Price(price)), *trades[1:]))
        _handle(sub, "settle")


def a_closed_account_with_escrow(corner: Corner) -> None:
    """An order that holds nothing lets its owner's account close; then it knows of escrow after all."""
    corner.places("ben", offer(1, 30, 0))
    everything = corner.twin.world.money.accounts[account("ben")].free
    corner.does("ben", "Balances", "transfer_allow_death", dest=account("cleo"), value=everything)
    order = corner.twin.world.market.orders[OrderNumber(0)]
    for escrow in (0, 1, 10**9):
        sub = _fork(corner)
        sub.twin.plant("Market", "Orders", OrderNumber(0), replace(order, escrow=Balance(escrow)))
        _does(sub, "ben", "Market", "cancel_order", number=0)


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
        sub = _fork(corner)
        sub.twin.plant("Market", "Trades", BOOK, (replace(sold, price=Price(price)),))
        _handle(sub, "settle")
    mint = Mint(TOWN, account("ben"), Source.SOLAR, 0, Wh(500), Wh(1), Wh(500), Wh(0))
    corner.twin.plant("Energy", "Mints", (BENS, BOOK[1]), mint)
    _handle(corner, "settle")


def standing_energy_that_is_wrong(corner: Corner) -> None:
    """Less or more stands of a meter than its orders are."""
    corner.places("ada", bid(1), bid(2, 1))
    for standing_wh in (None, 9, 10, 11, 25):
        sub = _fork(corner)
        sub.twin.plant("Market", "StandingWh", (BOOK, (ADAS, Side.BID)), standing_wh)
        for number in (0, 1):
            _does(sub, "ada", "Market", "cancel_order", number=number)


def energy_that_is_not_there(corner: Corner) -> None:
    """Between two trades of a meter, its mint or somebody's energy is gone."""
    _cleared(corner)
    corner.does("ada", "Market", "settle", community=BOOK[0], interval_start=BOOK[1], limit=1)
    minted = corner.twin.world.energy.mints[BENS, BOOK[1]]
    for mint in (None, replace(minted, held_wh=Wh(9)), replace(minted, held_wh=Wh(0))):
        sub = _fork(corner)
        sub.twin.plant("Energy", "Mints", (BENS, BOOK[1]), mint)
        _handle(sub, "settle")
    for who, sums in (
        ("ben", EnergySums(held=Wh(9))),
        ("ben", EnergySums(free=Wh(U64_MAX), held=minted.held_wh)),
        ("ada", EnergySums(free=Wh(U64_MAX - 9))),
        ("ada", EnergySums(free=Wh(U64_MAX - 10))),
    ):
        sub = _fork(corner)
        sub.twin.plant("Energy", "Accounts", account(who), sums)
        _handle(sub, "settle")
    corner.does("ada", "Market", "settle", community=BOOK[0], interval_start=BOOK[1], limit=1)
    corner.twin.plant("Energy", "Mints", (BENS, BOOK[1]), None)
    _handle(corner, "settle")


def mints_that_are_not_the_readings(corner: Corner) -> None:
    """The energy of a book was minted before its settlement: for nobody, for less, or as it should be."""
    _cleared(corner)
    for held_from_wh, held_wh in ((500, 0), (500, 5), (500, 30), (500, 20), (510, 10)):
        sub = _fork(corner)
        mint = Mint(TOWN, account("ben"), Source.SOLAR, 0, Wh(500), Wh(30), Wh(held_from_wh), Wh(held_wh))
        sub.twin.plant("Energy", "Mints", (BENS, BOOK[1]), mint)
        _handle(sub, "settle")


def a_reading_that_is_not_final(corner: Corner) -> None:
    """A reading becomes final after the time that its interval's parameters say: nothing is minted of it yet."""
    read(corner, BENS, import_wh=1_000, export_wh=530)
    corner.at(BOOK[1] + 2 * HOUR)
    reading = corner.twin.world.metering.readings[BOOK[1], BENS]
    for final_at in (corner.twin.world.now + 1, corner.twin.world.now):
        sub = _fork(corner)
        later = replace(reading, final_at=UnixSeconds(final_at))
        sub.twin.plant("Metering", "Readings", (BOOK[1], BENS), later)
        _does(sub, "cleo", "Energy", "mint", community=TOWN, interval_start=BOOK[1], meters=[BENS])


def _cleared(corner: Corner) -> None:
    """A cleared book on its last step: ada and cleo bought ten watt-hours each of ben, and cleo took none."""
    corner.places("ada", bid(1))
    corner.places("cleo", bid(1, meter=CLEOS))
    corner.places("ben", offer(1, 30, 50))
    corner.places("ada", bid(2))
    corner.at(corner.twin.world.market.books[BOOK].closes_at)
    corner.clears(trade(0, 2), trade(3, 2), trade(1, 2))
    read(corner, BENS, import_wh=1_000, export_wh=530)
    read(corner, ADAS, import_wh=1_020, export_wh=500)
    corner.at(BOOK[1] + 2 * HOUR)


def _fork(corner: Corner) -> Corner:
    return Corner(corner.twin.fork())


def _handle(corner: Corner, call: str) -> None:
    _does(corner, "ada", "Market", call, community=BOOK[0], interval_start=BOOK[1], limit=10)


def _does(corner: Corner, who: str, pallet: str, call: str, /, **arguments: object) -> None:
    """A call that is not counted."""
    corner.twin.take(Do(account(who), pallet, call, arguments))
