"""Homes with habits, made by hand."""

import numpy as np
import pytest

from aipchain.ai.panel import Panel
from aipchain.units import UnixSeconds

MONDAY = UnixSeconds(1_470_009_600)
"""1 August 2016."""


@pytest.fixture(scope="session")
def street() -> Panel:
    """Six homes over twenty weeks: an evening peak, a base load, noise from a fixed seed."""
    rng = np.random.default_rng(3)
    evening = np.where((np.arange(24) >= 18) & (np.arange(24) < 23), 1_500, 300)[None, None]
    size = np.array([1.0, 0.5, 2.0, 1.5, 0.8, 1.2])[:, None, None]
    energy = np.rint(evening * size * rng.uniform(0.6, 1.4, (6, 140, 24))).astype(np.int64)
    return Panel(tuple("abcdef"), MONDAY, energy, np.zeros(energy.shape, dtype=np.bool_))


@pytest.fixture(scope="session")
def roofs() -> Panel:
    """Six homes with panels over forty days: one sky for all, a little noise for each."""
    rng = np.random.default_rng(4)
    sun = np.maximum(np.sin(np.pi * (np.arange(24) - 6) / 12), 0)
    sky = rng.uniform(0.2, 1, (1, 40, 1))
    energy = 4_000 * sun * sky * rng.uniform(0.95, 1.05, (6, 40, 1)) * np.linspace(0.7, 1.3, 6)[:, None, None]
    whole = np.rint(energy).astype(np.int64)
    return Panel(tuple("abcdef"), MONDAY, whole, np.zeros(whole.shape, dtype=np.bool_))
