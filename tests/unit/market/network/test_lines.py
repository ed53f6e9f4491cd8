"""Clearing over lines, by examples that can be checked by hand. Prices in base units per Wh."""

import pytest

from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side, Trade
from aipchain.market.certificate import Dual, LinePrice, first_flaw
from aipchain.market.challenge import first_fault
from aipchain.market.errors import DuplicateOrder
from aipchain.market.network.line_clearing import LineClearing, clear_lines
from aipchain.market.terms import LineLimit, Proof, Terms, ZoneCharge
from aipchain.units import Price, Wh

FREE = Terms(Proof.OPTIMUM)


def order(number: int, side: Side, wh: int, price: int, zone: int = 0, owner: str = "") -> BookOrder:
    """An order of an owner of its own, unless one is named."""
    name = AccountId(owner or f"owner {number}")
    return BookOrder(OrderNumber(number), name, MeterId(number), side, Wh(wh), Price(price), zone)


def trade(bid: int, offer: int, wh: int, price: int) -> Trade:
    """A trade."""
    return Trade(OrderNumber(bid), OrderNumber(offer), Wh(wh), Price(price))


def surplus(cleared: LineClearing) -> list[int]:
    """The duals, by number of order."""
    return [dual.surplus for dual in cleared.certificate.duals]


def is_proven(cleared: LineClearing, book: list[BookOrder], terms: Terms) -> bool:
    """Whether the chain takes it and nobody undoes it."""
    flaw = first_flaw(cleared.trades, book, terms, cleared.certificate)
    return (flaw, first_fault(cleared.trades, book, terms, cleared.certificate)) == (None, None)


def test_a_charge_lies_between_the_prices_of_two_zones() -> None:
    """A bid at 20 meets an offer at 10 over a way that costs 4: half of the 6 that are left for each."""
    book = [order(0, Side.BID, 5, 20), order(1, Side.OFFER, 5, 10, zone=1)]
    terms = Terms(Proof.OPTIMUM, (ZoneCharge(1, 0, Price(4)),))
    cleared = clear_lines(book, terms, seed=1)

    assert cleared.trades == (trade(0, 1, 5, 13),)
    assert surplus(cleared) == [3, 3]
    assert is_proven(cleared, book, terms)


def test_a_full_line_has_a_price() -> None:
    """Of 5 Wh only 3 leave zone 1; one more would be worth 10, the whole gain of buyer and seller."""
    book = [order(0, Side.BID, 5, 20), order(1, Side.OFFER, 5, 10, zone=1)]
    terms = Terms(Proof.OPTIMUM, (), (LineLimit(1, Wh(3), Wh(0)),))
    cleared = clear_lines(book, terms, seed=1)

    assert cleared.trades == (trade(0, 1, 3, 10),)
    assert surplus(cleared) == [0, 0]
    assert cleared.certificate.lines == (LinePrice(1, Price(10), Price(0)),)
    assert is_proven(cleared, book, terms)


def test_what_enters_a_zone_makes_room_for_what_leaves_it() -> None:
    """Limits are net: a zone whose line is shut sells 5 Wh and buys 5 Wh, where its own two orders do not meet."""
    book = [
        order(0, Side.OFFER, 5, 10, zone=1),
        order(1, Side.BID, 5, 12, zone=1),
        order(2, Side.BID, 5, 20),
        order(3, Side.OFFER, 5, 1),
    ]
    shut = (LineLimit(1, Wh(0), Wh(0)),)
    dear_inside = Terms(Proof.OPTIMUM, (ZoneCharge(0, 0, Price(50)), ZoneCharge(1, 1, Price(50))), shut)
    cleared = clear_lines(book, dear_inside, seed=1)

    assert [(each.bid, each.offer, each.wh) for each in cleared.trades] == [(1, 3, 5), (2, 0, 5)]
    assert is_proven(cleared, book, dear_inside)


def test_an_owner_alone_trades_nothing_and_gains_nothing() -> None:
    """Its own bid and offer do not meet, and no dual says that they should."""
    book = [order(0, Side.BID, 10, 25, owner="a"), order(1, Side.OFFER, 9, 9, owner="a")]
    cleared = clear_lines(book, FREE, seed=1)

    assert cleared.trades == ()
    assert surplus(cleared) == [0, 0]
    assert is_proven(cleared, book, FREE)


def test_an_owner_on_both_sides_is_cleared_apart_from_itself() -> None:
    """What it cannot buy from itself it buys from others who would not have sold, at another price."""
    book = [
        order(0, Side.BID, 10, 25, owner="a"),
        order(1, Side.OFFER, 10, 5, owner="a"),
        order(2, Side.OFFER, 4, 22),
        order(3, Side.BID, 3, 8),
    ]
    cleared = clear_lines(book, FREE, seed=1)

    assert [(each.bid, each.offer, each.wh) for each in cleared.trades] == [(0, 2, 4), (3, 1, 3)]
    assert is_proven(cleared, book, FREE)


def test_a_trade_at_a_loss_is_not_made() -> None:
    """Selling 15 to a bid of 12 would make room for 50 to buy at 1; no trade may do that, so the line stays full."""
    book = [
        order(0, Side.OFFER, 9, 1, zone=0),
        order(1, Side.BID, 9, 50, zone=1),
        order(2, Side.OFFER, 9, 15, zone=1),
        order(3, Side.BID, 9, 12, zone=2),
    ]
    terms = Terms(
        Proof.OPTIMUM, (ZoneCharge(0, 2, Price(100)), ZoneCharge(1, 1, Price(100))), (LineLimit(1, Wh(0), Wh(5)),)
    )

    cleared = clear_lines(book, terms, seed=1)

    assert cleared.trades == (trade(1, 0, 5, 1),)
    assert surplus(cleared) == [0, 0, 0, 0]
    assert cleared.certificate.lines == (LinePrice(1, Price(0), Price(49)),)
    assert is_proven(cleared, book, terms)


@pytest.mark.parametrize("book", [[], [order(0, Side.BID, 5, 20)], [order(0, Side.OFFER, 5, 20)]])
def test_one_side_or_none_is_proven_to_trade_nothing(book: list[BookOrder]) -> None:
    """Every order has a dual of 0, and a line of a zone without orders a price of 0."""
    terms = Terms(Proof.OPTIMUM, (), (LineLimit(7, Wh(0), Wh(0)),))
    cleared = clear_lines(book, terms, seed=1)

    assert cleared.trades == ()
    assert cleared.certificate.duals == tuple(Dual(each.number, each.wh, Price(0)) for each in book)
    assert is_proven(cleared, book, terms)


def test_numbers_at_the_edge_stay_exact() -> None:
    """2^64 - 1 Wh at 2^128 - 1 are whole numbers like any others."""
    most, top = 2**64 - 1, 2**128 - 1
    book = [order(0, Side.BID, most, top), order(1, Side.OFFER, most, 0, zone=1)]
    cleared = clear_lines(book, FREE, seed=1)

    assert cleared.trades == (trade(0, 1, most, top // 2),)
    assert is_proven(cleared, book, FREE)


def test_bad_input_is_refused() -> None:
    """An order twice, a k beyond its bounds."""
    with pytest.raises(DuplicateOrder):
        clear_lines([order(0, Side.BID, 5, 20)] * 2, FREE, seed=1)
    with pytest.raises(ValueError, match="permille"):
        clear_lines([], FREE, seed=1, k_permille=1_001)
