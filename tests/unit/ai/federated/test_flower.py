"""A client of ours beside Flower: the same numbers in its form."""

import os
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from aipchain.ai.federated.errors import FlowerMissing
from aipchain.ai.federated.flower import TELEMETRY, FlowerHome, flower_client
from aipchain.ai.federated.forecaster import home_clients
from aipchain.ai.federated.learner import Learning, first_weights, model_schema
from aipchain.ai.federated.messages import Task
from aipchain.ai.panel import Panel


@pytest.fixture
def home(five_homes: Panel, learning: Learning) -> FlowerHome:
    """One home."""
    first, features = first_weights(24, learning, 0)
    client = home_clients(five_homes.of_homes(["a"]), learning)["a"]
    return FlowerHome(client, model_schema(24, learning), np.ones(2 * features, dtype=np.float32), first)


def test_a_fit_is_a_round_of_training(home: FlowerHome) -> None:
    """Tables in, tables out, and as many rows as the home has."""
    tables, rows, _ = home.fit(home.get_parameters({}), {"rate": 1e-3, "round": 2})
    answer = home.client.answer(Task(2, 1, 1e-3, home.first, home.normaliser))

    assert [table.shape for table in tables] == [shape for _, shape in home.model.tables]
    assert np.concatenate([table.ravel() for table in tables]).tolist() == (home.first + answer.change).tolist()
    assert rows == answer.rows == 20 * 24


def test_a_score_is_the_loss_of_the_weights(home: FlowerHome) -> None:
    """Training makes it less; it is weighed by the rows it is of."""
    before, rows, _ = home.evaluate(home.get_parameters({}), {})
    tables, _, _ = home.fit(home.get_parameters({}), {"rate": 1e-3})
    after, _, _ = home.evaluate(tables, {})

    assert 0 < after < before
    assert rows == 20 * 24


def test_flower_is_given_its_own_kind_of_client(home: FlowerHome, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a stand-in for Flower: the same answers, as a `NumPyClient`, and no telemetry."""

    class NumPyClient:
        def to_client(self) -> "NumPyClient":
            return self

    standing_in = ModuleType("flwr.client")
    standing_in.__dict__["NumPyClient"] = NumPyClient
    monkeypatch.setitem(sys.modules, "flwr", ModuleType("flwr"))
    monkeypatch.setitem(sys.modules, "flwr.client", standing_in)
    monkeypatch.setenv(TELEMETRY, "1")

    client: Any = flower_client(home)

    assert client.evaluate(client.get_parameters({}), {}) == home.evaluate(home.get_parameters({}), {})
    assert os.environ[TELEMETRY] == "0"
    assert isinstance(client, NumPyClient)


def test_without_flower_it_says_what_to_do(home: FlowerHome) -> None:
    """It is no dependency."""
    with pytest.raises(FlowerMissing, match="flwr is not installed: Flower goes beside aipchain without its own pins"):
        flower_client(home)
