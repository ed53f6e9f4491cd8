"""What holds for every clearing by an allocation key: the envelope, exact sums, the key's part, no say for order."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aipchain.market.allocation import pairs_certificate
from aipchain.market.allocation.claims import WHOLE
from aipchain.market.allocation.clearing import (
    ActsOn,
    KeyTable,
    clear_by_coefficients,
    clear_by_key,
    clear_by_producers,
)
from aipchain.market.allocation.keys import AllocationKey, cascade, hybrid
from aipchain.market.allocation.pairs import Pair, share_by_pairs
from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side, Trade
from aipchain.market.envelope import first_breach_in_book
from aipchain.market.pool.certificate import OnePriceCertificate, verify
from aipchain.market.pool.one_price import eligible
from aipchain.units import Price, Wh

Clear = Callable[[Iterable[BookOrder], Price], tuple[Trade, ...]]
METERS = range(6)
prices = st.integers(0, 4).map(Price)
energies = st.integers(1, 30) | st.integers(1, 2**64 - 1)
sides = st.sampled_from(ActsOn)


@st.composite
def books(draw: st.DrawFn, owners: str = "abcabc") -> list[BookOrder]:
    """Up to a dozen orders of six meters, in any arrangement; meter i belongs to owner i of `owners`."""
    terms = draw(st.lists(st.tuples(st.sampled_from(METERS), st.sampled_from(Side), energies, prices), max_size=12))
    orders = [
        BookOrder(OrderNumber(number), AccountId(owners[meter]), MeterId(meter), side, Wh(wh), limit)
        for number, (meter, side, wh, limit) in enumerate(terms)
    ]
    return draw(st.permutations(orders))


@st.composite
def coefficients(draw: st.DrawFn) -> dict[MeterId, int]:
    """Shares of some meters that fit the whole; meter 5 may be one without orders."""
    left, shares = WHOLE, {}
    for meter in draw(st.lists(st.sampled_from(METERS), unique=True)):
        shares[MeterId(meter)] = draw(st.integers(0, left) | st.just(left // 3))
        left -= shares[MeterId(meter)]
    return shares


@st.composite
def tables(draw: st.DrawFn) -> KeyTable:
    """Coefficients and tiers of some meters."""
    tiers = draw(st.dictionaries(st.sampled_from(METERS).map(MeterId), st.integers(0, 2)))
    return KeyTable(draw(coefficients()), tiers)


@st.composite
def producer_shares(draw: st.DrawFn) -> dict[Pair, int]:
    """Shares of some meters by producer."""
    producers = draw(st.lists(st.sampled_from(METERS), unique=True))
    return {
        (MeterId(producer), consumer): share
        for producer in producers
        for consumer, share in draw(coefficients()).items()
    }


@st.composite
def clearings(draw: st.DrawFn) -> Clear:
    """Any key with any table."""
    table, side = draw(tables()), draw(sides)
    return draw(
        st.sampled_from(
            [
                partial(clear_by_coefficients, table=table, acts_on=side),
                partial(clear_by_key, key=cascade, table=table, acts_on=side),
                partial(clear_by_key, key=hybrid, table=table, acts_on=side),
                partial(clear_by_producers, coefficients=draw(producer_shares())),
            ]
        )
    )


def energy(trades: Iterable[Trade], orders: Iterable[BookOrder]) -> Counter[tuple[Side, MeterId]]:
    """What each meter trades on each side [Wh]."""
    meters = {order.number: order.meter for order in orders}
    traded = Counter[tuple[Side, MeterId]]()
    for trade in trades:
        traded[Side.BID, meters[trade.bid]] += trade.wh
        traded[Side.OFFER, meters[trade.offer]] += trade.wh
    return traded


def claims(orders: Iterable[BookOrder], price: Price, side: Side) -> Counter[MeterId]:
    """What each meter may trade on a side [Wh]."""
    wanted = Counter[MeterId]()
    for order in orders:
        if eligible(order, price, side):
            wanted[order.meter] += order.wh
    return wanted


@given(books(), prices, clearings())
def test_every_clearing_is_inside_the_envelope(orders: list[BookOrder], price: Price, clear: Clear) -> None:
    """No order over-filled, no limit broken, nobody with itself, one price; whole numbers above zero."""
    trades = clear(orders, price)

    assert first_breach_in_book(trades, orders) is None
    assert all(type(trade.wh) is int and trade.price == price for trade in trades)


@given(books(), prices, clearings(), st.randoms(use_true_random=False))
def test_the_order_of_the_book_plays_no_part(
    orders: list[BookOrder],
    price: Price,
    clear: Clear,
    chance: Random,
) -> None:
    """Any arrangement gives the same trades."""
    assert clear(chance.sample(orders, len(orders)), price) == clear(orders, price)


@pytest.mark.parametrize("key", [cascade, hybrid])
@given(books(), prices, tables(), sides)
def test_keys_that_share_all_trade_as_much_as_can_be(
    key: AllocationKey, orders: list[BookOrder], price: Price, table: KeyTable, acts_on: ActsOn
) -> None:
    """The certificate of clearings at one price proves them: nothing that could trade is left."""
    trades = clear_by_key(orders, price, key, table, acts_on)

    assert verify(orders, trades, OnePriceCertificate(price)) is None


@given(books("abcdef"), prices, coefficients())
def test_nobody_gets_more_than_its_coefficient(
    orders: list[BookOrder], price: Price, shares: dict[MeterId, int]
) -> None:
    """A buyer has at most its share of the supply, to the watt-hour, and at most its claim."""
    supply = claims(orders, price, Side.OFFER).total()
    wanted = claims(orders, price, Side.BID)
    for (side, meter), wh in energy(clear_by_coefficients(orders, price, KeyTable(shares)), orders).items():
        if side is Side.BID:
            assert wh <= wanted[meter]
            assert (wh - 1) * WHOLE < shares.get(meter, 0) * supply


@given(books("abcccc"), prices, coefficients(), sides)
def test_with_coefficients_only_own_energy_is_missing(
    orders: list[BookOrder], price: Price, shares: dict[MeterId, int], acts_on: ActsOn
) -> None:
    """Where no owner is on both sides, buyers have their shares to the watt-hour."""
    owners = {side: {order.owner for order in orders if eligible(order, price, side)} for side in Side}
    if owners[Side.BID] & owners[Side.OFFER]:
        return
    wanted = {side: claims(orders, price, side) for side in Side}
    totals = {side: wanted[side].total() for side in Side}
    acting, other = Side.BID, Side.OFFER
    if acts_on is ActsOn.LONG_SIDE and totals[Side.OFFER] > totals[Side.BID]:
        acting, other = other, acting
    traded = energy(clear_by_coefficients(orders, price, KeyTable(shares), acts_on), orders)
    for meter, wh in wanted[acting].items():
        ideal = shares.get(meter, 0) * totals[other]
        assert traded[acting, meter] == wh or abs(traded[acting, meter] * WHOLE - ideal) < WHOLE


@given(books("abcdef"), prices, tables())
def test_no_tier_is_served_before_the_one_ahead_of_it(orders: list[BookOrder], price: Price, table: KeyTable) -> None:
    """If a buyer of a later tier gets anything, every buyer ahead has all it may have from others."""
    buyers = [order for order in orders if order.side is Side.BID]
    sellers = [order for order in orders if order.side is Side.OFFER and order.meter not in {b.meter for b in buyers}]
    book = [*buyers, *sellers]
    traded = energy(clear_by_key(book, price, cascade, table), book)
    wanted = claims(book, price, Side.BID)
    served = {table.claim(meter, 0).tier for (side, meter), wh in traded.items() if side is Side.BID and wh}
    for meter, wh in wanted.items():
        if table.claim(meter, 0).tier < max(served, default=0):
            assert traded[Side.BID, meter] == wh


@given(books("abcdef"), prices, producer_shares())
def test_each_way_carries_what_the_key_says(orders: list[BookOrder], price: Price, shares: dict[Pair, int]) -> None:
    """Between two meters of different owners exactly the used part of the producer's share is traded."""
    meters = {order.number: order.meter for order in orders}
    ways = Counter[Pair]()
    for trade in clear_by_producers(orders, price, shares):
        ways[meters[trade.offer], meters[trade.bid]] += trade.wh
    generation, consumption = (claims(orders, price, side) for side in (Side.OFFER, Side.BID))
    used = share_by_pairs(
        {meter: Wh(wh) for meter, wh in generation.items()},
        {meter: Wh(wh) for meter, wh in consumption.items()},
        shares,
    ).used

    assert {way: wh for way, wh in used.items() if wh and way[0] != way[1]} == dict(ways)


@given(books(), prices, producer_shares(), st.data())
def test_trades_by_producers_are_proven_and_spoilt_ones_are_not(
    orders: list[BookOrder], price: Price, shares: dict[Pair, int], data: st.DataObject
) -> None:
    """Also with owners of several meters on both sides; a trade that is left out of two other owners is missed."""
    trades, proof = clear_by_producers(orders, price, shares), pairs_certificate.certify(orders, price, shares)
    assert pairs_certificate.verify_trades(orders[::-1], trades, price, shares, proof) is None
    if not trades:
        return
    at = data.draw(st.integers(0, len(trades) - 1))
    less = (*trades[:at], *trades[at + 1 :])
    dearer = (*trades[:at], replace(trades[at], price=Price(price + 1)), *trades[at + 1 :])
    for wrong in (less, dearer):
        assert pairs_certificate.verify_trades(orders, wrong, price, shares, proof) is not None
