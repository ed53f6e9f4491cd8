"""The market chapter after delivery: what is delivered, paid, moved and released; and books that were not cleared."""

from dataclasses import dataclass, replace
from itertools import accumulate, chain, repeat
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.spec.vectors.recorder import Recorder

from aipchain.pallets_spec import balances, energy, market
from aipchain.pallets_spec.errors import BadOrigin, Corruption, Energy, Market
from aipchain.pallets_spec.market import BookSettled, BookStatus, BookVoided, OrderClosed, TradeSettled
from aipchain.pallets_spec.market.delivery import deliveries, shares
from aipchain.pallets_spec.origin import Root
from aipchain.pallets_spec.types import MeterId, OrderNumber, PartsPerMillion, Trade
from aipchain.pallets_spec.world import dispatch, invariants
from aipchain.units import Balance, Price, UnixSeconds, Wh

if TYPE_CHECKING:
    from tests.spec.conftest import Town
    from tests.spec.market.conftest import Square

START, HOUR = 1_800_000_000, 3_600
GATE = START - 900
FINAL = START + HOUR + 1_800
RICH = 10**15


def _trade(bid: int, offer: int, wh: int, price: int = 15) -> Trade:
    return Trade(OrderNumber(bid), OrderNumber(offer), Wh(wh), Price(price))


def _order(square: "Square") -> None:
    """Ada bids 1,000 Wh at 20 (order 0); Ben offers 600 Wh at 10 (1), Cat 600 Wh at 12 (2) and 50 Wh, cancelled (3)."""
    square.place("ada", square.order("bid", "1000@20", 0))
    square.place("ben", square.order("offer", "600@10", 1))
    square.place("cat", square.order("offer", "600@12", 2), square.order("offer", "50@12", 2, 2))
    square.town.does("cat", market.cancel_order, number=OrderNumber(3))


@pytest.fixture
def cleared(square: "Square") -> "Square":
    """600 Wh from Ben at 15 and 400 Wh from Cat at 16 for Ada."""
    _order(square)
    square.town.at(GATE)
    square.clear(_trade(0, 1, 600), _trade(0, 2, 400, 16))
    return square


def _delivered(square: "Square") -> list[int]:
    events = square.town.world.events
    return [event.delivered_wh for event in events if isinstance(event, TradeSettled)]


def _nothing_is_left(square: "Square") -> bool:
    state, world = square.town.world.market, square.town.world
    of_orders = (state.orders, state.order_ids, state.book_orders, state.standing_wh)
    return not (any(of_orders) or world.money.holds) and all(sums.held == 0 for sums in world.energy.accounts.values())


def test_what_is_delivered_is_paid_and_moved_and_the_rest_released(cleared: "Square") -> None:
    """Cat's meter confirms 300 of 400 Wh; the buyer keeps the money for the rest."""
    cleared.read(imports=[(0, 2_000)], exports=[(1, 700), (2, 300)])

    events = cleared.settle()

    assert _delivered(cleared) == [600, 300]
    assert cleared.free("ben") == RICH + 600 * 15
    assert cleared.free("cat") == RICH + 300 * 16
    assert cleared.free("ada") == RICH - 9_000 - 4_800
    assert [cleared.energy(who) for who in ("ada", "ben", "cat")] == [(900, 0), (100, 0), (0, 0)]
    book = cleared.book
    assert (book.status, book.settled_trades, book.closed_orders) == (BookStatus.SETTLED, 2, 4)
    assert (book.delivered_wh, book.paid) == (900, 13_800)
    assert _nothing_is_left(cleared)
    assert len(cleared.town.world.market.trades) == 1
    ada, ben, cat = (cleared.town.account(who) for who in ("ada", "ben", "cat"))
    here, start = cleared.town.community, UnixSeconds(START)
    assert [event for event in events if event.pallet == "Market"] == [
        TradeSettled(here, start, 0, ada, ben, Wh(600), Wh(600), Price(15), Balance(9_000)),
        TradeSettled(here, start, 1, ada, cat, Wh(400), Wh(300), Price(16), Balance(4_800)),
        OrderClosed(OrderNumber(0), ada, Wh(1_000), Balance(6_200)),
        OrderClosed(OrderNumber(1), ben, Wh(600), Balance(600)),
        OrderClosed(OrderNumber(2), cat, Wh(400), Balance(720)),
        BookSettled(here, start, Wh(900), Balance(13_800)),
    ]


