"""Fees of the grid, as charges of a clearing over zones: counted once, and the named faults of other markets' fees."""

import pytest

from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side
from aipchain.market.certificate import first_flaw
from aipchain.market.challenge import first_fault
from aipchain.market.network.errors import FeeOutOfRange, UnknownZone
from aipchain.market.network.line_clearing import LineClearing, clear_lines
from aipchain.market.network.tariff import GridTariff, Relief, grid_tariff
from aipchain.market.terms import Proof, Terms, ZoneCharge
from aipchain.units import Price, Wh

TWO_ZONES = grid_tariff([[1, 4], [4, 1]])
Row = tuple[Side, int, int]
"""Side, limit price and zone of 5 Wh."""


def book(*rows: Row) -> list[BookOrder]:
    """Orders of owners of their own, by number from 0."""
    return [
        BookOrder(OrderNumber(n), AccountId(f"owner {n}"), MeterId(n), side, Wh(5), Price(limit), zone)
        for n, (side, limit, zone) in enumerate(rows)
    ]


def bid(limit: int, zone: int) -> Row:
    """A bid of 5 Wh."""
    return Side.BID, limit, zone


def offer(limit: int, zone: int) -> Row:
    """An offer of 5 Wh."""
    return Side.OFFER, limit, zone


def cleared(rows: list[BookOrder], tariff: GridTariff = TWO_ZONES) -> LineClearing:
    """The clearing under the tariff's charges, after the chain would take it and nobody could undo it."""
    terms = Terms(Proof.OPTIMUM, tariff.zone_charges)
    found = clear_lines(rows, terms, seed=1)
    assert first_flaw(found.trades, rows, terms, found.certificate) is None
    assert first_fault(found.trades, rows, terms, found.certificate) is None
    return found


def traded(found: LineClearing) -> set[tuple[int, int]]:
    """Who trades: (bid, offer)."""
    return {(trade.bid, trade.offer) for trade in found.trades}


def test_buyer_pays_what_seller_gets_and_the_fee_once() -> None:
    """20 less 10 less a fee of 4 is 6 to share; a double-counted fee would leave 2."""
    (trade,) = (found := cleared(book(bid(20, 0), offer(10, 1)))).trades

    assert trade.price == 13
    assert [dual.surplus for dual in found.certificate.duals] == [3, 3]


def test_the_fee_matrix_is_used() -> None:
    """The dearer offer of the own zone is used where the way from the cheap one costs more than it saves."""
    orders = book(bid(20, 0), offer(10, 1), offer(12, 0))

    assert traded(cleared(orders)) == {(0, 2)}
    assert traded(cleared(orders, grid_tariff([[1, 1], [1, 1]]))) == {(0, 1)}


def test_the_highest_asks_fee_does_not_set_everybodys_price() -> None:
    """Both bids are served, one over the dearer way; the near seller gets the 3 more that the far way costs."""
    found = cleared(book(bid(20, 0), bid(19, 0), offer(10, 0), offer(11, 1)))
    prices = {trade.offer: trade.price for trade in found.trades}

    assert prices[OrderNumber(2)] - prices[OrderNumber(3)] == 3


def test_the_fee_is_on_top_never_subtracted() -> None:
    """A bid that covers the offer but not its way does not trade; with the sign turned round it would."""
    assert traded(cleared(book(bid(13, 0), offer(10, 1)))) == set()
    assert traded(cleared(book(bid(15, 0), offer(10, 1)))) == {(0, 1)}


def test_a_negative_fee_is_refused() -> None:
    """Relief is a reduction of at most the whole fee, not a fee below zero."""
    with pytest.raises(FeeOutOfRange, match="must not be negative"):
        grid_tariff([[1, -4], [4, 1]])
    with pytest.raises(FeeOutOfRange, match=r"0\.\.1000"):
        Relief(same_zone=1_001)
    with pytest.raises(FeeOutOfRange, match=r"0\.\.1000"):
        grid_tariff([[1]], loss_permille=[[1_001]])
    with pytest.raises(FeeOutOfRange, match="loss price"):
        grid_tariff([[1]], loss_price=-1)


def test_regulated_relief_is_by_zone_and_by_substation() -> None:
    """Within the zone 57 %, below one substation 28 % less, rounded up; across substations the whole fee."""
    relief = Relief(same_zone=570, same_substation=280)
    tariff = grid_tariff([[1_001] * 3] * 3, relief=relief, substations=[7, 7, 8])

    assert tariff.charges == ((431, 721, 1_001), (721, 431, 1_001), (1_001, 1_001, 431))


def test_a_loss_is_charged_at_the_loss_price() -> None:
    """15 permille at 300 per Wh is 4.5, rounded up to 5; relief does not touch it."""
    tariff = grid_tariff(
        [[10, 10], [10, 10]], loss_permille=[[0, 15], [15, 0]], loss_price=300, relief=Relief(same_zone=500)
    )

    assert tariff.charges == ((5, 15), (15, 5))


def test_terms_list_what_costs_something() -> None:
    """By seller's zone, then buyer's; a way that is free is left out."""
    assert grid_tariff([[0, 4], [3, 0]]).zone_charges == (ZoneCharge(0, 1, Price(4)), ZoneCharge(1, 0, Price(3)))


def test_a_table_that_is_not_square_is_refused() -> None:
    """And a pair of zones that is not in it."""
    with pytest.raises(UnknownZone, match="a pair of zones"):
        TWO_ZONES.charge(0, -1)
    with pytest.raises(UnknownZone, match="a row of fees"):
        grid_tariff([[1, 2], [3]])
    with pytest.raises(UnknownZone, match="the table of losses"):
        grid_tariff([[1]], loss_permille=[[1], [2]])
