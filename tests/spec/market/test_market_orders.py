"""The market chapter before the gate closes: reference prices, books, orders and their escrow."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from aipchain.pallets_spec import communities, market, plugin_registry
from aipchain.pallets_spec.errors import BadOrigin, Corruption, Market, SpecError, Token
from aipchain.pallets_spec.market import (
    Book,
    BookOpened,
    BookStatus,
    Order,
    OrderCancelled,
    OrderPlaced,
    OrderStatus,
    ReferencePosted,
    ReferencePrice,
)
from aipchain.pallets_spec.origin import Root
from aipchain.pallets_spec.scale import binding_hash
from aipchain.pallets_spec.types import (
    PLAIN_TERMS,
    U64_MAX,
    Binding,
    CommunityId,
    Epoch,
    Hash,
    MeterId,
    OrderNumber,
    PartsPerMillion,
    PluginChange,
    PostedPrice,
    RuleSet,
    Side,
    Slot,
)
from aipchain.units import Price, UnixSeconds, Wh

if TYPE_CHECKING:
    from tests.spec.market.conftest import Square

START, HOUR = 1_800_000_000, 3_600
GATE = START - 900
RICH = 10**15


def _post(square: "Square", *prices: PostedPrice) -> list[object]:
    town = square.town
    return list(town.does("oracle", market.post_reference_prices, community=town.community, prices=prices))


def _post_refused(square: "Square", *prices: PostedPrice, who: str = "oracle") -> SpecError:
    return square.town.refused(who, market.post_reference_prices, community=square.town.community, prices=prices)


def test_a_posted_price_stands_and_opens_its_book(square: "Square") -> None:
    """The book opens empty, with the rules and times of its epoch."""
    events = _post(square, square.posted(30, 8))

    here = square.town.community
    assert events == [
        BookOpened(here, UnixSeconds(START), square.rules()),
        ReferencePosted(here, UnixSeconds(START), Price(30), Price(8)),
    ]
    assert square.town.world.market.reference_prices == {square.key: ReferencePrice(Price(30), Price(8))}
    assert square.book == Book(
        rules=square.rules(),
        opened_at=UnixSeconds(START - HOUR),
        closes_at=UnixSeconds(GATE),
        deadline=UnixSeconds(GATE + 300),
        final_at=UnixSeconds(START + HOUR + 1_800),
        collateral=PartsPerMillion(100_000),
    )


def test_a_posted_price_is_written_once(square: "Square") -> None:
    """The same again changes nothing, even after the gate; another price is refused, even a bad one."""
    _post(square, square.posted(30, 8))
    square.town.at(GATE)

    assert _post(square, square.posted(30, 8)) == []
    assert isinstance(_post_refused(square, square.posted(30, 9)), Market.ReferenceAlreadyPosted)
    assert isinstance(_post_refused(square, square.posted(8, 30)), Market.ReferenceAlreadyPosted)


def test_a_price_stands_without_a_book_while_a_slot_is_empty(square: "Square") -> None:
    """Prices do not wait for plugins."""
    del square.town.world.plugin_registry.slots[square.town.community, Slot.CLEAR]

    events = _post(square, square.posted(30, 8))

    assert [type(event) for event in events] == [ReferencePosted]
    assert square.town.world.market.books == {}


def test_prices_are_posted_all_or_none_by_an_oracle_before_the_gate(square: "Square") -> None:
    """Every refusal of a posted price, in the order of the rules."""
    good = square.posted(30, 8)
    town = square.town
    elsewhere = town.refused("oracle", market.post_reference_prices, community=CommunityId(9), prices=[])
    unsigned = town.refused(Root(), market.post_reference_prices, community=town.community, prices=[good])

    assert isinstance(unsigned, BadOrigin)
    assert isinstance(elsewhere, Market.UnknownCommunity)
    assert isinstance(_post_refused(square, who="operator"), Market.NotOracle)
    assert isinstance(_post_refused(square), Market.EmptyBatch)
    assert isinstance(_post_refused(square, good, square.posted(8, 9, START + 1)), Market.BadPrice)
    assert isinstance(_post_refused(square, good, square.posted(9, 9, START + 1)), Market.BadInterval)
    assert isinstance(_post_refused(square, square.posted(9, 9, 0)), Market.GateClosed)
    assert isinstance(_post_refused(square, square.posted(9, 9, 1)), Market.BadInterval)
    assert isinstance(_post_refused(square, square.posted(9, 9, START + 2 * HOUR)), Market.BadInterval)
    town.at(GATE - 1)
    square.place("ada", square.order("bid", "1@1", 0))
    town.at(GATE)
    assert isinstance(_post_refused(square, good), Market.GateClosed)
    assert isinstance(_post_refused(square, square.posted(8, 9)), Market.BadPrice)


def test_books_open_one_epoch_ahead_of_the_gate_that_closes_now(square: "Square") -> None:
    """While the gates of an epoch close, books of the next epoch open, and none beyond it."""
    order = square.order("bid", "1@1", 0)
    after_next = START + 2 * HOUR
    square.town.at(START - 901)
    assert isinstance(square.place_refused("ada", order, start=after_next), Market.BadInterval)
    square.town.at(START - 900)
    square.place("ada", order, start=after_next)


def test_a_batch_is_held_in_one_sum_and_numbered_in_list_order(square: "Square") -> None:
    """A bid holds its whole limit, an offer the collateral of it, rounded up."""
    events = square.place("ada", square.order("bid", "1000@20", 0, 7), square.order("bid", "200@30", 3, 5))
    square.place("ben", square.order("offer", "333@11", 1))

    here, ada, start = square.town.community, square.town.account("ada"), UnixSeconds(START)
    assert [event.pallet for event in events] == ["Market", "Balances", "Market", "Market"]
    bid = square.order("bid", "200@30", 3, 5)
    assert events[3] == OrderPlaced(here, start, OrderNumber(1), ada, 5, bid.meter, bid.side, bid.wh, bid.limit_price)
    assert square.town.world.market.orders[OrderNumber(1)] == Order(
        here,
        start,
        ada,
        5,
        bid.meter,
        bid.side,
        Wh(200),
        Price(30),
        placed_at=UnixSeconds(START - HOUR),
        status=OrderStatus.OPEN,
        filled_wh=Wh(0),
        escrow=square.town.world.market.orders[OrderNumber(1)].escrow,
    )
    assert (square.held("ada"), square.free("ada")) == (26_000, RICH - 26_000)
    assert square.held("ben") == 367
    assert square.town.world.market.book_orders == {square.key: (0, 1, 2)}
    assert square.book.orders == 3


def test_placing_the_same_again_changes_nothing(square: "Square") -> None:
    """Also twice in one call, and also when the order was cancelled."""
    first, second = square.order("bid", "100@20", 0), square.order("bid", "100@20", 0, 2)
    square.place("ada", first)

    assert square.place("ada", first) == []
    square.place("ada", first, second, second)
    assert (square.book.orders, square.held("ada")) == (2, 4_000)
    square.town.does("ada", market.cancel_order, number=OrderNumber(0))
    assert square.place("ada", first) == []
    assert square.held("ada") == 2_000


@pytest.mark.parametrize(
    ("side", "terms", "meter"),
    [("bid", "100@20", 3), ("offer", "100@20", 0), ("bid", "101@20", 0), ("bid", "100@21", 0)],
)
def test_an_id_names_one_order_per_owner_and_book(square: "Square", side: str, terms: str, meter: int) -> None:
    """Other content under a used id is refused, before or in the same call; another book or owner is free."""
    first, other = square.order("bid", "100@20", 0), square.order(side, terms, meter)
    assert isinstance(square.place_refused("ada", first, other), Market.OrderIdReused)
    square.place("ada", first)

    assert isinstance(square.place_refused("ada", other), Market.OrderIdReused)
    square.place("ben", square.order("bid", "100@20", 1))
    square.place("ada", other, start=START + HOUR)


def test_a_batch_with_one_bad_order_places_none(square: "Square") -> None:
    """Energy, the owner's own meter here, what its connection carries, and money to hold."""
    good = square.order("bid", "100@20", 0)
    dear = square.order("bid", f"9900@{U64_MAX}", 0, 2)

    assert isinstance(square.place_refused("ada", good, square.order("bid", "0@20", 9, 2)), Market.ZeroEnergy)
    assert isinstance(square.place_refused("ada", good, square.order("bid", "1@20", 1, 2)), Market.UnknownMeter)
    assert isinstance(square.place_refused("ada", good, square.order("bid", "1@20", 9, 2)), Market.UnknownMeter)
    assert isinstance(square.place_refused("ada", good, replace(dear, wh=Wh(U64_MAX))), Market.AboveConnectionLimit)
    assert isinstance(square.place_refused("ada", good, dear), Token.FundsUnavailable)


