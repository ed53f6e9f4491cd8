"""What the check of shares per producer and consumer finds, and of trades by them."""

from dataclasses import replace

import pytest

from aipchain.market.allocation.clearing import clear_by_producers
from aipchain.market.allocation.pairs import Pair, PairAllocation, share_by_pairs
from aipchain.market.allocation.pairs_certificate import Fault, PairOfMeters, Shares, verify, verify_trades
from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side, Trade
from aipchain.market.breach import At, Breach, Thing
from aipchain.units import Price, Wh

SUN, WIND, ANN, BEN = MeterId(1), MeterId(2), MeterId(3), MeterId(4)
COEFFICIENTS = {(SUN, ANN): 500_000, (SUN, BEN): 300_000, (WIND, ANN): 1_000_000}
BOOK = Shares({SUN: Wh(1_000), WIND: Wh(400)}, {ANN: Wh(600), BEN: Wh(900)}, COEFFICIENTS)
FAIR = share_by_pairs(BOOK.generation, BOOK.consumption, COEFFICIENTS)
PRICE = Price(10)


def order(number: int, meter: MeterId, side: Side, wh: int, owner: str = "") -> BookOrder:
    """An order that may trade at the price, of the meter's own owner unless told otherwise."""
    limit = Price(20 if side is Side.BID else 5)
    return BookOrder(OrderNumber(number), AccountId(owner or str(meter)), meter, side, Wh(wh), limit)


ORDERS = (
    order(0, SUN, Side.OFFER, 1_000),
    order(1, WIND, Side.OFFER, 400),
    order(2, ANN, Side.BID, 200),
    order(3, ANN, Side.BID, 400),
    order(4, BEN, Side.BID, 900),
)
TRADES = clear_by_producers(ORDERS, PRICE, COEFFICIENTS)


def with_used(changes: dict[Pair, int]) -> PairAllocation:
    """The fair allocation with other uses [Wh]."""
    return replace(FAIR, used={**FAIR.used, **{pair: Wh(wh) for pair, wh in changes.items()}})


def with_assigned(changes: dict[Pair, int], kept: int) -> PairAllocation:
    """The fair allocation with other parts [Wh], and what the sun keeps."""
    assigned = {**FAIR.assigned, **{pair: Wh(wh) for pair, wh in changes.items()}}
    return replace(FAIR, assigned=assigned, unassigned={**FAIR.unassigned, SUN: Wh(kept)})


def test_the_fair_allocation_is_proven() -> None:
    """Ann is offered 500 and 400 Wh and takes 600 of them, in proportion; Ben takes his 300."""
    assert FAIR.used == {(SUN, ANN): 333, (SUN, BEN): 300, (WIND, ANN): 267, (WIND, BEN): 0}
    assert verify(BOOK, FAIR) is None


@pytest.mark.parametrize(
    ("result", "breach"),
    [
        (with_used({(ANN, SUN): 1}), Breach(Fault.PAIRS_NOT_ANSWERED_ONCE)),
        (replace(FAIR, used={}), Breach(Fault.PAIRS_NOT_ANSWERED_ONCE)),
        (replace(FAIR, unassigned={SUN: Wh(200)}), Breach(Fault.PAIRS_NOT_ANSWERED_ONCE)),
        (with_used({(SUN, BEN): 301}), Breach(Fault.USED_NOT_CAPPED, PairOfMeters(SUN, BEN))),
        (with_used({(SUN, BEN): -1}), Breach(Fault.USED_NOT_CAPPED, PairOfMeters(SUN, BEN))),
        (with_assigned({}, 201), Breach(Fault.PRODUCER_SUM_DIFFERS, At(Thing.METER, SUN))),
        (with_assigned({(SUN, ANN): 501}, 199), Breach(Fault.COEFFICIENT_NOT_KEPT, PairOfMeters(SUN, ANN))),
        (with_used({(SUN, BEN): 299}), Breach(Fault.CONSUMER_SUM_DIFFERS, At(Thing.METER, BEN))),
        (with_used({(SUN, ANN): 335, (WIND, ANN): 265}), Breach(Fault.USE_NOT_IN_PROPORTION, PairOfMeters(SUN, ANN))),
    ],
)
def test_an_allocation_that_is_wrong(result: PairAllocation, breach: Breach) -> None:
    """A stranger, a part above its share, energy lost or made up, a favour."""
    assert verify(BOOK, result) == breach
    assert verify_trades(ORDERS, TRADES, PRICE, COEFFICIENTS, result) == breach


