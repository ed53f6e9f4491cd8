"""Clearing over lines: what it proves is accepted by the chain's own check, on any small book over several zones."""

from hypothesis import given, settings
from hypothesis import strategies as st

from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side
from aipchain.market.certificate import first_flaw
from aipchain.market.challenge import first_fault
from aipchain.market.envelope import first_breach_in_book
from aipchain.market.network.line_clearing import clear_lines
from aipchain.market.terms import LineLimit, Proof, Terms, ZoneCharge
from aipchain.units import Price, Wh

ZONES = range(4)
K = st.sampled_from((0, 300, 500, 1_000))


@st.composite
def books(draw: st.DrawFn, owners: int = 4) -> tuple[BookOrder, ...]:
    """Up to fourteen orders in four zones, with few prices, so that many are equal."""
    return tuple(
        BookOrder(
            OrderNumber(number),
            AccountId(str(draw(st.integers(0, owners - 1))) if owners else str(number)),
            MeterId(number),
            draw(st.sampled_from(Side)),
            Wh(draw(st.integers(1, 6))),
            Price(draw(st.integers(0, 9))),
            draw(st.sampled_from(ZONES)),
        )
        for number in range(draw(st.integers(0, 14)))
    )


@st.composite
def limits(draw: st.DrawFn) -> tuple[LineLimit, ...]:
    """Limits of some zones, one of which nobody is in."""
    energy = st.integers(0, 5).map(Wh)
    return tuple(LineLimit(zone, draw(energy), draw(energy)) for zone in range(5) if draw(st.booleans()))


@st.composite
def any_charges(draw: st.DrawFn) -> tuple[ZoneCharge, ...]:
    """Charges without any sense, also inside a zone."""
    pairs = [(a, b) for a in ZONES for b in ZONES if draw(st.booleans())]
    return tuple(ZoneCharge(a, b, Price(draw(st.integers(0, 5)))) for a, b in pairs)


@st.composite
def charges_by_distance(draw: st.DrawFn) -> tuple[ZoneCharge, ...]:
    """Charges for which no detour is cheaper than the direct way."""
    places = [draw(st.integers(0, 4)) for _ in ZONES]
    return tuple(ZoneCharge(a, b, Price(abs(places[a] - places[b]))) for a in ZONES for b in ZONES)


def is_proven(book: tuple[BookOrder, ...], terms: Terms, k_permille: int, seed: int = 1) -> bool:
    """Whether the chain takes trades and certificate, and nobody can undo them."""
    cleared = clear_lines(book, terms, seed=seed, k_permille=k_permille)
    assert all(dual.surplus >= 0 for dual in cleared.certificate.duals)
    assert first_breach_in_book(cleared.trades, book) is None
    return (
        first_flaw(cleared.trades, book, terms, cleared.certificate) is None
        and first_fault(cleared.trades, book, terms, cleared.certificate) is None
    )


@settings(max_examples=200, deadline=None)
@given(books(), any_charges(), limits(), K)
def test_whatever_is_cleared_is_proven(
    book: tuple[BookOrder, ...], charges: tuple[ZoneCharge, ...], lines: tuple[LineLimit, ...], k: int
) -> None:
    """Ties, full lines, detours cheaper than the direct way and owners on both sides included."""
    assert is_proven(book, Terms(Proof.OPTIMUM, charges, lines), k)


@settings(max_examples=200, deadline=None)
@given(books(), any_charges(), K)
def test_without_limits_every_book_is_proven(
    book: tuple[BookOrder, ...], charges: tuple[ZoneCharge, ...], k: int
) -> None:
    """Whatever owners do on both sides, and whatever ways cost."""
    assert is_proven(book, Terms(Proof.OPTIMUM, charges), k)


@settings(max_examples=200, deadline=None)
@given(books(owners=0), charges_by_distance(), limits(), K)
def test_where_no_detour_is_cheaper_and_nobody_is_on_both_sides_every_book_is_proven(
    book: tuple[BookOrder, ...], charges: tuple[ZoneCharge, ...], lines: tuple[LineLimit, ...], k: int
) -> None:
    """Nobody sells at a loss to free a line, and every buyer has room for the charge."""
    terms = Terms(Proof.OPTIMUM, charges, lines)
    orders = {order.number: order for order in book}

    assert is_proven(book, terms, k)
    for trade in clear_lines(book, terms, seed=1, k_permille=k).trades:
        bid, offer = orders[trade.bid], orders[trade.offer]
        assert trade.price + terms.charge(offer.zone, bid.zone) <= bid.limit_price


@settings(max_examples=100, deadline=None)
@given(books(owners=0), charges_by_distance(), limits(), K)
def test_a_zone_has_one_selling_price(
    book: tuple[BookOrder, ...], charges: tuple[ZoneCharge, ...], lines: tuple[LineLimit, ...], k: int
) -> None:
    """All who sell in a zone get the same, wherever their energy goes."""
    zones = {order.number: order.zone for order in book}
    trades = clear_lines(book, Terms(Proof.OPTIMUM, charges, lines), seed=1, k_permille=k).trades

    assert len({(zones[trade.offer], trade.price) for trade in trades}) == len({zones[t.offer] for t in trades})


@settings(max_examples=50, deadline=None)
@given(books(owners=0), charges_by_distance(), limits())
def test_the_order_of_the_book_plays_no_part(
    book: tuple[BookOrder, ...], charges: tuple[ZoneCharge, ...], lines: tuple[LineLimit, ...]
) -> None:
    """Turned round, it gives the same trades and the same certificate."""
    terms = Terms(Proof.OPTIMUM, charges, lines)

    assert clear_lines(book[::-1], terms, seed=1) == clear_lines(book, terms, seed=1)