def _standing(square: "Square", meter: int, side: Side) -> int:
    return square.town.world.market.standing_wh.get(
        ((square.town.community, UnixSeconds(START)), (MeterId(meter), side)), 0
    )


def test_orders_of_a_meter_and_side_are_at_most_what_its_connection_carries(square: "Square") -> None:
    """Ten kilowatts for an hour: together, in one call or in many; the other side and other meters are apart."""
    most, offer, bid = 10_000, square.order("offer", "1@0", 1), square.order("bid", "10000@0", 1, 9)
    large = replace(offer, wh=Wh(most - 1))
    above = Market.AboveConnectionLimit

    assert isinstance(square.place_refused("ben", replace(offer, wh=Wh(most + 1))), above)
    square.place("ben", large)
    refusal = square.place_refused("ben", *(replace(offer, id=each, wh=Wh(each < 4)) for each in (2, 3, 4)))
    assert isinstance(refusal, above)
    assert refusal.facts == {"meter": 1, "side": "Offer", "standing_wh": most + 1, "carries_wh": most}
    unknown = square.place_refused("ben", replace(offer, id=2), replace(offer, id=3, meter=MeterId(9)), offer)
    assert isinstance(unknown, Market.UnknownMeter)
    square.place("ben", large, replace(offer, id=2))
    square.place("ben", bid, replace(bid, id=8, meter=MeterId(4), side=Side.OFFER))
    assert isinstance(square.place_refused("ben", replace(bid, id=7, wh=Wh(1))), above)
    square.place("ben", replace(offer, wh=Wh(most)), start=START + HOUR)
    assert [_standing(square, meter, side) for meter in (1, 4) for side in Side] == [most, most, 0, most]


