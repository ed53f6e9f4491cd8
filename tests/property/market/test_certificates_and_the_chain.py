"""Our check of certificates and faults says what the chain's specification says, on any small book."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from aipchain.market.book import MAX_TRADES, AccountId, BookOrder, MeterId, OrderNumber, Side, Trade
from aipchain.market.certificate import Certificate, Dual, Flaw, LinePrice, Optimum, UniformPrice, first_flaw
from aipchain.market.challenge import PairFault, first_fault
from aipchain.market.terms import LineLimit, Proof, Terms, ZoneCharge
from aipchain.orchestrator.twin.vectors import empty_world
from aipchain.pallets_spec import proofs, types
from aipchain.pallets_spec.errors import Market
from aipchain.pallets_spec.market import Book, Order, certificate
from aipchain.pallets_spec.market.optimum import gain, price_between
from aipchain.pallets_spec.metering import Meter
from aipchain.pallets_spec.plugin_registry import BoundBinding
from aipchain.pallets_spec.world import World
from aipchain.units import Price, UnixSeconds, Wh

KEY = (types.CommunityId(0), UnixSeconds(0))
SMALL = st.integers(0, 4)
TERMS = Terms(
    Proof.OPTIMUM,
    (ZoneCharge(0, 1, Price(1)), ZoneCharge(1, 0, Price(2))),
    (LineLimit(0, Wh(2), Wh(1)), LineLimit(1, Wh(1), Wh(3))),
)


@st.composite
def books(draw: st.DrawFn) -> tuple[BookOrder, ...]:
    """Up to seven orders of three owners in two zones."""
    return tuple(
        BookOrder(
            OrderNumber(number),
            AccountId(draw(st.sampled_from("abc"))),
            MeterId(number),
            draw(st.sampled_from(Side)),
            Wh(draw(st.integers(1, 4))),
            Price(draw(SMALL)),
            draw(st.integers(0, 1)),
        )
        for number in range(draw(st.integers(0, 7)))
    )


@st.composite
def trades_of(draw: st.DrawFn, book: tuple[BookOrder, ...]) -> tuple[Trade, ...]:
    """Trades within the envelope, as many as fit in the order drawn."""
    left = {order.number: order.wh for order in book}
    price = draw(SMALL)
    pairs = [
        (bid, offer)
        for bid in book
        for offer in book
        if (bid.side, offer.side) == (Side.BID, Side.OFFER) and bid.owner != offer.owner
    ]
    trades = []
    for bid, offer in draw(st.permutations(pairs)):
        wh = min(left[bid.number], left[offer.number])
        if wh and offer.limit_price <= price <= bid.limit_price and draw(st.integers(0, 5)):
            left[bid.number], left[offer.number] = (Wh(left[each.number] - wh) for each in (bid, offer))
            trades.append(Trade(bid.number, offer.number, Wh(wh), Price(price)))
    return tuple(trades)


def _world(book: tuple[BookOrder, ...], trades: tuple[Trade, ...], terms: Terms) -> tuple[World, Book]:
    """The same book on the specification's side, its orders filled."""
    world, at, fills = empty_world(), UnixSeconds(0), Counter[int]()
    for trade in trades:
        fills.update({trade.bid: trade.wh, trade.offer: trade.wh})
    for order in book:
        number, owner = types.OrderNumber(order.number), types.AccountId(order.owner.encode())
        meter, side = types.MeterId(order.meter), types.Side(order.side.value)
        placed = Order(*KEY, owner, order.number, meter, side, order.wh, order.limit_price, placed_at=at)
        world.market.orders[number] = replace(placed, filled_wh=Wh(fills[order.number]))
        nobody = types.Hash(bytes(32))
        world.metering.meters[meter] = Meter(KEY[0], owner, nobody, order.zone, types.Source.OTHER, 0, at)
    world.market.book_orders[KEY] = tuple(world.market.orders)
    demanded = types.Terms(
        types.Proof(terms.proof.value),
        tuple(types.ZoneCharge(each.seller, each.buyer, each.price) for each in terms.charges),
        tuple(types.LineLimit(each.zone, each.out_wh, each.in_wh) for each in terms.limits),
    )
    binding = types.Binding(types.NO_HASH, b"", b"", demanded, None)
    world.plugin_registry.bindings[types.NO_HASH] = BoundBinding(KEY[0], types.Slot.CLEAR, binding, types.NO_HASH)
    rules = types.RuleSet(types.NO_HASH, types.NO_HASH)
    return world, Book(rules, at, at, at, at, types.PartsPerMillion(0), orders=len(book))


