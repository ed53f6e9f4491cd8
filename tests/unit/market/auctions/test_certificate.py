"""The certificate of the uniform price: every way in which a clearing can be wrong, by the name of its fault."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from aipchain.market.auctions.array_check import verify_array_fills, verify_arrays
from aipchain.market.auctions.array_orders import arrays_of
from aipchain.market.auctions.arrays import clear_arrays
from aipchain.market.auctions.certificate import (
    Fault,
    UniformCertificate,
    certificate_of,
    verify,
    verify_clearing,
    verify_fills,
    verify_ties,
)
from aipchain.market.auctions.columns import ColumnBook, TradeColumns, columns_of
from aipchain.market.auctions.uniform_price import clear_columns, clear_uniform_price
from aipchain.market.book import BookOrder, OrderNumber
from aipchain.market.breach import At, Breach, Thing
from aipchain.units import Price, Wh

Book = Callable[..., tuple[BookOrder, ...]]


@pytest.fixture
def columns(book: Book) -> ColumnBook:
    """Ann bids 5 Wh at 20 and Ben 5 Wh at 12; Cat offers 5 Wh at 5, Dan 5 Wh at 17: the first pair trades at 14."""
    return columns_of(book("bid ann 20@5", "bid ben 12@5", "offer cat 5@5", "offer dan 17@5"))


SOUND = UniformCertificate(14, (5, 0), (5, 0))
TRADED = TradeColumns((0,), (0,), (5,), (14,))


def test_a_clearing_proves_itself(columns: ColumnBook) -> None:
    """The kernel's own clearing is sound, and is the one written here."""
    clearing = clear_columns(columns)

    assert verify(columns, clearing.trades, certificate_of(clearing)) is None
    assert verify(columns, TRADED, SOUND) is None


@pytest.mark.parametrize(
    ("certificate", "fault", "number"),
    [
        (UniformCertificate(11, (5, 0), (5, 0)), Fault.BETTER_ORDER_NOT_FULL, 1),
        (UniformCertificate(18, (5, 0), (5, 0)), Fault.BETTER_ORDER_NOT_FULL, 3),
        (UniformCertificate(14, (4, 0), (4, 0)), Fault.BETTER_ORDER_NOT_FULL, 0),
        (UniformCertificate(14, (5, 0), (0, 5)), Fault.BETTER_ORDER_NOT_FULL, 2),
        (UniformCertificate(14, (5, 1), (5, 0)), Fault.WORSE_ORDER_FILLED, 1),
        (UniformCertificate(20, (6, 0), (5, 5)), Fault.FILL_OUT_OF_RANGE, 0),
        (UniformCertificate(20, (-1, 0), (5, 5)), Fault.FILL_OUT_OF_RANGE, 0),
        (UniformCertificate(12, (5, 3), (5, 0)), Fault.SIDES_DIFFER, None),
        (UniformCertificate(14, (5,), (5, 0)), Fault.INCOMPLETE, None),
        (UniformCertificate(14, (0, 0), (0, 0)), Fault.BETTER_ORDER_NOT_FULL, 0),
    ],
)
def test_fills_that_prove_nothing(
    columns: ColumnBook, certificate: UniformCertificate, fault: Fault, number: int | None
) -> None:
    """A wrong price, a wrong fill, unequal sides, and an order that was left out."""
    found = verify_fills(columns, certificate)

    assert found is not None
    assert found == Breach(fault, None if number is None else At(Thing.ORDER, number))


