"""Over-reported generation: the meter shows more than the panels gave, so energy is sold that never was."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["GAINS", "over_reported"]

GAINS: Final = (1.1, 1.2, 1.5)
"""Factors of the benchmark."""


def over_reported(generated: NDArray[np.float64], gain: float) -> NDArray[np.float64]:
    """Reported generation [whole Wh], for a factor on the true one; NaN where not measured.

    :raises ValueError: the factor is not above 1.
    """
    if not gain > 1:
        raise ValueError(f"a factor of {gain} over-reports nothing: give one above 1")
    return np.rint(generated * gain)
