"""The envelope: each rule by name, the order of rules, the first breach, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from aipchain.market.book import BookOrder, OrderNumber, Trade
from aipchain.market.envelope import EnvelopeRule, PlacedOrder, Refusal, first_breach, first_breach_in_book
from aipchain.units import Price, UnixSeconds, Wh

Book = Callable[..., tuple[BookOrder, ...]]
START, GATE = UnixSeconds(7_200), UnixSeconds(3_600)
GOOD = Trade(OrderNumber(0), OrderNumber(2), Wh(5), Price(15))


@pytest.fixture
def placed(book: Book) -> dict[OrderNumber, PlacedOrder]:
    """Two bids and three offers of one book; the last offer is Ann's, as the first bid."""
    orders = book("bid ann 20@5", "bid ben 18@5", "offer cat 10@5", "offer dan 12@9", "offer ann 10@9")
    return {order.number: PlacedOrder(order, 1, START, UnixSeconds(3_599)) for order in orders}


def check(placed: dict[OrderNumber, PlacedOrder], *trades: Trade) -> Refusal | None:
    """The first breach for the book of community 1."""
    return first_breach(trades, placed, community=1, interval_start=START, closes_at=GATE)


def test_a_sound_result_passes(placed: dict[OrderNumber, PlacedOrder]) -> None:
    """Trades at either limit, and orders served to the last watt-hour, are fine; so is no trade."""
    at_limits = (replace(GOOD, price=Price(20)), Trade(OrderNumber(1), OrderNumber(3), Wh(5), Price(12)))

    assert check(placed, *at_limits) is None
    assert check(placed) is None


@pytest.mark.parametrize(
    ("rule", "trade"),
    [
        (EnvelopeRule.UNKNOWN_ORDER, replace(GOOD, bid=OrderNumber(9))),
        (EnvelopeRule.UNKNOWN_ORDER, replace(GOOD, offer=OrderNumber(9))),
        (EnvelopeRule.WRONG_SIDE, Trade(OrderNumber(2), OrderNumber(0), Wh(5), Price(15))),
        (EnvelopeRule.WRONG_SIDE, Trade(OrderNumber(0), OrderNumber(1), Wh(5), Price(15))),
        (EnvelopeRule.ZERO_ENERGY, replace(GOOD, wh=Wh(0))),
        (EnvelopeRule.ABOVE_BID_LIMIT, replace(GOOD, price=Price(21))),
        (EnvelopeRule.BELOW_OFFER_LIMIT, replace(GOOD, price=Price(9))),
        (EnvelopeRule.SELF_TRADE, replace(GOOD, offer=OrderNumber(4))),
        (EnvelopeRule.BID_OVERFILLED, Trade(OrderNumber(0), OrderNumber(3), Wh(6), Price(15))),
    ],
)
def test_each_rule_of_a_single_trade(placed: dict[OrderNumber, PlacedOrder], rule: EnvelopeRule, trade: Trade) -> None:
    """A breach is reported with its place in the list."""
    sound = Trade(OrderNumber(1), OrderNumber(3), Wh(1), Price(15))

    assert check(placed, sound, trade) == Refusal(1, rule)


def test_offer_overfilled_by_two_bids(placed: dict[OrderNumber, PlacedOrder]) -> None:
    """Each trade fits its bid, together they take more than the offer has."""
    assert check(placed, GOOD, Trade(OrderNumber(1), OrderNumber(2), Wh(1), Price(15))) == Refusal(
        1, EnvelopeRule.OFFER_OVERFILLED
    )


def test_order_twice_in_a_result_is_fine_a_pair_twice_is_not(placed: dict[OrderNumber, PlacedOrder]) -> None:
    """A bid may be met by two offers, but the same two orders meet once."""
    part = replace(GOOD, wh=Wh(2))

    assert check(placed, part, Trade(OrderNumber(0), OrderNumber(3), Wh(3), Price(15))) is None
    assert check(placed, part, part) == Refusal(1, EnvelopeRule.LISTED_TWICE)


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        (EnvelopeRule.WRONG_BOOK, {"community": 2}),
        (EnvelopeRule.WRONG_BOOK, {"interval_start": UnixSeconds(10_800)}),
        (EnvelopeRule.ORDER_NOT_OPEN, {"is_open": False}),
        (EnvelopeRule.PLACED_AFTER_GATE, {"placed_at": GATE}),
    ],
)
@pytest.mark.parametrize("number", [0, 2])
def test_same_market_open_and_in_time(
    placed: dict[OrderNumber, PlacedOrder], rule: EnvelopeRule, change: dict[str, int], number: int
) -> None:
    """Both orders must be open orders of this book, placed before the gate."""
    key = OrderNumber(number)
    placed[key] = PlacedOrder(
        placed[key].order,
        change.get("community", 1),
        UnixSeconds(change.get("interval_start", START)),
        UnixSeconds(change.get("placed_at", 0)),
        bool(change.get("is_open", True)),
    )

    assert check(placed, GOOD) == Refusal(0, rule)


def test_the_rules_are_tried_in_the_order_of_the_protocol(placed: dict[OrderNumber, PlacedOrder]) -> None:
    """A trade that breaks several rules is refused by the first."""
    assert check(placed, Trade(OrderNumber(1), OrderNumber(0), Wh(0), Price(99))) == Refusal(0, EnvelopeRule.WRONG_SIDE)
    assert check(placed, Trade(OrderNumber(0), OrderNumber(4), Wh(99), Price(99))) == Refusal(
        0, EnvelopeRule.ABOVE_BID_LIMIT
    )


def test_the_rules_are_the_ones_of_the_protocol() -> None:
    """Names and order are written once more in docs/protocol.md, for the chain."""
    protocol = (Path(__file__).parents[3] / "docs" / "protocol.md").read_text(encoding="utf-8")

    assert "`enum Rule { " + ", ".join(EnvelopeRule) + " }`" in protocol


def test_rate_is_price_per_unit(book: Book) -> None:
    """A price multiplied by the energy is above the limit, not a way to write a price."""
    orders = book("bid ann 20@5", "offer ben 10@5")

    assert first_breach_in_book([Trade(OrderNumber(0), OrderNumber(1), Wh(5), Price(75))], orders) == Refusal(
        0, EnvelopeRule.ABOVE_BID_LIMIT
    )
