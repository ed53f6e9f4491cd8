"""Clearing by allocation keys against figures worked out by hand."""

from collections.abc import Callable
from functools import partial

import pytest

from aipchain.market.allocation.clearing import (
    ActsOn,
    KeyTable,
    clear_by_coefficients,
    clear_by_key,
    clear_by_producers,
)
from aipchain.market.allocation.errors import AllocationError, CoefficientsAboveWhole
from aipchain.market.allocation.keys import cascade, hybrid
from aipchain.market.allocation.pairs import Pair
from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side, Trade
from aipchain.market.errors import DuplicateOrder
from aipchain.units import Price, Wh

Book = Callable[..., tuple[BookOrder, ...]]
Clear = Callable[[tuple[BookOrder, ...], Price], tuple[Trade, ...]]
AT = Price(15)


def percent(**shares: int) -> KeyTable:
    """Coefficients such as `m0=40`: meter 0 has 40 percent."""
    return KeyTable({MeterId(int(meter[1:])): share * 10_000 for meter, share in shares.items()})


def pairs(**shares: int) -> dict[Pair, int]:
    """Coefficients such as `m2_m0=40`: producer 2 gives consumer 0 40 percent."""
    ways = ((way.split("_"), share) for way, share in shares.items())
    return {(MeterId(int(sends[1:])), MeterId(int(gets[1:]))): share * 10_000 for (sends, gets), share in ways}


def got(trades: tuple[Trade, ...]) -> dict[tuple[int, int], int]:
    """Energy by (bid, offer); every trade is at the local price."""
    assert all(trade.price == AT for trade in trades)
    return {(trade.bid, trade.offer): trade.wh for trade in trades}


def test_static_gives_each_its_share_and_no_more(book: Book) -> None:
    """Of 1,000 Wh Ann has half but wants 300, Ben gets his 300 of 500; 400 Wh nobody may have stay with Cat."""
    orders = book("bid ann 20@300", "bid ben 20@500", "offer cat 10@1000")

    assert got(clear_by_coefficients(orders, AT, percent(m0=50, m1=30))) == {(0, 2): 300, (1, 2): 300}


def test_static_leaves_out_whoever_has_no_share(book: Book) -> None:
    """Nothing for Ben; and nothing for anybody where no shares were voted."""
    orders = book("bid ann 20@300", "bid ben 20@500", "offer cat 10@1000")

    assert got(clear_by_coefficients(orders, AT, percent(m0=100))) == {(0, 2): 300}
    assert clear_by_coefficients(orders, AT, KeyTable()) == ()


def test_an_absent_member_keeps_its_share(book: Book) -> None:
    """Meter 9 has 60 percent and no order: its part is not handed to others."""
    orders = book("bid ann 20@900", "offer cat 10@1000")

    assert got(clear_by_coefficients(orders, AT, percent(m0=40, m9=60))) == {(0, 1): 400}


def test_sellers_follow_in_proportion(book: Book) -> None:
    """600 of 1,000 Wh are handed out: Cat sells 450 of her 750 Wh, Dan 150 of his 250."""
    orders = book("bid ann 20@600", "offer cat 10@750", "offer dan 10@250")

    assert got(clear_by_coefficients(orders, AT, percent(m0=100))) == {(0, 1): 450, (0, 2): 150}


def test_own_energy_is_an_owners_own(book: Book) -> None:
    """Ann has 60 percent of the 1,000 Wh that she alone sells: 600 Wh are hers and not traded, Ben gets his 400."""
    orders = book("bid ann 20@900", "bid ben 20@900", "offer ann 10@1000")

    assert got(clear_by_coefficients(orders, AT, percent(m0=60, m1=40))) == {(1, 2): 400}


def test_a_key_on_the_long_side_shares_demand_among_sellers(book: Book) -> None:
    """Only 400 Wh are wanted: Cat may sell 30 percent of them and Dan 70; the buyers' key would let both sell half."""
    orders = book("bid ann 20@400", "offer cat 10@500", "offer dan 10@500")
    table = percent(m0=100, m1=0)

    assert got(clear_by_coefficients(orders, AT, table)) == {(0, 1): 200, (0, 2): 200}
    long_side = clear_by_coefficients(orders, AT, percent(m1=30, m2=70), ActsOn.LONG_SIDE)
    assert got(long_side) == {(0, 1): 120, (0, 2): 280}


def test_a_cascade_serves_tiers_in_turn(book: Book) -> None:
    """Ben in tier 0 gets his 500 Wh, Ann in tier 1 the other 100; Cat is not listed and comes last."""
    orders = book("bid ann 20@300", "bid ben 20@500", "bid cat 20@200", "offer dan 10@600")
    table = KeyTable(tiers={MeterId(0): 1, MeterId(1): 0})

    assert got(clear_by_key(orders, AT, cascade, table)) == {(0, 3): 100, (1, 3): 500}


def test_a_cascade_on_the_long_side_ranks_sellers(book: Book) -> None:
    """400 Wh are wanted: Cat in tier 0 sells her 300 first."""
    orders = book("bid ann 20@400", "offer cat 10@300", "offer dan 10@300")
    table = KeyTable(tiers={MeterId(1): 0})

    assert got(clear_by_key(orders, AT, cascade, table, ActsOn.LONG_SIDE)) == {(0, 1): 300, (0, 2): 100}
    assert got(clear_by_key(orders, AT, cascade, table)) == {(0, 1): 200, (0, 2): 200}