@pytest.mark.parametrize(
    ("trades", "fault"),
    [
        (TradeColumns((), (), (), ()), Fault.ENERGY_MISSING),
        (TradeColumns((0,), (0,), (4,), (14,)), Fault.ENERGY_MISSING),
        (TradeColumns((0,), (0,), (6,), (14,)), Fault.TRADES_EXCEED_FILL),
        (TradeColumns((0,), (0,), (5,), (15,)), Fault.OTHER_PRICE),
        (TradeColumns((0,), (1,), (5,), (14,)), Fault.TRADES_EXCEED_FILL),
        (TradeColumns((2,), (0,), (5,), (14,)), Fault.UNKNOWN_ORDER),
        (TradeColumns((0,), (-1,), (5,), (14,)), Fault.UNKNOWN_ORDER),
        (TradeColumns((0, 0), (0, 0), (2, 3), (14, 14)), Fault.LISTED_TWICE),
        (TradeColumns((0, 0), (0, 0), (5, 0), (14, 14)), Fault.ZERO_ENERGY),
        (TradeColumns((0, 0), (0, 0), (6, -1), (14, 14)), Fault.TRADES_EXCEED_FILL),
    ],
)
def test_trades_that_do_not_realise_the_fills(columns: ColumnBook, trades: TradeColumns, fault: Fault) -> None:
    """Sound fills are not enough: the trades must be exactly theirs."""
    found = verify(columns, trades, SOUND)

    assert found is not None
    assert found.fault is fault


def test_a_trade_with_oneself_is_found(book: Book) -> None:
    """Ann's own pair is refused; that it stays untraded is right, because nobody else is there."""
    columns = columns_of(book("bid ann 20@5", "offer ann 5@5"))
    certificate = UniformCertificate(14, (5,), (5,))

    assert verify(columns, TradeColumns((), (), (), ()), certificate) is None
    assert verify(columns, TRADED, certificate) == Breach(Fault.SELF_TRADE, At(Thing.ORDER, 0))


def test_more_self_supply_than_unavoidable_is_found(book: Book) -> None:
    """Ann could have sold to Ben and bought from Cat; leaving her out is not self-supply."""
    columns = columns_of(book("bid ann 20@5", "bid ben 20@5", "offer ann 5@5", "offer cat 5@5"))
    certificate = UniformCertificate(14, (5, 5), (5, 5))
    lazy = TradeColumns((1,), (1,), (5,), (14,))

    assert verify(columns, lazy, certificate) == Breach(Fault.ENERGY_MISSING, At(Thing.ORDER, 0))


def test_objects_are_checked_the_same_way(book: Book) -> None:
    """A dropped order, a stranger's fill and a stranger's trade are found in the object form, too."""
    orders = book("bid ann 20@5", "bid ben 12@5", "offer cat 5@5", "offer dan 17@5")
    clearing, without_ben = clear_uniform_price(orders), clear_uniform_price(orders[:1] + orders[2:])
    assert clearing is not None
    assert without_ben is not None
    stranger = replace(clearing, fills={**clearing.fills, OrderNumber(9): Wh(1)})
    strange_trade = replace(clearing, trades=(replace(clearing.trades[0], offer=OrderNumber(9)),))

    dropped, unknown = Breach(Fault.BETTER_ORDER_NOT_FULL, At(Thing.ORDER, 1)), At(Thing.ORDER, 9)

    assert verify_clearing(orders, clearing, 500, seed=0) is None
    assert verify_clearing(orders, without_ben, 500, seed=0) == dropped
    for wrong in (stranger, strange_trade):
        assert verify_clearing(orders, wrong, 500, seed=0) == Breach(Fault.UNKNOWN_ORDER, unknown)
        assert str(verify_clearing(orders, wrong, 500, seed=0)) == "the clearing is not proven: UnknownOrder at order 9"


def test_a_false_interval_and_another_blend_are_found(book: Book) -> None:
    """Optimal trades at an equilibrium price, which is not the one that was voted."""
    orders = book("bid ann 20@5", "bid ben 12@5", "offer cat 5@5", "offer dan 17@5")
    clearing, sellers = clear_uniform_price(orders), clear_uniform_price(orders, 1_000)
    assert clearing is not None
    assert sellers is not None

    assert verify_clearing(orders, clearing, 500, seed=0) is None
    for wrong in (replace(clearing, low=Price(0), high=Price(99)), replace(clearing, high=Price(18))):
        assert verify_clearing(orders, wrong, 500, seed=0) == Breach(Fault.OTHER_INTERVAL)
    assert verify_clearing(orders, sellers, 1_000, seed=0) is None
    assert verify_clearing(orders, sellers, 500, seed=0) == Breach(Fault.OTHER_BLEND)


