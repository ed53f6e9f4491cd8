"""Batteries in whole watt-hours."""

import pytest

from aipchain.ai.agents.battery import Battery, Move, move
from aipchain.ai.agents.errors import BadSetting
from aipchain.ai.agents.settings import Taste

HOME = Battery(6_400, 5_000)


def test_what_is_charged_is_stored_less_the_loss_of_one_way() -> None:
    """A kilowatt-hour in leaves 948 Wh, and 948 Wh give 899 Wh back: ninety percent of the way round."""
    charged = move(HOME, 0, 1_000, 3_600)
    back = move(HOME, charged.stored_wh, -5_000, 3_600)

    assert charged == Move(battery_wh=1_000, stored_wh=948, loss_wh=52)
    assert back == Move(battery_wh=-899, stored_wh=0, loss_wh=49)


def test_power_limits_a_step_and_capacity_the_store() -> None:
    """In a quarter of an hour 5 kW give 1,250 Wh; a full battery takes nothing."""
    assert move(HOME, 0, 9_999, 900).battery_wh == 1_250
    assert move(HOME, 6_400, 500, 3_600) == Move(0, 6_400, 0)
    assert move(HOME, 0, -500, 3_600) == Move(0, 0, 0)


@pytest.mark.parametrize(
    ("capacity", "power", "efficiency"), [(-1, 5_000, 900_000), (6_400, 5_000, 1_000_001), (6_400, -5, 900_000)]
)
def test_a_battery_that_cannot_be_is_refused(capacity: int, power: int, efficiency: int) -> None:
    """The error names the value and its range."""
    with pytest.raises(BadSetting, match="give a whole number from"):
        Battery(capacity, power, efficiency)


def test_more_stored_than_it_holds_is_refused() -> None:
    """A meter that reads more than the capacity is not planned on."""
    with pytest.raises(BadSetting, match="stored_wh is 7000: give a whole number from 0 to 6,400 Wh"):
        move(HOME, 7_000, 0, 3_600)


@pytest.mark.parametrize("name", ["risk_aversion_ppm", "reserve_ppm", "green_ppm"])
@pytest.mark.parametrize("value", [-1, 1_000_001, 0.5, True])
def test_a_setting_outside_its_range_is_refused(name: str, value: int) -> None:
    """Settings are whole millionths from none to all."""
    with pytest.raises(BadSetting, match=name):
        Taste(**{name: value})
