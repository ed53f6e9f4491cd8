"""Terms, certificates and challenges at their borders: each flaw and each fault alone, and what is just none.

What Town demands of its clearings is planted, because a vote would take it past the book.
"""

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
from aipchain.orchestrator.twin.moves.town import BUNDLES, HAMLET, TOWN
from aipchain.pallets_spec.market import MAX_TRADES, BookStatus
from aipchain.pallets_spec.merkle import path_to, root_of
from aipchain.pallets_spec.plugin_registry import BoundBinding
from aipchain.pallets_spec.proofs import (
    MAX_PROVEN_ORDERS,
    Certificate,
    Dual,
    DualFault,
    Fault,
    Leaf,
    LineFault,
    LinePrice,
    Nothing,
    Optimum,
    PairFault,
    UniformPrice,
)
from aipchain.pallets_spec.scale import binding_hash, dual_item
from aipchain.pallets_spec.types import (
    NO_HASH,
    PLAIN_TERMS,
    U16_MAX,
    U64_MAX,
    Binding,
    LineLimit,
    OrderNumber,
    PluginChange,
    Proof,
    Slot,
    Terms,
    Trade,
    ZoneCharge,
)
from aipchain.units import Price, UnixSeconds, Wh

__all__ = [
    "a_book_with_more_to_prove",
    "a_full_list_of_trades",
    "a_pair_at_its_border",
    "bounds_at_their_end",
    "certificates_of_another_kind",
    "challenges_at_their_gates",
    "duals_of_orders_that_do_not_stand",
    "every_flaw_of_an_optimum",
    "lines_at_their_limit",
    "owners_who_supply_themselves",
    "prices_that_leave_somebody_out",
    "proofs_of_what_is_not_there",
    "terms_in_and_out_of_order",
]

UNIFORM = Terms(Proof.UNIFORM_PRICE)
CHARGED = Terms(Proof.OPTIMUM, (ZoneCharge(0, 1, Price(7)), ZoneCharge(1, 0, Price(20))))
LIMITED = replace(CHARGED, limits=(LineLimit(0, Wh(3), Wh(6)), LineLimit(1, Wh(5), Wh(4))))
NO_LINES = (LinePrice(0, Price(0), Price(0)), LinePrice(1, Price(0), Price(0)))


def certificates_of_another_kind(corner: Corner) -> None:
    """Each certificate under each terms, with good trades and with bad ones; then another for the same trades."""
    certificates = (Nothing(), UniformPrice(Price(100)), _optimum((0, 10, 5), (1, 10, 0)))
    for terms in (PLAIN_TERMS, UNIFORM, Terms(Proof.OPTIMUM)):
        sub = _opened(corner, terms)
        for proof in certificates:
            _clears(sub, trade(9, 9), proof=proof)
        for proof in certificates:
            _clears(sub, trade(0, 1, 10, 100), proof=proof)
        for proof in certificates:
            _clears(sub, trade(0, 1, 10, 100), proof=proof)
    gone = _opened(corner, UNIFORM)
    gone.twin.plant("PluginRegistry", "Bindings", gone.twin.world.market.books[BOOK].rules.clear, None)
    for proof in certificates:
        _clears(gone, trade(0, 1, 10, 100), proof=proof)


def prices_that_leave_somebody_out(corner: Corner) -> None:
    """A bid and an offer that are just better than the price, just as good, or served but for a watt-hour."""
    _demands(corner, UNIFORM)
    corner.places("ada", bid(1, 10, 100), bid(2, 5, 60))
    corner.places("ben", offer(1, 8, 50), offer(2, 8, 60), bid(3, 9, 99, BENS))
    corner.does("ben", "Market", "cancel_order", number=4)
    _closes(corner)
    for price in (59, 60, 61):
        for wh in (1, 2, 7):
            for more in ((), (trade(1, 3, 1, price),), (trade(1, 3, 5, price),)):
                sub = corner.fork()
                _clears(sub, trade(0, 2, 8, price), trade(0, 3, wh, price), *more, proof=UniformPrice(Price(price)))
        _clears(corner, trade(0, 2, 8, price), trade(0, 3, 2, 61), proof=UniformPrice(Price(price)))
        _clears(corner, trade(0, 2, 7, price), trade(0, 3, 3, price), proof=UniformPrice(Price(price)))
        _clears(corner, proof=UniformPrice(Price(price)))
    _clears(corner, trade(0, 2, 8, 60), trade(0, 3, 2, 60), proof=UniformPrice(Price(60)))