def test_equal_orders_out_of_turn_are_found(book: Book) -> None:
    """Of two equal bids the one with the lower lot is first; both served by half is no turn at all."""
    orders = book("bid ann 20@6", "bid ben 20@6", "offer cat 5@6")
    for seed in range(8):
        clearing = clear_uniform_price(orders, seed=seed)
        assert clearing is not None
        first = clearing.trades[0].bid
        second = OrderNumber(1 - first)
        other = replace(clearing, fills={second: Wh(6), OrderNumber(2): Wh(6)})
        other = replace(other, trades=(replace(clearing.trades[0], bid=second),))
        half = [replace(clearing.trades[0], bid=number, wh=Wh(3)) for number in (OrderNumber(0), OrderNumber(1))]
        fills = {OrderNumber(0): Wh(3), OrderNumber(1): Wh(3), OrderNumber(2): Wh(6)}
        both = replace(clearing, fills=fills, trades=tuple(half))

        assert verify_clearing(orders, clearing, 500, seed=seed) is None
        for wrong in (other, both):
            out_of_turn = Breach(Fault.TIE_NOT_BY_LOT, At(Thing.ORDER, first))
            assert verify_clearing(orders, wrong, 500, seed=seed) == out_of_turn


def test_a_tie_that_did_not_trade_is_found(book: Book) -> None:
    """Nothing is gained by a trade between equal limits, but the rule says that it is made."""
    columns = columns_of(book("bid ann 9@5", "offer cat 9@5"))
    nothing = UniformCertificate(9, (0,), (0,))

    assert verify(columns, TradeColumns((), (), (), ()), nothing) is None
    assert verify_ties(columns, nothing, 0) == Breach(Fault.TIE_LEFT_OPEN)


@pytest.mark.parametrize("compiled", [False, True])
def test_arrays_name_the_same_breach(book: Book, *, compiled: bool) -> None:
    """The array check takes what is sound and says the plain form's words about what is not."""
    orders = book("bid ann 20@5", "bid ben 12@5", "offer cat 5@5", "offer dan 17@5")
    arrays = arrays_of(orders)
    sound = clear_arrays(arrays)
    dropped = replace(sound, bid_fills=sound.bid_fills * 0, offer_fills=sound.offer_fills * 0)
    trades = sound.trades
    dearer = replace(sound, trades=replace(trades, prices=trades.prices + 1))
    huge = replace(sound, trades=replace(trades, wh=trades.wh * 0 + 2**62))

    assert verify_arrays(arrays, sound, compiled=compiled) is None
    assert verify_array_fills(arrays, sound, compiled=compiled) is None
    assert verify_array_fills(arrays, dropped, compiled=compiled) == Breach(
        Fault.BETTER_ORDER_NOT_FULL, At(Thing.ORDER, 0)
    )
    assert verify_arrays(arrays, dearer, compiled=compiled) == Breach(Fault.OTHER_PRICE, At(Thing.ORDER, 0))
    assert verify_arrays(arrays, huge, compiled=compiled) == Breach(Fault.TRADES_EXCEED_FILL, At(Thing.ORDER, 0))
    assert verify_array_fills(arrays, replace(sound, price=2**70), compiled=compiled) == Breach(
        Fault.WORSE_ORDER_FILLED, At(Thing.ORDER, 0)
    )


def test_the_largest_numbers_are_checked_exactly(book: Book) -> None:
    """Limits at the edge of u128 are beyond the arrays, and exact in the plain form."""
    top = 2**128 - 1
    orders = tuple(
        replace(order, limit_price=Price(top - order.limit_price), wh=Wh(2**64 - 1))
        for order in book("bid ann 5@1", "offer cat 20@1")
    )
    clearing = clear_uniform_price(orders, 1_000)

    assert clearing is not None
    assert clearing.price == top - 5
    assert verify_clearing(orders, clearing, 1_000, seed=0) is None
    assert verify_clearing(orders, replace(clearing, price=Price(top - 4)), 1_000, seed=0) is not None