def _chain_flaw(book: tuple[BookOrder, ...], trades: tuple[Trade, ...], brought: Certificate) -> Flaw | None:
    world, open_book = _world(book, trades, TERMS)
    theirs = [types.Trade(types.OrderNumber(t.bid), types.OrderNumber(t.offer), t.wh, t.price) for t in trades]
    try:
        certificate.commitment_of(world, KEY, open_book, theirs, _theirs(brought))
    except Market.CertificateRefused as refused:
        return Flaw(refused.flaw.value)
    return None


def _theirs(brought: Certificate) -> proofs.Certificate:
    match brought:
        case UniformPrice(price):
            return proofs.UniformPrice(price)
        case Optimum(duals, lines):
            return proofs.Optimum(
                tuple(proofs.Dual(types.OrderNumber(dual.order), dual.wh, dual.surplus) for dual in duals),
                tuple(proofs.LinePrice(line.zone, line.out, line.into) for line in lines),
            )
    return proofs.Nothing()


@settings(max_examples=400)
@given(data=st.data(), book=books())
def test_a_uniform_price_is_taken_or_refused_alike(data: st.DataObject, book: tuple[BookOrder, ...]) -> None:
    """Whatever is traded, at the price of the trades or another."""
    trades = data.draw(trades_of(book))
    price = data.draw(st.sampled_from([trades[0].price]) if trades else SMALL)

    brought = UniformPrice(Price(price))

    assert first_flaw(trades, book, TERMS, brought) == _chain_flaw(book, trades, brought)


@settings(max_examples=60)
@given(
    last_wh=st.integers(1, 4),
    more=st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(Side), st.sampled_from([1, 2, 9]), st.integers(1, 3)),
        max_size=3,
    ),
    hers=st.booleans(),
    listed=st.sampled_from([MAX_TRADES, MAX_TRADES - 1]),
)
def test_a_full_list_is_taken_or_refused_alike(
    last_wh: int, more: list[tuple[str, Side, int, int]], hers: bool, listed: int
) -> None:
    """About as much is missing as did not fit: 45 bids and 45 offers of 135 Wh lack 75 Wh, in trades of 3 Wh at 2."""
    trading = [("a", Side.BID, 135, 3)] * 45 + [("b", Side.OFFER, 135, 1)] * 45
    own = [("a", Side.BID, 9, 3), ("a", Side.OFFER, 9, 1)] if hers else []
    waiting = [("c", Side.BID, 6, 2)] * (922 - len(own) - len(more)) + [("c", Side.BID, last_wh, 2)]
    book = tuple(
        BookOrder(OrderNumber(number), AccountId(owner), MeterId(number), side, Wh(wh), Price(limit))
        for number, (owner, side, wh, limit) in enumerate(trading + own + waiting + more)
    )
    pairs = [(OrderNumber(bid), OrderNumber(offer)) for bid in range(45) for offer in range(45, 90)]
    trades = tuple(Trade(bid, offer, Wh(3), Price(2)) for bid, offer in pairs[:listed])
    brought = UniformPrice(Price(2))

    assert first_flaw(trades, book, TERMS, brought) == _chain_flaw(book, trades, brought)


@settings(max_examples=400)
@given(data=st.data(), book=books())
def test_an_optimum_is_taken_or_refused_alike(data: st.DataObject, book: tuple[BookOrder, ...]) -> None:
    """Whatever its duals and lines, and where it is taken, the faults are those that somebody finds pair by pair."""
    trades = data.draw(trades_of(book))
    duals = tuple(Dual(order.number, order.wh, Price(data.draw(SMALL))) for order in book)
    lines = tuple(LinePrice(zone, Price(data.draw(SMALL)), Price(data.draw(SMALL))) for zone in (0, 1))
    brought = Optimum(duals, lines)

    assert first_flaw(trades, book, TERMS, brought) == _chain_flaw(book, trades, brought)
    found = first_fault((), book, TERMS, brought)
    world, _ = _world(book, (), TERMS)
    assert isinstance(found, PairFault) == any(_is_fault(world, brought, bid, offer) for bid in book for offer in book)
    if isinstance(found, PairFault):
        assert _is_fault(world, brought, book[found.bid], book[found.offer])


def _is_fault(world: World, brought: Optimum, bid: BookOrder, offer: BookOrder) -> bool:
    if (bid.side, offer.side) != (Side.BID, Side.OFFER) or bid.owner == offer.owner:
        return False
    if bid.limit_price < offer.limit_price:
        return False
    terms = world.plugin_registry.bindings[types.NO_HASH].binding.terms
    orders = world.market.orders
    told = {dual.order: dual.surplus for dual in brought.duals}
    lines = [proofs.LinePrice(line.zone, line.out, line.into) for line in brought.lines]
    said = told[bid.number] + told[offer.number] + price_between(lines, offer.zone, bid.zone)
    worth = gain(world, terms, *(orders[types.OrderNumber(each.number)] for each in (bid, offer)))
    return said < worth
