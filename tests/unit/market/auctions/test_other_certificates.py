"""Certificates of pay-as-bid and trade reduction: every way in which a clearing can be wrong, by its fault."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from aipchain.market.auctions import pay_as_bid_certificate, trade_reduction_certificate
from aipchain.market.auctions.certificate import Fault, UniformCertificate, certificate_of
from aipchain.market.auctions.columns import ColumnBook, TradeColumns, columns_of
from aipchain.market.auctions.pay_as_bid import clear_pay_as_bid
from aipchain.market.auctions.pay_as_bid_certificate import clear_with_proof
from aipchain.market.auctions.trade_reduction import (
    Reduction,
    clear_trade_reduction,
    reduce_one_price,
    reduce_two_prices,
)
from aipchain.market.auctions.trade_reduction_certificate import verify_one_price, verify_two_prices
from aipchain.market.auctions.uniform_price import clear_columns
from aipchain.market.book import BookOrder, OrderNumber
from aipchain.market.breach import At, Breach, Thing

Book = Callable[..., tuple[BookOrder, ...]]
NONE = TradeColumns((), (), (), ())


@pytest.fixture
def orders(book: Book) -> tuple[BookOrder, ...]:
    """Ann bids 5 Wh at 20, Ben 5 at 15, Eve 4 at 14; Cat offers 6 Wh at 5, Dan 4 at 6, Fay 9 at 18."""
    return book("bid ann 20@5", "bid ben 15@5", "bid eve 14@4", "offer cat 5@6", "offer dan 6@4", "offer fay 18@9")


@pytest.fixture
def columns(orders: tuple[BookOrder, ...]) -> ColumnBook:
    """The same as columns."""
    return columns_of(orders)


PROOF = UniformCertificate(15, (5, 5, 0), (6, 4, 0))
PAID = TradeColumns((0, 1, 1), (0, 0, 1), (5, 1, 4), (20, 15, 15))


def test_pay_as_bid_proves_itself(orders: tuple[BookOrder, ...], columns: ColumnBook) -> None:
    """The kernel's clearing is sound, is the one written here, and is so for objects."""
    proven = clear_with_proof(columns)

    assert pay_as_bid_certificate.verify(columns, proven.trades, proven.certificate, seed=0) is None
    assert pay_as_bid_certificate.verify(columns, PAID, PROOF, seed=0) is None
    assert pay_as_bid_certificate.verify_orders(orders, clear_pay_as_bid(orders), PROOF, seed=0) is None


@pytest.mark.parametrize(
    ("trades", "fault"),
    [
        (replace(PAID, prices=(20, 15, 14)), Fault.OTHER_PRICE),
        (replace(PAID, prices=(15, 15, 15)), Fault.OTHER_PRICE),
        (replace(PAID, prices=(21, 15, 15)), Fault.OTHER_PRICE),
        (replace(PAID, wh=(5, 1, 3)), Fault.ENERGY_MISSING),
        (replace(PAID, wh=(5, 1, 5)), Fault.TRADES_EXCEED_FILL),
        (replace(PAID, wh=(5, 1, 0)), Fault.ZERO_ENERGY),
        (replace(PAID, offer_rows=(0, 0, 2)), Fault.TRADES_EXCEED_FILL),
        (replace(PAID, offer_rows=(0, 0, 3)), Fault.UNKNOWN_ORDER),
        (TradeColumns((0, 0, 1, 1), (0, 0, 0, 1), (2, 3, 1, 4), (20, 20, 15, 15)), Fault.LISTED_TWICE),
        (NONE, Fault.ENERGY_MISSING),
    ],
)
def test_pay_as_bid_trades_that_are_wrong(columns: ColumnBook, trades: TradeColumns, fault: Fault) -> None:
    """A price that is not the bid's own, energy lost or made up, a strange order, a pair listed twice."""
    found = pay_as_bid_certificate.verify(columns, trades, PROOF)

    assert found is not None
    assert found.fault is fault


