"""What every rule is given: the demo's orders and tariffs, whichever home comes first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from aipchain.market.book import Side
from aipchain.metering.errors import BadPack
from aipchain.orchestrator.comparison.scenario import Scene, scenes
from aipchain.orchestrator.conduct import AsRecorded
from aipchain.orchestrator.foresight import RECENT, Recent
from aipchain.orchestrator.household import Household, MeasuredHome
from aipchain.orchestrator.tariffs import reference_prices
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.keys import account_from_seed, device_from_seed
from aipchain.units import Price, UnixSeconds

if TYPE_CHECKING:
    from tests.unit.orchestrator.comparison.conftest import Village

HOURS = [[(hour * 37 + home * 11) % 23 - 11 for hour in range(168)] for home in range(3)]
NET = dict(zip("abc", HOURS, strict=True))


def terms(scene: Scene) -> list[tuple[int, str, int, int]]:
    """Meter, side, energy and limit of the orders of a scene, by meter."""
    return sorted((order.meter, order.side.name, order.wh, order.limit_price) for order in scene.orders)


def test_a_home_that_knows_its_energy_orders_what_will_be_metered(village: Village) -> None:
    """It bids retail for what it lacks, and offers at feed-in what is left; an even hour has no order."""
    scene = scenes(village({"lacks": [300] * 168, "has": [-200] * 168, "even": [0] * 168}))[0]

    assert terms(scene) == [(0, "BID", 300, 220_000_000), (1, "OFFER", 200, 80_080_000)]
    assert (scene.imports, scene.exports) == ((300, 0, 0), (0, 200, 0))
    assert (scene.consumed_wh, scene.generated_wh) == (300, 200)


def test_a_forecasting_home_places_the_demos_orders(village: Village) -> None:
    """Step by step the same as the demo's household agent."""
    settings = replace(village(NET), forecast=RECENT)
    reference = reference_prices(settings.pack)[0]
    keys = account_from_seed(bytes(32)), device_from_seed(bytes(32))
    foresight = Recent(settings.homes, 24)
    measured = [MeasuredHome(AsRecorded(home, place, foresight)) for place, home in enumerate(settings.homes)]
    agents = [Household(home, *keys, t.MeterId(place)) for place, home in enumerate(measured)]

    for step, scene in enumerate(scenes(settings)):
        placed = [order for agent in agents for order in agent.orders(step, reference)]
        assert terms(scene) == [(each.meter, each.side.name, each.wh, each.limit_price) for each in placed]


def test_the_seed_draws_who_comes_first_and_nothing_else(village: Village) -> None:
    """Without a seed homes come in the given order; with one, the order changes from interval to interval."""
    plain, drawn, again = (scenes(village(NET, seed)) for seed in (None, 1, 1))

    assert drawn == again != plain
    assert [terms(scene) for scene in drawn] == [terms(scene) for scene in plain]
    assert all(list(scene.orders) == sorted(scene.orders, key=lambda order: order.meter) for scene in plain)
    assert len({tuple(order.meter for order in scene.orders) for scene in drawn}) > 3


def test_numbers_run_on_over_the_intervals(village: Village) -> None:
    """As on a chain, no two orders have one number."""
    numbers = [order.number for scene in scenes(village(NET, seed=1)) for order in scene.orders]

    assert numbers == list(range(len(numbers)))


def test_intervals_follow_each_other(village: Village) -> None:
    """Hour after hour of the week."""
    starts = [scene.interval.start for scene in scenes(village(NET))]

    assert starts == [UnixSeconds(1_475_452_800 + hour * 3_600) for hour in range(168)]


def test_the_tariff_is_the_recorded_one(village: Village) -> None:
    """Currency units are AIP; feed-in is a fixed part of the lowest retail tariff."""
    assert {(each.retail, each.feed_in) for each in reference_prices(village(NET).pack)} == {
        (Price(220_000_000), Price(80_080_000))
    }


@pytest.mark.parametrize("weeks", [0, -1, 2, 10**30])
def test_weeks_outside_the_data_are_bad_input(village: Village, weeks: int) -> None:
    """None, and more than there are."""
    with pytest.raises(BadPack):
        scenes(village(NET, weeks=weeks))


def test_homes_that_only_sell_offer(village: Village) -> None:
    """A book with one side."""
    assert {order.side for scene in scenes(village({"sun": [-5] * 168})) for order in scene.orders} == {Side.OFFER}
