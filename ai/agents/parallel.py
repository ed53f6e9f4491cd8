"""The village as an environment of PettingZoo, one agent for each home; `pip install 'aipchain[rl]'`.

Names are the homes'. An observation is the home's row of `observation.observed`, which holds its net load of the hour
that begins; an action is one number from -1 to 1, the lean. An episode has no end of its own: after `length` steps it
is cut (truncated).

:raises PartMissing: on import, where PettingZoo is not installed.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.agents.environment import Village, Worlds
from aipchain.ai.agents.observation import FEATURES
from aipchain.ai.errors import PartMissing

try:
    from gymnasium.spaces import Box
    from pettingzoo import ParallelEnv  # type: ignore[import-untyped]  # PettingZoo's
except ModuleNotFoundError as error:
    raise PartMissing(error.name or "pettingzoo", "rl") from error

__all__ = ["ParallelVillage"]

Floats = NDArray[np.float32]
ByHome = dict[str, Floats]
Beside = dict[str, dict[str, Any]]


class ParallelVillage(ParallelEnv):  # type: ignore[misc]  # PettingZoo has no types
    """See the module; one world.

    :param homes: a name for each home of the village.
    :param length: steps of an episode, at most those of the village's days.
    """

    def __init__(self, village: Village, homes: tuple[str, ...], length: int = 48, seed: int = 0) -> None:
        self.metadata: dict[str, Any] = {"name": "aipchain_village_v0", "is_parallelizable": True, "render_modes": []}
        self.render_mode = None
        self.possible_agents: list[str] = list(homes)
        self.agents: list[str] = []
        self._village, self._length, self._left = village, length, 0
        self._world = Worlds(village, 1, np.random.default_rng(seed))
        seen = (FEATURES + len(homes),)
        self._seen = {home: Box(-np.inf, np.inf, seen, np.float32) for home in homes}
        self._leans = {home: Box(-1.0, 1.0, (1,), np.float32) for home in homes}

    def observation_space(self, agent: str) -> Box:
        """What a home sees."""
        return self._seen[agent]

    def action_space(self, agent: str) -> Box:
        """The lean."""
        return self._leans[agent]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[ByHome, Beside]:
        """Begin at a midnight; a seed begins the random numbers anew. There are no options."""
        if seed is not None:
            self._world = Worlds(self._village, 1, np.random.default_rng(seed))
        self.agents, self._left = list(self.possible_agents), self._length
        return self._by_home(self._world.reset(self._length)[0]), {home: {} for home in self.agents}

    def step(
        self, actions: Mapping[str, NDArray[Any]]
    ) -> tuple[ByHome, dict[str, float], dict[str, bool], dict[str, bool], Beside]:
        """Act in all homes: observations, rewards, terminations, truncations and nothing more.

        Where the episode is over nobody is left, and nothing is told.
        """
        if not self.agents:
            return {}, {}, {}, {}, {}
        homes = self.possible_agents
        lean = np.array([[float(np.asarray(actions[home]).ravel()[0]) for home in homes]])
        seen, reward = self._world.step(lean)
        self._left -= 1
        cut = self._left <= 0
        self.agents = [] if cut else self.agents
        rewards = {home: float(each) for home, each in zip(homes, reward[0], strict=True)}
        ended, truncated = dict.fromkeys(homes, False), dict.fromkeys(homes, cut)
        return self._by_home(seen[0]), rewards, ended, truncated, {home: {} for home in homes}

    def _by_home(self, rows: NDArray[np.float64]) -> ByHome:
        return dict(zip(self.possible_agents, rows.astype(np.float32), strict=True))
