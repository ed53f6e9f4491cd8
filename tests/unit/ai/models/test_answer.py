"""What a model says of a day, and what it says where it cannot know."""

from datetime import date, timedelta

import numpy as np
import pytest

from aipchain.ai.errors import UnusablePanel
from aipchain.ai.forecasting.blend import Blend
from aipchain.ai.forecasting.boosted import BoostedTrees
from aipchain.ai.forecasting.climatology import Climatology
from aipchain.ai.forecasting.load import load_blend
from aipchain.ai.forecasting.network import FeatureNet
from aipchain.ai.forecasting.quantiles import whole_wh
from aipchain.ai.models.answer import Answer, Method, days_to_ask, forecast_day
from aipchain.ai.models.trained import TrainedModel, train
from aipchain.ai.panel import Panel

DAY = date(2016, 10, 27)
PLACE = 87


def _with(panel: Panel, energy: np.ndarray | None = None, missing: np.ndarray | None = None) -> Panel:
    gone = panel.missing if missing is None else missing
    return Panel(panel.homes, panel.start, np.where(gone, 0, panel.energy_wh if energy is None else energy), gone)


def _table(answer: Answer) -> np.ndarray:
    return np.array(answer.quantiles_wh)


def test_answers_are_whole_and_in_order(trained: TrainedModel, three_homes: Panel) -> None:
    """Nine quantiles of each of 24 steps, near to what then came."""
    for row, answer in enumerate(forecast_day(trained, three_homes, DAY)):
        table = _table(answer)
        assert table.shape == (24, 9)
        assert (np.diff(table, axis=1) >= 0).all()
        assert all(isinstance(wh, int) for step in answer.quantiles_wh for wh in step)
        assert table[:, 4].sum() == pytest.approx(three_homes.energy_wh[row, PLACE].sum(), rel=0.15)


def test_only_earlier_days_are_read(trained: TrainedModel, three_homes: Panel) -> None:
    """Stamps in the future change nothing."""
    later = three_homes.energy_wh.copy()
    later[:, PLACE:] = 10**6

    assert forecast_day(trained, _with(three_homes, later), DAY) == forecast_day(trained, three_homes, DAY)


def test_a_home_the_model_never_saw_is_marked(trained: TrainedModel, three_homes: Panel) -> None:
    """It is forecast by the blend all the same; homes of the model need no remark."""
    known, _, strange = forecast_day(trained, three_homes, DAY)

    assert (known.method, known.why) == (Method.BLEND, "")
    assert (strange.method, strange.why) == (Method.BLEND, "the model did not learn from this home")


def test_a_meter_that_sees_the_net_only_is_marked(trained: TrainedModel, three_homes: Panel) -> None:
    """It shows no load in the hours about noon, more than a quarter of all; exactly a quarter is no such meter."""
    net = three_homes.energy_wh.copy()
    net[:, :, 9:16] = 0
    quarter = three_homes.energy_wh.copy()
    quarter[:, :, 9:15] = 0
    told = [[each.why for each in forecast_day(trained, _with(three_homes, it), DAY)] for it in (net, quarter)]

    meter, strange = "its meter seems to see the net only", "the model did not learn from this home"
    assert told == [[meter, meter, f"{strange}, and {meter}"], ["", "", strange]]


def test_one_day_of_history_gives_climatology(trained: TrainedModel, three_homes: Panel) -> None:
    """Marked as such, with the reason, and exactly that of `Climatology`."""
    missing = three_homes.missing.copy()
    missing[1, : PLACE - 1] = True
    short = _with(three_homes, missing=missing)
    answer = forecast_day(trained, short, DAY, ["b"])[0]

    assert (answer.method, answer.why) == (Method.CLIMATOLOGY, "1 of the last 28 days were measured: the blend needs 2")
    assert np.array_equal(_table(answer), whole_wh(Climatology().forecast(short, [PLACE]))[1, 0])


def test_a_home_without_any_measurement_has_no_forecast(trained: TrainedModel, three_homes: Panel) -> None:
    """No number, and no zero; the others have theirs."""
    missing = three_homes.missing.copy()
    missing[0] = True
    first, second, _ = forecast_day(trained, _with(three_homes, missing=missing), DAY)

    assert (first.method, first.quantiles_wh) == (Method.NONE, ())
    assert "nothing was measured" in first.why
    assert second.method == Method.BLEND


def test_steps_of_another_length_give_climatology(trained: TrainedModel, three_homes: Panel) -> None:
    """At their own length."""
    quarters = three_homes.energy_wh.repeat(4, axis=2) // 4
    panel = Panel(three_homes.homes, three_homes.start, quarters, np.zeros(quarters.shape, bool))
    answer = forecast_day(trained, panel, DAY)[0]

    assert (answer.method, answer.why) == (Method.CLIMATOLOGY, "the model learned days of 24 steps, these have 96")
    assert _table(answer).shape == (96, 9)