def test_money_moves_before_a_trade_is_told_and_energy_after(cleared: "Square") -> None:
    """Trade by trade, and then order by order."""
    cleared.read(imports=[(0, 1_000)], exports=[(1, 600), (2, 400)])

    told = [type(event).__name__ for event in cleared.settle()]

    trades = ["TransferOnHold", "TradeSettled", "Minted", "Moved"] * 2
    assert told == trades + ["OrderClosed"] * 3 + ["Released"] * 3 + ["BookSettled"]


def test_a_settled_book_is_left_as_it_is(cleared: "Square") -> None:
    """Settling again changes nothing."""
    cleared.read()
    cleared.settle()
    assert cleared.settle(1) == []


def test_settling_is_refused(square: "Square") -> None:
    """Every refusal of a settlement, in the order of the rules."""
    town = square.town
    arguments = {"community": town.community, "interval_start": UnixSeconds(START), "limit": 0}
    assert isinstance(town.refused(Root(), market.settle, **arguments), BadOrigin)  # type: ignore[arg-type]
    assert isinstance(square.settle_refused(0), Market.BadLimit)
    assert isinstance(square.settle_refused(1_001), Market.BadLimit)
    assert isinstance(square.settle_refused(), Market.NoBook)
    _order(square)
    assert isinstance(square.settle_refused(), Market.BookNotCleared)
    town.at(GATE)
    square.clear()
    town.at(FINAL - 1)
    assert isinstance(square.settle_refused(), Market.NotFinal)
    town.at(FINAL)
    square.settle()


@pytest.mark.parametrize(("grace_s", "final"), [(3_600, START + 2 * HOUR), (900, FINAL)])
def test_settlement_waits_for_the_later_of_two_grace_periods(cleared: "Square", grace_s: int, final: int) -> None:
    """A vote may have changed the grace period after the book opened."""
    sets, here = cleared.town.world.communities.parameter_sets, cleared.town.community
    sets[here] = replace(sets[here], active=replace(sets[here].active, grace_s=grace_s))

    cleared.town.at(final - 1)
    assert isinstance(cleared.settle_refused(), Market.NotFinal)
    cleared.town.at(final)
    cleared.settle()


@pytest.mark.parametrize(("limit", "calls"), [(1, 6), (2, 3), (3, 2), (5, 2), (6, 1), (1_000, 1)])
def test_small_steps_end_like_one(cleared: "Square", limit: int, calls: int) -> None:
    """Each call handles at most `limit` trades and orders, and the end does not depend on it."""
    cleared.read(imports=[(0, 899)], exports=[(1, 700), (2, 301)])

    for _ in range(calls):
        assert cleared.book.status is BookStatus.CLEARED
        before = cleared.book
        cleared.settle(limit)
        done = cleared.book.settled_trades + cleared.book.closed_orders
        assert done <= before.settled_trades + before.closed_orders + limit

    assert cleared.book.status is BookStatus.SETTLED
    assert _delivered(cleared) == [539, 301]
    assert (cleared.free("ada"), cleared.energy("ada")) == (RICH - 539 * 15 - 301 * 16, (840, 0))
    assert _nothing_is_left(cleared)


def test_a_missing_reading_delivers_nothing(cleared: "Square") -> None:
    """What no meter confirms is neither paid nor minted."""
    cleared.read(imports=[(0, 2_000)], exports=[(2, 600)])
    cleared.settle()

    assert _delivered(cleared) == [0, 400]
    assert cleared.free("ben") == RICH
    assert (MeterId(1), START) not in cleared.town.world.energy.mints
    assert cleared.energy("cat") == (200, 0)


def test_a_buyer_who_did_not_report_takes_nothing(cleared: "Square") -> None:
    """Both meters confirm or it is not delivered."""
    cleared.read(exports=[(1, 600), (2, 400)])
    cleared.settle()
    assert _delivered(cleared) == [0, 0]
    assert cleared.free("ada") == RICH


def test_a_single_watt_hour_moves(cleared: "Square") -> None:
    """Nothing is too little to deliver."""
    cleared.read(imports=[(0, 1_000)], exports=[(1, 1)])
    cleared.settle()
    assert (cleared.energy("ada"), cleared.free("ben")) == ((1, 0), RICH + 15)