@pytest.mark.parametrize(
    ("certificate", "breach"),
    [
        (replace(PROOF, bid_fills=(5, 4, 0)), Breach(Fault.SIDES_DIFFER)),
        (replace(PROOF, bid_fills=(5, 4, 1)), Breach(Fault.WORSE_ORDER_FILLED, At(Thing.ORDER, 2))),
        (replace(PROOF, bid_fills=(4, 5, 0)), Breach(Fault.BETTER_ORDER_NOT_FULL, At(Thing.ORDER, 0))),
        (replace(PROOF, price=18), Breach(Fault.WORSE_ORDER_FILLED, At(Thing.ORDER, 1))),
        (replace(PROOF, bid_fills=(5, 5)), Breach(Fault.INCOMPLETE)),
    ],
)
def test_fills_that_prove_nothing(columns: ColumnBook, certificate: UniformCertificate, breach: Breach) -> None:
    """Of pay-as-bid and of either trade reduction: their proofs start from the same fills."""
    one, two = reduce_one_price(columns), reduce_two_prices(columns)

    assert pay_as_bid_certificate.verify(columns, PAID, certificate) == breach
    assert verify_one_price(columns, one, certificate, seed=0) == breach
    assert verify_two_prices(columns, two, certificate, seed=0) == breach


def test_a_trade_with_oneself_is_no_pay_as_bid(book: Book) -> None:
    """Ann's own pair is refused; that it stays untraded is right."""
    columns = columns_of(book("bid ann 20@5", "offer ann 5@5"))
    proof = UniformCertificate(14, (5,), (5,))

    assert pay_as_bid_certificate.verify(columns, NONE, proof, seed=0) is None
    own = TradeColumns((0,), (0,), (5,), (20,))
    assert pay_as_bid_certificate.verify(columns, own, proof) == Breach(Fault.SELF_TRADE, At(Thing.ORDER, 0))


def test_equal_bids_out_of_turn_are_found(book: Book) -> None:
    """Optimal fills that are not those of the seed's lots, in both auctions."""
    columns = columns_of(book("bid ann 20@5", "bid ben 20@5", "bid eve 20@5", "offer cat 5@5", "offer dan 6@5"))
    for seed in range(6):
        proof = certificate_of(clear_columns(columns, seed=seed))
        swapped = replace(proof, bid_fills=(*proof.bid_fills[1:], proof.bid_fills[0]))
        for verify in (verify_one_price, verify_two_prices):
            found = verify(columns, reduce_one_price(columns, seed=seed), swapped, seed=seed)
            assert found is not None
            assert found.fault is Fault.TIE_NOT_BY_LOT
        late = pay_as_bid_certificate.verify(columns, NONE, swapped, seed=seed)
        assert late is not None
        assert late.fault is Fault.TIE_NOT_BY_LOT


# Ben and Dan are the marginal pair, both full; 18 > 15, so Ben is left out at one price, and both are at two.
ONE = Reduction(15, 15, TradeColumns((0, 0), (0, 1), (3, 2), (15, 15)))
TWO = Reduction(15, 6, TradeColumns((0,), (0,), (5,), (15,)))


def test_reductions_prove_themselves(orders: tuple[BookOrder, ...], columns: ColumnBook) -> None:
    """The kernel's own, which are the ones written here; one price also for objects."""
    assert (reduce_one_price(columns), reduce_two_prices(columns)) == (
        replace(ONE, trades=reduce_one_price(columns).trades),
        replace(TWO, trades=reduce_two_prices(columns).trades),
    )
    for reduction in (ONE, reduce_one_price(columns)):
        assert verify_one_price(columns, reduction, PROOF, seed=0) is None
    for reduction in (TWO, reduce_two_prices(columns)):
        assert verify_two_prices(columns, reduction, PROOF, seed=0) is None
    assert trade_reduction_certificate.verify_orders(orders, clear_trade_reduction(orders), PROOF, seed=0) is None
    assert trade_reduction_certificate.verify_orders(orders, (), PROOF, seed=0) is not None