def test_a_hybrid_hands_on_what_shares_could_not_place(book: Book) -> None:
    """As static, but the 400 Wh go on: 200 to Ben, who still wants them."""
    orders = book("bid ann 20@300", "bid ben 20@500", "offer cat 10@1000")

    assert got(clear_by_key(orders, AT, hybrid, percent(m0=50, m1=30))) == {(0, 2): 300, (1, 2): 500}


def test_what_an_owner_could_only_sell_itself_goes_on_by_the_key(book: Book) -> None:
    """All of Ann's 100 Wh would be hers by her tier; Ben and Cat get them instead, 60 to 40."""
    orders = book("bid ann 20@100", "bid ben 20@60", "bid cat 20@40", "offer ann 10@100")
    table = KeyTable(tiers={MeterId(0): 0})

    assert got(clear_by_key(orders, AT, cascade, table)) == {(1, 3): 60, (2, 3): 40}


def test_orders_of_one_meter_share_its_part(book: Book) -> None:
    """Half of 100 Wh for a meter with 60 and 40 Wh: 30 and 20."""
    first, second, offer = book("bid ann 20@60", "bid ann 19@40", "offer cat 10@100")
    second = BookOrder(second.number, second.owner, first.meter, second.side, second.wh, second.limit_price)

    assert got(clear_by_coefficients((first, second, offer), AT, percent(m0=50))) == {(0, 2): 30, (1, 2): 20}


def test_each_producer_shares_its_own_energy(book: Book) -> None:
    """Cat gives 40 and 60 percent of 100 Wh, Dan all of his 50 to Ann; Ann wants 60 of 90 and takes two thirds."""
    orders = book("bid ann 20@60", "bid ben 20@100", "offer cat 10@100", "offer dan 10@50")
    shares = pairs(m2_m0=40, m2_m1=60, m3_m0=100)

    assert got(clear_by_producers(orders, AT, shares)) == {(0, 2): 26, (1, 2): 60, (0, 3): 34}


def test_a_producer_gives_nothing_to_itself_or_to_strangers(book: Book) -> None:
    """Ann's share for her own meter is not traded; Ben has no share of hers."""
    orders = book("bid ann 20@60", "bid ben 20@60", "offer ann 10@100")

    assert clear_by_producers(orders, AT, pairs(m2_m0=100)) == ()


def test_several_orders_of_a_producer_and_a_consumer_meet(book: Book) -> None:
    """Meter 7 sells 50 + 50 Wh, meter 8 buys 30 + 70: all of it, side by side."""
    terms = ((Side.BID, "ann", 8, 30), (Side.BID, "ann", 8, 70), (Side.OFFER, "cat", 7, 50), (Side.OFFER, "cat", 7, 50))
    orders = tuple(
        BookOrder(OrderNumber(number), AccountId(owner), MeterId(meter), side, Wh(wh), AT)
        for number, (side, owner, meter, wh) in enumerate(terms)
    )

    assert got(clear_by_producers(orders, AT, pairs(m7_m8=100))) == {(0, 2): 30, (1, 2): 20, (1, 3): 50}


CLEARS: dict[str, Clear] = {
    "static": partial(clear_by_coefficients, table=percent(m0=50, m1=50)),
    "cascade": partial(clear_by_key, key=cascade, table=KeyTable()),
    "hybrid": partial(clear_by_key, key=hybrid, table=KeyTable()),
    "per-producer": partial(clear_by_producers, coefficients=pairs(m1_m0=100)),
}
every_key = pytest.mark.parametrize("clear", CLEARS.values(), ids=CLEARS)


@every_key
def test_limits_decide_who_takes_part(book: Book, clear: Clear) -> None:
    """Nobody trades at a price that is worse than its limit; an empty or one-sided book has no trades."""
    assert got(clear(book("bid ann 15@5", "offer ben 15@5"), AT)) in ({(0, 1): 5}, {(0, 1): 2})
    for lines in (
        (),
        ("bid ann 20@5",),
        ("offer ann 1@5",),
        ("bid ann 14@5", "offer ben 1@5"),
        ("bid ann 20@5", "offer ben 16@5"),
        ("bid ann 20@5", "offer ann 1@5"),
    ):
        assert clear(book(*lines), AT) == ()


@every_key
def test_an_order_number_twice_is_refused(book: Book, clear: Clear) -> None:
    """No result could say which of them is meant."""
    bid, offer = book("bid ann 20@5", "offer ben 1@5")
    with pytest.raises(DuplicateOrder, match="order 0 is in the book twice"):
        clear((bid, bid, offer), AT)


@pytest.mark.parametrize(
    "clear",
    [
        partial(clear_by_coefficients, table=percent(m0=101)),
        partial(clear_by_key, key=hybrid, table=percent(m0=101)),
        partial(clear_by_producers, coefficients=pairs(m1_m0=101)),
    ],
)
def test_more_than_there_is_cannot_be_handed_out(book: Book, clear: Clear) -> None:
    """101 percent are refused in a sentence."""
    with pytest.raises(CoefficientsAboveWhole, match="lower them until they fit") as caught:
        clear(book("bid ann 20@5", "offer ben 1@5"), AT)
    assert isinstance(caught.value, AllocationError)
