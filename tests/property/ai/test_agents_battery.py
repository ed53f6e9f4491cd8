"""A battery makes no energy, whatever is asked of it."""

from hypothesis import given
from hypothesis import strategies as st

from aipchain.ai.agents.battery import Battery, move

BATTERIES = st.builds(Battery, st.integers(0, 50_000), st.integers(0, 20_000), st.integers(500_000, 1_000_000))


@given(BATTERIES, st.data(), st.lists(st.integers(-30_000, 30_000), max_size=30), st.sampled_from([900, 3_600]))
def test_energy_is_kept_to_the_watt_hour(battery: Battery, data: st.DataObject, asked: list[int], step_s: int) -> None:
    """What goes in is what comes out, what more is stored, and losses; the store stays within its walls."""
    stored = data.draw(st.integers(0, battery.capacity_wh))
    for wish in asked:
        done = move(battery, stored, wish, step_s)

        assert done.battery_wh == done.stored_wh - stored + done.loss_wh
        assert 0 <= done.stored_wh <= battery.capacity_wh
        assert done.loss_wh >= 0
        assert done.battery_wh * wish >= 0
        assert abs(done.battery_wh) <= min(abs(wish), battery.power_w * step_s // 3_600)
        stored = done.stored_wh


@given(BATTERIES, st.data())
def test_a_way_round_never_gains(battery: Battery, data: st.DataObject) -> None:
    """Charge and discharge again: less comes out than went in, or as much."""
    stored = data.draw(st.integers(0, battery.capacity_wh))
    wish = data.draw(st.integers(0, 20_000))
    charged = move(battery, stored, wish, 3_600)
    back = move(battery, charged.stored_wh, -wish, 3_600)

    assert back.stored_wh - stored <= charged.battery_wh + back.battery_wh
