"""The market chapter between clearing and settlement: a fault is shown, and the clearing is undone."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.spec.market.conftest import Square, open_square, trade

from aipchain.pallets_spec import market
from aipchain.pallets_spec.errors import BadOrigin, Corruption, Market
from aipchain.pallets_spec.market import BookStatus, ClearingOverturned
from aipchain.pallets_spec.merkle import path_to
from aipchain.pallets_spec.origin import Root
from aipchain.pallets_spec.proofs import (
    Dual,
    DualFault,
    Fault,
    Leaf,
    LineFault,
    LinePrice,
    Nothing,
    Optimum,
    PairFault,
    UniformPrice,
)
from aipchain.pallets_spec.scale import dual_item, trades_hash
from aipchain.pallets_spec.types import (
    LineLimit,
    MeterId,
    OrderNumber,
    Proof,
    Terms,
    Trade,
    ZoneCharge,
)
from aipchain.pallets_spec.world import World
from aipchain.units import Price, UnixSeconds, Wh

if TYPE_CHECKING:
    from tests.spec.conftest import Town

START, HOUR = UnixSeconds(1_800_000_000), 3_600
GATE = START - 900
DEADLINE = GATE + 300
TERMS = Terms(Proof.OPTIMUM, (ZoneCharge(0, 1, Price(3)),))
LIMITED = replace(TERMS, limits=(LineLimit(0, Wh(30), Wh(7)), LineLimit(1, Wh(40), Wh(50))))
BEST_LIMITED = (trade(0, 1, 60, 15), trade(0, 2, 30, 14))
NO_PRICES = (LinePrice(0, Price(0), Price(0)), LinePrice(1, Price(0), Price(0)))
BEST = (trade(0, 1, 60, 15), trade(0, 2, 40, 14))
DUALS = ((0, 100, 9), (1, 60, 1), (2, 100, 0))


def _duals(*duals: tuple[int, int, int]) -> tuple[Dual, ...]:
    return tuple(Dual(OrderNumber(order), Wh(wh), Price(surplus)) for order, wh, surplus in duals)


def _leaf(duals: Sequence[Dual], index: int) -> Leaf:
    """The leaf of the dual at that place, with its way to the commitment."""
    return Leaf(duals[index], index, path_to([dual_item(dual) for dual in duals], index))


def _pair(duals: Sequence[Dual], bid: int, offer: int) -> PairFault:
    return PairFault(_leaf(duals, bid), _leaf(duals, offer))


def _place(square: Square) -> None:
    """Ada in zone 1 bids 100 Wh at 20 (0), Ben there offers 60 Wh at 10 (1), Cat in zone 0 offers 100 Wh at 8 (2)."""
    square.place("ada", square.order("bid", "100@20", 0))
    square.place("ben", square.order("offer", "60@10", 1))
    square.place("cat", square.order("offer", "100@8", 2))


def _trade(bid: int, offer: int, wh: int) -> Trade:
    return trade(bid, offer, wh, 15)


def _cleared(
    square: Square, duals: tuple[Dual, ...], *trades: Trade, lines: tuple[LinePrice, ...] = ()
) -> tuple[Dual, ...]:
    """The gate has closed, and a clearing came; gives its duals."""
    square.town.at(GATE)
    square.clear(*trades, certificate=Optimum(duals, lines))
    return duals


@pytest.fixture
def charged(town: "Town") -> Square:
    """A market whose clearings prove an optimum; carrying from zone 0 to zone 1 costs 3."""
    square = open_square(town, TERMS)
    _place(square)
    return square


# What a fault is.


def test_a_true_certificate_has_no_fault(charged: Square) -> None:
    """Whichever pair is shown, and whichever dual."""
    duals = _cleared(charged, _duals(*DUALS), *BEST)

    for offer in (1, 2):
        assert isinstance(charged.challenge_refused(_pair(duals, 0, offer)), Market.NoFault)
    for index in range(3):
        assert isinstance(charged.challenge_refused(DualFault(_leaf(duals, index))), Market.NoFault)
    assert isinstance(charged.challenge_refused(LineFault(0)), Market.NoFault)


def test_a_pair_that_gains_more_than_its_duals_say_is_a_fault(charged: Square) -> None:
    """Ada and Ben would gain 10, and their duals say 9; the bound is met by too much for Cat."""
    duals = _cleared(charged, _duals((0, 100, 9), (1, 60, 0), (2, 60, 1)), *BEST)

    assert isinstance(charged.challenge_refused(_pair(duals, 0, 2)), Market.NoFault)
    charged.challenge(_pair(duals, 0, 1))


@pytest.mark.parametrize(("surplus", "is_fault"), [(8, True), (9, False)])
def test_carrying_costs_a_pair_what_the_terms_say(charged: Square, surplus: int, *, is_fault: bool) -> None:
    """Ada and Cat would gain 12, and carrying costs 3 of it."""
    rest = 960 - 100 * surplus
    duals = _cleared(charged, _duals((0, 100, surplus), (1, rest, 1), (2, 100, 0)), *BEST)

    _shows(charged, _pair(duals, 0, 2), is_fault=is_fault)


@pytest.mark.parametrize(
    ("bid", "offer", "is_fault"),
    [
        (0, 3, True),
        (0, 2, False),
        (0, 4, False),
        (0, 5, False),
        (0, 0, False),
        (1, 3, False),
        (3, 0, False),
        (6, 3, False),
        (2, 3, False),
        (9, 3, False),
        (0, 9, False),
    ],
    ids=[
        "two_owners",
        "one_owner",
        "a_cancelled_offer",
        "an_offer_of_the_next_interval",
        "two_bids",
        "a_cancelled_bid",
        "the_wrong_way_round",
        "a_bid_of_the_next_interval",
        "two_offers",
        "an_unknown_bid",
        "an_unknown_offer",
    ],
)
def test_a_pair_is_a_bid_and_an_offer_of_two_owners_in_the_book(
    town: "Town", bid: int, offer: int, *, is_fault: bool
) -> None:
    """Every dual is 0, and nothing is traded: any pair that counts is a fault."""
    square = open_square(town, TERMS)
    square.place("ada", square.order("bid", "10@20", 0), square.order("bid", "10@20", 0, 2))
    square.place("ada", square.order("offer", "10@10", 3, 3))
    square.place("ben", square.order("offer", "10@10", 1), square.order("offer", "10@10", 1, 2))
    square.place("ben", square.order("offer", "10@10", 1), start=START + HOUR)
    square.place("ada", square.order("bid", "10@20", 0), start=START + HOUR)
    town.does("ada", market.cancel_order, number=OrderNumber(1))
    town.does("ben", market.cancel_order, number=OrderNumber(4))
    shown = sorted({bid, offer})
    numbers = [*shown, *range(10, 13 - len(shown))]
    duals = _cleared(square, _duals(*((number, 10, 0) for number in numbers)))

    _shows(square, _pair(duals, numbers.index(bid), numbers.index(offer)), is_fault=is_fault)


@pytest.mark.parametrize("wrong", [(3, 100, 0), (2, 99, 0), (2, 101, 0)], ids=["unknown", "less", "more"])
def test_a_dual_is_of_a_standing_order_and_its_energy(charged: Square, wrong: tuple[int, int, int]) -> None:
    """One of an order that there is not, or of other energy than the order's, is a fault."""
    duals = _cleared(charged, _duals(*DUALS[:2], wrong), *BEST)

    assert isinstance(charged.challenge_refused(DualFault(_leaf(duals, 1))), Market.NoFault)
    charged.challenge(DualFault(_leaf(duals, 2)))


