"""The market chapter between gate and deadline: the envelope of a clearing."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from aipchain.pallets_spec import market
from aipchain.pallets_spec.errors import BadOrigin, Market
from aipchain.pallets_spec.market import BookStatus, IntervalCleared
from aipchain.pallets_spec.origin import Root
from aipchain.pallets_spec.proofs import Nothing
from aipchain.pallets_spec.scale import trades_hash
from aipchain.pallets_spec.types import NO_HASH, U64_MAX, CommunityId, OrderNumber, Rule, RuleSet, Trade
from aipchain.units import Price, UnixSeconds, Wh

if TYPE_CHECKING:
    from tests.spec.market.conftest import Square

START, HOUR = 1_800_000_000, 3_600
GATE = START - 900
DEADLINE = GATE + 300


def _trade(bid: int, offer: int, wh: int = 1, price: int = 15) -> Trade:
    return Trade(OrderNumber(bid), OrderNumber(offer), Wh(wh), Price(price))


@pytest.fixture
def cleared_soon(square: "Square") -> "Square":
    """The gate has just closed on seven orders.

    Ada bids 1,000 Wh (0) and 100 Wh (1) at 20 and offers 50 Wh at 5 (4); Ben offers 600 Wh at 10 (2), Cat 600 Wh at 12
    (3). Order 5 is Ben's for the next interval, 6 is Cat's, cancelled.
    """
    square.place("ada", square.order("bid", "1000@20", 0), square.order("bid", "100@20", 0, 2))
    square.place("ben", square.order("offer", "600@10", 1))
    square.place("cat", square.order("offer", "600@12", 2))
    square.place("ada", square.order("offer", "50@5", 3, 3))
    square.place("ben", square.order("offer", "600@10", 1), start=START + HOUR)
    square.place("cat", square.order("offer", "600@12", 2, 2))
    square.town.does("cat", market.cancel_order, number=OrderNumber(6))
    square.town.at(GATE)
    return square


def test_a_clearing_within_the_envelope_is_recorded(cleared_soon: "Square") -> None:
    """Orders are filled to the last watt-hour and at either limit."""
    trades = [_trade(0, 2, 600, 10), _trade(0, 3, 400, 20), _trade(1, 3, 100)]

    events = cleared_soon.clear(*trades)

    town, book = cleared_soon.town, cleared_soon.book
    expected = IntervalCleared(
        town.community,
        UnixSeconds(START),
        cleared_soon.rules(),
        trades_hash(trades),
        3,
        Wh(1_100),
        None,
        town.account("operator"),
    )
    assert events == [expected]
    assert (book.status, book.trades, book.traded_wh) == (BookStatus.CLEARED, 3, 1_100)
    assert book.result == trades_hash(trades)
    assert town.world.market.trades == {cleared_soon.key: tuple(trades)}
    assert [order.filled_wh for order in town.world.market.orders.values()] == [1_000, 100, 600, 500, 0, 0, 0]


def test_a_clearing_is_accepted_once(cleared_soon: "Square") -> None:
    """The same again changes nothing, even after the deadline; another result or other rules are refused."""
    cleared_soon.clear(_trade(0, 2))
    cleared_soon.town.at(DEADLINE)

    assert cleared_soon.clear(_trade(0, 2)) == []
    assert isinstance(cleared_soon.clear_refused(_trade(0, 2, 2)), Market.BookNotOpen)
    other = replace(cleared_soon.rules(), price=NO_HASH)
    assert isinstance(cleared_soon.clear_refused(_trade(0, 2), rules=other), Market.BookNotOpen)


def test_no_trade_is_a_result(cleared_soon: "Square") -> None:
    """A market where nobody meets is cleared."""
    cleared_soon.clear()
    assert (cleared_soon.book.status, cleared_soon.book.trades) == (BookStatus.CLEARED, 0)


def test_a_clearing_comes_from_an_operator_in_its_window_under_the_rules_of_the_book(cleared_soon: "Square") -> None:
    """Every refusal but the envelope's, in the order of the rules."""
    town, rules = cleared_soon.town, cleared_soon.rules()
    start, trades = UnixSeconds(START), [_trade(0, 2)]
    arguments = {
        "community": town.community,
        "interval_start": start,
        "rules": rules,
        "trades": trades,
        "certificate": Nothing(),
    }
    other = RuleSet(rules.clear, rules.price)

    def refused(who: "str | Root", **changed: object) -> object:
        return town.refused(who, market.submit_clearing, **{**arguments, **changed})  # type: ignore[arg-type]

    assert isinstance(refused(Root()), BadOrigin)
    assert isinstance(refused("oracle", community=CommunityId(9)), Market.UnknownCommunity)
    assert isinstance(refused("oracle", interval_start=START + 2 * HOUR), Market.NotOperator)
    assert isinstance(refused("operator", interval_start=START + 2 * HOUR), Market.NoBook)
    town.at(GATE - 1)
    assert isinstance(refused("operator", rules=other), Market.GateOpen)
    town.at(DEADLINE)
    assert isinstance(refused("operator", rules=other), Market.DeadlinePassed)
    town.at(DEADLINE - 1)
    assert isinstance(refused("operator", rules=other, trades=[_trade(9, 9)]), Market.RulesMismatch)
    cleared_soon.clear(*trades)


