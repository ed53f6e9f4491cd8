"""Homes as one: the energy of a community or a zone, and of random groups of its homes to learn from.

A sum is smoother than its parts and follows other rules, so it is forecast itself, not as the sum of home forecasts
(sums of medians are too low). Groups of some of the homes have days of the same kind as the whole, which makes more of
one year than its days alone.
"""

from typing import Final

import numpy as np

from aipchain.ai.panel import Panel

__all__ = ["TOTAL", "groups_of", "import_of", "total_of"]

TOTAL: Final = "total"
"""Name of the only row of a summed panel."""

_SMALLEST_GROUP: Final = 0.4
_LARGEST_GROUP: Final = 0.9
"""Of all homes."""


def total_of(panel: Panel) -> Panel:
    """One row: all homes together. A step that one of them lacks is missing: there is no sum without it."""
    energy, missing = panel.energy_wh.sum(axis=0, keepdims=True), np.any(panel.missing, axis=0, keepdims=True)
    return Panel((TOTAL,), panel.start, np.where(missing, 0, energy), missing)


def groups_of(panel: Panel, count: int, seed: int) -> Panel:
    """So many random groups of homes, each summed, and all homes together as the last row; of one home only that."""
    homes, whole = len(panel.homes), total_of(panel)
    if homes == 1:
        return whole
    random = np.random.default_rng(seed)
    fewest, most = max(1, round(_SMALLEST_GROUP * homes)), max(1, min(round(_LARGEST_GROUP * homes), homes - 1))
    sizes = [int(random.integers(fewest, most + 1)) for _ in range(count)]
    chosen = [sorted(random.choice(homes, size, replace=False).tolist()) for size in sizes]
    groups = [total_of(panel.of_homes([panel.homes[home] for home in group])) for group in chosen]
    rows = [*groups, whole]
    names = tuple(f"group {place}" for place in range(count))
    energy_wh, missing = (
        np.concatenate(tables) for tables in zip(*((r.energy_wh, r.missing) for r in rows), strict=True)
    )
    return Panel((*names, TOTAL), panel.start, energy_wh, missing)


def import_of(load: Panel, generation: Panel) -> Panel:
    """One row: what the homes together draw from the grid after the generation of all of them; never below zero."""
    used, given = total_of(load), total_of(generation)
    missing = used.missing | given.missing
    drawn = np.maximum(used.energy_wh - given.energy_wh, 0)
    return Panel((TOTAL,), load.start, np.where(missing, 0, drawn), missing)