@pytest.mark.parametrize("number", [0, 2], ids=["cancelled", "of_the_next_interval"])
def test_a_dual_of_an_order_that_does_not_stand_is_a_fault(town: "Town", number: int) -> None:
    """A cancelled one, or one of another book."""
    square = open_square(town, TERMS)
    square.place("ada", square.order("bid", "10@20", 0), square.order("bid", "10@20", 0, 2))
    square.place("ada", square.order("bid", "10@20", 0), start=START + HOUR)
    town.does("ada", market.cancel_order, number=OrderNumber(0))
    duals = _duals((number, 10, 0))
    town.at(GATE)
    square.clear(certificate=Optimum(duals, ()))

    square.challenge(DualFault(_leaf(duals, 0)))


# Lines.


@pytest.mark.parametrize(
    ("north", "south", "zone", "is_fault"),
    [
        (30, 0, 0, False),
        (31, 0, 0, True),
        (31, 0, 1, False),
        (50, 0, 1, False),
        (51, 0, 1, True),
        (40, 10, 0, False),
        (40, 9, 0, True),
        (0, 7, 0, False),
        (0, 8, 0, True),
        (0, 40, 1, False),
        (0, 41, 1, True),
        (100, 0, 2, False),
    ],
)
def test_a_line_carries_net_what_its_limit_says(
    town: "Town", north: int, south: int, zone: int, *, is_fault: bool
) -> None:
    """Out of a zone and into it; the one makes room for the other, and trades within a zone do not count.

    30 Wh may leave zone 0 and 7 Wh enter it, 40 Wh leave zone 1 and 50 Wh enter it.
    """
    square = open_square(town, Terms(Proof.ENVELOPE, limits=LIMITED.limits))
    square.place("ada", square.order("bid", "200@20", 0))
    square.place("ben", square.order("offer", "60@10", 1))
    square.place("cat", square.order("offer", "100@8", 2), square.order("bid", "100@20", 2, 2))
    square.place("ada", square.order("offer", "100@10", 3, 2))
    town.at(GATE)
    carried = [_trade(0, 2, north), _trade(3, 4, south)]
    square.clear(_trade(0, 1, 60), *(each for each in carried if each.wh))

    _shows(square, LineFault(zone), is_fault=is_fault)


