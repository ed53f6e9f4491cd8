"""Roofs under a sky that is made by hand, and a season of homes."""

import numpy as np
import pytest

from aipchain.ai.forecasting.solar import on_plane, sunlight
from aipchain.ai.panel import Panel
from aipchain.units import Site, UnixSeconds

OCTOBER = UnixSeconds(1_475_280_000)
"""1 October 2016; 36 days later clocks in California went back."""

MONDAY = UnixSeconds(1_470_009_600)
"""1 August 2016."""

DAYS = 50
ROOFS = {"south": (180, 20), "east": (90, 30), "west": (270, 30)}
"""Facing and tilt of each home's panels [degrees]."""


@pytest.fixture
def site() -> Site:
    """Fontana, California."""
    return Site(34_090_000, -117_430_000, "America/Los_Angeles")


@pytest.fixture
def roofs(site: Site) -> Panel:
    """Three homes by the clock: every fourth day is clouded, and it clouds over in the afternoon of the day before."""
    sky = np.ones((DAYS, 24))
    sky[3::4] = 0.3
    sky[2::4, 13:] = 0.5
    winter = sunlight(site, OCTOBER, range(DAYS), 24, -8.0)
    energy = np.stack([2 * on_plane(winter, *plane) * sky for plane in ROOFS.values()])
    energy[:, :36] = np.roll(energy[:, :36], 1, axis=2)  # summer time
    whole = np.rint(energy).astype(np.int64)
    return Panel(tuple(ROOFS), OCTOBER, whole, np.zeros(whole.shape, dtype=np.bool_))


@pytest.fixture(scope="session")
def season() -> Panel:
    """Four homes over eighty-four days with a peak at 19, larger on every seventh day, and noise from a fixed seed."""
    noise = np.random.default_rng(4).integers(0, 200, (4, 84, 24))
    evening = np.where(np.arange(24) >= 18, 800, 200) + np.where(np.arange(24) == 19, 300, 0)
    weekly = np.where(np.arange(84) % 7 == 6, 300, 0)[None, :, None]
    size = np.array([1, 2, 3, 5])[:, None, None]
    energy = ((evening[None, None] + weekly + noise) * size).astype(np.int64)
    return Panel(("a", "b", "c", "d"), MONDAY, energy, np.zeros(energy.shape, dtype=np.bool_))
