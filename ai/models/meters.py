"""Meters that see the net only: where a home feeds in, they show no load, and teach a model of load what is not so."""

from collections.abc import Sequence

import numpy as np

from aipchain.ai.benchmark.homes import MOST_ZERO_LOAD
from aipchain.ai.errors import UnusablePanel
from aipchain.ai.panel import Panel

__all__ = ["homes_seen_net", "without_homes_seen_net"]


def homes_seen_net(panel: Panel) -> tuple[str, ...]:
    """Homes that show no load in more than a quarter of all steps, by the rule of `HomesYear.core_load`."""
    zero = np.mean((panel.energy_wh == 0) & ~panel.missing, axis=(1, 2))
    return tuple(home for home, part in zip(panel.homes, zero, strict=True) if part > MOST_ZERO_LOAD)


def without_homes_seen_net(panel: Panel) -> tuple[Panel, Sequence[str]]:
    """What is left to learn load from, and the homes that were left out.

    :raises UnusablePanel: no home is left.
    """
    left_out = homes_seen_net(panel)
    kept = [home for home in panel.homes if home not in left_out]
    if not kept:
        raise UnusablePanel(
            "all homes show no load in more than a quarter of all steps, as meters do that see the net only: give what "
            "homes used, without what their roofs gave"
        )
    return panel.of_homes(kept), left_out
