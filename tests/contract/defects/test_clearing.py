"""Defects a, b, c, f: what the operator may write into a result."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from aipchain.runtime_bridge import reads
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.errors import TradeRefused
from aipchain.units import UnixSeconds

if TYPE_CHECKING:
    from tests.contract.defects.conftest import Neighbours
    from tests.integration.orchestrator.village import Village

    Places = Callable[[Village, Neighbours], t.OrderNumber]

OFFERED, WANTED = 150_000_000, 200_000_000
"""The limits of the seller and the buyer [base units per Wh]."""
DEAREST = 2**64 - 1
"""The highest price the chain can write."""


def closes(village: Village) -> None:
    """Let the gate of the interval close."""
    village.waits_until(village.interval - village.parameters.gate_closure_s)


def breach(village: Village, *trades: t.Trade) -> tuple[int, str]:
    """Which trade of a refused result breaks which rule; nothing may come of the result."""
    refusal = village.is_refused(village.service, village.clearing(*trades))
    assert isinstance(refusal, TradeRefused)
    assert reads.trades(village.connection, village.here, village.interval) == ()
    assert village.book().status is t.BookStatus.OPEN
    return refusal.index, refusal.rule


# a


@pytest.mark.parametrize("price", [OFFERED, (OFFERED + WANTED) // 2, WANTED])
def test_a_price_within_both_limits(village: Village, price: int) -> None:
    """The other market took any price of the operator; here every price from limit to limit is taken, and kept."""
    bid, offer = village.bid(village.buyer, 300, WANTED), village.offer(village.seller, 300, OFFERED)
    trade = village.trade(bid, offer, 300, price)

    village.clears(trade)

    assert reads.trades(village.connection, village.here, village.interval) == (trade,)


@pytest.mark.parametrize(
    ("price", "rule"),
    [
        (0, "BelowOfferLimit"),
        (OFFERED - 1, "BelowOfferLimit"),
        (WANTED + 1, "AboveBidLimit"),
        (DEAREST, "AboveBidLimit"),
    ],
)
def test_a_price_outside_the_limits_is_refused(village: Village, price: int, rule: str) -> None:
    """The other market took any price of the operator; here one unit beyond a limit refuses the result by name."""
    bid, offer = village.bid(village.buyer, 300, WANTED), village.offer(village.seller, 300, OFFERED)
    closes(village)

    assert breach(village, village.trade(bid, offer, 300, price)) == (0, rule)


@pytest.mark.parametrize(("price", "rule"), [(OFFERED, "AboveBidLimit"), (OFFERED - 1, "BelowOfferLimit")])
def test_a_price_between_crossed_limits_does_not_exist(village: Village, price: int, rule: str) -> None:
    """The other market joined any two orders; here a bid below the offer trades at neither limit."""
    bid, offer = village.bid(village.buyer, 300, OFFERED - 1), village.offer(village.seller, 300, OFFERED)
    closes(village)

    assert breach(village, village.trade(bid, offer, 300, price)) == (0, rule)


# b


def an_hour_later(side: t.Side) -> Places:
    """Places an order for the next interval."""

    def place(village: Village, _: Neighbours) -> t.OrderNumber:
        whose = village.buyer if side is t.Side.BID else village.seller
        order = village.order(whose, side, 300)
        return village.places(whose, order, interval=UnixSeconds(village.interval + 3_600))

    return place


def next_door(side: t.Side) -> Places:
    """Places an order in the other community."""
    return lambda village, there: there.places(village.buyer if side is t.Side.BID else village.seller, side, 300)


def at_home(side: t.Side) -> Places:
    """Places an order where it belongs."""
    return lambda village, _: (
        village.bid(village.buyer, 300) if side is t.Side.BID else village.offer(village.seller, 300)
    )


ELSEWHERE = {"an_hour_later": an_hour_later, "next_door": next_door}


@pytest.mark.parametrize("strays", ["the bid", "the offer", "both"])
@pytest.mark.parametrize("place", ELSEWHERE)
def test_b_same_market(village: Village, neighbours: Neighbours, place: str, strays: str) -> None:
    """The other market compared no market of bid, offer and match; here all three are of one community and interval."""
    good = village.trade(village.bid(village.prosumer, 10), village.offer(village.seller, 10, id=9), 10)
    bid = (at_home if strays == "the offer" else ELSEWHERE[place])(t.Side.BID)(village, neighbours)
    offer = (at_home if strays == "the bid" else ELSEWHERE[place])(t.Side.OFFER)(village, neighbours)
    closes(village)

    assert breach(village, good, village.trade(bid, offer, 10)) == (1, "WrongBook")


def test_b_same_market_of_the_operator(village: Village, neighbours: Neighbours) -> None:
    """The other market let one operator write everywhere; here the result, too, is held to its own book."""
    bid, offer = village.bid(village.buyer, 300), village.offer(village.seller, 300)
    neighbours.places(village.buyer, t.Side.BID, 300)
    closes(village)
    trade = village.trade(bid, offer, 300)

    refusal = village.is_refused(village.service, neighbours.clearing(trade))

    assert isinstance(refusal, TradeRefused)
    assert (refusal.index, refusal.rule) == (0, "WrongBook")
    assert village.is_refused(village.stranger, village.clearing(trade)).name == "NotOperator"


# c


def test_c_zero_energy_refused(village: Village) -> None:
    """The other market took matches and orders of no energy; here neither is, alone or beside others, and 1 Wh is."""
    bid, offer = village.bid(village.buyer, 300), village.offer(village.seller, 300)
    other = village.offer(village.prosumer, 300)
    for side in t.Side:
        nothing = village.placing(village.order(village.buyer, side, 0, id=1))
        assert village.is_refused(village.buyer.key, nothing).name == "ZeroEnergy"
    closes(village)

    assert breach(village, village.trade(bid, offer, 0)) == (0, "ZeroEnergy")
    assert breach(village, village.trade(bid, offer, 300), village.trade(bid, other, 0)) == (1, "ZeroEnergy")
    village.does(village.service, village.clearing(village.trade(bid, offer, 1)))
    assert village.book().traded_wh == 1


# f


def test_f_order_twice_in_batch(village: Village) -> None:
    """The other market dropped or reverted later matches of an order; here an order's trades of one result add up."""
    bid, other_bid = village.bid(village.buyer, 600), village.bid(village.prosumer, 50)
    offers = [village.offer(village.seller, 250, id=id) for id in range(3)]
    fills = village.trade(bid, offers[0], 250), village.trade(bid, offers[1], 250), village.trade(bid, offers[2], 100)
    also = village.trade(other_bid, offers[2], 50)

    village.clears(*fills, also)

    placed = reads.orders(village.connection)
    assert [placed[number].filled_wh for number in (bid, other_bid, *offers)] == [600, 50, 250, 250, 150]
    assert reads.trades(village.connection, village.here, village.interval) == (*fills, also)


@pytest.mark.parametrize("side", t.Side, ids=lambda side: side.name.lower())
def test_f_order_twice_in_batch_and_too_often(village: Village, side: t.Side) -> None:
    """The other market looked at each match alone; here the second fill that is too much refuses all, and leaves no
    fill behind that would stand in the way of the right result."""
    is_bid = side is t.Side.BID
    shared = village.bid(village.buyer, 300) if is_bid else village.offer(village.buyer, 300)
    place = village.offer if is_bid else village.bid
    others = [place(village.seller, 200), place(village.prosumer, 200)]

    def fill(other: int, wh: int) -> t.Trade:
        return village.trade(shared, other, wh) if is_bid else village.trade(other, shared, wh)

    closes(village)
    name = "BidOverfilled" if is_bid else "OfferOverfilled"
    assert breach(village, fill(others[0], 200), fill(others[1], 101)) == (1, name)

    village.does(village.service, village.clearing(fill(others[0], 200), fill(others[1], 100)))

    assert reads.orders(village.connection)[t.OrderNumber(shared)].filled_wh == 300
