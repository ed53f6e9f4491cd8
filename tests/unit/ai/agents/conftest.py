"""A small community for the tests of agents: six homes, ten days, a dear evening."""

import numpy as np
import pytest

from aipchain.ai.agents.battery import Battery
from aipchain.ai.agents.fleet import fleet_of
from aipchain.ai.agents.simulation import Community

HOMES, DAYS = 6, 10
CENT = 10_000_000


@pytest.fixture
def community() -> Community:
    """Load with an evening peak, sun on four of six roofs, clouds from a fixed seed."""
    rng = np.random.default_rng(1)
    hours = np.arange(24 * DAYS) % 24
    load = np.where(hours >= 17, 1_500, 400) * rng.uniform(0.5, 1.5, (HOMES, 24 * DAYS))
    clear = np.repeat(rng.uniform(0.4, 1.2, (HOMES, DAYS)), 24, axis=1)
    sun = np.where((hours > 8) & (hours < 16), 2_600, 0) * clear * np.array([1, 1, 1, 1, 0, 0])[:, None]
    retail = np.where((hours >= 16) & (hours < 21), 54 * CENT, 21 * CENT).astype(np.int64)
    return Community(
        load_wh=load.astype(np.int64),
        generation_wh=sun.astype(np.int64),
        import_price=retail,
        export_price=np.full_like(retail, 5 * CENT),
        fleet=fleet_of([Battery(6_400, 5_000)] * HOMES),
        step_s=3_600,
    )