@pytest.mark.parametrize(
    ("out", "into", "surplus", "is_fault"),
    [(9, 0, 0, False), (8, 0, 0, True), (10, 1, 0, False), (10, 2, 0, True), (8, 0, 1, False), (8, 1, 1, True)],
)
def test_a_pair_pays_for_the_line_out_of_its_zone(
    town: "Town", out: int, into: int, surplus: int, *, is_fault: bool
) -> None:
    """Ada and Cat would gain 9: what they gain by their duals, and the line out of zone 0, less its price into it."""
    square = open_square(town, replace(TERMS, limits=(LineLimit(0, Wh(30), Wh(7)),)))
    _place(square)
    rest = 870 - 30 * out - 7 * into - 100 * surplus
    duals = _duals((0, 100, surplus), (1, rest, 1), (2, 0, 0))
    _cleared(square, duals, *BEST_LIMITED, lines=(LinePrice(0, Price(out), Price(into)),))

    _shows(square, _pair(duals, 0, 2), is_fault=is_fault)


@pytest.mark.parametrize(("out", "into", "is_fault"), [(0, 9, False), (0, 8, True), (3, 12, False), (4, 12, True)])
def test_a_pair_pays_for_the_line_into_its_zone(town: "Town", out: int, into: int, *, is_fault: bool) -> None:
    """The other way round for the line of zone 1, while that of zone 0 costs nothing."""
    square = open_square(town, LIMITED)
    _place(square)
    duals = _duals((0, 100, 0), (1, 870 - 50 * into - 40 * out, 1), (2, 0, 0))
    _cleared(square, duals, *BEST_LIMITED, lines=(NO_PRICES[0], LinePrice(1, Price(out), Price(into))))

    _shows(square, _pair(duals, 0, 2), is_fault=is_fault)


@pytest.mark.parametrize(("limit", "is_fault"), [(7, False), (8, True)])
def test_an_offer_is_no_pair_with_a_bid_below_its_limit(town: "Town", limit: int, *, is_fault: bool) -> None:
    """A line that Ada frees by buying in zone 1 is worth 99, but no trade may sell to her for less than Cat asks."""
    square = open_square(town, Terms(Proof.OPTIMUM, limits=(LineLimit(1, Wh(0), Wh(0)),)))
    square.place("ada", square.order("bid", f"100@{limit}", 0))
    square.place("cat", square.order("offer", "100@8", 2))
    duals = _cleared(square, _duals((0, 100, 0), (1, 100, 0)), lines=(LinePrice(1, Price(99), Price(0)),))

    _shows(square, _pair(duals, 0, 1), is_fault=is_fault)


