"""Certificates of pay-as-bid, trade reduction, the continuous auction: clearings are proven, spoilt ones are not."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.property.market.auctions.books import books, one_order_each, seeds

from aipchain.market.auctions import continuous_certificate, pay_as_bid_certificate
from aipchain.market.auctions.certificate import certificate_of
from aipchain.market.auctions.columns import TradeColumns, columns_of
from aipchain.market.auctions.pay_as_bid_certificate import clear_with_proof
from aipchain.market.auctions.trade_reduction import Reduction, reduce_one_price, reduce_two_prices
from aipchain.market.auctions.trade_reduction_certificate import verify_one_price, verify_two_prices
from aipchain.market.auctions.uniform_price import clear_columns
from aipchain.market.book import BookOrder
from aipchain.market.breach import Breach
from aipchain.units import Price, Wh

REDUCTIONS = pytest.mark.parametrize(
    ("reduce", "verify"), [(reduce_one_price, verify_one_price), (reduce_two_prices, verify_two_prices)]
)


@given(books(), seeds)
def test_pay_as_bid_is_proven(orders: list[BookOrder], seed: int) -> None:
    """For every book, with owners on both sides and ties."""
    book = columns_of(orders)
    proven = clear_with_proof(book, seed=seed)

    assert pay_as_bid_certificate.verify(book, proven.trades, proven.certificate, seed=seed) is None


@REDUCTIONS
@given(books(), seeds)
def test_reductions_are_proven(
    reduce: Callable[..., Reduction], verify: Callable[..., Breach | None], orders: list[BookOrder], seed: int
) -> None:
    """For every book, with owners on both sides and ties."""
    book = columns_of(orders)

    assert verify(book, reduce(book, seed=seed), certificate_of(clear_columns(book, seed=seed)), seed=seed) is None


@given(books(small=True), seeds, st.data())
def test_a_spoilt_trade_is_found_by_all(orders: list[BookOrder], seed: int, data: st.DataObject) -> None:
    """One trade with other energy, another price, or left out."""
    book = columns_of(orders)
    proven, reduction = clear_with_proof(book, seed=seed), reduce_one_price(book, seed=seed)
    by = data.draw(st.sampled_from([-3, -1, 1, 2, 50]))

    def spoil(trades: TradeColumns) -> list[TradeColumns]:
        if not len(trades):
            return []
        at = data.draw(st.integers(0, len(trades) - 1))
        wh, prices = ([*column] for column in (trades.wh, trades.prices))
        wh[at] += by
        prices[at] += by
        rest = (
            [*column[:at], *column[at + 1 :]]
            for column in (trades.bid_rows, trades.offer_rows, trades.wh, trades.prices)
        )
        return [replace(trades, wh=wh), replace(trades, prices=prices), TradeColumns(*rest)]

    for trades in spoil(proven.trades):
        assert pay_as_bid_certificate.verify(book, trades, proven.certificate, seed=seed) is not None
    for trades in spoil(reduction.trades):
        assert verify_one_price(book, replace(reduction, trades=trades), proven.certificate, seed=seed) is not None


@REDUCTIONS
@given(books(small=True), seeds, seeds)
def test_another_seeds_reduction_is_proven_only_where_it_is_the_same(
    reduce: Callable[..., Reduction],
    verify: Callable[..., Breach | None],
    orders: list[BookOrder],
    seed: int,
    other: int,
) -> None:
    """A clearing of other lots that serves others is found; fills may be the same where only who is last differs."""
    book = columns_of(one_order_each(orders))
    proofs = [certificate_of(clear_columns(book, seed=each)) for each in (seed, other)]
    own, strange = reduce(book, seed=seed), reduce(book, seed=other)
    same = proofs[0] == proofs[1] and _outcome(own) == _outcome(strange)

    assert (verify(book, strange, proofs[1], seed=seed) is None) is same


def _outcome(reduction: Reduction) -> tuple[object, ...]:
    """Prices, where there are trades, and what each row trades."""
    bids, offers = Counter[int](), Counter[int]()
    trades = reduction.trades
    for bid, offer, wh in zip(trades.bid_rows, trades.offer_rows, trades.wh, strict=True):
        bids[bid] += wh
        offers[offer] += wh
    return (bids, offers, reduction.buy_price, reduction.sell_price) if bids else ()


@given(books(small=True), st.data())
def test_any_change_of_a_continuous_trade_is_found(orders: list[BookOrder], data: st.DataObject) -> None:
    """What happened is proven; a trade changed, left out or exchanged with another is not."""
    trades = continuous_certificate.in_turn(orders)
    assert continuous_certificate.verify(orders, trades) is None
    if not trades:
        return
    at = data.draw(st.integers(0, len(trades) - 1))
    by = data.draw(st.sampled_from([-2, -1, 1, 2]))
    changed = [replace(trades[at], wh=Wh(trades[at].wh + by)), replace(trades[at], price=Price(trades[at].price + by))]
    for other in changed:
        assert continuous_certificate.verify(orders, (*trades[:at], other, *trades[at + 1 :])) is not None
    assert continuous_certificate.verify(orders, (*trades[:at], *trades[at + 1 :])) is not None
    assert continuous_certificate.verify(orders, (*trades[at:], *trades[:at])) is not None or at == 0
