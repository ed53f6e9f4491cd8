"""Models are trained anywhere: the same files, whoever grew which tree."""

from pathlib import Path

import numpy as np

from aipchain.ai.executors.executor import Executor
from aipchain.ai.executors.in_process import InProcess
from aipchain.ai.forecasting.blend import Blend
from aipchain.ai.forecasting.boosted import BoostedTrees
from aipchain.ai.forecasting.network import FeatureNet
from aipchain.ai.models.folder import save_model
from aipchain.ai.models.trained import train
from aipchain.ai.panel import Panel
from aipchain.units import UnixSeconds

TREES = BoostedTrees(rounds=5, settings={"num_leaves": 7, "min_data_in_leaf": 20, "learning_rate": 0.3})
BLEND = Blend("blend", ((FeatureNet(seeds=(0, 1), steps=20, batch=128, width=16), 0.5), (TREES, 0.5)))


def two_homes() -> Panel:
    """Twelve weeks with an evening peak and noise, the fewest of which some are held out."""
    noise = np.random.default_rng(7).integers(0, 200, (2, 84, 24))
    evening = np.where(np.arange(24) >= 18, 800, 200)[None, None]
    energy = ((evening + noise) * np.array([1, 3])[:, None, None]).astype(np.int64)
    return Panel(("a", "b"), UnixSeconds(1_470_009_600), energy, np.zeros(energy.shape, dtype=np.bool_))


def kept(executor: Executor, folder: Path) -> tuple[dict[str, bytes], list[str]]:
    """The files of a model that was trained there, and what was told meanwhile."""
    told: list[str] = []
    save_model(train(two_homes(), BLEND, executor, told.append), folder)
    return {file.name: file.read_bytes() for file in folder.iterdir()}, told


def test_a_model_has_the_same_bytes_wherever_it_was_trained(executor: Executor, tmp_path: Path) -> None:
    """Its trees, nets, shifts, and the card with its scores; every piece of work is told when it is done."""
    here, _ = kept(InProcess(), tmp_path / "here")
    there, told = kept(executor, tmp_path / "there")

    assert there == here
    pieces = 14 if executor.workers > 1 else 4
    assert [line.split(":")[0] for line in told] == [f"{place} of {pieces}" for place in range(1, pieces + 1)]
    assert told[0] == f"1 of {pieces}: feature net learned from 56 days"
