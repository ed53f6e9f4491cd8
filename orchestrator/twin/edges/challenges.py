"""Challenges at their borders: each fault alone, and what is just none."""

from collections.abc import Sequence
from dataclasses import replace

from aipchain.orchestrator.twin.edges.corner import (
    ADAS,
    BENS,
    BOOK,
    CLEOS,
    NEXT_BOOK,
    POORS,
    Corner,
    bid,
    handle,
    offer,
    trade,
)
from aipchain.orchestrator.twin.edges.proven import (
    CHARGED,
    LIMITED,
    NO_LINES,
    UNIFORM,
    bilateral,
    clears,
    closes,
    demands,
    duals_of,
    opened,
)
from aipchain.orchestrator.twin.moves.town import TOWN
from aipchain.pallets_spec.market import BookStatus
from aipchain.pallets_spec.merkle import path_to, root_of
from aipchain.pallets_spec.proofs import (
    Dual,
    DualFault,
    Fault,
    Leaf,
    LineFault,
    LinePrice,
    Optimum,
    PairFault,
    UniformPrice,
)
from aipchain.pallets_spec.scale import dual_item
from aipchain.pallets_spec.types import (
    NO_HASH,
    U16_MAX,
    LineLimit,
    OrderNumber,
    Proof,
    Terms,
)
from aipchain.units import Price, UnixSeconds, Wh

__all__ = [
    "a_pair_at_its_border",
    "challenges_at_their_gates",
    "duals_of_orders_that_do_not_stand",
    "lines_at_their_limit",
    "proofs_of_what_is_not_there",
]

_ZEROES = tuple(Dual(OrderNumber(number), Wh(10), Price(0)) for number in range(4))


def lines_at_their_limit(corner: Corner) -> None:
    """Out of and into either zone: what the limit says, one watt-hour more, and what comes back over the same line."""
    demands(corner, Terms(Proof.ENVELOPE, limits=LIMITED.limits))
    corner.places("ada", bid(1, 20, 100), offer(2, 20, 50, ADAS))
    corner.places("cleo", bid(1, 20, 100, CLEOS), offer(2, 20, 50, CLEOS))
    corner.places("poor", bid(1, 20, 100, POORS))
    corner.places("ben", offer(1, 20, 50))
    closes(corner)
    north_to_south = [(wh, 0) for wh in (3, 4, 5)] + [(7, 4), (8, 4), (7, 3)]
    south_to_north = [(0, wh) for wh in (4, 5, 6, 7)] + [(1, 7), (1, 8)]
    for out_wh, in_wh in (*north_to_south, *south_to_north):
        trades = [trade(2, 1, out_wh), trade(0, 3, in_wh), trade(0, 5, 0), trade(4, 1, 5)]
        sub = corner.fork()
        clears(sub, *(each for each in trades if each.wh))
        for zone in (0, 1, 2, U16_MAX):
            _shows(sub.fork(), LineFault(zone))


def a_pair_at_its_border(corner: Corner) -> None:
    """A pair whose duals and lines say just enough, and one unit less: over each line, and within a zone."""
    for terms, lines in (
        (CHARGED, ()),
        (LIMITED, NO_LINES),
        (LIMITED, (LinePrice(0, Price(5), Price(1)), LinePrice(1, Price(2), Price(3)))),
        (LIMITED, (LinePrice(0, Price(0), Price(9)), LinePrice(1, Price(4), Price(0)))),
        (replace(LIMITED, limits=LIMITED.limits[:1]), (LinePrice(0, Price(0), Price(15)),)),
    ):
        town = corner.fork()
        demands(town, terms)
        bilateral(town)
        for told in range(20, 60):
            sub = town.fork()
            duals = duals_of((0, 10, told), (1, 6, 3), (2, 10, told - 20), (3, 10, 3))
            _plants_a_clearing(sub, duals, lines)
            for place in (1, 2, 3):
                _shows(sub.fork(), PairFault(_leaf(duals, 0), _leaf(duals, place)))
            _shows(sub.fork(), PairFault(_leaf(duals, 1), _leaf(duals, 0)))
            for limit in (49, 50, 51):
                cleos = sub.twin.world.market.orders[OrderNumber(2)]
                sub.twin.plant("Market", "Orders", OrderNumber(2), replace(cleos, limit_price=Price(limit)))
                _shows(sub.fork(), PairFault(_leaf(duals, 2), _leaf(duals, 1)))
    town = _with_zero_duals(corner)
    for bid_place, offer_place in ((0, 1), (0, 2), (0, 3), (2, 3), (1, 3), (3, 1)):
        _shows(town.fork(), PairFault(_leaf(_ZEROES, bid_place), _leaf(_ZEROES, offer_place)))


