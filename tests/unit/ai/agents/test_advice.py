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


@pytest.mark.parametrize(("past_days", "most"), [(None, 1_000_000), (0, 0), (1, 500_000), (9, 900_000)])
def test_few_days_support_no_more_than_n_in_n_plus_one(past_days: int | None, most: int) -> None:
    """Every outlook says the sun's hours; what is stated is what so many days can say, in the sentence, too."""
    advice = best_window(sunny(), Wish(Wh(4_000), 3 * 3_600, 24 * 3_600), past_days)

    assert advice.confidence_ppm == most
    assert f"as likely as {most // 10_000} %" in advice.reason


def test_few_days_raise_no_confidence() -> None:
    """In three of nine outlooks the sun shines now: that six say later is what is stated, however many days said so."""
    sun = np.array([[0.0] * 6 + [3_000.0] * 3, [0.0] * 9])
    outlook = outlook_of(np.zeros((2, 9)), sun, np.array([21 * CENT, 15 * CENT]), np.full(2, 5 * CENT))

    told = [best_window(outlook, Wish(Wh(1_000), 3_600, 2 * 3_600), days).confidence_ppm for days in (None, 99, 1)]

    assert told == [666_666, 666_666, 500_000]


@pytest.mark.parametrize(
    ("energy", "duration", "deadline", "told"),
    [
        (0, 3_600, 7_200, "the appliance's energy is 0"),
        (1_000, 0, 7_200, "the appliance's duration is 0"),
        (1_000, 8 * 86_400, 9 * 86_400, "the appliance's duration is 691200 s: give a whole number, 1 s to 7 days"),
        (1_000, 7_200, 3_600, "2 h of running do not fit within 1 h: give more time, at least 2 h"),
        (1_000, 3_601, 3_600, "3601 s of running do not fit within 1 h: give more time, at least 2 h"),
        (1_000, 3_600, 91_800, "within 25 h 30 min, and no more than the next 24 h are told: give 24 h or less"),
        (1_000, 3_600, -5, "do not fit"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(energy: int, duration: int, deadline: int, told: str) -> None:
    """The sentence names what does not fit."""
    with pytest.raises(UnusableWish, match=told):
        best_window(sunny(), Wish(Wh(energy), duration, deadline))
