"""Advice to a home of the pack that ships."""

from typing import Final

import pytest

from aipchain.ai.agents.errors import UnusableWish
from aipchain.metering.errors import BadPack
from aipchain.metering.packs import Pack, load_pack
from aipchain.orchestrator.advising import Appliance, advise
from aipchain.orchestrator.foresight import PERFECT, RECENT
from aipchain.orchestrator.tariffs import reference_prices
from aipchain.units import UnixSeconds, Wh

HOUR: Final = 3_600
MORNING: Final = UnixSeconds(1_476_086_400)
"""2016-10-10 08:00, a sunny Monday."""


@pytest.fixture(scope="module")
def pack() -> Pack:
    """17 homes."""
    return load_pack()


def washing(hours: int, energy_wh: int = 3_000) -> Appliance:
    """Two hours of it, done within so many."""
    return Appliance(Wh(energy_wh), 2 * HOUR, UnixSeconds(MORNING + hours * HOUR))


def test_who_knows_what_comes_pays_the_least_of_all_windows(pack: Pack) -> None:
    """With perfect knowledge the cost is the cheapest window's by tariffs and meters, reckoned here by itself."""
    begin, advice = advise(pack, "home_01", PERFECT, MORNING, washing(12))

    home, first = pack.homes[0], (MORNING - pack.start) // HOUR
    costs = []
    for window in range(11):
        steps = range(first + window, first + window + 2)
        own = [min(1_500, home.export_wh(step)) for step in steps]
        prices = [reference_prices(pack)[step] for step in steps]
        costs.append(sum(o * p.feed_in + (1_500 - o) * p.retail for o, p in zip(own, prices, strict=True)))
    assert advice.cost == min(costs)
    assert begin == MORNING + costs.index(min(costs)) * HOUR
    assert advice.saving == costs[0] - min(costs)


@pytest.mark.parametrize("forecaster", [RECENT, "climatology"])
def test_what_comes_later_is_not_read(pack: Pack, forecaster: str) -> None:
    """A pack that ends with the hour before gives the same advice, where its tariffs go on."""
    now = (MORNING - pack.start) // HOUR
    silent = [0] * (pack.steps - now)
    homes = tuple(
        type(home)(home.name, (*home.load_wh[:now], *silent), (*home.pv_wh[:now], *silent)) for home in pack.homes
    )
    blind = Pack(pack.start, pack.step_s, homes, pack.retail_micro_per_kwh, pack.carbon_g_per_kwh)

    advised = advise(pack, "home_01", forecaster, MORNING, washing(12))
    assert advised == advise(blind, "home_01", forecaster, MORNING, washing(12))
    assert advised[1].saving > 0


@pytest.mark.parametrize(
    ("home", "late_s", "appliance", "told"),
    [
        ("home_99", 0, washing(12), "home 'home_99' is not in the data: choose from home_01"),
        ("home_01", 600, washing(12), "at 2016-10-10 08:10:00 none of the data's 8736 steps of 3600 s begins"),
        ("home_01", -(10**9), washing(12), "none of the data's"),
        ("home_01", -70 * 24 * HOUR, washing(12), "nothing is known of home_01 before 2016-08-01 08:00:00"),
        ("home_01", 0, washing(1), "do not fit"),
        ("home_01", 0, washing(0), "do not fit"),
        ("home_01", 0, washing(10_000), "the outlook ends after"),
        ("home_01", 0, washing(12, 0), "energy is 0"),
    ],
)
def test_what_cannot_be_is_refused(pack: Pack, home: str, late_s: int, appliance: Appliance, told: str) -> None:
    """In a sentence that says what."""
    with pytest.raises((BadPack, UnusableWish), match=told):
        advise(pack, home, RECENT, UnixSeconds(MORNING + late_s), appliance)
