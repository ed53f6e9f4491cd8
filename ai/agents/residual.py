"""A learned lean: a small net that says how much more, or less, stored energy is worth than a home's own plan has it.

It is used with numpy alone. An untrained net leans nowhere, so an agent begins as its plan.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.agents.alone import Day
from aipchain.ai.agents.fleet import Fleet
from aipchain.ai.agents.observation import observed, sights_of
from aipchain.ai.agents.price_memory import positions
from aipchain.ai.agents.simulation import Seen

__all__ = ["LEAN_SHARE", "Layers", "Residual", "lean_price", "public_positions"]

LEAN_SHARE: Final = 0.2
"""A full lean is so much of the highest import price of the day."""

Floats = NDArray[np.float64]
Layers = tuple[tuple[Floats, Floats], ...]
"""Weights of shape (in, out) and biases of each layer."""


@dataclass(frozen=True, slots=True)
class Residual:
    """See `Lean`."""

    layers: Layers
    fleet: Fleet

    def of(self, seen: Seen, day: Day) -> Floats:
        """See `Lean.of`."""
        sights = sights_of([day])
        at = np.array([0]), np.array([seen.step % sights.steps])
        own = [each[None].astype(np.float64) for each in (seen.stored_wh, seen.net_wh)]
        values = observed(sights, at, *own, public=public_positions(seen, day), fleet=self.fleet)[0]
        for weights, bias in self.layers[:-1]:
            values = np.tanh(values @ weights + bias)
        weights, bias = self.layers[-1]
        return lean_price((values @ weights + bias)[:, 0], float(day.outside.paid.max()))


def lean_price(lean: Floats, dearest: Floats | float) -> Floats:
    """A lean from -1 to 1 as price [base units per Wh]; what is beyond counts as full.

    :param dearest: the highest import price of the day.
    """
    return np.asarray(np.clip(lean, -1.0, 1.0) * LEAN_SHARE * dearest, np.float64)


def public_positions(seen: Seen, day: Day) -> Floats:
    """Where the pool's prices of the last step lay, shape (1, 2); in the middle in the first step of a day."""
    of_day = seen.step % len(day.outside.paid)
    if not len(seen.paid) or of_day == 0:
        return np.full((1, 2), 0.5)
    outside = day.outside.paid[of_day - 1 : of_day], day.outside.earned[of_day - 1 : of_day]
    return np.stack([positions(each[-1:], *outside) for each in (seen.paid, seen.earned)], axis=-1)