def test_energy_is_held_from_the_first_trade_of_a_meter_to_its_last(square: "Square") -> None:
    """Ben's meter stands behind two orders; between two calls the energy of both is on hold."""
    square.place("ada", square.order("bid", "10@20", 0))
    square.place("ben", square.order("offer", "3@10", 1), square.order("offer", "7@10", 1, 2))
    square.town.at(GATE)
    square.clear(_trade(0, 1, 3), _trade(0, 2, 7))
    square.read(imports=[(0, 10)], exports=[(1, 12)])

    square.settle(1)
    assert (square.energy("ada"), square.energy("ben")) == ((3, 0), (2, 7))
    square.settle(1)
    assert (square.energy("ada"), square.energy("ben")) == ((10, 0), (2, 0))


def test_energy_waits_while_a_book_is_open_or_cleared(cleared: "Square") -> None:
    """Nobody mints free what is promised."""
    town = cleared.town
    assert market.awaits_settlement(town.world, town.community, UnixSeconds(START))
    assert not market.awaits_settlement(town.world, town.community, UnixSeconds(START + HOUR))
    cleared.read(exports=[(1, 5)])
    arguments = {"community": town.community, "interval_start": UnixSeconds(START), "meters": [MeterId(1)]}
    refusal = town.refused("ben", energy.mint, **arguments)  # type: ignore[arg-type]
    assert isinstance(refusal, Energy.AwaitsSettlement)
    cleared.settle()
    town.does("ben", energy.mint, **arguments)  # type: ignore[arg-type]
    assert cleared.energy("ben") == (5, 0)


def _close_account_of_ben(town: "Town", left: int = 0) -> None:
    free = balances.free(town.world, town.account("ben"))
    town.does("ben", balances.transfer_allow_death, dest=town.account("stranger"), value=Balance(free - left))


@pytest.fixture
def without_collateral(square: "Square") -> "Square":
    """Offers hold nothing, so that sellers can close their accounts."""
    sets, here = square.town.world.communities.parameter_sets, square.town.community
    none = PartsPerMillion(0)
    sets[here] = replace(sets[here], active=replace(sets[here].active, collateral=none))
    return square


def test_a_seller_whose_account_is_closed_is_not_paid_and_keeps_the_energy(without_collateral: "Square") -> None:
    """The sum is too small to open the account again; the buyer gets the escrow back."""
    square = without_collateral
    _order(square)
    square.town.at(GATE)
    square.clear(_trade(0, 1, 600), _trade(0, 2, 400, 16))
    square.read(imports=[(0, 1_000)], exports=[(1, 600), (2, 400)])
    _close_account_of_ben(square.town)

    square.settle()

    assert _delivered(square) == [600, 400]
    assert (square.free("ben"), square.free("ada")) == (0, RICH - 400 * 16)
    assert [square.energy(who) for who in ("ada", "ben", "cat")] == [(400, 0), (600, 0), (0, 0)]
    assert (square.book.delivered_wh, square.book.paid) == (1_000, 400 * 16)
    assert _nothing_is_left(square)


@pytest.mark.parametrize("limit", [1, 2, 3, 1_000])
def test_each_trade_opens_the_account_again_or_not(without_collateral: "Square", limit: int) -> None:
    """A trade below the existential deposit is not paid, one of it is, and then even the smallest."""
    square, price = without_collateral, 10**9 // 4
    square.place("ada", square.order("bid", f"8@{price}", 0))
    square.place("ben", *(square.order("offer", "4@1", 1, each) for each in (1, 2, 3)))
    square.town.at(GATE)
    square.clear(_trade(0, 1, 3, price), _trade(0, 2, 4, price), _trade(0, 3, 1, price))
    square.read(imports=[(0, 8)], exports=[(1, 8)])
    _close_account_of_ben(square.town)

    while square.book.status is not BookStatus.SETTLED:
        square.settle(limit)

    assert [event.paid for event in square.town.world.events if isinstance(event, TradeSettled)] == [0, 10**9, price]
    assert square.free("ben") == 5 * price
    assert [square.energy(who) for who in ("ada", "ben")] == [(5, 0), (3, 0)]