def test_coefficients_above_the_whole_are_found() -> None:
    """A producer cannot hand out more than all it has; nor less than nothing."""
    for coefficient in (700_001, -1):
        book = replace(BOOK, coefficients={**COEFFICIENTS, (SUN, BEN): coefficient, (SUN, ANN): 300_000})
        assert verify(book, FAIR) == Breach(Fault.COEFFICIENTS_ABOVE_WHOLE, At(Thing.METER, SUN))


def test_the_trades_are_proven() -> None:
    """In any sequence, and of a book in any sequence."""
    assert verify_trades(ORDERS, TRADES, PRICE, COEFFICIENTS, FAIR) is None
    assert verify_trades(ORDERS[::-1], TRADES[::-1], PRICE, COEFFICIENTS, FAIR) is None


def moved(bid: int, offer: int, by: int) -> tuple[Trade, ...]:
    """The trades with other energy between two orders [Wh]."""
    return tuple(
        replace(each, wh=Wh(each.wh + by)) if (each.bid, each.offer) == (bid, offer) else each for each in TRADES
    )


@pytest.mark.parametrize(
    ("trades", "breach"),
    [
        (moved(4, 0, 1_000), Breach(Fault.OUTSIDE_ENVELOPE, At(Thing.TRADE, len(TRADES) - 1))),
        (tuple(replace(each, price=Price(11)) for each in TRADES), Breach(Fault.OTHER_PRICE, At(Thing.TRADE, 0))),
        (moved(4, 0, -1), Breach(Fault.OTHER_ENERGY, PairOfMeters(SUN, BEN), -1)),
        (moved(4, 0, 1), Breach(Fault.OTHER_ENERGY, PairOfMeters(SUN, BEN), 1)),
        (TRADES[:-1], Breach(Fault.OTHER_ENERGY, PairOfMeters(SUN, BEN), -300)),
    ],
)
def test_trades_that_are_wrong(trades: tuple[Trade, ...], breach: Breach) -> None:
    """Energy, price, and a trade left out."""
    assert verify_trades(ORDERS, trades, PRICE, COEFFICIENTS, FAIR) == breach


def test_a_favour_to_one_order_of_a_meter_is_found() -> None:
    """Ann's 600 Wh go to her orders by 200 to 400; all to one of them is a breach at that order."""
    lopsided = (
        Trade(OrderNumber(2), OrderNumber(0), Wh(200), PRICE),
        Trade(OrderNumber(3), OrderNumber(0), Wh(133), PRICE),
        Trade(OrderNumber(3), OrderNumber(1), Wh(267), PRICE),
        Trade(OrderNumber(4), OrderNumber(0), Wh(300), PRICE),
    )
    assert verify_trades(ORDERS, lopsided, PRICE, COEFFICIENTS, FAIR) is None
    book = (*ORDERS[:3], order(3, ANN, Side.BID, 4_000), ORDERS[4])
    fair = share_by_pairs(BOOK.generation, {ANN: Wh(4_200), BEN: Wh(900)}, COEFFICIENTS)
    trades = (
        Trade(OrderNumber(2), OrderNumber(0), Wh(200), PRICE),
        Trade(OrderNumber(3), OrderNumber(0), Wh(300), PRICE),
        Trade(OrderNumber(3), OrderNumber(1), Wh(400), PRICE),
        Trade(OrderNumber(4), OrderNumber(0), Wh(300), PRICE),
    )
    found = verify_trades(book, trades, PRICE, COEFFICIENTS, fair)
    assert found == Breach(Fault.ORDER_NOT_IN_PROPORTION, At(Thing.ORDER, 2))


def test_what_an_owner_has_from_itself_is_no_trade() -> None:
    """Ann owns the sun, too: her part of it is not traded, and is not missing."""
    orders = (order(0, SUN, Side.OFFER, 1_000, owner="3"), *ORDERS[1:])
    trades = clear_by_producers(orders, PRICE, COEFFICIENTS)

    assert sum(each.wh for each in trades) == 267 + 300
    assert verify_trades(orders, trades, PRICE, COEFFICIENTS, FAIR) is None
