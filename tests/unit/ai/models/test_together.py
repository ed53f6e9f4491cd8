"""Models that a federation taught: kept, read and asked like any other, with a card that tells how they were taught."""

from datetime import date
from functools import partial
from pathlib import Path

import pytest

from aipchain.ai.errors import UnusablePanel
from aipchain.ai.executors.in_process import InProcess
from aipchain.ai.federated.forecaster import home_clients
from aipchain.ai.federated.gateway import Learned
from aipchain.ai.federated.learner import HomeLearner, Learning, first_weights, model_schema
from aipchain.ai.federated.rounds import Federation, Plan, begun
from aipchain.ai.federated.simulation import federate
from aipchain.ai.models.answer import Method, forecast_day
from aipchain.ai.models.card import Taught
from aipchain.ai.models.folder import load_model, save_model
from aipchain.ai.models.together import own_model, shared_model, taught_days
from aipchain.ai.models.trained import TrainedModel
from aipchain.ai.panel import Panel

LEARNING = Learning(width=8, batch=64)
DAY = date(2016, 10, 29)


@pytest.fixture(scope="module")
def federation(three_homes: Panel) -> Federation:
    """Two rounds of homes a and b."""
    first, features = first_weights(24, LEARNING, 0)
    begins = begun(Plan(rounds=2, peak_rate=2e-2), model_schema(24, LEARNING), features, first)
    clients = partial(home_clients, taught_days(three_homes).of_homes(["a", "b"]), LEARNING)
    return federate(begins, InProcess(), clients, ("a", "b"), own=False).federation


@pytest.fixture(scope="module")
def shared(federation: Federation) -> TrainedModel:
    """What both share."""
    return shared_model(federation, "community-7", 24, LEARNING)


@pytest.fixture(scope="module")
def own(federation: Federation, three_homes: Panel) -> TrainedModel:
    """What gateway north, with homes a and b, learned on."""
    homes = three_homes.of_homes(["a", "b"])
    client = HomeLearner.of("north", taught_days(homes), LEARNING)
    learned = Learned(federation.task, client.own(federation.task), {})
    return own_model(learned, ("community-7", "north"), homes, LEARNING)


def test_a_model_that_was_read_says_what_the_taught_one_said(
    shared: TrainedModel, own: TrainedModel, three_homes: Panel, tmp_path: Path
) -> None:
    """To the watt-hour, of homes that took part and of one that did not."""
    for model in (shared, own):
        save_model(model, tmp_path / "model")
        assert forecast_day(load_model(tmp_path / "model"), three_homes, DAY) == forecast_day(model, three_homes, DAY)


def test_the_shared_card_tells_clients_and_neither_homes_nor_days(shared: TrainedModel) -> None:
    """A coordinator knows no more."""
    card = shared.card

    assert card.taught == Taught("community-7", 2, ("a", "b"))
    assert (card.homes, card.first_day, card.last_day, card.held_out) == ((), None, None, None)


def test_a_gateways_card_tells_its_homes_and_scores_of_days_it_held_out(own: TrainedModel) -> None:
    """The last four of nearly thirteen weeks."""
    card = own.card

    assert card.taught == Taught("community-7", 2, ("north",))
    assert (card.homes, card.first_day, card.last_day) == (("a", "b"), "2016-08-01", "2016-10-01")
    assert card.held_out
    assert (card.held_out.first_day, card.held_out.last_day) == ("2016-10-02", "2016-10-29")
    assert 0 < card.held_out.wql < 0.6


def test_answers_say_by_which_method_and_of_whom_the_model_learned(
    shared: TrainedModel, own: TrainedModel, three_homes: Panel
) -> None:
    """The shared one may have learned from any home, the gateway's own knows a and b."""
    told = [[(each.method, each.why) for each in forecast_day(model, three_homes, DAY)] for model in (shared, own)]

    assert told[0] == [(Method.FEDERATED, "")] * 3
    assert told[1][:2] == [(Method.FEDERATED, "")] * 2
    assert told[1][2] == (Method.FEDERATED, "the model did not learn from this home")


def test_a_home_is_forecast_from_nothing_but_its_own_past(own: TrainedModel, three_homes: Panel) -> None:
    """Whoever else is in the panel changes nothing."""
    alone = forecast_day(own, three_homes.of_homes(["b"]), DAY)

    assert alone[0] == forecast_day(own, three_homes, DAY)[1]


def test_too_few_days_are_not_taught(three_homes: Panel) -> None:
    """A fortnight is the least, as for any model; below twelve weeks nothing is held out."""
    with pytest.raises(UnusablePanel, match="13 days are too few to learn from: give at least 14"):
        taught_days(three_homes.until(13))
    assert (taught_days(three_homes.until(83)).days, taught_days(three_homes.until(84)).days) == (83, 56)
