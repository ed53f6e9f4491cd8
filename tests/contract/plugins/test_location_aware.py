"""The plugin location-aware: what distance and losses cost steers who meets, and stays inside the buyer's limit."""

from collections.abc import Mapping

import pytest

from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, ReferencePrice, Side
from aipchain.plugins.cases import conformance_cases, same_books
from aipchain.plugins.catalogue import Catalogue
from aipchain.plugins.config import encode_config
from aipchain.plugins.errors import PluginFailed
from aipchain.plugins.hookspecs import ClearInputs, ConfigValue, Slot
from aipchain.plugins.manager import Activation, LoadedPlugin, ask_clear
from aipchain.units import Interval, Price, UnixSeconds, Wh

HOUR = Interval(UnixSeconds(3_600), 3_600)
REFERENCE = ReferencePrice(retail=Price(300_000), feed_in=Price(80_000))
Config = Mapping[str, ConfigValue]


def order(number: int, side: Side, wh: int, limit: int) -> BookOrder:
    """An order of an owner and a meter of its own."""
    return BookOrder(OrderNumber(number), AccountId(str(number)), MeterId(number), side, Wh(wh), Price(limit))


def clear(
    orders: tuple[BookOrder, ...], config: Config, reference: ReferencePrice | None = REFERENCE
) -> dict[tuple[int, int], tuple[int, int]]:
    """Energy and price by (bid, offer) of the checked answer."""
    bundle = Catalogue.discover().find("location-aware")
    activation = Activation(Slot.CLEAR, bundle.id, encode_config(bundle.manifest, config))
    plugin = LoadedPlugin.load(Catalogue((bundle,)), activation)
    trades = ask_clear(plugin, ClearInputs(HOUR, reference, orders, None, 2_000, plugin.config)).trades
    return {(trade.bid, trade.offer): (trade.wh, trade.price) for trade in trades}


NEIGHBOURS = (
    order(0, Side.BID, 500, 200_000),
    order(1, Side.BID, 500, 200_000),
    order(2, Side.OFFER, 500, 100_000),
    order(3, Side.OFFER, 500, 100_000),
)
ONE_PAIR = (order(0, Side.BID, 500, 200_000), order(1, Side.OFFER, 500, 190_000))


@pytest.mark.parametrize(
    ("places", "pairs"),
    [("0=0/0,1=900/0,2=10/0,3=910/-5", {(0, 2), (1, 3)}), ("0=0/0,1=900/0,2=910/5,3=-10/0", {(0, 3), (1, 2)})],
)
def test_everybody_trades_with_the_nearest_where_prices_are_equal(places: str, pairs: set[tuple[int, int]]) -> None:
    """Whatever the interval's lots say."""
    assert clear(NEIGHBOURS, {"places": places, "charge_per_km": 10_000}).keys() == pairs


def test_a_dearer_neighbour_wins_where_the_way_costs_more_than_it_saves() -> None:
    """20,000 are saved by going 3 km; at 6,000 per km that is worth it, at 7,000 it is not."""
    orders = (order(0, Side.BID, 500, 200_000), order(1, Side.OFFER, 500, 150_000), order(2, Side.OFFER, 500, 130_000))
    places = "0=0/0,1=0/0,2=0/3000"

    assert clear(orders, {"places": places, "charge_per_km": 6_000}).keys() == {(0, 2)}
    assert clear(orders, {"places": places, "charge_per_km": 7_000}).keys() == {(0, 1)}


def test_the_charge_stays_inside_the_buyers_limit() -> None:
    """Of 10,000 between two limits the way takes 3,000 for 300 m; at most 7,000 are left for the price."""
    config: Config = {"places": "0=0/300", "charge_per_km": 10_000, "k_permille": 1_000}

    assert clear(ONE_PAIR, config) == {(0, 1): (500, 197_000)}
    assert clear(ONE_PAIR, {**config, "charge_per_km": 33_334}) == {}


def test_what_is_lost_costs_the_retail_price() -> None:
    """10 permille per km over 500 m is 5 permille of 300,000; a trade still holds what both meters count."""
    config: Config = {"places": "0=0/500", "charge_per_km": 0, "loss_permille_per_km": 10, "k_permille": 1_000}

    assert clear(ONE_PAIR, config) == {(0, 1): (500, 198_500)}


def test_losses_without_a_posted_price_cannot_be_told() -> None:
    """One sentence; without losses no price is needed."""
    with pytest.raises(PluginFailed, match="energy that is lost has the retail price"):
        clear(ONE_PAIR, {"loss_permille_per_km": 10}, reference=None)
    assert clear(ONE_PAIR, {}, reference=None).keys() == {(0, 1)}


def test_meters_that_are_not_listed_are_at_the_origin() -> None:
    """As if they were listed there."""
    orders = (order(0, Side.BID, 500, 200_000), order(1, Side.OFFER, 500, 150_000), order(2, Side.OFFER, 500, 150_000))

    assert clear(orders, {"places": "2=-300/400"}) == clear(orders, {"places": "0=0/0,1=0/0,2=-300/400"})
    assert clear(orders, {"places": "2=-300/400"}).keys() == {(0, 1)}


@pytest.mark.parametrize("name", ["many_owners", "extreme_numbers", "one_owner_on_both_sides"])
def test_places_and_losses_keep_the_envelope_in_any_order_of_the_book(name: str) -> None:
    """Books of the kit with places for some meters: the answer is the same however the book is given."""
    config: Config = {"places": "0=0/0,1=500/0,2=0/-700,3=-2000/9,5=40/40", "loss_permille_per_km": 13}
    case = next(case for case in conformance_cases() if case.name == name)
    answer = clear(case.orders, config, case.reference)

    assert answer
    for _, orders in same_books(case.orders):
        assert clear(orders, config, case.reference) == answer