def test_a_pair_in_one_zone_pays_for_no_line(town: "Town") -> None:
    """Ada and Ben would gain 10, and their duals say 9, whatever the line of their zone is worth."""
    square = open_square(town, LIMITED)
    _place(square)
    duals = _duals((0, 100, 0), (1, 60, 9), (2, 80, 1))
    _cleared(square, duals, *BEST_LIMITED, lines=(NO_PRICES[0], LinePrice(1, Price(0), Price(5))))

    square.challenge(_pair(duals, 0, 1))


def _shows(square: Square, fault: Fault, *, is_fault: bool) -> None:
    """It is a fault, or is refused as none."""
    if is_fault:
        square.challenge(fault)
    else:
        assert isinstance(square.challenge_refused(fault), Market.NoFault)


# When, and by what proof.


def test_a_challenge_is_refused(charged: Square) -> None:
    """Every refusal, in the order of the rules."""
    duals = _duals(*DUALS)
    town, fault = charged.town, DualFault(replace(_leaf(duals, 0), index=1))
    assert isinstance(
        town.refused(Root(), market.challenge_clearing, community=town.community, interval_start=START, fault=fault),
        BadOrigin,
    )
    assert isinstance(charged.challenge_refused(fault, START + HOUR), Market.NoBook)
    assert isinstance(charged.challenge_refused(fault), Market.BookNotCleared)
    _cleared(charged, duals, *BEST)
    assert isinstance(charged.challenge_refused(fault), Market.BadProof)
    town.at(charged.book.final_at - 1)
    assert isinstance(charged.challenge_refused(DualFault(_leaf(duals, 0))), Market.NoFault)
    town.at(charged.book.final_at)
    assert isinstance(charged.challenge_refused(fault), Market.ChallengeTooLate)
    charged.settle()
    assert isinstance(charged.challenge_refused(fault), Market.BookNotCleared)


def test_a_path_leads_to_the_commitment(charged: Square) -> None:
    """Another dual, place or neighbour does not, be it of the bid or of the offer."""
    duals = _cleared(charged, _duals((0, 100, 9), (1, 60, 0), (2, 60, 1)), *BEST)
    bid, offer = _leaf(duals, 0), _leaf(duals, 1)
    other = replace(bid.dual, surplus=Price(0))

    for wrong in (
        PairFault(replace(bid, dual=other), offer),
        PairFault(bid, replace(offer, index=0)),
        PairFault(bid, replace(offer, index=3)),
        PairFault(bid, replace(offer, path=offer.path[:1])),
        PairFault(replace(bid, path=()), offer),
        DualFault(replace(bid, path=(*bid.path, *bid.path))),
    ):
        assert isinstance(charged.challenge_refused(wrong), Market.BadProof)
    charged.challenge(PairFault(bid, offer))


@pytest.mark.parametrize(
    ("proof", "certificate"), [(Proof.ENVELOPE, Nothing()), (Proof.UNIFORM_PRICE, UniformPrice(Price(20)))]
)
def test_a_clearing_without_duals_has_none_to_show(
    town: "Town", proof: Proof, certificate: Nothing | UniformPrice
) -> None:
    """A pair and a dual are refused before they are looked at; a line has no limit."""
    square = open_square(town, Terms(proof))
    square.place("ada", square.order("bid", "100@20", 0))
    town.at(GATE)
    duals = _duals((0, 100, 0))
    square.clear(certificate=certificate)

    for fault in (DualFault(_leaf(duals, 0)), _pair(duals, 0, 0)):
        assert isinstance(square.challenge_refused(fault), Market.NotCommitted)
    assert isinstance(square.challenge_refused(LineFault(0)), Market.NoFault)


# What becomes of the book.