def owners_who_supply_themselves(corner: Corner) -> None:
    """One owner is left on both sides: alone, with others in every trade, and with too little at the price."""
    _demands(corner, UNIFORM)
    corner.places("ada", bid(1, 20, 100), offer(2, 15, 50, ADAS), bid(3, 2, 60), offer(4, 5, 60, ADAS))
    alone = corner.fork()
    corner.places("ben", offer(1, 3, 50), bid(2, 2, 70, BENS))
    for town in (alone, corner):
        _closes(town)
        for price in (49, 50, 60, 70, 99, 100, 101):
            _clears(town.fork(), proof=UniformPrice(Price(price)))
    for price in (60, 65, 100):
        for trades in (
            [trade(0, 4, 3, price)],
            [trade(0, 4, 3, price), trade(5, 1, 2, price)],
            [trade(0, 4, 3, price), trade(5, 1, 1, price)],
            [trade(0, 4, 2, price), trade(5, 1, 2, price)],
            [trade(0, 4, 1, price), trade(5, 4, 2, price)],
        ):
            _clears(corner.fork(), *trades, proof=UniformPrice(Price(price)))
    for wh in (19, 20, 21):
        order = alone.twin.world.market.orders[OrderNumber(0)]
        for at_the_price in (4, 5):
            sub = alone.fork()
            sub.twin.plant("Market", "Orders", OrderNumber(0), replace(order, wh=Wh(wh)))
            last = sub.twin.world.market.orders[OrderNumber(3)]
            sub.twin.plant("Market", "Orders", OrderNumber(3), replace(last, wh=Wh(at_the_price)))
            _clears(sub, proof=UniformPrice(Price(60)))


def a_full_list_of_trades(corner: Corner) -> None:
    """Two thousand trades that leave somebody out, where three for each order just fit the list, or do not."""
    _demands(corner, UNIFORM)
    corner.places("ada", *(bid(number, 60, 100) for number in range(45)))
    corner.places("ben", *(offer(number, 60, 50) for number in range(45)))
    _closes(corner)
    pairs = [(each, other) for each in range(45) for other in range(45, 90)]
    trades = [trade(each, other, 1, 75) for each, other in pairs[:MAX_TRADES]]
    book = corner.twin.world.market.books[BOOK]
    other_price = [*trades[1:], trade(44, 89, 1, 76)]
    for standing, listed in ((666, trades), (667, trades[1:]), (667, other_price), (667, trades)):
        corner.twin.plant("Market", "Books", BOOK, replace(book, orders=standing + 2, cancelled=2))
        _clears(corner, *listed, proof=UniformPrice(Price(75)))


def every_flaw_of_an_optimum(corner: Corner) -> None:
    """Each flaw alone, then two at once: the first one is told; then none."""
    _demands(corner, LIMITED)
    _bilateral(corner)
    best = (trade(0, 1, 6, 60), trade(0, 3, 4, 60))
    duals, lines = _flawless()
    for broken in (
        (duals[1], duals[0], *duals[2:]),
        (duals[0], duals[0], *duals[2:]),
        duals[:3],
        (*duals, Dual(OrderNumber(4), Wh(1), Price(0))),
        (*duals[:3], replace(duals[3], surplus=Price(1))),
        (replace(duals[0], surplus=Price(0)), *duals[1:]),
        duals,
    ):
        for shown in (lines[:1], lines[::-1], (*lines, lines[1]), (replace(lines[0], zone=2), lines[1]), lines):
            sub = corner.fork()
            _clears(sub, *best, proof=Optimum(broken, shown))
    for line in (replace(lines[0], out=Price(1)), replace(lines[0], into=Price(1))):
        sub = corner.fork()
        _clears(sub, *best, proof=Optimum(duals, (line, lines[1])))
    _clears(corner, trade(2, 1, 1, 50), proof=Optimum(tuple(replace(dual, surplus=Price(0)) for dual in duals), lines))