@pytest.mark.parametrize(
    ("reduction", "fault"),
    [
        (replace(ONE, buy_price=16, sell_price=16), Fault.OTHER_PRICE),
        (replace(ONE, sell_price=14), Fault.OTHER_PRICE),
        (TWO, Fault.OTHER_PRICE),
        (replace(ONE, trades=replace(ONE.trades, prices=(15, 16))), Fault.OTHER_PRICE),
        (replace(ONE, trades=replace(ONE.trades, wh=(4, 1))), Fault.TRADES_EXCEED_FILL),
        (replace(ONE, trades=replace(ONE.trades, wh=(3, 1))), Fault.ENERGY_MISSING),
        (replace(ONE, trades=replace(ONE.trades, wh=(5, 0))), Fault.TRADES_EXCEED_FILL),
        (replace(ONE, trades=replace(ONE.trades, bid_rows=(0, 1))), Fault.TRADES_EXCEED_FILL),
        (replace(ONE, trades=replace(ONE.trades, bid_rows=(0, 7))), Fault.UNKNOWN_ORDER),
        (replace(ONE, trades=TradeColumns((0, 0, 0), (0, 0, 1), (1, 2, 2), (15,) * 3)), Fault.LISTED_TWICE),
        (replace(ONE, trades=TradeColumns((0, 0, 1), (0, 1, 1), (3, 2, 1), (15,) * 3)), Fault.TRADES_EXCEED_FILL),
        (replace(ONE, trades=NONE), Fault.ENERGY_MISSING),
    ],
)
def test_a_reduction_at_one_price_that_is_wrong(columns: ColumnBook, reduction: Reduction, fault: Fault) -> None:
    """Another price, the marginal bid served, a seller's part of another size, energy missing."""
    found = verify_one_price(columns, reduction, PROOF, seed=0)

    assert found is not None
    assert found.fault is fault


@pytest.mark.parametrize(
    ("reduction", "fault"),
    [
        (replace(TWO, sell_price=5), Fault.OTHER_PRICE),
        (ONE, Fault.OTHER_PRICE),
        (replace(TWO, trades=replace(TWO.trades, prices=(6,))), Fault.OTHER_PRICE),
        (replace(TWO, trades=TradeColumns((0,), (1,), (4,), (15,))), Fault.TRADES_EXCEED_FILL),
        (replace(TWO, trades=replace(TWO.trades, wh=(4,))), Fault.ENERGY_MISSING),
    ],
)
def test_a_reduction_at_two_prices_that_is_wrong(columns: ColumnBook, reduction: Reduction, fault: Fault) -> None:
    """The sellers' price, the other rule's answer, and the marginal offer served."""
    found = verify_two_prices(columns, reduction, PROOF, seed=0)

    assert found is not None
    assert found.fault is fault


def test_where_nothing_crosses_nothing_may_trade(book: Book) -> None:
    """A trade there is of orders that are not served."""
    orders = book("bid ann 5@5", "offer cat 9@5")
    proof = UniformCertificate(7, (0,), (0,))
    trade = clear_pay_as_bid(book("bid ann 9@5", "offer cat 9@5"))

    assert trade_reduction_certificate.verify_orders(orders, (), proof, seed=0) is None
    assert trade_reduction_certificate.verify_orders(orders, trade, proof, seed=0) == Breach(Fault.UNKNOWN_ORDER)
    stranger = replace(trade[0], bid=OrderNumber(9))
    for verify in (pay_as_bid_certificate.verify_orders, trade_reduction_certificate.verify_orders):
        assert verify(orders, (stranger,), proof, seed=0) == Breach(Fault.UNKNOWN_ORDER, At(Thing.ORDER, 9))
