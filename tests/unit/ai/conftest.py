"""Panels that are made by hand."""

import numpy as np
import pytest

from aipchain.ai.panel import Panel
from aipchain.units import UnixSeconds

MONDAY = UnixSeconds(1_470_009_600)
"""1 August 2016."""


@pytest.fixture
def year() -> Panel:
    """Three homes over forty days with an evening peak, larger on every seventh day, and noise from a fixed seed."""
    noise = np.random.default_rng(1).integers(0, 200, (3, 40, 24))
    evening = np.where(np.arange(24) >= 18, 800, 200)[None, None]
    weekly = np.where(np.arange(40) % 7 == 6, 300, 0)[None, :, None]
    size = np.array([1, 2, 5])[:, None, None]
    energy = ((evening + weekly + noise) * size).astype(np.int64)
    return Panel(("a", "b", "c"), MONDAY, energy, np.zeros(energy.shape, dtype=np.bool_))
