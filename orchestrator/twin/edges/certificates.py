"""Terms and certificates at their borders: each flaw alone, and what is just none."""

from dataclasses import replace

from aipchain.orchestrator.twin.edges.corner import (
    ADAS,
    BENS,
    BOOK,
    CLEOS,
    Corner,
    bid,
    offer,
    trade,
)
from aipchain.orchestrator.twin.edges.proven import (
    LIMITED,
    NO_LINES,
    UNIFORM,
    bilateral,
    clears,
    closes,
    demands,
    duals_of,
    opened,
    optimum,
)
from aipchain.orchestrator.twin.moves.town import BUNDLES, HAMLET, TOWN
from aipchain.pallets_spec.proofs import (
    MAX_PROVEN_ORDERS,
    Dual,
    LinePrice,
    Nothing,
    Optimum,
    UniformPrice,
)
from aipchain.pallets_spec.types import (
    PLAIN_TERMS,
    U64_MAX,
    Binding,
    LineLimit,
    OrderNumber,
    PluginChange,
    Proof,
    Slot,
    Terms,
    ZoneCharge,
)
from aipchain.units import Price, Wh

__all__ = [
    "a_book_with_more_to_prove",
    "bounds_at_their_end",
    "certificates_of_another_kind",
    "every_flaw_of_an_optimum",
    "owners_who_supply_themselves",
    "prices_that_leave_somebody_out",
    "terms_in_and_out_of_order",
]


def certificates_of_another_kind(corner: Corner) -> None:
    """Each certificate under each terms, with good trades, with bad ones, for the same again; and an empty book."""
    certificates = (Nothing(), UniformPrice(Price(100)), optimum((0, 10, 5), (1, 10, 0)))
    for terms in (PLAIN_TERMS, UNIFORM, Terms(Proof.OPTIMUM)):
        sub = opened(corner, terms)
        for proof in certificates:
            clears(sub, trade(9, 9), proof=proof)
        for proof in certificates:
            clears(sub, trade(0, 1, 10, 100), proof=proof)
        for proof in certificates:
            clears(sub, trade(0, 1, 10, 100), proof=proof)
    empty = corner.fork()
    demands(empty, Terms(Proof.OPTIMUM))
    empty.places("ada", bid(1))
    empty.does("ada", "Market", "cancel_order", number=0)
    closes(empty)
    for duals in (((0, 10, 0),), ()):
        clears(empty, proof=optimum(*duals))
    gone = opened(corner, UNIFORM)
    gone.twin.plant("PluginRegistry", "Bindings", gone.twin.world.market.books[BOOK].rules.clear, None)
    for proof in certificates:
        clears(gone, trade(0, 1, 10, 100), proof=proof)


def prices_that_leave_somebody_out(corner: Corner) -> None:
    """A bid and an offer that are just better than the price, just as good, or served but for a watt-hour."""
    demands(corner, UNIFORM)
    corner.places("ada", bid(1, 10, 100), bid(2, 5, 60))
    corner.places("ben", offer(1, 8, 50), offer(2, 8, 60), bid(3, 9, 99, BENS))
    corner.does("ben", "Market", "cancel_order", number=4)
    closes(corner)
    for price in (59, 60, 61):
        for wh in (1, 2, 7):
            for more in ((), (trade(1, 3, 1, price),), (trade(1, 3, 5, price),)):
                sub = corner.fork()
                clears(sub, trade(0, 2, 8, price), trade(0, 3, wh, price), *more, proof=UniformPrice(Price(price)))
        clears(corner, trade(0, 2, 8, price), trade(0, 3, 2, 61), proof=UniformPrice(Price(price)))
        clears(corner, trade(0, 2, 7, price), trade(0, 3, 3, price), proof=UniformPrice(Price(price)))
        clears(corner, proof=UniformPrice(Price(price)))
    clears(corner, trade(0, 2, 8, 60), trade(0, 3, 2, 60), proof=UniformPrice(Price(60)))


