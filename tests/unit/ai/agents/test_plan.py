"""Plans for a home with a cheap night, sun at noon and a dear evening."""

import numpy as np
import pytest
from numpy.typing import NDArray

from aipchain.ai.agents.battery import Battery
from aipchain.ai.agents.errors import BadSetting, UnusableOutlook
from aipchain.ai.agents.outlook import expected_wh, outlook_of
from aipchain.ai.agents.plan import Plan, plan
from aipchain.ai.agents.settings import Taste

HOME = Battery(6_400, 5_000)
HOURS = np.arange(24)
SPREAD = np.arange(-4, 5) / 10
LOAD = np.where(HOURS >= 17, 1_500.0, 400.0)[:, None] * (1 + SPREAD)
SUN = np.where((HOURS > 8) & (HOURS < 16), 2_000.0, 0.0)[:, None] * (1 + SPREAD)
NIGHT = np.zeros((24, 9))
CENT = 10_000_000
RETAIL = np.where((HOURS >= 16) & (HOURS < 21), 54 * CENT, 21 * CENT)
FEED_IN = np.full(24, 5 * CENT)


def planned(generation: NDArray[np.float64] = SUN, stored: int = 0, taste: Taste = Taste()) -> Plan:  # noqa: B008
    """A day of the home."""
    return plan(outlook_of(LOAD, generation, RETAIL, FEED_IN), HOME, stored, taste)


def test_the_sun_of_noon_serves_the_evening() -> None:
    """What is stored at noon is used while import is dear; nothing is imported then as long as it lasts."""
    steps = planned().steps

    assert sum(step.charge_wh for step in steps[9:16]) > 6_000
    assert [step.bid_wh for step in steps[17:20]] == [0, 0, 0]
    assert sum(step.discharge_wh for step in steps) >= 5_900


def test_without_sun_the_night_is_bought_for_the_evening() -> None:
    """Import at 0.21 with a tenth lost is cheaper than import at 0.54; the bids say so."""
    steps = planned(NIGHT).steps

    assert sum(step.charge_wh for step in steps[:16]) > 6_000
    assert sum(step.discharge_wh for step in steps[16:21]) > 5_900
    assert all(step.bid_wh == step.net_wh and step.bid_limit == 21 * CENT for step in steps[:16])


def test_what_is_left_of_the_sun_is_offered_down_to_the_feed_in() -> None:
    """A full battery and a free roof: the surplus is offered, and one more watt-hour is worth what the outside pays."""
    step = planned(stored=6_400).steps[9]

    assert (step.charge_wh, step.bid_wh, step.offer_wh, step.offer_limit) == (0, 0, 1_600, 5 * CENT)
    assert step.worth == 5 * CENT


def test_a_reserve_stays_in_the_battery() -> None:
    """Half of it is filled first, and then no step goes below."""
    steps = planned(NIGHT, taste=Taste(reserve_ppm=500_000)).steps

    assert all(step.stored_wh >= 3_190 for step in steps)


def test_who_is_careful_expects_more_load_and_less_sun() -> None:
    """Risk aversion of one plans on the outer quantiles."""
    calm, careful = planned(stored=3_000), planned(stored=3_000, taste=Taste(risk_aversion_ppm=1_000_000))

    assert careful.steps[0].net_wh - careful.steps[0].charge_wh + careful.steps[0].discharge_wh == 560
    assert sum(step.offer_wh for step in careful.steps) < sum(step.offer_wh for step in calm.steps)


def test_who_likes_green_bids_above_the_grid() -> None:
    """A tenth more for a neighbour's watt-hour than for the grid's."""
    assert planned(NIGHT, taste=Taste(green_ppm=100_000)).first.bid_limit == 231 * CENT // 10


def test_the_expected_energy_of_even_quantiles_is_their_median() -> None:
    """Even spacing has its mean in the middle; a long upper tail lies above it."""
    assert expected_wh(LOAD[0]) == pytest.approx(400)
    assert expected_wh(np.array([0, 0, 0, 0, 10, 20, 40, 80, 400.0])) > 10


@pytest.mark.parametrize(
    ("load", "retail", "feed_in", "told"),
    [
        (LOAD[:3], RETAIL, FEED_IN, r"load has shape \(3, 9\) for 24 prices"),
        (np.full((24, 9), np.nan), RETAIL, FEED_IN, "load has quantiles that are no numbers"),
        (LOAD[:, ::-1], RETAIL, FEED_IN, "out of order"),
        (LOAD, RETAIL[:0], FEED_IN[:0], "0 import prices"),
        (LOAD, RETAIL * 0.1, FEED_IN, "import prices are no whole numbers"),
        (LOAD, -RETAIL, FEED_IN, "import prices go down to -540000000"),
        (LOAD, FEED_IN, RETAIL, "step 0 pays 210000000 for export and asks 50000000 for import"),
    ],
)
def test_what_cannot_be_planned_on_is_refused(
    load: NDArray[np.float64], retail: NDArray[np.int64], feed_in: NDArray[np.int64], told: str
) -> None:
    """The error names what is wrong."""
    with pytest.raises(UnusableOutlook, match=told):
        outlook_of(load, SUN, retail, feed_in)


def test_a_store_beyond_its_walls_is_refused() -> None:
    """More stored than the battery holds is a wrong reading."""
    with pytest.raises(BadSetting, match="stored_wh"):
        planned(stored=6_401)
