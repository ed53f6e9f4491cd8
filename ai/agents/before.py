"""Agents that decide before the hour: they are told the net load that is expected of it, not the one that is measured.

An agent that is asked with what the meter shows over the whole hour knows that hour's total when it chooses. A gateway
does not. Here the same agent is asked with midnight's forecasts as the day so far has corrected them. What it chose is
then either fixed, and all errors go to the pool, or the battery follows the home's own meter while the hour runs.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from aipchain.ai.agents.control import following
from aipchain.ai.agents.fleet import Whole
from aipchain.ai.agents.planned import Expectation
from aipchain.ai.agents.simulation import Policy, Seen

__all__ = ["Before"]

_ROUNDING_WH: Final = 1
"""A command in whole watt-hours that leaves no more than this to the connection keeps it at zero."""


@dataclass(frozen=True, slots=True)
class Before:
    """An agent that does not know the hour; see the module.

    :param follows: whether batteries follow the home's own meter within the hour.
    """

    agent: Policy
    load: Expectation
    generation: Expectation
    follows: bool

    def asked(self, seen: Seen) -> Whole:
        """See `Policy.asked`."""
        expected = self._expected(seen.step)
        chosen = self.agent.asked(replace(seen, net_wh=expected))
        if not self.follows:
            return chosen
        left = expected + chosen
        return following(chosen, expected, np.where(np.abs(left) > _ROUNDING_WH, left, 0), seen.net_wh)

    def _expected(self, step: int) -> Whole:
        """Net load of each home, shape (homes) [Wh]."""
        load, generation = (each.ahead(step, 1)[:, 0] for each in (self.load, self.generation))
        return np.rint(load - generation).astype(np.int64)
