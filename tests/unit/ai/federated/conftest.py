"""Homes that are made by hand, a net that is small, and the schema of four numbers."""

import numpy as np
import pytest

from aipchain.ai.federated.learner import Learning
from aipchain.ai.federated.schema import Schema
from aipchain.ai.panel import Panel
from aipchain.units import UnixSeconds


@pytest.fixture
def five_homes() -> Panel:
    """Five homes over forty days with an evening peak, each of its own size and hour, and noise from a fixed seed."""
    noise = np.random.default_rng(1).integers(0, 200, (5, 40, 24))
    evening = np.where(np.arange(24) >= 16 + np.arange(5)[:, None], 800, 200)[:, None]
    energy = ((evening + noise) * np.array([1, 2, 5, 1, 3])[:, None, None]).astype(np.int64)
    missing = np.zeros(energy.shape, dtype=np.bool_)
    return Panel(("a", "b", "c", "d", "e"), UnixSeconds(1_470_009_600), energy, missing)


@pytest.fixture
def learning() -> Learning:
    """A net of eight by eight."""
    return Learning(width=8, batch=64)


@pytest.fixture
def schema() -> Schema:
    """Four numbers in two tables."""
    return Schema("four numbers", (("one", (1,)), ("three", (3,))))
