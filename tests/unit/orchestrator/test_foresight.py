"""What agents know when they order: the last days, a forecaster's day, or everything."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from aipchain.ai.forecast_plugins import ForecasterOfHomes, or_climatology
from aipchain.ai.forecasting.boosted import BoostedTrees
from aipchain.ai.forecasting.climatology import Climatology
from aipchain.ai.forecasting.online import Online, from_memory
from aipchain.metering.packs import Home, Pack, load_pack
from aipchain.orchestrator.foresight import DayAhead, Expected, Perfect, Recent, foresight_named, foresight_names
from aipchain.plugins.errors import UnknownPlugin
from aipchain.plugins.forecast_hook import ForecasterPlugin, ForecastInputs, HomeForecast
from aipchain.plugins.hookspecs import hookimpl
from aipchain.units import UnixSeconds

HOURS = 24
NOON = UnixSeconds(12 * 3_600)
SUNNY = Home("sunny", tuple(range(100, 172)), tuple(hour % HOURS for hour in range(72)))
PACK = Pack(UnixSeconds(0), 3_600, (SUNNY,), (220_000,) * 72, (0,) * 72)


class Told:
    """A forecaster that keeps what it was told, and says the same for every step."""

    def __init__(self, load_wh: int = 5) -> None:
        self.asked: list[ForecastInputs] = []
        self.load_wh = load_wh

    @hookimpl
    def forecast(self, inputs: ForecastInputs) -> Sequence[HomeForecast]:
        """Nine times the same load, no generation."""
        self.asked.append(inputs)
        steps = inputs.steps_per_day
        return [HomeForecast(((self.load_wh,) * 9,) * steps, ((0,) * 9,) * steps) for _ in inputs.homes]


def day_ahead(made: object, pack: Pack = PACK) -> DayAhead:
    """A foresight by that forecaster."""
    return DayAhead(ForecasterPlugin("told", made), pack, pack.homes)


def test_recent_is_the_mean_of_that_hour_on_the_last_days() -> None:
    """For 5 o'clock of the third day: 105 and 129 Wh were used, 5 Wh generated each time."""
    (expected,) = Recent((SUNNY,), HOURS).expected(0, 53, 1)

    assert expected == Expected((117,) * 9, (5,) * 9)
    assert expected.net_wh == 112


def test_recent_reads_nothing_later_than_two_steps_back() -> None:
    """Whatever comes from the running step on, it expects the same, a day and more ahead."""
    changed = Home("sunny", (*SUNNY.load_wh[:52], *(9_999,) * 20), SUNNY.pv_wh)

    known, other = (Recent((home,), HOURS).expected(0, 53, 30) for home in (SUNNY, changed))

    assert known == other
    assert len(known) == 30


def test_perfect_is_what_comes_until_the_data_ends() -> None:
    """Two hours are left at 22 o'clock of the last day."""
    expected = Perfect((SUNNY,)).expected(0, 70, 30)

    assert [each.net_wh for each in expected] == [170 - 22, 171 - 23]


def test_a_day_is_forecast_once_from_whole_days_whose_last_step_is_not_measured_yet() -> None:
    """The order for the first hour is placed in the hour before midnight."""
    told = Told()
    foresight = day_ahead(told)

    expected = [foresight.expected(0, step, 30) for step in (24, 47)]

    assert [len(each) for each in expected] == [30, 30]
    (inputs,) = told.asked
    assert inputs.homes[0].load_wh == (*SUNNY.load_wh[:23], None)
    assert inputs.homes[0].generation_wh == (*SUNNY.pv_wh[:23], None)


def test_on_the_first_day_nothing_is_known() -> None:
    """No day was measured; nobody is asked."""
    told = Told()

    assert day_ahead(told).expected(0, 23, 1) == ()
    assert told.asked == []