def duals_of_orders_that_do_not_stand(corner: Corner) -> None:
    """Cancelled, of another book, unknown, of more and of less energy; each in a dual and in either half of a pair."""
    corner.places("ada", bid(1), bid(2))
    corner.places("ben", offer(1), offer(2))
    corner.places("ada", bid(1), book=NEXT_BOOK)
    corner.places("ben", offer(1), book=NEXT_BOOK)
    corner.does("ada", "Market", "cancel_order", number=1)
    corner.does("ben", "Market", "cancel_order", number=3)
    closes(corner)
    duals = duals_of(*((number, 10, 0) for number in (*range(6), 9)), (2, 9, 0), (2, 11, 0))
    book = corner.twin.world.market.books[BOOK]
    corner.twin.plant("Market", "Books", BOOK, replace(book, orders=len(duals), cancelled=0))
    _plants_a_clearing(corner, duals, ())
    for place in range(len(duals)):
        _shows(corner.fork(), DualFault(_leaf(duals, place)))
        _shows(corner.fork(), PairFault(_leaf(duals, 0), _leaf(duals, place)))
        _shows(corner.fork(), PairFault(_leaf(duals, place), _leaf(duals, 2)))
    leaf = _leaf(duals, 8)
    for wrong in (
        replace(leaf, index=9),
        replace(leaf, index=7),
        replace(leaf, index=0),
        replace(leaf, path=()),
        replace(leaf, path=leaf.path[::-1]),
        replace(leaf, path=(*leaf.path, NO_HASH)),
        replace(leaf, dual=replace(leaf.dual, surplus=Price(1))),
    ):
        _shows(corner.fork(), DualFault(wrong))
        _shows(corner.fork(), PairFault(wrong, _leaf(duals, 2)))
        _shows(corner.fork(), PairFault(_leaf(duals, 0), wrong))
    _shows(corner, DualFault(_leaf(duals, 4)))


def challenges_at_their_gates(corner: Corner) -> None:
    """Before a clearing, until the second before the readings are final, and after the first step of the settlement."""
    faults = (LineFault(1), DualFault(_leaf(duals_of((0, 1, 0)), 0)))
    for shown in faults:
        _shows(corner, shown)
    demands(corner, Terms(Proof.ENVELOPE, limits=(LineLimit(1, Wh(0), Wh(0)),)))
    corner.places("ada", bid(1, 10, 100))
    corner.places("ben", offer(1, 10, 50))
    for shown in faults:
        _shows(corner, shown)
    closes(corner)
    clears(corner, trade(0, 1, 10))
    book = corner.twin.world.market.books[BOOK]
    for second in (book.deadline - 1, book.deadline, book.final_at - 1, book.final_at):
        for settled, closed in ((0, 0), (1, 0), (0, 1)):
            sub = corner.fork()
            sub.at(max(second, sub.twin.world.now))
            sub.twin.plant("Market", "Books", BOOK, replace(book, settled_trades=settled, closed_orders=closed))
            for shown in faults[::-1]:
                _shows(sub, shown)
            if sub.twin.world.market.books[BOOK].status is BookStatus.OPEN:
                clears(sub, trade(0, 1, 9))
                handle(sub, "void")
    for status in (BookStatus.VOIDED, BookStatus.SETTLED):
        sub = corner.fork()
        sub.twin.plant("Market", "Books", BOOK, replace(book, status=status))
        _shows(sub, faults[0])
    corner.twin.plant("Market", "Books", BOOK, replace(book, final_at=UnixSeconds(0)))
    _shows(corner.fork(), faults[0])
    corner.twin.plant("Communities", "ParameterSets", TOWN, None)
    _shows(corner, faults[0])


