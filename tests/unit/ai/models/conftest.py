"""A small model, trained once."""

from pathlib import Path

import numpy as np
import pytest

from aipchain.ai.forecasting.blend import Blend
from aipchain.ai.forecasting.boosted import BoostedTrees
from aipchain.ai.forecasting.network import FeatureNet
from aipchain.ai.models.folder import save_model
from aipchain.ai.models.trained import TrainedModel, train
from aipchain.ai.panel import Panel
from aipchain.units import UnixSeconds

MONDAY = UnixSeconds(1_470_009_600)
TRAINED_DAYS = 84


def _three_homes() -> Panel:
    """Ninety days with an evening peak and noise."""
    noise = np.random.default_rng(7).integers(0, 200, (3, 90, 24))
    evening = np.where(np.arange(24) >= 18, 800, 200)[None, None]
    energy = ((evening + noise) * np.array([1, 2, 5])[:, None, None]).astype(np.int64)
    return Panel(("a", "b", "c"), MONDAY, energy, np.zeros(energy.shape, dtype=np.bool_))


@pytest.fixture(scope="session")
def three_homes() -> Panel:
    """What was measured."""
    return _three_homes()


@pytest.fixture(scope="session")
def trained() -> TrainedModel:
    """Learned from the first twelve weeks of homes a and b."""
    trees = BoostedTrees(rounds=10, settings={"num_leaves": 7, "min_data_in_leaf": 20, "learning_rate": 0.3})
    net = FeatureNet(seeds=(0, 1), steps=60, batch=128, width=16)
    return train(_three_homes().of_homes(["a", "b"]).until(TRAINED_DAYS), Blend("blend", ((net, 0.5), (trees, 0.5))))


@pytest.fixture
def folder(trained: TrainedModel, tmp_path: Path) -> Path:
    """Where it is kept."""
    save_model(trained, tmp_path / "model")
    return tmp_path / "model"