def test_a_cancelled_order_makes_room_for_another(square: "Square") -> None:
    """Exactly as much as it had; where nothing stands, nothing is stored."""
    offer = square.order("offer", "9999@0", 1)
    square.place("ben", offer, replace(offer, id=2, wh=Wh(1)))
    square.town.does("ben", market.cancel_order, number=OrderNumber(0))
    assert _standing(square, 1, Side.OFFER) == 1

    assert isinstance(square.place_refused("ben", replace(offer, id=3, wh=Wh(10_000))), Market.AboveConnectionLimit)
    square.place("ben", replace(offer, id=3))
    for number in (1, 2):
        square.town.does("ben", market.cancel_order, number=OrderNumber(number))
    assert square.town.world.market.standing_wh == {}


def test_an_order_that_never_stood_is_corruption(square: "Square") -> None:
    """State that contradicts itself stops the call."""
    square.place("ben", square.order("offer", "2@0", 1))
    standing = square.town.world.market.standing_wh
    (place,) = standing
    standing[place] = Wh(1)
    assert isinstance(square.town.refused("ben", market.cancel_order, number=OrderNumber(0)), Corruption)
    standing[place] = Wh(2)


def test_all_that_is_free_but_the_existential_deposit_can_be_held(square: "Square") -> None:
    """One base unit more is too much."""
    spare = RICH - 10**9
    assert isinstance(square.place_refused("ada", square.order("bid", f"1@{spare + 1}", 0)), Token.FundsUnavailable)
    square.place("ada", square.order("bid", f"1@{spare}", 0))
    assert (square.held("ada"), square.free("ada")) == (spare, 10**9)


def test_orders_are_placed_by_members_while_the_gate_is_open(square: "Square") -> None:
    """Every other refusal of an order, in the order of the rules."""
    order, town = square.order("bid", "1@1", 0), square.town
    call, start = market.place_orders, UnixSeconds(START)
    unsigned = town.refused(Root(), call, community=town.community, interval_start=start, orders=[order])
    elsewhere = town.refused("ada", call, community=CommunityId(9), interval_start=start, orders=[])

    assert isinstance(unsigned, BadOrigin)
    assert isinstance(elsewhere, Market.UnknownCommunity)
    assert isinstance(square.place_refused("stranger"), Market.NotMember)
    assert isinstance(square.place_refused("ada"), Market.EmptyBatch)
    assert isinstance(square.place_refused("ada", order, start=START + 1), Market.BadInterval)
    assert isinstance(square.place_refused("ada", order, start=0), Market.GateClosed)
    assert isinstance(square.place_refused("ada", order, start=START + 2 * HOUR), Market.BadInterval)
    slot = town.world.plugin_registry.slots.pop((town.community, Slot.PRICE))
    assert isinstance(square.place_refused("ada", order), Market.NoRules)
    town.world.plugin_registry.slots[town.community, Slot.PRICE] = slot
    town.at(GATE - 1)
    square.place("ada", order)
    town.at(GATE)
    assert isinstance(square.place_refused("ada", order), Market.GateClosed)


def test_order_numbers_end(square: "Square") -> None:
    """The last number is never given."""
    square.town.world.market.next_order_number = OrderNumber(U64_MAX)
    assert isinstance(square.place_refused("ada", square.order("bid", "1@1", 0)), Market.Overflow)
    square.town.world.market.next_order_number = OrderNumber(U64_MAX - 1)
    square.place("ada", square.order("bid", "1@1", 0))


