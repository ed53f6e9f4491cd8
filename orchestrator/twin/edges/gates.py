"""Gates at their second: one before it and at it, for whoever still wants to pass and for whoever waits behind it."""

from aipchain.orchestrator.twin.edges.corner import (
    ADAS,
    BENS,
    BOOK,
    POORS,
    Corner,
    bid,
    enrol,
    handle,
    offer,
    read,
    trade,
)
from aipchain.orchestrator.twin.moves.town import BUNDLES, HAMLET, HOUR, PARAMETERS, START, TOWN, account
from aipchain.orchestrator.twin.steps import Do
from aipchain.pallets_spec.types import PLAIN_TERMS, Binding, LineLimit, PostedPrice, Proof, Role, Slot, Terms
from aipchain.units import Price, Wh

__all__ = [
    "a_book_at_its_gates",
    "a_community_without_a_price_model",
    "a_hold_of_one_unit",
    "a_meter_of_an_interval_that_ends",
    "an_account_at_the_existential_deposit",
    "lists_at_the_length_of_their_length",
    "the_whole_escrow_is_paid",
]


def a_book_at_its_gates(corner: Corner) -> None:
    """Closing, deadline and final readings of a book, and the second in which none can open any more."""
    for second in (BOOK[1] - PARAMETERS.gate_closure_s - 1, BOOK[1] - PARAMETERS.gate_closure_s):
        sub = corner.fork()
        sub.at(second)
        sub.places("ada", bid(1))
    corner.places("ada", bid(1))
    corner.places("ben", offer(1))
    book = corner.twin.world.market.books[BOOK]
    for gate in (book.closes_at, book.deadline, book.final_at):
        for second in (gate - 1, gate):
            _every_step(corner, second)
    corner.at(book.closes_at)
    corner.clears(trade(0, 1))
    read(corner, BENS, import_wh=1_000, export_wh=505)
    for second in (book.final_at - 1, book.final_at):
        _every_step(corner, second)


def _every_step(corner: Corner, second: int) -> None:
    """Whatever can be done to a book, each from the same state at that time [s]."""
    prices = [PostedPrice(BOOK[1], Price(300), Price(80))]
    key = {"community": BOOK[0], "interval_start": BOOK[1]}
    for who, call, arguments in (
        ("ada", "place_orders", {**key, "orders": [bid(2)]}),
        ("ada", "cancel_order", {"number": 0}),
        ("oracle", "post_reference_prices", {"community": TOWN, "prices": prices}),
        ("cleo", "settle", {**key, "limit": 10}),
        ("cleo", "void", {**key, "limit": 1}),
    ):
        sub = corner.fork()
        sub.at(second)
        sub.does(who, "Market", call, **arguments)
        if call == "cancel_order":
            sub.does(who, "Market", call, **arguments)
        sub.clears(trade(0, 1))
        sub.does("ben", "Energy", "mint", community=TOWN, interval_start=BOOK[1], meters=[BENS])
        sub.does("cleo", "Market", "void", **key, limit=1)


def the_whole_escrow_is_paid(corner: Corner) -> None:
    """A bid at the price of its trade, delivered in full: nothing of the escrow is left. So it is for nothing, too."""
    for price in (75, 0):
        sub = corner.fork()
        sub.places("ada", bid(1, 10, price))
        sub.places("ben", offer(1, 10, price))
        sub.at(sub.twin.world.market.books[BOOK].closes_at)
        sub.clears(trade(0, 1, 10, price))
        read(sub, BENS, import_wh=1_000, export_wh=510)
        read(sub, ADAS, import_wh=1_010, export_wh=500)
        sub.at(BOOK[1] + 2 * HOUR)
        sub.does("cleo", "Market", "settle", community=BOOK[0], interval_start=BOOK[1], limit=10)


def a_community_without_a_price_model(corner: Corner) -> None:
    """A price stands without a book where only the market rule is installed; a meter is enrolled, no order taken.

    Its number is no zone's elsewhere, so whoever takes the one for the other finds nothing.
    """
    arguments = {"name": b"Third", "interval_s": HOUR, "epoch_s": 2 * HOUR, "zones": [b"one"], "parameters": PARAMETERS}
    corner.does("ben", "Communities", "found", **arguments, steward=account("ben"))
    community = corner.twin.world.communities.next_community_id - 1
    corner.does("ben", "Communities", "admit", community=community, account=account("ben"), roles=[Role.ORACLE])
    enrol(corner, "ben", "ben", community)
    binding = Binding(BUNDLES[0], b"{}", b"", Terms(Proof.ENVELOPE, limits=(LineLimit(0, Wh(9), Wh(9)),)), None)
    corner.does("ben", "PluginRegistry", "install", community=community, slot=Slot.CLEAR, binding=binding)
    prices = [PostedPrice(BOOK[1], Price(300), Price(80))]
    corner.does("ben", "Market", "post_reference_prices", community=community, prices=prices)
    corner.places("ben", offer(1), book=(community, BOOK[1]))


def a_hold_of_one_unit(corner: Corner) -> None:
    """One unit goes back when a book is void; one is left on hold; and where only the deposit is free none is held."""
    void = corner.fork()
    void.places("ada", bid(1, 1, 1))
    void.at(void.twin.world.market.books[BOOK].deadline)
    handle(void, "void")
    corner.places("ada", bid(1, 1, 1), bid(2))
    for number in (1, 0):
        corner.does("ada", "Market", "cancel_order", number=number)
    value = corner.twin.world.money.accounts[account("poor")].free - 10**9
    corner.does("poor", "Balances", "transfer_keep_alive", dest=account("ada"), value=value)
    for price in (1, 0):
        corner.places("poor", bid(1, 1, price, POORS))


def a_meter_of_an_interval_that_ends(corner: Corner) -> None:
    """A meter can be enrolled for an interval until the second before it is over."""
    for second in (HOUR - 1, HOUR):
        corner.at(START + second)
        enrol(corner, "ada")


def an_account_at_the_existential_deposit(corner: Corner) -> None:
    """What is left of an account, or begins one, is the existential deposit, one less, or one more."""
    for who, payee in (("poor", "ada"), ("ada", "penniless")):
        has = corner.twin.world.money.accounts[account(who)].free
        for rest in (10**9 - 1, 10**9, 10**9 + 1, 0, 1):
            for call in ("transfer_allow_death", "transfer_keep_alive"):
                sub = corner.fork()
                value = has - rest if who == "poor" else rest
                sub.does(who, "Balances", call, dest=account(payee), value=value)
                for left in (0, rest):
                    sub.does(payee, "Balances", call, dest=account("cleo"), value=left)
    rich = corner.twin.world.money.accounts[account("ada")].free
    for rest in (10**9 - 1, 10**9):
        sub = corner.fork()
        sub.places("ada", bid(1, 1, rich - rest))
        sub = corner.fork()
        sub.places("ada", bid(1))
        spare = sub.twin.world.money.accounts[account("ada")].free - rest
        sub.does("ada", "Balances", "transfer_allow_death", dest=account("cleo"), value=spare)


def lists_at_the_length_of_their_length(corner: Corner) -> None:
    """A configuration of 63 bytes tells its length in one byte, one of 64 in two."""
    for length in (0, 63, 64, 65, 255, 256, 2_048):
        sub = corner.fork()
        binding = Binding(BUNDLES[0], bytes(length), bytes(min(length, 256)), PLAIN_TERMS, None)
        sub.takes(
            Do(
                account("ada"),
                "PluginRegistry",
                "install",
                {"community": HAMLET, "slot": Slot.CLEAR, "binding": binding},
            )
        )
