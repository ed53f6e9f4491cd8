"""The village with the methods of PettingZoo's `ParallelEnv`, one agent for each home; that package is not needed.

Names are the homes'. An observation is the home's row of `observation.observed`, an action one number from -1 to 1.
An episode has no end of its own: after `length` steps it is cut (truncated).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.agents.environment import Village, Worlds
from aipchain.ai.agents.observation import FEATURES

__all__ = ["Box", "ParallelVillage"]

Floats = NDArray[np.float64]
ByHome = dict[str, Floats]


@dataclass(frozen=True, slots=True)
class Box:
    """A space of numbers, as learners ask for it."""

    low: float
    high: float
    shape: tuple[int, ...]


class ParallelVillage:
    """See the module; one world."""

    def __init__(self, village: Village, homes: tuple[str, ...], length: int = 48, seed: int = 0) -> None:
        self.metadata: dict[str, Any] = {"name": "aipchain_village_v0", "is_parallelizable": True}
        self.possible_agents, self.agents = list(homes), list(homes)
        self._village, self._length, self._seed, self._left = village, length, seed, 0
        self._world = Worlds(village, 1, np.random.default_rng(seed))

    def observation_space(self, agent: str) -> Box:
        """What each home sees."""
        return Box(-np.inf, np.inf, (FEATURES + len(self.possible_agents),))

    def action_space(self, agent: str) -> Box:
        """The lean."""
        return Box(-1.0, 1.0, (1,))

    def reset(self, seed: int | None = None, options: object = None) -> tuple[ByHome, dict[str, dict[str, Any]]]:
        """Begin at a midnight; a seed begins the random numbers anew."""
        if seed is not None:
            self._world = Worlds(self._village, 1, np.random.default_rng(seed))
        self.agents, self._left = list(self.possible_agents), self._length
        return self._by_home(self._world.reset(self._length)[0]), {home: {} for home in self.agents}

    def step(
        self, actions: Mapping[str, Floats]
    ) -> tuple[ByHome, dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Any]]]:
        """Act in all homes; observations, rewards, terminations, truncations and nothing more."""
        homes = list(self.possible_agents)
        lean = np.array([[float(np.asarray(actions[home]).ravel()[0]) for home in homes]])
        seen, reward = self._world.step(lean)
        self._left -= 1
        cut = self._left <= 0
        if cut:
            self.agents = []
        rewards = {home: float(each) for home, each in zip(homes, reward[0], strict=True)}
        ended, truncated = dict.fromkeys(homes, False), dict.fromkeys(homes, cut)
        return self._by_home(seen[0]), rewards, ended, truncated, {home: {} for home in homes}

    def _by_home(self, rows: Floats) -> ByHome:
        return dict(zip(self.possible_agents, rows, strict=True))
