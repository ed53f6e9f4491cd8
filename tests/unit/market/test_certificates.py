"""Certificates and faults as the chain sees them; `tests/property/market` holds them against its specification."""

from dataclasses import replace

import pytest

from aipchain.market.book import MAX_TRADES, AccountId, BookOrder, MeterId, OrderNumber, Side, Trade
from aipchain.market.certificate import Dual, Flaw, LinePrice, Nothing, Optimum, UniformPrice, first_flaw, proof_of
from aipchain.market.challenge import DualFault, LineFault, PairFault, first_fault
from aipchain.market.terms import PLAIN_TERMS, LineLimit, Proof, Terms, ZoneCharge
from aipchain.units import Price, Wh

TERMS = Terms(Proof.OPTIMUM, (ZoneCharge(0, 1, Price(3)),), (LineLimit(0, Wh(30), Wh(7)),))


def _order(number: int, owner: str, side: Side, terms: str, zone: int) -> BookOrder:
    wh, price = (int(part) for part in terms.split("@"))
    return BookOrder(OrderNumber(number), AccountId(owner), MeterId(number), side, Wh(wh), Price(price), zone)


BOOK = (
    _order(0, "ada", Side.BID, "100@20", 1),
    _order(1, "ben", Side.OFFER, "60@10", 1),
    _order(2, "cat", Side.OFFER, "100@8", 0),
)


def _trades(*trades: tuple[int, int, int]) -> tuple[Trade, ...]:
    return tuple(Trade(OrderNumber(bid), OrderNumber(offer), Wh(wh), Price(15)) for bid, offer, wh in trades)


def _optimum(*surplus: int, out: int = 9) -> Optimum:
    duals = tuple(Dual(order.number, order.wh, Price(each)) for order, each in zip(BOOK, surplus, strict=True))
    return Optimum(duals, (LinePrice(0, Price(out), Price(0)),))


BEST = _trades((0, 1, 60), (0, 2, 30))


def test_a_certificate_says_what_it_proves() -> None:
    """One for each proof that terms can demand."""
    assert [proof_of(each) for each in (Nothing(), UniformPrice(Price(1)), _optimum(0, 0, 0))] == list(Proof)


def test_an_optimum_over_a_full_line_is_proven() -> None:
    """60 Wh at a gain of 10 and 30 Wh at one of 9: the second is the line's, which is full."""
    certificate = _optimum(0, 10, 0)

    assert first_flaw(BEST, BOOK, TERMS, certificate) is None
    assert first_fault(BEST, BOOK, TERMS, certificate) is None


def test_too_little_for_a_pair_is_a_fault() -> None:
    """The bound is met all the same: what is missing at the line is added to an offer."""
    pair = _optimum(0, 10, 0, out=8)
    more = Optimum((*pair.duals[:2], Dual(OrderNumber(2), Wh(30), Price(1))), pair.lines)

    assert first_flaw(BEST, BOOK, TERMS, more) is None
    assert first_fault(BEST, BOOK, TERMS, more) == DualFault(OrderNumber(2))
    assert first_flaw(BEST, BOOK, TERMS, pair) is Flaw.BOUND_NOT_MET
    assert first_fault(BEST, BOOK, TERMS, pair) == PairFault(OrderNumber(0), OrderNumber(2))


def test_a_line_is_full_net() -> None:
    """A watt-hour more than 30 leaves the zone; whatever is proven, and even if nothing is."""
    terms = Terms(Proof.ENVELOPE, limits=TERMS.limits)

    assert first_fault(BEST, BOOK, terms, Nothing()) is None
    assert first_fault(_trades((0, 1, 60), (0, 2, 31)), BOOK, terms, Nothing()) == LineFault(0)
    assert str(LineFault(0)) == "the line of zone 0 carries more than its limit"


def test_nobody_is_left_out_at_a_uniform_price() -> None:
    """At 8 Cat may be served in part; at 9 she may not."""
    trades = tuple(Trade(each.bid, each.offer, each.wh, Price(10)) for each in _trades((0, 1, 0), (0, 2, 100)))[1:]
    full = (*trades,)

    assert first_flaw(full, BOOK, PLAIN_TERMS, UniformPrice(Price(10))) is None
    assert first_flaw(full, BOOK, PLAIN_TERMS, UniformPrice(Price(11))) is Flaw.OTHER_PRICE
    fewer = (Trade(OrderNumber(0), OrderNumber(2), Wh(99), Price(10)),)
    assert first_flaw(fewer, BOOK, PLAIN_TERMS, UniformPrice(Price(10))) is Flaw.ORDER_LEFT_OUT


@pytest.mark.parametrize("orders", [666, 668, 1_000])
def test_crumbs_for_a_few_do_not_prove_that_others_get_nothing(orders: int) -> None:
    """A full list of 1 Wh trades among 90 orders: where 1,000 orders or fewer would trade, none may lack anything."""
    half = orders // 2
    book = [
        _order(n, f"{n}", Side.BID if n < half else Side.OFFER, "5000@300" if n < half else "5000@80", 0)
        for n in range(orders)
    ]
    pairs = [(bid, offer, 1) for bid in range(45) for offer in range(half, half + 45)][:MAX_TRADES]

    for price in (80, 300):
        trades = [replace(each, price=Price(price)) for each in _trades(*pairs)]
        assert first_flaw(trades, book, PLAIN_TERMS, UniformPrice(Price(price))) is Flaw.ORDER_LEFT_OUT