@dataclass(frozen=True)
class Day:
    """What a book may see: trades by bid, offer, energy and price in quarters of the deposit, and what meters read."""

    trades: tuple[tuple[int, int, int, int], ...]
    imports: tuple[int, ...]
    exports: tuple[int, ...]
    limits: tuple[int, ...]


def _days() -> st.SearchStrategy[Day]:
    """Three bids (0 and 1 of Ada's, 2 of Cat's) meet three offers (3, 4 and 5 of Ben's, the last of another meter)."""
    trade = st.tuples(st.integers(0, 2), st.integers(3, 5), st.integers(1, 5), st.integers(0, 4))
    return st.builds(
        Day,
        trades=st.lists(trade, min_size=1, max_size=9, unique_by=lambda each: each[:2]).map(tuple),
        imports=st.tuples(*[st.integers(0, 12)] * 3),
        exports=st.tuples(*[st.integers(0, 12)] * 2),
        limits=st.lists(st.integers(1, 5), min_size=1, max_size=6).map(tuple),
    )


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(day=_days())
def test_the_end_does_not_depend_on_how_many_trades_a_call_settles(without_collateral: "Square", day: Day) -> None:
    """The same money, energy, lot by lot, and books, whether one call settles all or many settle a few each."""
    world, here = without_collateral.town.world.copy(), without_collateral.town.community
    town = replace(without_collateral.town, world=world, recorder=Recorder())
    square = replace(without_collateral, town=town)
    square.place("ada", *(square.order("bid", f"50@{10**9}", meter, meter) for meter in (0, 3)))
    square.place("cat", square.order("bid", f"50@{10**9}", 2))
    square.place("ben", *(square.order("offer", "50@0", meter, each) for each, meter in enumerate((1, 1, 4))))
    town.at(GATE)
    square.clear(*(_trade(bid, offer, wh, price * 10**9 // 4) for bid, offer, wh, price in day.trades))
    square.read(imports=zip((0, 3, 2), day.imports, strict=True), exports=zip((1, 4), day.exports, strict=True))
    _close_account_of_ben(town)
    ends = []
    for limits in ((1_000,), day.limits):
        end = world.copy()
        for limit in chain(limits, repeat(1)):
            if end.market.books[here, UnixSeconds(START)].status is BookStatus.SETTLED:
                break
            arguments = {"community": here, "interval_start": UnixSeconds(START), "limit": limit}
            assert dispatch(end, town.account("stranger"), market.settle, **arguments) is None  # type: ignore[arg-type]
            assert list(invariants(end)) == []
        ends.append((end.market, end.energy, end.money))
    assert ends[0] == ends[1]


def test_a_lost_order_or_escrow_is_corruption(cleared: "Square") -> None:
    """State that contradicts itself stops the call."""
    cleared.read(imports=[(0, 1_000)], exports=[(1, 600)])
    orders, first = cleared.town.world.market.orders, OrderNumber(0)
    kept = orders.pop(first)
    assert isinstance(cleared.settle_refused(), Corruption)
    orders[first] = replace(kept, escrow=Balance(1))
    assert isinstance(cleared.settle_refused(), Corruption)
    orders[first] = kept


def test_an_empty_clearing_releases_everything(square: "Square") -> None:
    """Orders that met nobody are closed unfilled."""
    _order(square)
    square.town.at(GATE)
    square.clear()
    square.town.at(FINAL)

    assert len([event for event in square.settle(3) if isinstance(event, OrderClosed)]) == 3
    square.settle(1)

    assert square.book.status is BookStatus.SETTLED
    assert _nothing_is_left(square)


def test_a_book_without_a_result_releases_its_holds_in_bounded_steps(square: "Square") -> None:
    """Voided at once, closed call by call; the cancelled order goes without a word."""
    _order(square)
    square.town.at(GATE + 300)

    first = square.void(2)
    assert (square.book.status, square.book.closed_orders) == (BookStatus.VOIDED, 2)
    assert (square.held("ada"), square.held("ben"), square.held("cat")) == (0, 0, 720)
    assert not market.awaits_settlement(square.town.world, square.town.community, UnixSeconds(START))
    second = square.void(2)

    ada, ben, cat = (square.town.account(who) for who in ("ada", "ben", "cat"))
    assert [event for event in first + second if event.pallet == "Market"] == [
        OrderClosed(OrderNumber(0), ada, Wh(0), Balance(20_000)),
        OrderClosed(OrderNumber(1), ben, Wh(0), Balance(600)),
        OrderClosed(OrderNumber(2), cat, Wh(0), Balance(720)),
        BookVoided(square.town.community, UnixSeconds(START)),
    ]
    assert _nothing_is_left(square)
    assert square.void() == []


def test_releases_of_one_owner_are_one_sum(square: "Square") -> None:
    """Owner by owner, in the order of their account ids; nothing is released to who had nothing on hold."""
    square.place("ada", square.order("bid", "1@5", 0), square.order("bid", "1@6", 0, 2))
    square.place("ben", square.order("bid", "1@1", 1), square.order("bid", "1@0", 1, 2))
    square.place("cat", square.order("offer", "1@0", 2))
    square.town.at(GATE + 300)

    released = [event for event in square.void() if isinstance(event, balances.Released)]

    ada, ben = square.town.account("ada"), square.town.account("ben")
    assert [(event.who, event.amount) for event in released] == sorted([(ada, 11), (ben, 1)])


def test_a_book_without_orders_is_over_in_one_call(square: "Square") -> None:
    """A posted price opened it, and nobody came."""
    here, price = square.town.community, square.posted(30, 8)
    square.town.does("oracle", market.post_reference_prices, community=here, prices=[price])
    square.town.at(GATE + 300)

    assert square.void(1) == [BookVoided(here, UnixSeconds(START))]
    assert square.void(1) == []


def test_voiding_is_refused(square: "Square") -> None:
    """Every refusal of a voiding, and of what a voided book no longer takes."""
    town = square.town
    arguments = {"community": town.community, "interval_start": UnixSeconds(START), "limit": 0}
    assert isinstance(town.refused(Root(), market.void, **arguments), BadOrigin)  # type: ignore[arg-type]
    assert isinstance(square.void_refused(0), Market.BadLimit)
    assert isinstance(square.void_refused(1_001), Market.BadLimit)
    assert isinstance(square.void_refused(1_000), Market.NoBook)
    _order(square)
    town.at(GATE + 299)
    assert isinstance(square.void_refused(), Market.DeadlineNotPassed)
    town.at(GATE + 300)
    square.void(1)
    assert isinstance(square.clear_refused(), Market.BookNotOpen)
    town.at(FINAL)
    assert isinstance(square.settle_refused(), Market.BookNotCleared)


def test_a_cleared_or_settled_book_is_not_voided(cleared: "Square") -> None:
    """Its result stands."""
    cleared.town.at(GATE + 300)
    assert isinstance(cleared.void_refused(), Market.BookNotOpen)
    cleared.read()
    cleared.settle()
    assert isinstance(cleared.void_refused(), Market.BookNotOpen)


def test_orders_of_one_meter_share_its_reading() -> None:
    """Cumulative rounding: 7 Wh over trades of 3, 3 and 4 Wh; the buyer's meter confirms all."""
    contracts = [(MeterId(0), MeterId(1), Wh(wh)) for wh in (3, 3, 4)]
    assert deliveries(contracts, {MeterId(0): Wh(10)}, {MeterId(1): Wh(7)}) == [2, 2, 3]


def test_a_trade_delivers_the_smaller_share() -> None:
    """Ada's 500 Wh are 300 and 200 of her trades; Ben confirms 250 of his 600."""
    contracts = [(MeterId(0), MeterId(1), Wh(600)), (MeterId(0), MeterId(2), Wh(400))]
    exports = {MeterId(1): Wh(250), MeterId(2): Wh(600)}
    assert deliveries(contracts, {MeterId(0): Wh(500)}, exports) == [250, 200]


@given(st.lists(st.integers(1, 2**40), min_size=1, max_size=20), st.integers(0, 2**45))
def test_shares_sum_to_what_is_confirmed(agreed: list[int], reading: int) -> None:
    """Each share is within a watt-hour of the exact one, and none above what was agreed."""
    meter = MeterId(0)
    got = list(shares([(meter, Wh(wh)) for wh in agreed], {meter: Wh(reading)}))
    confirmed = min(reading, sum(agreed))

    assert list(accumulate(got))[-1] == confirmed
    for share, wh in zip(got, agreed, strict=True):
        assert 0 <= share <= wh
        assert abs(share - wh * confirmed // sum(agreed)) <= 1
