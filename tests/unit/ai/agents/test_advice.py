"""Advice on a sunny day with a dear evening."""

import numpy as np
import pytest

from aipchain.ai.agents.advice import Wish, best_window
from aipchain.ai.agents.errors import UnusableWish
from aipchain.ai.agents.outlook import Outlook, outlook_of
from aipchain.units import Wh

CENT = 10_000_000
HOURS = np.arange(24)
SPREAD = 1 + np.arange(-4, 5) / 10
LOAD = np.full(24, 400.0)[:, None] * SPREAD
SUN = np.where((HOURS >= 10) & (HOURS < 15), 2_500.0, 0.0)[:, None] * SPREAD
RETAIL = np.where((HOURS >= 16) & (HOURS < 21), 54 * CENT, 21 * CENT)


def sunny() -> Outlook:
    """From midnight on."""
    return outlook_of(LOAD, SUN, RETAIL, np.full(24, 5 * CENT))


def test_a_car_is_charged_from_the_own_roof() -> None:
    """Four kilowatt-hours in three hours: the sun's hours are the cheapest, and surely so."""
    advice = best_window(sunny(), Wish(Wh(4_000), 3 * 3_600, 24 * 3_600))

    assert 10 * 3_600 <= advice.begin_s <= 12 * 3_600
    assert advice.confidence_ppm == 1_000_000
    assert advice.saving == 4_000 * 21 * CENT - advice.cost
    assert "of it is expected to be your own surplus" in advice.reason


def test_before_an_early_deadline_now_is_as_good_as_later() -> None:
    """Nothing changes before six in the morning."""
    advice = best_window(sunny(), Wish(Wh(1_000), 3_600, 6 * 3_600))

    assert (advice.begin_s, advice.saving, advice.own_ppm) == (0, 0, 0)
    assert advice.reason.startswith("Begin now")


@pytest.mark.parametrize(
    ("energy", "duration", "deadline", "told"),
    [
        (0, 3_600, 7_200, "the appliance's energy is 0"),
        (1_000, 0, 7_200, "the appliance's duration is 0"),
        (1_000, 7_200, 3_600, "do not fit before 3600 s: give more time, at least 7200 s"),
        (1_000, 3_600, 90_000, "the outlook ends after 86400 s"),
        (1_000, 3_600, -5, "do not fit"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(energy: int, duration: int, deadline: int, told: str) -> None:
    """The sentence names what does not fit."""
    with pytest.raises(UnusableWish, match=told):
        best_window(sunny(), Wish(Wh(energy), duration, deadline))