def bounds_at_their_end(corner: Corner) -> None:
    """The largest sum there can be, one beyond it, and a welfare below nothing."""
    _demands(corner, LIMITED)
    _bilateral(corner)
    duals, lines = _flawless()
    most = [replace(dual, wh=Wh(U64_MAX), surplus=Price(U64_MAX)) for dual in duals]
    nothing = [replace(dual, surplus=Price(0)) for dual in duals]
    exact = [most[0], replace(most[1], surplus=Price(2)), *nothing[2:]]
    for listed in (
        [*most[:2], *nothing[2:]],
        [most[0], *nothing[1:]],
        exact,
        [*exact[:2], replace(most[2], surplus=Price(1)), nothing[3]],
    ):
        _clears(corner, trade(0, 1, 6, 60), proof=Optimum(tuple(listed), lines))
    dear = (replace(lines[0], out=Price(U64_MAX)), lines[1])
    _clears(corner, trade(0, 1, 6, 60), proof=Optimum((most[0], *nothing[1:]), dear))
    _clears(corner, trade(2, 1, 6, 50), proof=Optimum(tuple(nothing), lines))


def lines_at_their_limit(corner: Corner) -> None:
    """Out of and into either zone: what the limit says, one watt-hour more, and what comes back over the same line."""
    _demands(corner, Terms(Proof.ENVELOPE, limits=LIMITED.limits))
    corner.places("ada", bid(1, 20, 100), offer(2, 20, 50, ADAS))
    corner.places("cleo", bid(1, 20, 100, CLEOS), offer(2, 20, 50, CLEOS))
    corner.places("poor", bid(1, 20, 100, POORS))
    corner.places("ben", offer(1, 20, 50))
    _closes(corner)
    north_to_south = [(wh, 0) for wh in (3, 4, 5)] + [(7, 4), (8, 4), (7, 3)]
    south_to_north = [(0, wh) for wh in (4, 5, 6, 7)] + [(1, 7), (1, 8)]
    for out_wh, in_wh in (*north_to_south, *south_to_north):
        trades = [trade(2, 1, out_wh), trade(0, 3, in_wh), trade(0, 5, 0), trade(4, 1, 5)]
        sub = corner.fork()
        _clears(sub, *(each for each in trades if each.wh))
        for zone in (0, 1, 2, U16_MAX):
            _shows(sub.fork(), LineFault(zone))


def a_pair_at_its_border(corner: Corner) -> None:
    """A pair whose duals and lines say just enough, and one unit less: over each line, and within a zone."""
    for terms, lines in (
        (CHARGED, ()),
        (LIMITED, NO_LINES),
        (LIMITED, (LinePrice(0, Price(5), Price(1)), LinePrice(1, Price(2), Price(3)))),
        (LIMITED, (LinePrice(0, Price(0), Price(9)), LinePrice(1, Price(4), Price(0)))),
    ):
        town = corner.fork()
        _demands(town, terms)
        _bilateral(town)
        for told in range(20, 60):
            sub = town.fork()
            duals = _duals((0, 10, told), (1, 6, 0), (2, 10, 0), (3, 10, 0))
            _plants_a_clearing(sub, duals, lines)
            for place in (1, 2, 3):
                _shows(sub.fork(), PairFault(_leaf(duals, 0), _leaf(duals, place)))
            _shows(sub.fork(), PairFault(_leaf(duals, 1), _leaf(duals, 0)))
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
    _closes(corner)
    duals = _duals(*((number, 10, 0) for number in (*range(6), 9)), (2, 9, 0), (2, 11, 0))
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
    faults = (LineFault(1), DualFault(_leaf(_duals((0, 1, 0)), 0)))
    for shown in faults:
        _shows(corner, shown)
    _demands(corner, Terms(Proof.ENVELOPE, limits=(LineLimit(1, Wh(0), Wh(0)),)))
    corner.places("ada", bid(1, 10, 100))
    corner.places("ben", offer(1, 10, 50))
    for shown in faults:
        _shows(corner, shown)
    _closes(corner)
    _clears(corner, trade(0, 1, 10))
    book = corner.twin.world.market.books[BOOK]
    for second in (book.deadline - 1, book.deadline, book.final_at - 1, book.final_at):
        for settled, closed in ((0, 0), (1, 0), (0, 1)):
            sub = corner.fork()
            sub.at(max(second, sub.twin.world.now))
            sub.twin.plant("Market", "Books", BOOK, replace(book, settled_trades=settled, closed_orders=closed))
            for shown in faults[::-1]:
                _shows(sub, shown)
            if sub.twin.world.market.books[BOOK].status is BookStatus.OPEN:
                _clears(sub, trade(0, 1, 9))
                handle(sub, "void")
    for status in (BookStatus.VOIDED, BookStatus.SETTLED):
        sub = corner.fork()
        sub.twin.plant("Market", "Books", BOOK, replace(book, status=status))
        _shows(sub, faults[0])
    corner.twin.plant("Market", "Books", BOOK, replace(book, final_at=UnixSeconds(0)))
    _shows(corner.fork(), faults[0])
    corner.twin.plant("Communities", "ParameterSets", TOWN, None)
    _shows(corner, faults[0])


