"""What is expected of a home, as whoever plans or advises takes it; imported only there, as it needs the extra `ai`."""

from collections.abc import Sequence

import numpy as np

from aipchain.ai.agents.outlook import Outlook, outlook_of
from aipchain.orchestrator.foresight import Expected

__all__ = ["outlook_on"]


def outlook_on(
    expected: Sequence[Expected], import_price: Sequence[int], export_price: Sequence[int], step_s: int
) -> Outlook:
    """An outlook of steps with their prices [base units per Wh].

    :raises UnusableOutlook: see `outlook_of`.
    """
    load, generation = ([each.load_wh for each in expected], [each.generation_wh for each in expected])
    energy = (np.array(load, np.float64), np.array(generation, np.float64))
    return outlook_of(*energy, import_price, export_price, step_s)
