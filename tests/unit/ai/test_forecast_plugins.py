"""Forecasters behind the hook: what they are told of homes reaches what forecasts."""

from collections.abc import Sequence

import numpy as np
import pytest

from aipchain.ai.forecast_plugins import ForecasterOfHomes, Says, or_climatology
from aipchain.ai.forecasting.best import best_of_generation
from aipchain.ai.forecasting.climatology import Climatology
from aipchain.ai.forecasting.online import Online, from_memory
from aipchain.plugins.forecast_hook import ForecastInputs, HomeForecast, MeteredHome, load_forecaster
from aipchain.units import Site, UnixSeconds

EQUATOR = Site(0, 0, "UTC")
SUN = np.maximum(0, np.rint(2_000 * np.sin(np.pi * (np.arange(24) - 5.5) / 12))).astype(int)
DAYS = 30
SKY = np.random.default_rng(1).integers(3, 11, DAYS) / 10


def inputs(site: Site | None = None, name: str = "roof", days: int = DAYS) -> ForecastInputs:
    """A roof on the equator under thirty skies."""
    generated = np.rint(SKY[:days, None] * SUN).astype(int).ravel().tolist()
    return ForecastInputs(UnixSeconds(0), 3_600, (MeteredHome(name, [100] * len(generated), generated),), site)


def generation(forecast: Sequence[HomeForecast | None]) -> tuple[tuple[int, ...], ...]:
    """Of the only home."""
    (told,) = forecast
    assert told is not None
    return told.generation_wh


def test_the_place_reaches_the_forecaster_of_generation() -> None:
    """By the sun over it the answer is another than without, and nothing by night either way."""
    made = ForecasterOfHomes(
        lambda: or_climatology(from_memory(Climatology())),
        lambda site: or_climatology(Online(best_of_generation(site)).next_day),
    )

    with_sun, without = (generation(made.forecast(inputs(site))) for site in (EQUATOR, None))

    assert with_sun != without
    assert all(step == (0,) * 9 for step in (*with_sun[:4], *with_sun[20:]))
    assert 0 < with_sun[12][4] < 2_500


def test_other_homes_get_forecasters_of_their_own() -> None:
    """What was learned of one community is not said of another; the same one keeps what it learned."""
    made: list[str] = []

    def begun() -> Says:
        made.append("forecaster")
        return or_climatology(from_memory(Climatology()))

    homes = ForecasterOfHomes(begun, lambda _: or_climatology(from_memory(Climatology())))
    for asked in (inputs(days=1), inputs(days=2), inputs(name="other"), inputs(name="other")):
        homes.forecast(asked)

    assert len(made) == 2


@pytest.mark.parametrize("name", ["naive", "climatology", "blend"])
def test_a_home_without_a_measurement_has_no_forecast_and_takes_none_from_others(name: str) -> None:
    """Never a silent zero: None for it, and for its neighbour what it would have had alone."""
    known = inputs(days=4).homes[0]
    silent = MeteredHome("silent", [None] * 96, [None] * 96)

    told, nothing = load_forecaster(name).ask(ForecastInputs(UnixSeconds(0), 3_600, (known, silent)))

    assert nothing is None
    assert told is not None
    assert told.load_wh[12][4] == 100


@pytest.mark.parametrize("days", [1, 2])
def test_with_too_little_measured_the_blend_is_climatology_and_says_so(days: int) -> None:
    """One whole day teaches nothing that lasts; the last day need not be over."""
    asked = inputs(days=days)

    (told,) = load_forecaster("blend").ask(asked)
    (usual,) = load_forecaster("climatology").ask(asked)

    assert told is not None
    assert told.remark == "climatology, as too little was measured"
    assert usual is not None
    assert (told.load_wh, told.generation_wh) == (usual.load_wh, usual.generation_wh)
