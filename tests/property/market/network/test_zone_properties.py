"""What holds for every book over zones: caps, proof of the optimum, money to the unit, one result."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side
from aipchain.market.envelope import first_breach_in_book
from aipchain.market.network.tariff import Relief, grid_tariff
from aipchain.market.network.zone_certificate import verify
from aipchain.market.network.zone_clearing import ZoneClearing, as_trades, clear_zones
from aipchain.market.network.zones import ZoneBook, ZoneCaps, zone_book
from aipchain.units import Price, Wh, cost

small = st.integers(0, 12)
caps = st.dictionaries(st.integers(0, 2), small.map(Wh), max_size=3)
pairs = st.dictionaries(st.tuples(st.integers(0, 2), st.integers(0, 2)), small.map(Wh), max_size=6)
squares = st.lists(st.lists(st.integers(0, 5), min_size=3, max_size=3), min_size=3, max_size=3)


@st.composite
def books(draw: st.DrawFn) -> ZoneBook:
    """Up to a dozen orders of few owners in three zones, with many ties."""
    terms = draw(
        st.lists(
            st.tuples(st.sampled_from("abcd"), st.sampled_from(Side), st.integers(1, 20), small, st.integers(0, 2)),
            max_size=12,
        )
    )
    orders = [
        BookOrder(OrderNumber(i), AccountId(owner), MeterId(i), side, Wh(wh), Price(price))
        for i, (owner, side, wh, price, _) in enumerate(terms)
    ]
    relief = Relief(same_zone=draw(st.integers(0, 1_000)), same_substation=draw(st.integers(0, 1_000)))
    tariff = grid_tariff(
        draw(squares), loss_permille=draw(squares), loss_price=draw(small), relief=relief, substations=[0, 0, 1]
    )
    zones = {MeterId(i): zone for i, (*_, zone) in enumerate(terms)}
    return zone_book(draw(st.permutations(orders)), zones, tariff, ZoneCaps(draw(caps), draw(caps), draw(pairs)))


def sent(book: ZoneBook, clearing: ZoneClearing) -> Counter[tuple[int, int]]:
    """Traded energy from zone to zone [Wh]."""
    zone = {order.number: place for order, place in zip(book.orders, book.zones, strict=True)}
    energy: Counter[tuple[int, int]] = Counter()
    for trade in clearing.trades:
        energy[zone[trade.offer], zone[trade.bid]] += trade.wh
    return energy


@given(books(), st.integers(0, 1_000))
def test_every_clearing_proves_itself(book: ZoneBook, k_permille: int) -> None:
    """Fills and prices are a welfare optimum at every blend, and the chain would take the trades."""
    clearing = clear_zones(book, seed=2, k_permille=k_permille)

    assert verify(book, clearing, clearing.certificate) is None
    assert first_breach_in_book(as_trades(clearing.trades), book.orders) is None


@given(books())
def test_caps_are_never_exceeded(book: ZoneBook) -> None:
    """Between two zones, out of one and into one."""
    energy = sent(book, clear_zones(book, seed=2))
    crossing = {pair: wh for pair, wh in energy.items() if pair[0] != pair[1]}

    assert all(wh <= book.caps.pairs.get(pair, wh) for pair, wh in crossing.items())
    for zone in range(3):
        out = sum(wh for (start, _), wh in crossing.items() if start == zone)
        into = sum(wh for (_, end), wh in crossing.items() if end == zone)
        assert out <= book.caps.export.get(zone, out)
        assert into <= book.caps.imported.get(zone, into)


@given(books())
def test_money_in_is_money_out(book: ZoneBook) -> None:
    """Buyers pay what sellers and the grid get, and every trade is within both limits with its charge counted once."""
    clearing = clear_zones(book, seed=2)
    limit = {order.number: order.limit_price for order in book.orders}
    zone = {order.number: place for order, place in zip(book.orders, book.zones, strict=True)}
    for trade in clearing.trades:
        assert trade.charge == book.tariff.charge(zone[trade.offer], zone[trade.bid])
        assert limit[trade.offer] <= trade.seller_price <= trade.buyer_price <= limit[trade.bid]
        assert cost(trade.wh, trade.buyer_price) == cost(trade.wh, trade.seller_price) + trade.grid_income


@given(books(), st.randoms(use_true_random=False))
def test_the_order_of_the_book_does_not_matter(book: ZoneBook, shuffler: object) -> None:
    """Any arrangement gives the same result."""
    orders = list(book.orders)
    shuffler.shuffle(orders)  # type: ignore[attr-defined]
    zones = {order.meter: place for order, place in zip(book.orders, book.zones, strict=True)}

    assert clear_zones(zone_book(orders, zones, book.tariff, book.caps), seed=2) == clear_zones(book, seed=2)