GOOD = _trade(0, 2, 100)


@pytest.mark.parametrize(
    ("rule", "trades"),
    [
        (Rule.UNKNOWN_ORDER, [GOOD, _trade(0, 9)]),
        (Rule.UNKNOWN_ORDER, [GOOD, _trade(9, 2)]),
        (Rule.WRONG_BOOK, [GOOD, _trade(0, 5, 0, 99)]),
        (Rule.ORDER_NOT_OPEN, [GOOD, _trade(0, 6, 0, 99)]),
        (Rule.WRONG_SIDE, [GOOD, _trade(2, 3, 0, 99)]),
        (Rule.WRONG_SIDE, [GOOD, _trade(0, 1)]),
        (Rule.WRONG_SIDE, [GOOD, _trade(0, 0, 1, 20)]),
        (Rule.ZERO_ENERGY, [GOOD, _trade(0, 3, 0, 21)]),
        (Rule.ABOVE_BID_LIMIT, [GOOD, _trade(0, 4, 9_999, 21)]),
        (Rule.BELOW_OFFER_LIMIT, [GOOD, _trade(0, 4, 9_999, 4)]),
        (Rule.SELF_TRADE, [GOOD, _trade(0, 4, 9_999)]),
        (Rule.BID_OVERFILLED, [GOOD, _trade(0, 3, 901)]),
        (Rule.BID_OVERFILLED, [GOOD, _trade(1, 2, 501)]),
        (Rule.OFFER_OVERFILLED, [GOOD, _trade(0, 2, 501)]),
        (Rule.LISTED_TWICE, [_trade(0, 2), _trade(0, 2)]),
    ],
)
def test_every_rule_refuses_the_whole_result(cleared_soon: "Square", rule: Rule, trades: list[Trade]) -> None:
    """The first rule that the first wrong trade breaks is named, with the place of the trade."""
    refusal = cleared_soon.clear_refused(*trades, _trade(9, 9))

    assert isinstance(refusal, Market.TradeRefused)
    assert (refusal.index, refusal.rule) == (1, rule)


def test_the_first_trade_can_be_the_wrong_one(cleared_soon: "Square") -> None:
    """Places are counted from 0."""
    refusal = cleared_soon.clear_refused(_trade(0, 9), GOOD)
    assert isinstance(refusal, Market.TradeRefused)
    assert (refusal.index, refusal.rule) == (0, Rule.UNKNOWN_ORDER)


def test_orders_may_meet_in_several_pairs(cleared_soon: "Square") -> None:
    """Only the same pair twice is refused."""
    cleared_soon.clear(_trade(0, 2), _trade(0, 3), _trade(1, 2), _trade(1, 3))
    assert cleared_soon.book.traded_wh == 4


def test_an_order_placed_when_the_gate_was_closed_is_refused(cleared_soon: "Square") -> None:
    """No call places one; a clearing would not take it either."""
    orders = cleared_soon.town.world.market.orders
    orders[OrderNumber(3)] = replace(orders[OrderNumber(3)], placed_at=UnixSeconds(GATE))

    refusal = cleared_soon.clear_refused(_trade(0, 2), _trade(0, 3))

    assert isinstance(refusal, Market.TradeRefused)
    assert (refusal.index, refusal.rule) == (1, Rule.PLACED_AFTER_GATE)


def test_traded_energy_that_does_not_fit_is_refused(square: "Square") -> None:
    """The sum over the book is a number of 64 bits. No connection carries so much: these orders cannot be."""
    square.place("ada", square.order("bid", "1@0", 0), square.order("bid", "1@0", 0, 2))
    square.place("ben", square.order("offer", "1@0", 1), square.order("offer", "1@0", 1, 2))
    square.town.at(GATE)
    orders = square.town.world.market.orders
    sound = dict(orders)
    orders.update({number: replace(order, wh=Wh(U64_MAX)) for number, order in sound.items()})

    assert isinstance(square.clear_refused(_trade(0, 2, U64_MAX, 0), _trade(1, 3, 1, 0)), Market.Overflow)
    orders.update(sound)
