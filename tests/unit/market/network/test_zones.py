"""Clearing over zones: caps, charges counted once, and the named faults of other markets' fees."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import permutations

import pytest

from aipchain.market.book import BookOrder, MeterId, OrderNumber
from aipchain.market.envelope import first_breach_in_book
from aipchain.market.errors import DuplicateOrder
from aipchain.market.network.errors import CapOutOfRange, FeeOutOfRange, UnknownZone, UnplacedMeter
from aipchain.market.network.tariff import GridTariff, Relief, grid_tariff
from aipchain.market.network.zone_certificate import Fault, verify
from aipchain.market.network.zone_clearing import ZoneClearing, ZoneTrade, as_trades, clear_zones
from aipchain.market.network.zones import ZoneBook, ZoneCaps, zone_book
from aipchain.units import Price, Wh

Book = Callable[..., tuple[BookOrder, ...]]
TWO_ZONES = grid_tariff([[1, 4], [4, 1]])


def placed(
    orders: Sequence[BookOrder], zones: Sequence[int], tariff: GridTariff = TWO_ZONES, caps: ZoneCaps | None = None
) -> ZoneBook:
    """The orders in `zones`, one zone per order."""
    return zone_book(orders, {order.meter: zone for order, zone in zip(orders, zones, strict=True)}, tariff, caps)


def cleared(book: ZoneBook, k_permille: int = 500) -> ZoneClearing:
    """The clearing, after its certificate and the chain's envelope have passed."""
    clearing = clear_zones(book, seed=1, k_permille=k_permille)
    assert verify(book, clearing, clearing.certificate) is None
    assert first_breach_in_book(as_trades(clearing.trades), book.orders) is None
    for trade in clearing.trades:
        assert trade.buyer_price == trade.seller_price + trade.charge + trade.rent
        assert trade.rent >= 0
    return clearing


def traded(clearing: ZoneClearing) -> Mapping[tuple[int, int], int]:
    """Energy by (bid, offer)."""
    return {(trade.bid, trade.offer): trade.wh for trade in clearing.trades}


def test_buyer_pays_what_seller_gets_and_the_fee_once(book: Book) -> None:
    """A double-counted fee would leave money over: the buyer pays the seller's price and one charge."""
    clearing = cleared(placed(book("bid ann 20@5", "offer ben 10@5"), [0, 1]))
    (trade,) = clearing.trades

    assert (trade.seller_price, trade.charge, trade.rent, trade.buyer_price) == (13, 4, 0, 17)
    assert trade.grid_income == 20


def test_the_fee_matrix_is_used(book: Book) -> None:
    """The dearer offer of the own zone is used where the way from the cheap one costs more than it saves."""
    orders = book("bid ann 20@5", "offer ben 10@5", "offer cat 12@5")

    assert traded(cleared(placed(orders, [0, 1, 0]))) == {(0, 2): 5}
    assert traded(cleared(placed(orders, [0, 1, 0], grid_tariff([[1, 1], [1, 1]])))) == {(0, 1): 5}


def test_the_highest_asks_fee_does_not_set_everybodys_price(book: Book) -> None:
    """Neighbours pay the fee of their own zone, whatever the far seller's way costs."""
    clearing = cleared(placed(book("bid ann 20@5", "bid ben 19@5", "offer cat 10@5", "offer dan 11@5"), [0, 0, 0, 1]))

    assert {trade.charge for trade in clearing.trades if trade.offer == 2} == {1}
    assert {trade.charge for trade in clearing.trades if trade.offer == 3} == {4}
    assert clearing.selling_prices[0] - clearing.selling_prices[1] == 3


def test_the_fee_is_on_top_never_subtracted(book: Book) -> None:
    """A bid that covers the offer but not its way does not trade; with the sign turned round it would."""
    assert cleared(placed(book("bid ann 13@5", "offer ben 10@5"), [0, 1])).trades == ()
    assert len(cleared(placed(book("bid ann 14@5", "offer ben 10@5"), [0, 1])).trades) == 1


def test_a_dropped_order_shows(book: Book) -> None:
    """A clearing of the book without Ben's better bid is no clearing of the book."""
    orders = book("bid ann 20@5", "bid ben 25@5", "offer cat 10@5")
    without = clear_zones(placed((orders[0], orders[2]), [0, 0]), seed=1)
    breach = verify(placed(orders, [0, 0, 0]), without, without.certificate)

    assert breach is not None
    assert breach.fault is Fault.ORDER_AGAINST_PRICE


