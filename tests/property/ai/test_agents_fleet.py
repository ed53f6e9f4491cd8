"""Batteries in arrays are the batteries one by one; parts of a plan sum to the plan."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from aipchain.ai.agents.battery import Battery, move
from aipchain.ai.agents.community import leveled
from aipchain.ai.agents.fleet import fleet_of, move_all, within_power

BATTERIES = st.lists(
    st.builds(Battery, st.integers(1, 50_000), st.integers(0, 20_000), st.integers(500_000, 1_000_000)),
    min_size=1,
    max_size=6,
)


@settings(max_examples=40)
@given(BATTERIES, st.data(), st.sampled_from([900, 3_600]))
def test_arrays_move_as_batteries_do(batteries: list[Battery], data: st.DataObject, step_s: int) -> None:
    """To the watt-hour, whatever is asked of whom."""
    stored = [data.draw(st.integers(0, each.capacity_wh)) for each in batteries]
    asked = [data.draw(st.integers(-30_000, 30_000)) for _ in batteries]
    singly = [move(*each, step_s) for each in zip(batteries, stored, asked, strict=True)]

    moved, after = move_all(fleet_of(batteries), np.array(stored), np.array(asked), step_s)

    assert moved.tolist() == [each.battery_wh for each in singly]
    assert after.tolist() == [each.stored_wh for each in singly]


@settings(max_examples=40)
@given(BATTERIES, st.data(), st.integers(-100_000, 100_000))
def test_parts_sum_to_what_all_can_do(batteries: list[Battery], data: st.DataObject, total: int) -> None:
    """No watt-hour is lost in the split, and no battery is asked for more than it can."""
    fleet = fleet_of(batteries)
    stored = np.array([data.draw(st.integers(0, each.capacity_wh)) for each in batteries])
    charge, discharge = within_power(fleet, stored, 3_600)

    parts = leveled(total, fleet, stored, 3_600)

    assert int(parts.sum()) == max(min(total, int(charge.sum())), -int(discharge.sum()))
    assert (parts <= charge).all()
    assert (-parts <= discharge).all()