def a_book_with_more_to_prove(corner: Corner) -> None:
    """The last order fits, one more does not; where nothing is to be proven both do."""
    for terms in (PLAIN_TERMS, UNIFORM, Terms(Proof.OPTIMUM)):
        sub = corner.fork()
        _demands(sub, terms)
        sub.places("ada", bid(1))
        book = sub.twin.world.market.books[BOOK]
        sub.twin.plant("Market", "Books", BOOK, replace(book, orders=MAX_PROVEN_ORDERS - 1))
        sub.places("ada", bid(2), bid(3))
        sub.places("ada", bid(2))
        sub.places("ada", bid(3))


def proofs_of_what_is_not_there(corner: Corner) -> None:
    """A listed order, a meter, or an order of a trade is gone; a trade has more than its orders are filled with."""
    uniform = _opened(corner, UNIFORM)
    uniform.twin.plant("Market", "Orders", OrderNumber(0), None)
    _clears(uniform, proof=UniformPrice(Price(75)))
    optimum = _opened(corner, Terms(Proof.OPTIMUM))
    duals = _duals((0, 10, 5), (1, 10, 0))
    for meter in (ADAS, BENS):
        sub = optimum.fork()
        sub.twin.plant("Metering", "Meters", meter, None)
        _clears(sub, trade(0, 1, 10, 97), proof=Optimum(duals, ()))
    lined = _opened(corner, Terms(Proof.ENVELOPE, limits=(LineLimit(1, Wh(0), Wh(0)),)))
    _clears(lined, trade(0, 1, 10, 97))
    _clears(optimum, trade(0, 1, 10, 97), proof=_optimum((0, 10, 4), (1, 10, 1)))
    shown = (
        (lined, LineFault(1)),
        (optimum, PairFault(_leaf(_duals((0, 10, 4), (1, 10, 1)), 0), _leaf(_duals((0, 10, 4), (1, 10, 1)), 1))),
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


def terms_in_and_out_of_order(corner: Corner) -> None:
    """For each slot: installed by a steward, and proposed by a member."""
    charge, back, inside = (ZoneCharge(a, b, Price(1)) for a, b in ((0, 1), (1, 0), (1, 1)))
    north, south = LineLimit(0, Wh(0), Wh(0)), LineLimit(1, Wh(U64_MAX), Wh(1))
    away = (ZoneCharge(0, 2, Price(0)), ZoneCharge(2, 0, Price(0)))
    for proof in Proof:
        for charges in ((), (charge,), (charge, back, inside), (back, charge), (charge, charge), away[:1], away[1:]):
            for limits in ((), (north,), (north, south), (south, north), (north, north), (LineLimit(2, Wh(0), Wh(0)),)):
                binding = Binding(BUNDLES[0], b"", b"", Terms(proof, charges, limits), None)
                for slot in Slot:
                    _binds(corner.fork(), slot, binding)
    for bundle in (BUNDLES[4], BUNDLES[1]):
        sub = corner.fork()
        sub.does("author", "PluginRegistry", "deprecate_build", bundle=BUNDLES[1])
        _binds(sub, Slot.PRICE, Binding(bundle, b"", b"", UNIFORM, None))


# words


_ZEROES = tuple(Dual(OrderNumber(number), Wh(10), Price(0)) for number in range(4))


def _binds(corner: Corner, slot: Slot, binding: Binding) -> None:
    """Install it in an empty slot of Hamlet, and propose it for Town's."""
    corner.twin.plant("PluginRegistry", "Slots", (HAMLET, Slot.PRICE), None)
    corner.does("ada", "PluginRegistry", "install", community=HAMLET, slot=slot, binding=binding)
    head = corner.twin.world.plugin_registry.slots[TOWN, slot].head
    change = PluginChange(slot, binding)
    corner.does("ben", "CommunityGovernance", "propose", community=TOWN, change=change, predecessor=head)


def _demands(corner: Corner, terms: Terms) -> None:
    """From now on Town demands the terms of the clearings of books that open."""
    binding = Binding(BUNDLES[0], b"", b"", terms, None)
    bound = binding_hash(TOWN, PluginChange(Slot.CLEAR, binding), NO_HASH)
    corner.twin.plant("PluginRegistry", "Bindings", bound, BoundBinding(TOWN, Slot.CLEAR, binding, NO_HASH))
    slot = corner.twin.world.plugin_registry.slots[TOWN, Slot.CLEAR]
    corner.twin.plant("PluginRegistry", "Slots", (TOWN, Slot.CLEAR), replace(slot, active=bound, fallback=bound))


def _opened(corner: Corner, terms: Terms) -> Corner:
    """A town of its own, where ada's bid of 10 Wh and ben's offer of 10 Wh meet and the gate has closed."""
    sub = corner.fork()
    _demands(sub, terms)
    sub.places("ada", bid(1, 10, 100))
    sub.places("ben", offer(1, 10, 95))
    _closes(sub)
    return sub


def _bilateral(corner: Corner) -> None:
    """Ada bids and poor offers in zone 0, cleo bids and ben offers in zone 1. The gate has closed."""
    corner.places("ada", bid(1, 10, 100))
    corner.places("poor", offer(1, 6, 50, POORS))
    corner.places("cleo", bid(1, 10, 50, CLEOS))
    corner.places("ben", offer(2, 10, 40))
    _closes(corner)


def _flawless() -> tuple[tuple[Dual, ...], tuple[LinePrice, ...]]:
    """What 6 Wh to ada within zone 0 and 4 Wh from zone 1 are worth: 300 and 160."""
    return _duals((0, 10, 40), (1, 6, 10), (2, 10, 0), (3, 10, 0)), NO_LINES


def _with_zero_duals(corner: Corner) -> Corner:
    """A town whose book has two bids and two offers, with an own offer of ada's, and duals of nothing."""
    town = corner.fork()
    _demands(town, Terms(Proof.OPTIMUM))
    town.places("ada", bid(1, 10, 50), offer(2, 10, 49, ADAS))
    town.places("ben", bid(1, 10, 50, BENS), offer(2, 10, 50))
    _closes(town)
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


def _closes(corner: Corner) -> None:
    corner.at(corner.twin.world.market.books[BOOK].closes_at)


def _clears(corner: Corner, *trades: Trade, proof: Certificate | None = None) -> None:
    """The operator submits the trades with a certificate."""
    book = corner.twin.world.market.books[BOOK]
    arguments = {"community": BOOK[0], "interval_start": BOOK[1], "rules": book.rules, "trades": trades}
    corner.does("operator", "Market", "submit_clearing", **arguments, certificate=proof or Nothing())


def _shows(corner: Corner, fault: Fault) -> None:
    """A stranger shows a fault."""
    corner.does("stranger", "Market", "challenge_clearing", community=BOOK[0], interval_start=BOOK[1], fault=fault)


def _optimum(*duals: tuple[int, int, int]) -> Optimum:
    return Optimum(_duals(*duals), ())


def _duals(*duals: tuple[int, int, int]) -> tuple[Dual, ...]:
    return tuple(Dual(OrderNumber(order), Wh(wh), Price(surplus)) for order, wh, surplus in duals)


def _leaf(duals: Sequence[Dual], place: int) -> Leaf:
    return Leaf(duals[place], place, path_to([dual_item(dual) for dual in duals], place))
