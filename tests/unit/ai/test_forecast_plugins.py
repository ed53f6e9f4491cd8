"""Forecasters behind the hook: what they are told of homes reaches what forecasts."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from aipchain.ai.forecast_plugins import ForecasterOfHomes
from aipchain.ai.forecasting.best import best_of_generation
from aipchain.ai.forecasting.climatology import Climatology
from aipchain.ai.forecasting.forecaster import Fitted
from aipchain.ai.panel import Panel
from aipchain.plugins.forecast_hook import ForecastInputs, HomeForecast, MeteredHome
from aipchain.units import Site, UnixSeconds

EQUATOR = Site(0, 0, "UTC")
SUN = np.maximum(0, np.rint(2_000 * np.sin(np.pi * (np.arange(24) - 5.5) / 12))).astype(int)
DAYS = 30
SKY = np.random.default_rng(1).integers(3, 11, DAYS) / 10


def inputs(site: Site | None = None, name: str = "roof", days: int = DAYS) -> ForecastInputs:
    """A roof on the equator under thirty skies."""
    generated = np.rint(SKY[:days, None] * SUN).astype(int).ravel().tolist()
    return ForecastInputs(UnixSeconds(0), 3_600, (MeteredHome(name, [100] * len(generated), generated),), site)


def generation(forecast: Sequence[HomeForecast]) -> tuple[tuple[int, ...], ...]:
    """Of the only home."""
    return forecast[0].generation_wh


@pytest.mark.parametrize("days", [1, 3, DAYS])
def test_the_place_reaches_the_forecaster_of_generation(days: int) -> None:
    """By the sun over it the answer is another than without, and nothing by night either way."""
    made = ForecasterOfHomes(Climatology(), best_of_generation)

    with_sun, without = (generation(made.forecast(inputs(site, days=days))) for site in (EQUATOR, None))

    assert with_sun != without
    assert all(step == (0,) * 9 for step in (*with_sun[:4], *with_sun[20:]))
    assert 0 < with_sun[12][4] < 2_500


@dataclass
class Counted:
    """A forecaster that counts how often it learns."""

    name: str = "counted"
    learned: list[tuple[str, ...]] = field(default_factory=list)

    def fit(self, panel: Panel) -> Fitted:
        """As climatology."""
        self.learned.append(panel.homes)
        return Climatology().fit(panel)


def test_other_homes_are_learned_anew_and_the_same_only_after_four_weeks() -> None:
    """What was learned of one community is not said of another."""
    counted = Counted()
    made = ForecasterOfHomes(counted, lambda _: Climatology())

    for asked in (inputs(days=1), inputs(days=2), inputs(days=29), inputs(name="other"), inputs(name="other")):
        made.forecast(asked)

    assert counted.learned == [("roof",), ("roof",), ("other",)]