def proofs_of_what_is_not_there(corner: Corner) -> None:
    """A listed order, a meter, or an order of a trade is gone; a trade has more than its orders are filled with."""
    uniform = opened(corner, UNIFORM)
    uniform.twin.plant("Market", "Orders", OrderNumber(0), None)
    clears(uniform, proof=UniformPrice(Price(75)))
    dualled = opened(corner, Terms(Proof.OPTIMUM))
    duals = duals_of((0, 10, 5), (1, 10, 0))
    for meter in (ADAS, BENS):
        sub = dualled.fork()
        sub.twin.plant("Metering", "Meters", meter, None)
        clears(sub, trade(0, 1, 10, 97), proof=Optimum(duals, ()))
    lined = opened(corner, Terms(Proof.ENVELOPE, limits=(LineLimit(1, Wh(0), Wh(0)),)))
    clears(lined, trade(0, 1, 10, 97))
    duals = duals_of((0, 10, 4), (1, 10, 1))
    clears(dualled, trade(0, 1, 10, 97), proof=Optimum(duals, ()))
    shown = (
        (lined, LineFault(1)),
        (dualled, PairFault(_leaf(duals, 0), _leaf(duals, 1))),
    )
    for town, fault in shown:
        for pallet, item, key in (
            ("Metering", "Meters", ADAS),
            ("Metering", "Meters", BENS),
            ("Market", "Orders", OrderNumber(0)),
            ("Market", "Orders", OrderNumber(1)),
        ):
            sub = town.fork()
            sub.twin.plant(pallet, item, key, None)
            _shows(sub, fault)
    for number in (0, 1):
        for filled_wh in (9, 10, 11):
            sub = lined.fork()
            order = sub.twin.world.market.orders[OrderNumber(number)]
            sub.twin.plant("Market", "Orders", OrderNumber(number), replace(order, filled_wh=Wh(filled_wh)))
            _shows(sub, LineFault(1))


# words


def _with_zero_duals(corner: Corner) -> Corner:
    """A town whose book has two bids and two offers, with an own offer of ada's, and duals of nothing."""
    town = corner.fork()
    demands(town, Terms(Proof.OPTIMUM))
    town.places("ada", bid(1, 10, 50), offer(2, 10, 49, ADAS))
    town.places("ben", bid(1, 10, 50, BENS), offer(2, 10, 50))
    closes(town)
    _plants_a_clearing(town, _ZEROES, ())
    return town


def _plants_a_clearing(corner: Corner, duals: Sequence[Dual], lines: tuple[LinePrice, ...]) -> None:
    """The book is cleared, without a trade, by these duals and lines, whatever they are worth."""
    book = corner.twin.world.market.books[BOOK]
    committed = root_of([dual_item(dual) for dual in duals])
    corner.twin.plant(
        "Market", "Books", BOOK, replace(book, status=BookStatus.CLEARED, result=NO_HASH, commitment=committed)
    )
    if lines:
        corner.twin.plant("Market", "LinePrices", BOOK, lines)


def _shows(corner: Corner, fault: Fault) -> None:
    """A stranger shows a fault."""
    corner.does("stranger", "Market", "challenge_clearing", community=BOOK[0], interval_start=BOOK[1], fault=fault)


def _leaf(duals: Sequence[Dual], place: int) -> Leaf:
    return Leaf(duals[place], place, path_to([dual_item(dual) for dual in duals], place))