def test_a_constant_history_is_forecast_as_it_is(three_homes: Panel) -> None:
    """By a model that learned from it: every quantile of every step is the constant, to a twentieth."""
    constant = _with(three_homes, np.full_like(three_homes.energy_wh, 500))
    net = FeatureNet(seeds=(0, 1), steps=60, batch=128, width=16)
    trees = BoostedTrees(rounds=10, settings={"num_leaves": 7, "min_data_in_leaf": 20, "learning_rate": 0.3})
    model = train(constant.of_homes(["a", "b"]).until(84), Blend("blend", ((net, 0.5), (trees, 0.5))))
    table = _table(forecast_day(model, constant, DAY)[0])

    assert (np.diff(table, axis=1) >= 0).all()
    assert table == pytest.approx(np.full((24, 9), 500), rel=0.05)


def test_a_constant_home_that_a_model_never_saw_is_forecast_near_it(trained: TrainedModel, three_homes: Panel) -> None:
    """The model learned days with an evening peak: the mean of its medians is within a fifth all the same."""
    table = _table(forecast_day(trained, _with(three_homes, np.full_like(three_homes.energy_wh, 500)), DAY)[2])

    assert table[:, 4].mean() == pytest.approx(500, rel=0.2)


def test_a_home_that_used_nothing_is_forecast_near_nothing(trained: TrainedModel, three_homes: Panel) -> None:
    """Zero is a measurement."""
    table = _table(forecast_day(trained, _with(three_homes, np.zeros_like(three_homes.energy_wh)), DAY)[0])

    assert table.max() <= 5


def test_a_tenfold_spike_does_not_carry_the_forecast_away(trained: TrainedModel, three_homes: Panel) -> None:
    """One step of yesterday was ten times as high: the day's median total moves by less than a quarter."""
    spiked = three_homes.energy_wh.copy()
    spiked[0, PLACE - 1, 12] *= 10
    usual, spike = (
        _table(forecast_day(trained, panel, DAY)[0])[:, 4].sum() for panel in (three_homes, _with(three_homes, spiked))
    )

    assert spike == pytest.approx(usual, rel=0.25)


@pytest.mark.parametrize("day", [date(2016, 10, 31), date(2030, 1, 1)])
def test_a_day_that_cannot_be_forecast_is_told(trained: TrainedModel, three_homes: Panel, day: date) -> None:
    """With those that can."""
    with pytest.raises(UnusablePanel, match="choose a day from 2016-10-24 to 2016-10-30"):
        forecast_day(trained, three_homes, day)


@pytest.mark.parametrize("day", [date(2016, 8, 1), date(2016, 10, 10), date(2016, 10, 23)])
def test_a_day_that_was_learned_from_is_refused(trained: TrainedModel, three_homes: Panel, day: date) -> None:
    """What a model says of it is no forecast; the sentence names the days that can be asked, and how to have others."""
    before = day - timedelta(days=1)
    told = f"{day} is not after 2016-10-23, up to which the model learned: choose a day from 2016-10-24 to 2016-10-30, "
    with pytest.raises(UnusablePanel, match=f"{told}or train a model for it with aip ai train --until {before}"):
        forecast_day(trained, three_homes, day)


def test_the_day_after_training_needs_nothing_later(trained: TrainedModel, three_homes: Panel) -> None:
    """It is the first that can be asked, also where nothing was measured since; it is the last in such a panel."""
    first = date(2016, 10, 24)
    short = three_homes.until(84)

    assert days_to_ask(trained, three_homes) == (first, date(2016, 10, 30))
    assert days_to_ask(trained, short) == (first, first)
    assert forecast_day(trained, short, first) == forecast_day(trained, three_homes, first)


def test_a_panel_that_was_learned_from_to_its_end_leaves_no_day(trained: TrainedModel, three_homes: Panel) -> None:
    """All it could be asked for lies before the end of training."""
    with pytest.raises(UnusablePanel, match="learned from days up to 2016-10-23, and what was measured ends on"):
        forecast_day(trained, three_homes.until(80), date(2016, 10, 20))


def test_an_unknown_home_is_told(trained: TrainedModel, three_homes: Panel) -> None:
    """With those that there are."""
    with pytest.raises(UnusablePanel, match="there is no home 'z': choose from a, b, c"):
        forecast_day(trained, three_homes, DAY, ["z"])


def test_too_few_days_teach_nothing(trained: TrainedModel, three_homes: Panel) -> None:
    """A fortnight is the least."""
    with pytest.raises(UnusablePanel, match="13 days are too few to learn from: give at least 14"):
        train(three_homes.until(13), load_blend())