def test_days_begin_at_midnight_wherever_the_data_begins() -> None:
    """Data from noon on: the first half day is left out, and the day after it is forecast by it."""
    told = Told()
    foresight = day_ahead(told, Pack(NOON, 3_600, (SUNNY,), (220_000,) * 72, (0,) * 72))

    foresight.expected(0, 36, 1)

    assert told.asked[0].start == 86_400
    assert told.asked[0].homes[0].load_wh == (*SUNNY.load_wh[12:35], None)


class Raising:
    """A forecaster that fails."""

    @hookimpl
    def forecast(self, inputs: ForecastInputs) -> Sequence[HomeForecast]:
        """Never answers."""
        raise RuntimeError("no weather today")


@pytest.mark.parametrize("made", [Raising(), Told(load_wh=-1)], ids=["raises", "answers nonsense"])
def test_a_failing_forecaster_is_replaced_by_climatology_and_that_is_marked(made: object) -> None:
    """Orders go on; the day and the reason are kept."""
    foresight = day_ahead(made)

    (expected,) = foresight.expected(0, 30, 1)

    assert 100 <= expected.net_wh <= 130
    assert list(foresight.failures) == [1]
    assert "plugin told failed in hook 'forecast'" in foresight.failures[1]


class Partial:
    """A forecaster that knows nothing of one home and little of another."""

    @hookimpl
    def forecast(self, inputs: ForecastInputs) -> Sequence[HomeForecast | None]:
        """Nothing of the first."""
        steps = ((7,) * 9,) * inputs.steps_per_day
        return [None, HomeForecast(steps, steps, "a guess")]


def test_a_home_of_which_nothing_is_known_orders_nothing_and_a_guess_is_told() -> None:
    """Its neighbour is forecast all the same; what was not made as usual stands among the failures of the day."""
    pack = Pack(PACK.start, PACK.step_s, (SUNNY, SUNNY), PACK.retail_micro_per_kwh, PACK.carbon_g_per_kwh)
    foresight = day_ahead(Partial(), pack)

    assert foresight.expected(0, 30, 3) == ()
    assert foresight.expected(1, 30, 1) == [Expected((7,) * 9, (7,) * 9)]
    assert foresight.failures == {1: "sunny: a guess"}


@pytest.mark.parametrize("name", ["naive", "climatology"])
def test_installed_forecasters_forecast(name: str) -> None:
    """By name, as the command line names them."""
    expected = foresight_named(name, PACK, PACK.homes).expected(0, 30, 24)

    assert len(expected) == 24
    assert all(list(each.load_wh) == sorted(each.load_wh) for each in expected)


def test_naive_says_yesterdays_last_hour_from_the_day_before() -> None:
    """It was not measured when the forecast was made, and is no zero."""
    expected = foresight_named("naive", PACK, PACK.homes).expected(0, 71, 1)

    assert expected[0].load_wh[4] == SUNNY.load_wh[23]


def test_what_a_forecaster_learned_does_not_depend_on_when_it_was_first_asked() -> None:
    """A loop that is killed asks a new one for a later day first, and comes to the same orders: it learns by the
    calendar of the data, from days that were over."""
    pack = load_pack()
    pack = replace(pack, homes=pack.homes[:2])

    def made() -> DayAhead:
        trees = or_climatology(Online(BoostedTrees(rounds=4), tracked=True).next_day)
        usual = or_climatology(from_memory(Climatology()))
        return day_ahead(ForecasterOfHomes(lambda: trees, lambda _: usual), pack)

    always = made()
    days = [[always.expected(home, day * HOURS, HOURS) for home in (0, 1)] for day in range(54, 59)]

    assert days[4] == [made().expected(home, 58 * HOURS, HOURS) for home in (0, 1)]


def test_an_unknown_name_says_what_is_near() -> None:
    """With what is installed at hand."""
    with pytest.raises(UnknownPlugin, match="did you mean climatology"):
        foresight_named("climatologie", PACK, PACK.homes)
    assert set(foresight_names()) >= {"recent", "perfect", "naive", "climatology", "blend"}