def test_an_overturned_book_is_as_if_none_had_come(charged: Square) -> None:
    """Orders are free, lists are empty, and the event says what was undone and by whom."""
    before = charged.town.world.copy()
    duals = _cleared(charged, _duals((0, 100, 9), (1, 60, 0), (2, 60, 1)), *BEST)
    town = charged.town

    events = charged.challenge(_pair(duals, 0, 1))

    assert events == [ClearingOverturned(town.community, START, trades_hash(BEST), town.account("stranger"))]
    assert town.world.market == before.market


def test_an_overturned_book_takes_another_clearing_until_its_deadline(charged: Square) -> None:
    """The same trades with a better certificate, for example."""
    _cleared(charged, duals := _duals((0, 100, 9), (1, 60, 0), (2, 60, 1)), *BEST)
    charged.town.at(DEADLINE - 1)
    charged.challenge(_pair(duals, 0, 1))

    charged.clear(*BEST, certificate=Optimum(_duals(*DUALS), ()))
    assert charged.book.status is BookStatus.CLEARED


def test_an_overturned_book_is_voided_after_its_deadline(charged: Square) -> None:
    """As one that never had a clearing: every hold goes back."""
    _cleared(charged, duals := _duals((0, 100, 9), (1, 60, 0), (2, 60, 1)), *BEST)
    charged.town.at(DEADLINE)
    assert isinstance(charged.void_refused(), Market.BookNotOpen)
    charged.challenge(_pair(duals, 0, 1))

    late = charged.clear_refused(*BEST, certificate=Optimum(_duals(*DUALS), ()))
    assert isinstance(late, Market.DeadlinePassed)
    charged.void()
    assert [charged.held(who) for who in ("ada", "ben", "cat")] == [0, 0, 0]


def test_lines_are_forgotten_with_the_clearing(town: "Town") -> None:
    """Their prices were of its certificate."""
    square = open_square(town, LIMITED)
    _place(square)
    duals = _duals((0, 100, 0), (1, 60, 9), (2, 330, 1))
    _cleared(square, duals, _trade(0, 1, 60), _trade(0, 2, 30), lines=NO_PRICES)
    assert town.world.market.line_prices == {square.key: NO_PRICES}

    square.challenge(_pair(duals, 0, 1))

    assert town.world.market.line_prices == {}


def test_what_is_being_settled_is_not_challenged(charged: Square) -> None:
    """Should the readings be final later after all, a trade that is paid or an order that is closed ends challenges."""
    _cleared(charged, duals := _duals((0, 100, 9), (1, 60, 0), (2, 60, 1)), *BEST)
    town, key = charged.town, (charged.town.community, START)
    cleared, known = charged.book, town.world.copy()
    town.world.market.books[key] = replace(cleared, settled_trades=1)
    assert isinstance(charged.challenge_refused(_pair(duals, 0, 1)), Market.ChallengeTooLate)
    town.world.market.books[key] = replace(cleared, closed_orders=1)
    assert isinstance(charged.challenge_refused(_pair(duals, 0, 1)), Market.ChallengeTooLate)
    town.world.become(known)


# Never in a sound chain.


def test_what_contradicts_itself_is_corruption(charged: Square) -> None:
    """An order of a trade is gone, or filled with less, or a meter is gone."""
    duals = _cleared(charged, _duals((0, 100, 9), (1, 60, 0), (2, 60, 1)), *BEST)
    town, known = charged.town, charged.town.world.copy()

    def unsound() -> World:
        town.world.become(known.copy())
        return town.world

    orders = unsound().market.orders
    orders[OrderNumber(1)] = replace(orders[OrderNumber(1)], filled_wh=Wh(59))
    assert isinstance(charged.challenge_refused(_pair(duals, 0, 1)), Corruption)
    unsound().market.trades[town.community, START] = (trade(0, 9, 1, 15), *BEST)
    assert isinstance(charged.challenge_refused(_pair(duals, 0, 1)), Corruption)
    del unsound().metering.meters[MeterId(1)]
    assert isinstance(charged.challenge_refused(_pair(duals, 0, 1)), Corruption)
    unsound()