def test_matched_energy_is_what_is_traded(book: Book) -> None:
    """Every served watt-hour of different owners stands in a trade, on both sides."""
    clearing = cleared(placed(book("bid ann 20@7", "bid ben 18@4", "offer cat 5@6", "offer dan 9@9"), [0, 1, 0, 1]))
    for number, wh in clearing.fills.items():
        assert sum(trade.wh for trade in clearing.trades if number in {trade.bid, trade.offer}) == wh


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


def test_a_cap_on_a_pair_holds_and_leaves_a_rent(book: Book) -> None:
    """At a full cap prices part by more than the charge, and the difference is the rent."""
    orders = book("bid ann 20@9", "offer ben 10@9")
    clearing = cleared(placed(orders, [0, 1], caps=ZoneCaps(pairs={(1, 0): Wh(3)})))

    assert traded(clearing) == {(0, 1): 3}
    assert (clearing.selling_prices[1], clearing.buying_prices[0]) == (10, 20)
    assert clearing.trades[0].rent == 6


@pytest.mark.parametrize(
    "caps", [ZoneCaps(export={1: Wh(3)}), ZoneCaps(imported={0: Wh(3)}), ZoneCaps(pairs={(1, 0): Wh(3)})]
)
def test_each_kind_of_cap_binds_in_its_direction_only(book: Book, caps: ZoneCaps) -> None:
    """3 Wh may come from zone 1; energy inside each zone and the other way is free."""
    orders = book("bid ann 20@9", "offer ben 10@9", "offer cat 12@4", "bid dan 15@2")

    assert traded(cleared(placed(orders, [0, 1, 0, 1], caps=caps))) == {(0, 1): 3, (0, 2): 4, (3, 1): 2}


def test_a_cap_of_zero_forbids(book: Book) -> None:
    """Zero is a limit, not its absence."""
    assert (
        cleared(placed(book("bid ann 20@9", "offer ben 10@9"), [0, 1], caps=ZoneCaps(export={1: Wh(0)}))).trades == ()
    )


def test_an_earlier_choice_is_undone_where_a_cap_needs_it(book: Book) -> None:
    """Ben serves Ann first; when Dan can only be reached from Ben's zone, Cat takes over at Ann's."""
    orders = book("bid ann 30@5", "offer ben 10@5", "offer cat 12@5", "bid dan 29@5")
    caps = ZoneCaps(pairs={(1, 2): Wh(0)})
    tariff = grid_tariff([[0, 1, 1], [1, 0, 9], [1, 1, 0]])

    assert traded(cleared(placed(orders, [0, 0, 1, 2], tariff, caps))) == {(0, 2): 5, (3, 1): 5}


def test_one_zone_without_fees_is_the_uniform_price(book: Book) -> None:
    """The interval of the k-double auction, at its ends and in the middle."""
    orders = book("bid ann 20@5", "bid ben 12@5", "offer cat 5@5", "offer dan 17@5")
    one = placed(orders, [0] * 4, grid_tariff([[0]]))

    assert [cleared(one, k).buying_prices[0] for k in (0, 500, 1_000)] == [12, 14, 17]
    assert traded(cleared(one)) == {(0, 2): 5}


def test_equal_limits_trade(book: Book) -> None:
    """A bid and an offer at one price, with nothing to pay for the way, trade in full."""
    assert traded(cleared(placed(book("bid ann 6@9", "offer ben 6@4"), [0, 0], grid_tariff([[0]])))) == {(0, 1): 4}


def test_nobody_trades_with_itself_over_zones(book: Book) -> None:
    """Ann's offer goes to Ben and Cat's to Ann, though Ann is the best match of herself."""
    orders = book("bid ann 20@5", "bid ben 18@5", "offer ann 5@5", "offer cat 6@5")

    assert traded(cleared(placed(orders, [0] * 4))) == {(0, 3): 5, (1, 2): 5}
    assert cleared(placed(book("bid ann 20@5", "offer ann 5@5"), [0, 0])).trades == ()


def test_any_arrangement_of_the_book_gives_one_result(book: Book) -> None:
    """Equal orders are told apart by lot, not by their place."""
    orders = book("bid ann 20@5", "bid ben 20@5", "offer cat 10@3", "offer dan 10@3")
    zones = {order.meter: order.meter % 2 for order in orders}
    results = [
        clear_zones(zone_book(arranged, zones, TWO_ZONES, ZoneCaps(export={0: Wh(1)})), seed=9)
        for arranged in permutations(orders)
    ]

    assert all(result == results[0] for result in results)


def test_an_empty_book_and_one_side_have_no_trades(book: Book) -> None:
    """Nothing to trade is no fault."""
    assert cleared(placed((), [])).trades == ()
    assert cleared(placed(book("bid ann 5@5"), [0])).trades == ()
    assert cleared(placed(book("offer ann 5@5"), [1])).fills == {}