def test_a_full_book_takes_no_more(square: "Square") -> None:
    """Ten thousand orders, cancelled ones included."""
    for batch in range(20):
        ids = range(batch * 500, (batch + 1) * 500 - (batch == 19))
        square.place("ada", *[square.order("bid", "1@0", 0, each) for each in ids])
    two = [square.order("bid", "1@0", 1, each) for each in (1, 2)]

    assert isinstance(square.place_refused("ben", *two), Market.BookFull)
    square.place("ben", two[0])
    assert isinstance(square.place_refused("ben", two[1]), Market.BookFull)
    assert square.book.orders == 10_000


def test_a_book_keeps_what_it_opened_with(square: "Square") -> None:
    """Later rules and parameters are for later books."""
    square.place("ada", square.order("bid", "100@20", 0))
    opened, world = square.book, square.town.world
    later = replace(square.town.parameters, gate_closure_s=600, collateral=PartsPerMillion(500_000))
    world.communities.parameter_sets[square.town.community] = replace(
        world.communities.parameter_sets[square.town.community], active=later
    )

    square.place("ben", square.order("offer", "100@20", 1))

    assert square.book == replace(opened, orders=2)
    assert square.held("ben") == 200


def test_a_book_is_bound_to_the_rules_of_its_epoch(square: "Square") -> None:
    """A pending plugin rules the books of its epoch, though it is not active yet."""
    now_in_force = square.rules()
    binding = Binding(Hash(b"Price".ljust(32)), b"{}", b"", PLAIN_TERMS, None)
    voted = binding_hash(square.town.community, PluginChange(Slot.PRICE, binding), now_in_force.price)
    epoch = Epoch(START // (2 * HOUR))
    plugin_registry.schedule(
        square.town.world, square.town.community, Slot.PRICE, binding, voted=voted, from_epoch=epoch
    )
    square.town.at(START - 2 * HOUR)

    for start in (START - HOUR, START):
        square.place("ada", square.order("bid", "1@1", 0), start=start)

    books = square.town.world.market.books
    assert books[square.town.community, UnixSeconds(START - HOUR)].rules == now_in_force
    assert square.book.rules == RuleSet(voted, now_in_force.clear)


def test_a_book_has_the_parameters_of_its_epoch(square: "Square") -> None:
    """Pending parameters hold for the books of their epoch from its first interval on, and for none before it."""
    world, community = square.town.world, square.town.community
    known = world.communities.parameter_sets[community].active
    voted = replace(known, gate_closure_s=known.gate_closure_s + 60)
    epoch = Epoch(START // (2 * HOUR))
    communities.schedule_parameters(world, community, voted, Hash(b"vote".ljust(32)), epoch)
    square.town.at(START - 2 * HOUR)

    for start in (START - HOUR, START):
        square.place("ada", square.order("bid", "1@1", 0), start=start)

    gates = [start - world.market.books[community, UnixSeconds(start)].closes_at for start in (START - HOUR, START)]
    assert gates == [known.gate_closure_s, voted.gate_closure_s]


def test_a_cancelled_order_releases_its_escrow_and_keeps_its_id(square: "Square") -> None:
    """It stays, cancelled and empty, until its book is over."""
    square.place("ada", square.order("bid", "100@20", 0), square.order("bid", "50@20", 0, 2))

    events = square.town.does("ada", market.cancel_order, number=OrderNumber(0))

    assert events[-1] == OrderCancelled(OrderNumber(0))
    assert square.held("ada") == 1_000
    cancelled = square.town.world.market.orders[OrderNumber(0)]
    assert (cancelled.status, cancelled.escrow) == (OrderStatus.CANCELLED, 0)
    assert square.book.status is BookStatus.OPEN


def test_only_the_owner_cancels_and_only_before_the_gate(square: "Square") -> None:
    """Every refusal of a cancellation."""
    square.place("ada", square.order("bid", "100@20", 0), square.order("bid", "50@20", 0, 2))
    town, first, second = square.town, OrderNumber(0), OrderNumber(1)

    assert isinstance(town.refused(Root(), market.cancel_order, number=first), BadOrigin)
    assert isinstance(town.refused("ada", market.cancel_order, number=OrderNumber(2)), Market.UnknownOrder)
    assert isinstance(town.refused("ben", market.cancel_order, number=first), Market.NotOwner)
    town.at(GATE - 1)
    town.does("ada", market.cancel_order, number=first)
    assert isinstance(town.refused("ada", market.cancel_order, number=first), Market.OrderNotOpen)
    town.at(GATE)
    assert isinstance(town.refused("ada", market.cancel_order, number=second), Market.GateClosed)
    kept = town.world.market.books.pop((town.community, UnixSeconds(START)))
    assert isinstance(town.refused("ada", market.cancel_order, number=second), Market.NoBook)
    town.world.market.books[town.community, UnixSeconds(START)] = kept
