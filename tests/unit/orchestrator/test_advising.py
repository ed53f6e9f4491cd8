"""Advice to a home of the pack that ships."""

from dataclasses import replace
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


def washing(hours: int, energy_wh: int = 3_000, now: int = MORNING) -> Appliance:
    """Two hours of it, done within so many."""
    return Appliance(Wh(energy_wh), 2 * HOUR, UnixSeconds(now + hours * HOUR))


def ending(pack: Pack, steps: int) -> Pack:
    """The same homes, when no more than the first steps were measured."""
    homes = tuple(replace(home, load_wh=home.load_wh[:steps], pv_wh=home.pv_wh[:steps]) for home in pack.homes)
    tariffs, carbon = pack.retail_micro_per_kwh[:steps], pack.carbon_g_per_kwh[:steps]
    return replace(pack, homes=homes, retail_micro_per_kwh=tariffs, carbon_g_per_kwh=carbon)


def test_who_knows_what_comes_pays_the_least_of_all_windows(pack: Pack) -> None:
    """With perfect knowledge the cost is the cheapest window's by tariffs and meters, reckoned here by itself."""
    told = advise(pack, "home_01", PERFECT, MORNING, washing(12))

    home, first = pack.homes[0], (MORNING - pack.start) // HOUR
    costs = []
    for window in range(11):
        steps = range(first + window, first + window + 2)
        own = [min(1_500, home.export_wh(step)) for step in steps]
        prices = [reference_prices(pack)[step] for step in steps]
        costs.append(sum(o * p.feed_in + (1_500 - o) * p.retail for o, p in zip(own, prices, strict=True)))
    assert told.advice.cost == min(costs)
    assert told.begin == MORNING + costs.index(min(costs)) * HOUR
    assert told.advice.saving == costs[0] - min(costs)
    assert (told.advice.confidence_ppm, told.remarks) == (1_000_000, ())


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
    assert advised.advice.saving > 0


@pytest.mark.parametrize("forecaster", [RECENT, "naive", "climatology"])
def test_the_hours_after_the_last_measurement_are_advised_as_if_they_lay_inside(pack: Pack, forecaster: str) -> None:
    """Data that ends now gives the window of data that goes on, where the day's tariffs are those of the day before;
    that they were taken from there is said."""
    step = (MORNING - pack.start) // HOUR
    flat = replace(pack, retail_micro_per_kwh=pack.retail_micro_per_kwh[step - 24 : step] * (pack.steps // 24))
    flat = replace(
        flat, retail_micro_per_kwh=flat.retail_micro_per_kwh[-step % 24 :] + flat.retail_micro_per_kwh[: -step % 24]
    )

    inside = advise(flat, "home_01", forecaster, MORNING, washing(24))
    after = advise(ending(flat, step), "home_01", forecaster, MORNING, washing(24))

    assert (after.begin, after.advice) == (inside.begin, inside.advice)
    assert after.advice.saving > 0
    tariffs = "tariffs are not known from 2016-10-10 08:00 on: taken as at the same times of the day before"
    assert after.remarks == (tariffs, *inside.remarks)
    assert tariffs not in inside.remarks


def test_tariffs_of_the_last_day_count_beyond_it(pack: Pack) -> None:
    """At its end the pack asks a millionth for the hours from 20 to 22 of its last day, and a lot for all others: so
    they are the cheapest of the next day, too."""
    prices = [100_000] * 48
    prices[44:46] = [1, 1]
    short = replace(ending(pack, 48), retail_micro_per_kwh=tuple(prices))
    dark = replace(short, homes=(replace(short.homes[0], pv_wh=(0,) * 48),))
    end = pack.start + 48 * HOUR

    told = advise(dark, "home_01", RECENT, UnixSeconds(end), washing(24, now=end))

    assert told.begin == end + 20 * HOUR


@pytest.mark.parametrize(("forecaster", "day"), [("climatology", 1), (RECENT, 1), (RECENT, 9)])
def test_few_days_are_told(pack: Pack, forecaster: str, day: int) -> None:
    """A day of history leaves half the chance open, and that reaches the answer; `recent` reads three at most."""
    now = pack.start + (24 * day + 8) * HOUR

    told = advise(pack, "home_01", forecaster, UnixSeconds(now), washing(24, now=now))

    days, whose = (1, "a single past day supports") if day == 1 else (3, "3 past days support")
    assert told.advice.confidence_ppm == 1_000_000 * days // (days + 1)
    assert told.remarks == (f"{whose} a chance of no more than {days} in {days + 1}, whatever the forecast says",)


def test_what_a_forecaster_remarks_reaches_the_answer(pack: Pack) -> None:
    """From a single day nothing is known of how far yesterday's values miss, so it is climatology."""
    now = pack.start + 32 * HOUR

    told = advise(pack, "home_01", "naive", UnixSeconds(now), washing(24, now=now))

    why = "home_01: climatology, as too little was measured"
    assert told.remarks[0] == f"not forecast as naive usually does: {why}"


@pytest.mark.parametrize(
    ("home", "late_s", "appliance", "told"),
    [
        ("home_99", 0, washing(12), "home 'home_99' is not in the data: choose from home_01"),
        ("home_01", 600, washing(12), "no step of the data begins at 2016-10-10 08:10: give a time in steps of 60 min"),
        ("home_01", -(10**9), washing(12), "from 2016-08-01 00:00 to 2017-07-31 00:00, where the data ends"),
        ("home_01", 10**9, washing(12), "no step of the data begins at"),
        ("home_01", -70 * 24 * HOUR, washing(12), "nothing is known of home_01 at 2016-08-01 08:00, as no whole day"),
        ("home_01", 0, washing(1), "2 h of running do not fit within 1 h"),
        ("home_01", 0, washing(0), "do not fit"),
        ("home_01", 0, washing(10_000), "2017-12-01 00:00 is more than a day after 2017-07-31 00:00, where the data"),
        ("home_01", 0, washing(6_000), "within 6000 h, and no more than the next 71 h are told"),
        ("home_01", 0, washing(12, 0), "energy is 0"),
    ],
)
def test_what_cannot_be_is_refused(pack: Pack, home: str, late_s: int, appliance: Appliance, told: str) -> None:
    """In a sentence that says what."""
    with pytest.raises((BadPack, UnusableWish), match=told):
        advise(pack, home, RECENT, UnixSeconds(MORNING + late_s), appliance)


def test_perfect_knows_nothing_beyond_the_data(pack: Pack) -> None:
    """Neither at its end nor where the time to be done by lies beyond it; what ends with the data is advised."""
    end = pack.start + pack.steps * HOUR
    for now, hours in ((end, 24), (end, 0), (end - 2 * HOUR, 3)):
        with pytest.raises(
            UnusableWish, match="perfect knows nothing but what was measured, and that ends at 2017-07-31"
        ):
            advise(pack, "home_01", PERFECT, UnixSeconds(now), washing(hours, now=now))

    assert advise(pack, "home_01", PERFECT, UnixSeconds(end - 2 * HOUR), washing(2, now=end - 2 * HOUR)).remarks == ()