def test_prices_at_the_edge_of_u128(book: Book) -> None:
    """Whole numbers of any size are exact."""
    edge = 2**128 - 1
    clearing = cleared(placed(book(f"bid ann {edge}@5", f"offer ben {edge - 4}@5"), [0, 1]))

    assert clearing.buying_prices[0] == edge


def test_an_unknown_zone_is_refused(book: Book) -> None:
    """The community has zones 0 and 1; the message says which were named."""
    orders = book("bid ann 20@5")
    with pytest.raises(UnknownZone, match="meter 0 names zone 2; the community has zones 0 to 1"):
        placed(orders, [2])
    with pytest.raises(UnknownZone, match="export of zone 5"):
        placed(orders, [0], caps=ZoneCaps(export={5: Wh(1)}))
    with pytest.raises(UnknownZone, match="a pair of zones"):
        TWO_ZONES.charge(0, -1)
    with pytest.raises(UnknownZone, match="a row of fees"):
        grid_tariff([[1, 2], [3]])
    with pytest.raises(UnknownZone, match="the table of losses"):
        grid_tariff([[1]], loss_permille=[[1], [2]])


def test_what_else_is_refused(book: Book) -> None:
    """A meter without a zone, a negative cap, an order twice, and k beyond its range."""
    orders = book("bid ann 20@5")
    with pytest.raises(UnplacedMeter, match="meter 0 of order 0"):
        zone_book(orders, {}, TWO_ZONES)
    with pytest.raises(CapOutOfRange, match="-1 Wh"):
        placed(orders, [0], caps=ZoneCaps(export={0: Wh(-1)}))
    with pytest.raises(DuplicateOrder, match="order 0 is in the book twice"):
        zone_book([*orders, *orders], {MeterId(0): 0}, TWO_ZONES)
    with pytest.raises(ValueError, match="k is 1001"):
        clear_zones(placed(orders, [0]), seed=1, k_permille=1_001)


def wrong_results(clearing: ZoneClearing) -> list[tuple[Fault, ZoneClearing]]:
    """The same clearing with one thing wrong."""
    trade, certificate = clearing.trades[0], clearing.certificate
    first, second = OrderNumber(0), OrderNumber(1)

    def with_trade(**changes: int) -> ZoneClearing:
        return replace(clearing, trades=(replace(trade, **changes),))  # type: ignore[arg-type]

    def with_prices(price: int) -> ZoneClearing:
        return replace(clearing, certificate=replace(certificate, prices=(Price(price), *certificate.prices[1:])))

    return [
        (Fault.WRONG_SHAPE, replace(clearing, certificate=replace(certificate, prices=()))),
        (Fault.UNKNOWN_ORDER, replace(clearing, fills={**clearing.fills, OrderNumber(9): Wh(1)})),
        (Fault.OVERFILLED, replace(clearing, fills={**clearing.fills, first: Wh(99)})),
        (
            Fault.CAP_EXCEEDED,
            replace(clearing, certificate=replace(certificate, flows=(Wh(-1), *certificate.flows[1:]))),
        ),
        (Fault.OUT_OF_BALANCE, replace(clearing, fills={first: Wh(3)})),
        (Fault.ORDER_AGAINST_PRICE, with_prices(9)),
        (Fault.FLOW_AGAINST_PRICE, with_prices(15)),
        (Fault.TRADE_NOT_OF_ORDERS, with_trade(bid=second, offer=first)),
        (Fault.WRONG_PRICE, with_trade(seller_price=12)),
        (Fault.WRONG_CHARGE, with_trade(charge=0, rent=trade.charge)),
        (Fault.TRADED_ABOVE_FILL, replace(clearing, trades=(trade, trade))),
    ]


@pytest.mark.parametrize("case", range(11))
def test_the_certificate_shows_what_is_wrong(book: Book, case: int) -> None:
    """Each fault is found and named."""
    placed_book = placed(book("bid ann 20@5", "offer ben 10@5"), [0, 0])
    fault, wrong = wrong_results(clear_zones(placed_book, seed=1))[case]
    breach = verify(placed_book, wrong, wrong.certificate)

    assert breach is not None
    assert breach.fault is fault
    assert str(breach).startswith(f"the clearing is not proven: {fault.value}")


def test_a_trade_knows_what_the_grid_gets() -> None:
    """Charge and rent, times the energy."""
    trade = ZoneTrade(OrderNumber(0), OrderNumber(1), Wh(7), Price(10), Price(3), Price(2))

    assert (trade.buyer_price, trade.grid_income) == (15, 35)