def owners_who_supply_themselves(corner: Corner) -> None:
    """One owner is left on both sides: alone, with others in every trade, and with too little at the price."""
    demands(corner, UNIFORM)
    corner.places("ada", bid(1, 20, 100), offer(2, 15, 50, ADAS), bid(3, 2, 60), offer(4, 5, 60, ADAS))
    alone, beside = corner.fork(), corner.fork()
    beside.places("ben", offer(1, 15, 50))
    beside.places("cleo", bid(1, 15, 100, CLEOS))
    closes(beside)
    clears(beside, trade(5, 4, 15, 60), proof=UniformPrice(Price(60)))
    corner.places("ben", offer(1, 3, 50), bid(2, 2, 70, BENS))
    for town in (alone, corner):
        closes(town)
        for price in (49, 50, 60, 70, 99, 100, 101):
            clears(town.fork(), proof=UniformPrice(Price(price)))
    for price in (60, 65, 100):
        for trades in (
            [trade(0, 4, 3, price)],
            [trade(0, 4, 3, price), trade(5, 1, 2, price)],
            [trade(0, 4, 3, price), trade(5, 1, 1, price)],
            [trade(0, 4, 2, price), trade(5, 1, 2, price)],
            [trade(0, 4, 1, price), trade(5, 4, 2, price)],
        ):
            clears(corner.fork(), *trades, proof=UniformPrice(Price(price)))
    for wh in (19, 20, 21):
        order = alone.twin.world.market.orders[OrderNumber(0)]
        for at_the_price in (4, 5):
            sub = alone.fork()
            sub.twin.plant("Market", "Orders", OrderNumber(0), replace(order, wh=Wh(wh)))
            last = sub.twin.world.market.orders[OrderNumber(3)]
            sub.twin.plant("Market", "Orders", OrderNumber(3), replace(last, wh=Wh(at_the_price)))
            clears(sub, proof=UniformPrice(Price(60)))


def every_flaw_of_an_optimum(corner: Corner) -> None:
    """Each flaw alone, then two at once: the first one is told; then none."""
    demands(corner, LIMITED)
    bilateral(corner)
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
            clears(sub, *best, proof=Optimum(broken, shown))
    for line in (replace(lines[0], out=Price(1)), replace(lines[0], into=Price(1))):
        sub = corner.fork()
        clears(sub, *best, proof=Optimum(duals, (line, lines[1])))
    clears(corner, trade(2, 1, 1, 50), proof=Optimum(tuple(replace(dual, surplus=Price(0)) for dual in duals), lines))


def bounds_at_their_end(corner: Corner) -> None:
    """The largest sum there can be, one beyond it, and a welfare below nothing."""
    demands(corner, LIMITED)
    bilateral(corner)
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
        clears(corner, trade(0, 1, 6, 60), proof=Optimum(tuple(listed), lines))
    dear = (replace(lines[0], out=Price(U64_MAX)), lines[1])
    clears(corner, trade(0, 1, 6, 60), proof=Optimum((most[0], *nothing[1:]), dear))
    clears(corner, trade(2, 1, 6, 50), proof=Optimum(tuple(nothing), lines))


def a_book_with_more_to_prove(corner: Corner) -> None:
    """The last order fits, one more does not; where nothing is to be proven both do."""
    for terms in (PLAIN_TERMS, UNIFORM, Terms(Proof.OPTIMUM)):
        sub = corner.fork()
        demands(sub, terms)
        sub.places("ada", bid(1))
        book = sub.twin.world.market.books[BOOK]
        sub.twin.plant("Market", "Books", BOOK, replace(book, orders=MAX_PROVEN_ORDERS - 1))
        sub.places("ada", bid(2), bid(3))
        sub.places("ada", bid(2))
        sub.places("ada", bid(3))


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


def _binds(corner: Corner, slot: Slot, binding: Binding) -> None:
    """Install it in an empty slot of Hamlet, and propose it for Town's."""
    corner.twin.plant("PluginRegistry", "Slots", (HAMLET, Slot.PRICE), None)
    corner.does("ada", "PluginRegistry", "install", community=HAMLET, slot=slot, binding=binding)
    head = corner.twin.world.plugin_registry.slots[TOWN, slot].head
    change = PluginChange(slot, binding)
    corner.does("ben", "CommunityGovernance", "propose", community=TOWN, change=change, predecessor=head)


def _flawless() -> tuple[tuple[Dual, ...], tuple[LinePrice, ...]]:
    """What 6 Wh to ada within zone 0 and 4 Wh from zone 1 are worth: 300 and 160."""
    return duals_of((0, 10, 40), (1, 6, 10), (2, 10, 0), (3, 10, 0)), NO_LINES
