"""The market chapter between gate and deadline: what a clearing proves beside the envelope."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.spec.market.conftest import Square, open_square, trade

from aipchain.orchestrator.twin.vectors import empty_world
from aipchain.pallets_spec import market
from aipchain.pallets_spec.errors import Market
from aipchain.pallets_spec.market import MAX_TRADES, IntervalCleared, Order
from aipchain.pallets_spec.market.uniform_price import check_uniform_price
from aipchain.pallets_spec.merkle import root_of
from aipchain.pallets_spec.proofs import (
    MAX_PROVEN_ORDERS,
    Certificate,
    Dual,
    Flaw,
    LinePrice,
    Nothing,
    Optimum,
    UniformPrice,
)
from aipchain.pallets_spec.scale import dual_item, trades_hash
from aipchain.pallets_spec.types import (
    U64_MAX,
    AccountId,
    CommunityId,
    LineLimit,
    MeterId,
    OrderNumber,
    Proof,
    Side,
    Terms,
    Trade,
    ZoneCharge,
)
from aipchain.pallets_spec.world import World
from aipchain.units import Price, UnixSeconds, Wh

if TYPE_CHECKING:
    from tests.spec.conftest import Town

START = 1_800_000_000
GATE = START - 900
NOTHING = Nothing()


def _at(price: int) -> UniformPrice:
    return UniformPrice(Price(price))


def _optimum(*duals: tuple[int, int, int], lines: tuple[tuple[int, int, int], ...] = ()) -> Optimum:
    return Optimum(
        tuple(Dual(OrderNumber(order), Wh(wh), Price(surplus)) for order, wh, surplus in duals),
        tuple(LinePrice(zone, Price(out), Price(into)) for zone, out, into in lines),
    )


def _flaw(refusal: object) -> Flaw:
    assert isinstance(refusal, Market.CertificateRefused)
    return refusal.flaw


@pytest.mark.parametrize("proof", Proof)
def test_a_clearing_brings_the_certificate_that_the_terms_demand(town: "Town", proof: Proof) -> None:
    """Any other is refused before the trades are looked at; the accepted result again may bring whatever it likes."""
    square = open_square(town, Terms(proof))
    square.place("ada", square.order("bid", "100@20", 0))
    square.place("ben", square.order("offer", "100@10", 1))
    town.at(GATE)
    certificates: list[Certificate] = [NOTHING, _at(15), _optimum((0, 100, 4), (1, 100, 6))]
    right = certificates.pop(list(Proof).index(proof))
    good, broken = trade(0, 1, 100, 15), trade(9, 9, 1, 15)

    for wrong in certificates:
        assert isinstance(square.clear_refused(broken, certificate=wrong), Market.WrongCertificate)
    assert isinstance(square.clear_refused(broken, certificate=right), Market.TradeRefused)
    square.clear(good, certificate=right)
    for other in (right, *certificates):
        assert square.clear(good, certificate=other) == []


# Uniform price.


@pytest.fixture
def uniform(town: "Town") -> Square:
    """A market whose clearings prove a uniform price."""
    return open_square(town, Terms(Proof.UNIFORM_PRICE))


@pytest.fixture
def crossed(uniform: Square) -> Square:
    """The gate has closed on four orders: 100 Wh are traded at any price from 12 to 15.

    Ada bids 100 Wh at 20 (0), Cat 50 Wh at 12 (1); Ben offers 60 Wh at 10 (2) and 60 Wh at 12 (3). Order 4 is Cat's,
    better than any and cancelled.
    """
    uniform.place("ada", uniform.order("bid", "100@20", 0))
    uniform.place("cat", uniform.order("bid", "50@12", 2))
    uniform.place("ben", uniform.order("offer", "60@10", 1), uniform.order("offer", "60@12", 4, 2))
    uniform.place("cat", uniform.order("bid", "50@99", 2, 2))
    uniform.town.does("cat", market.cancel_order, number=OrderNumber(4))
    uniform.town.at(GATE)
    return uniform


def test_a_price_that_leaves_nobody_out_is_accepted(crossed: Square) -> None:
    """Orders at the price itself may be served in part, and cancelled ones do not count. No commitment is kept."""
    events = crossed.clear(trade(0, 2, 60, 12), trade(0, 3, 40, 12), trade(1, 3, 20, 12), certificate=_at(12))

    assert isinstance(events[0], IntervalCleared)
    assert (events[0].commitment, crossed.book.commitment) == (None, None)


def test_every_trade_has_the_price_of_the_certificate(crossed: Square) -> None:
    """The last of them has another."""
    refusal = crossed.clear_refused(trade(0, 2, 60, 12), trade(0, 3, 40, 13), certificate=_at(12))

    assert _flaw(refusal) is Flaw.OTHER_PRICE


@pytest.mark.parametrize(
    ("price", "wh"),
    [(13, 39), (12, 39), (13, 40)],
    ids=["a_better_bid_and_offer", "a_better_bid", "a_better_offer"],
)
def test_who_is_better_than_the_price_is_served_in_full(crossed: Square, price: int, wh: int) -> None:
    """A watt-hour that is left out of a better order refuses the clearing, whichever side it is on."""
    refusal = crossed.clear_refused(trade(0, 2, 60, price), trade(0, 3, wh, price), certificate=_at(price))

    assert _flaw(refusal) is Flaw.ORDER_LEFT_OUT


def test_nothing_traded_has_a_price_only_where_nobody_meets(uniform: Square) -> None:
    """A price below the best bid leaves it out, one above the best offer that one."""
    uniform.place("ada", uniform.order("bid", "100@10", 0))
    uniform.place("ben", uniform.order("offer", "100@20", 1))
    uniform.town.at(GATE)

    for price in (9, 21):
        assert _flaw(uniform.clear_refused(certificate=_at(price))) is Flaw.ORDER_LEFT_OUT
    uniform.clear(certificate=_at(10))


def test_an_owner_alone_supplies_itself(uniform: Square) -> None:
    """Nobody trades, and what the one owner is left with on both sides is the same."""
    uniform.place("ada", uniform.order("bid", "100@20", 0), uniform.order("offer", "100@10", 3, 2))
    uniform.town.at(GATE)

    for price in (9, 21):
        assert _flaw(uniform.clear_refused(certificate=_at(price))) is Flaw.ORDER_LEFT_OUT
    uniform.clear(certificate=_at(15))


def test_an_owner_in_every_trade_supplies_itself(uniform: Square) -> None:
    """Ada has most of both sides. What she can only sell to herself is not traded; what others would take must be."""
    uniform.place("ada", uniform.order("bid", "100@20", 0), uniform.order("offer", "90@10", 3, 2))
    uniform.place("ben", uniform.order("offer", "10@10", 1))
    uniform.place("cat", uniform.order("bid", "5@12", 2))
    uniform.town.at(GATE)

    for price in (12, 15):
        less = uniform.clear_refused(trade(0, 2, 9, price), certificate=_at(price))
        assert _flaw(less) is Flaw.ORDER_LEFT_OUT
    others = uniform.clear_refused(trade(3, 2, 5, 12), trade(0, 2, 5, 12), certificate=_at(12))
    assert _flaw(others) is Flaw.ORDER_LEFT_OUT
    uniform.clear(trade(0, 2, 10, 12), certificate=_at(12))


def test_an_owner_beside_others_trades_does_not_supply_itself(uniform: Square) -> None:
    """Ben and Cat trade without Ada, who would sell to the one and buy from the other what she is left with."""
    uniform.place("ada", uniform.order("bid", "10@20", 0), uniform.order("offer", "10@10", 3, 2))
    uniform.place("ben", uniform.order("offer", "10@10", 1))
    uniform.place("cat", uniform.order("bid", "10@20", 2))
    uniform.town.at(GATE)

    assert _flaw(uniform.clear_refused(trade(3, 2, 10, 15), certificate=_at(15))) is Flaw.ORDER_LEFT_OUT
    uniform.clear(trade(0, 2, 10, 15), trade(3, 1, 10, 15), certificate=_at(15))


@pytest.mark.parametrize(
    ("bid", "offer", "price", "accepted"),
    [
        ("100@20", "90@10", 20, True),
        ("90@20", "100@10", 10, True),
        ("101@20", "90@10", 15, False),
        ("90@20", "101@10", 15, False),
    ],
)
def test_who_supplies_itself_makes_up_with_orders_at_the_price(
    uniform: Square, bid: str, offer: str, price: int, accepted: bool
) -> None:
    """Where one side lacks more than the other, the rest is there at the price itself, or it is left out."""
    uniform.place("ada", uniform.order("bid", bid, 0), uniform.order("offer", offer, 3, 2))
    uniform.place("ada", uniform.order("bid", "10@15", 0, 3), uniform.order("offer", "10@15", 3, 4))
    uniform.town.at(GATE)

    if accepted:
        uniform.clear(certificate=_at(price))
    else:
        assert _flaw(uniform.clear_refused(certificate=_at(price))) is Flaw.ORDER_LEFT_OUT


def test_a_watt_hour_that_is_missing_at_the_price_is_left_out(uniform: Square) -> None:
    """Ten watt-hours make up for what one side lacks; eleven are not there."""
    uniform.place("ada", uniform.order("bid", "100@20", 0), uniform.order("offer", "90@10", 3, 2))
    uniform.place("ada", uniform.order("offer", "9@15", 3, 3))
    uniform.town.at(GATE - 1)
    late = uniform.town.world.copy()
    uniform.town.at(GATE)

    assert _flaw(uniform.clear_refused(certificate=_at(15))) is Flaw.ORDER_LEFT_OUT
    uniform.town.world.become(late)
    uniform.place("ada", uniform.order("offer", "1@15", 3, 4))
    uniform.town.at(GATE)
    uniform.clear(certificate=_at(15))


# Optimum.


TERMS = Terms(Proof.OPTIMUM, (ZoneCharge(0, 1, Price(3)),))
LIMITED = replace(TERMS, limits=(LineLimit(0, Wh(30), Wh(7)),))
BEST = (trade(0, 1, 60, 15), trade(0, 2, 40, 14))
DUALS = ((0, 100, 9), (1, 60, 1), (2, 100, 0))
BEST_LIMITED = (trade(0, 1, 60, 15), trade(0, 2, 30, 14))
DUALS_LIMITED = ((0, 100, 0), (1, 60, 10), (2, 100, 0))


def _apart(town: "Town", terms: Terms) -> Square:
    """The gate has closed on members in two zones.

    Ada in zone 1 bids 100 Wh at 20 (0), Ben there offers 60 Wh at 10 (1), Cat in zone 0 offers 100 Wh at 8 (2).
    """
    square = open_square(town, terms)
    square.place("ada", square.order("bid", "100@20", 0))
    square.place("ben", square.order("offer", "60@10", 1))
    square.place("cat", square.order("offer", "100@8", 2))
    square.town.at(GATE)
    return square


@pytest.fixture
def apart(town: "Town") -> Square:
    """Members in two zones; carrying from zone 0 to zone 1 costs 3."""
    return _apart(town, TERMS)


@pytest.fixture
def limited(town: "Town") -> Square:
    """Besides, no more than 30 Wh leave zone 0, and 7 Wh enter it."""
    return _apart(town, LIMITED)


def test_duals_worth_the_trades_are_committed_to(apart: Square) -> None:
    """60 Wh at a gain of 10 and 40 Wh at one of 9 are 960; so are 100 Wh at 9 and 60 Wh at 1."""
    certificate = _optimum(*DUALS)

    events = apart.clear(*BEST, certificate=certificate)

    root = root_of([dual_item(dual) for dual in certificate.duals])
    expected = IntervalCleared(
        apart.town.community,
        UnixSeconds(START),
        apart.rules(),
        trades_hash(BEST),
        2,
        Wh(100),
        root,
        apart.town.account("operator"),
    )
    assert events == [expected]
    assert apart.book.commitment == root
    assert apart.town.world.market.line_prices == {}


def test_lines_are_worth_what_they_could_carry_more(limited: Square) -> None:
    """30 Wh over the line at a gain of 9 are 870 with the other 60 Wh, and so are 60 Wh at 10 and the line at 9."""
    limited.clear(*BEST_LIMITED, certificate=_optimum(*DUALS_LIMITED, lines=((0, 9, 0),)))

    assert limited.town.world.market.line_prices == {limited.key: (LinePrice(0, Price(9), Price(0)),)}


def test_the_other_way_over_a_line_counts_too(limited: Square) -> None:
    """Of the 870, the duals are 540, and the line 30 Wh at 4 out of the zone and 7 Wh at 30 into it."""
    duals = ((0, 100, 0), (1, 60, 9), (2, 100, 0))
    refusal = limited.clear_refused(*BEST_LIMITED, certificate=_optimum(*duals, lines=((0, 4, 29),)))
    assert _flaw(refusal) is Flaw.BOUND_NOT_MET

    limited.clear(*BEST_LIMITED, certificate=_optimum(*duals, lines=((0, 4, 30),)))


@pytest.mark.parametrize(
    ("flaw", "duals"),
    [
        (Flaw.DUALS_OUT_OF_ORDER, ((0, 100, 9), (2, 100, 0), (1, 60, 1))),
        (Flaw.DUALS_OUT_OF_ORDER, ((0, 100, 9), (1, 60, 1), (1, 60, 0))),
        (Flaw.DUALS_OUT_OF_ORDER, ((1, 60, 1), (0, 100, 9))),
        (Flaw.DUALS_INCOMPLETE, ((0, 100, 9), (1, 60, 1))),
        (Flaw.DUALS_INCOMPLETE, (*DUALS, (3, 1, 0))),
        (Flaw.BOUND_NOT_MET, ((0, 100, 9), (1, 60, 1), (2, 1, 1))),
        (Flaw.BOUND_NOT_MET, ((0, 100, 9), (1, 59, 1), (2, 100, 0))),
    ],
)
def test_duals_have_no_flaw(apart: Square, flaw: Flaw, duals: tuple[tuple[int, int, int], ...]) -> None:
    """By number, one for each standing order, together worth what the trades are: in this order."""
    assert _flaw(apart.clear_refused(*BEST, certificate=_optimum(*duals))) is flaw


@pytest.mark.parametrize("lines", [(), ((1, 9, 0),), ((0, 9, 0), (1, 0, 0)), ((0, 9, 0), (0, 0, 0))])
def test_lines_are_those_of_the_terms(limited: Square, lines: tuple[tuple[int, int, int], ...]) -> None:
    """None is missing, and none is more."""
    refusal = limited.clear_refused(*BEST_LIMITED, certificate=_optimum(*DUALS_LIMITED, lines=lines))

    assert _flaw(refusal) is Flaw.OTHER_LINES


def test_cancelled_orders_have_no_dual(town: "Town") -> None:
    """Of two orders one stands."""
    square = open_square(town, TERMS)
    square.place("ada", square.order("bid", "100@20", 0), square.order("bid", "100@21", 0, 2))
    town.does("ada", market.cancel_order, number=OrderNumber(0))
    town.at(GATE)
    assert (square.book.orders, square.book.cancelled) == (2, 1)

    refusal = square.clear_refused(certificate=_optimum((0, 100, 0), (1, 100, 0)))
    assert _flaw(refusal) is Flaw.DUALS_INCOMPLETE
    square.clear(certificate=_optimum((1, 100, 0)))


def test_a_market_without_orders_has_no_duals(town: "Town") -> None:
    """The commitment to nothing is zero."""
    square = open_square(town, TERMS)
    town.does("oracle", market.post_reference_prices, community=town.community, prices=[square.posted(300, 80)])
    town.at(GATE)

    square.clear(certificate=_optimum())

    assert square.book.commitment == bytes(32)


def test_trades_that_lose_meet_no_bound(town: "Town") -> None:
    """Carrying costs more than both gain, so the trade is worth less than nothing, and no duals are."""
    square = _apart(town, replace(TERMS, charges=(ZoneCharge(0, 1, Price(13)),)))

    refusal = square.clear_refused(trade(0, 2, 1, 14), certificate=_optimum(*((n, 0, 0) for n in range(3))))

    assert _flaw(refusal) is Flaw.BOUND_NOT_MET


def test_a_bound_beyond_the_largest_number_is_refused(apart: Square) -> None:
    """Two duals of all energy at the highest price are more than 128 bits hold; one is not."""
    most = (U64_MAX, U64_MAX)

    over = apart.clear_refused(*BEST, certificate=_optimum((0, *most), (1, *most), (2, 0, 0)))
    within = apart.clear_refused(*BEST, certificate=_optimum((0, *most), (1, 0, 0), (2, 0, 0)))

    assert isinstance(over, Market.Overflow)
    assert _flaw(within) is Flaw.BOUND_NOT_MET


# Size.


@pytest.mark.parametrize("proof", [Proof.UNIFORM_PRICE, Proof.OPTIMUM])
def test_a_book_with_more_to_prove_takes_fewer_orders(town: "Town", proof: Proof) -> None:
    """As many as can be looked at at once, cancelled ones included."""
    square = open_square(town, Terms(proof))
    square.place("ada", square.order("bid", "1@20", 0))
    known, key = town.world.copy(), (town.community, UnixSeconds(START))
    town.world.market.books[key] = replace(square.book, orders=3_999, cancelled=1)

    full = square.place_refused("ada", square.order("bid", "1@20", 0, 2), square.order("bid", "1@20", 0, 3))
    square.place("ada", square.order("bid", "1@20", 0, 2))

    assert square.book.orders == MAX_PROVEN_ORDERS
    assert isinstance(full, Market.BookFull)
    town.world.become(known)


# A full list of trades at a uniform price.


def test_crumbs_for_a_few_do_not_prove_that_others_get_nothing(uniform: Square) -> None:
    """2,000 trades of 1 Wh among 90 of 700 orders leave out 610 that would trade; as pairs all of them do."""
    for side, price, who, meters in (("bid", 20, "ada", (0, 3)), ("offer", 10, "ben", (1, 4))):
        uniform.place(who, *(uniform.order(side, f"50@{price}", meters[number % 2], number) for number in range(350)))
    uniform.town.at(GATE)
    crumbs = [trade(bid, offer, 1, 10) for bid in range(45) for offer in range(350, 395)]

    assert _flaw(uniform.clear_refused(*crumbs[:MAX_TRADES], certificate=_at(10))) is Flaw.ORDER_LEFT_OUT
    uniform.clear(*(trade(bid, bid + 350, 50, 10) for bid in range(350)), certificate=_at(10))


FULL_LIST = (trade(0, 45, 3, 15),) * MAX_TRADES
KEY = (CommunityId(0), UnixSeconds(START))
Waiting = tuple[str, Side, int, int]


def _crowd(*waiting: Waiting, cats: int = 922, last_wh: int = 3) -> World:
    """A book in which ada's 45 bids and ben's 45 offers of 135 Wh have 6,000 Wh, in 2,000 trades of 3 Wh at 15.

    They lack 75 Wh on either side. Two such trades for each of them would be 540 Wh; with what cat's bids at 15 hold,
    none above 6 Wh, that is what is listed and 75 Wh. Beside them others may be `waiting`.
    """
    filled = [min(135, 6_000 - 135 * place) for place in range(45)]
    orders = [("ada", Side.BID, 135, 20, wh) for wh in filled] + [("ben", Side.OFFER, 135, 10, wh) for wh in filled]
    waits = [*[("cat", Side.BID, 6, 15)] * cats, ("cat", Side.BID, last_wh, 15), *waiting]
    world, none = empty_world(), UnixSeconds(0)
    for number, (owner, side, wh, limit, filled_wh) in enumerate([*orders, *((*each, 0) for each in waits)]):
        account = AccountId(owner.encode().ljust(32))
        placed = Order(*KEY, account, number, MeterId(0), side, Wh(wh), Price(limit), none, filled_wh=Wh(filled_wh))
        world.market.orders[OrderNumber(number)] = placed
    world.market.book_orders[KEY] = tuple(world.market.orders)
    return world


def _is_proven(world: World, trades: Sequence[Trade] = FULL_LIST) -> bool:
    try:
        check_uniform_price(world, KEY, trades, Price(15))
    except Market.CertificateRefused:
        return False
    return True


def test_as_much_may_be_missing_as_did_not_fit_in_a_full_list() -> None:
    """And not a watt-hour more; not in a shorter list, and less if its least trade is smaller."""
    assert _is_proven(_crowd())
    assert not _is_proven(_crowd(last_wh=2))
    assert not _is_proven(_crowd(), FULL_LIST[1:])
    assert not _is_proven(_crowd(), (trade(0, 45, 2, 15), *FULL_LIST[1:]))


@pytest.mark.parametrize(
    ("waiting", "is_proven"),
    [
        (("cat", Side.BID, 1, 15), True),
        (("cat", Side.OFFER, 1, 15), True),
        (("cat", Side.BID, 9, 14), False),
        (("cat", Side.OFFER, 9, 16), False),
    ],
    ids=["a_bid_at_the_price", "an_offer_at_the_price", "a_worse_bid", "a_worse_offer"],
)
def test_who_would_not_trade_fills_no_list(waiting: Waiting, is_proven: bool) -> None:
    """What is counted of an order is its energy, where that is less than two of the least trades."""
    assert _is_proven(_crowd(waiting, last_wh=2)) is is_proven


def test_no_more_counts_of_an_order_than_two_least_trades() -> None:
    """Of 100 Wh that are at the price 6 Wh count."""
    great = ("cat", Side.BID, 100, 15)

    assert _is_proven(_crowd(great, cats=921))
    assert not _is_proven(_crowd(great, cats=921, last_wh=2))


@pytest.mark.parametrize(
    ("waiting", "is_proven"),
    [
        ((), True),
        ((("ada", Side.BID, 1, 20),), False),
        ((("ben", Side.OFFER, 1, 10),), False),
        ((("ada", Side.BID, 1, 20), ("ada", Side.OFFER, 1, 15)), True),
    ],
    ids=["as_much_as_was_cut", "more_on_one_side", "more_of_others", "and_as_much_at_the_price"],
)
def test_who_supplies_itself_may_lack_more_than_did_not_fit(waiting: tuple[Waiting, ...], is_proven: bool) -> None:
    """Ada is in every trade. Beside 75 Wh that did not fit, 20 Wh of her own are left on either side."""
    hers = (("ada", Side.BID, 20, 20), ("ada", Side.OFFER, 20, 10))

    assert _is_proven(_crowd(*hers, *waiting, cats=920, last_wh=3 - len(waiting))) is is_proven
