"""A client of ours beside Flower: the same numbers in its form."""

import numpy as np
import pytest

from aipchain.ai.federated.errors import FlowerMissing
from aipchain.ai.federated.flower import FlowerHome, flower_client
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
    assert home.evaluate(tables, {})[0] > 0


def test_without_flower_it_says_what_to_do(home: FlowerHome) -> None:
    """It is no dependency."""
    with pytest.raises(FlowerMissing, match="flwr is not installed: Flower goes beside aipchain without its own pins"):
        flower_client(home)
