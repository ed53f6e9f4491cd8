"""Proximal policy optimisation of the lean: each seed gives a net of its own (Schulman et al. 2017).

Advantages are estimated with an exponential mean of steps ahead (Schulman et al. 2016). The last layer begins at zero,
so learning begins at the plan. One thread, and everything random comes from the seed: the same seed gives the same net.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from aipchain.ai.agents.environment import Village, Worlds
from aipchain.ai.agents.observation import FEATURES
from aipchain.ai.agents.residual import Layers, Residual

__all__ = ["Settings", "learn"]

_LEAST_DEVIATION: Final = 1e-8
_STEEPEST: Final = 0.5

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Settings:
    """How long and how boldly it learns; few were tried, on days 86 to 181."""

    rounds: int = 30
    worlds: int = 8
    length: int = 48
    passes: int = 4
    batch: int = 1_024
    hidden: int = 32
    rate: float = 1e-3
    clip: float = 0.2
    discount: float = 0.97
    trace: float = 0.9
    noise: float = 0.15
    """Standard deviation of what is tried in the first round, as a lean; it falls to a quarter."""


class _Nets(nn.Module):
    def __init__(self, seen: int, hidden: int) -> None:
        super().__init__()
        self.lean = nn.Sequential(nn.Linear(seen, hidden), nn.Tanh(), nn.Linear(hidden, hidden), nn.Tanh())
        self.lean.append(nn.Linear(hidden, 1))
        self.value = nn.Sequential(nn.Linear(seen, hidden), nn.Tanh(), nn.Linear(hidden, 1))
        for last in (self.lean[-1], self.value[-1]):
            nn.init.zeros_(last.weight)  # type: ignore[arg-type]
            nn.init.zeros_(last.bias)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class _Tried:
    """One round, flat: what was seen, what was tried and how likely it was, advantage and value to learn."""

    seen: torch.Tensor
    lean: torch.Tensor
    likely: torch.Tensor
    advantage: torch.Tensor
    value: torch.Tensor
    noise: float


def learn(
    village: Village, seed: int, settings: Settings = Settings(), told: Callable[[str], None] = lambda _: None
) -> Residual:
    """Learn in copies of the village.

    :param told: hears the mean reward of each round.
    """
    torch.set_num_threads(1)
    rng, chance = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    worlds = Worlds(village, settings.worlds, rng)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        nets = _Nets(FEATURES + worlds.homes, settings.hidden)
    optimizer = torch.optim.Adam(nets.parameters(), settings.rate)
    for number in range(settings.rounds):
        noise = settings.noise * 0.25 ** (number / max(settings.rounds - 1, 1))
        tried, reward = _try(worlds, nets, noise, settings, rng)
        told(f"{number + 1} of {settings.rounds}: a round of mean reward {reward:+.5f}")
        for _ in range(settings.passes):
            order = torch.randperm(len(tried.lean), generator=chance)
            for batch in torch.split(order, settings.batch):
                optimizer.zero_grad()
                _loss(nets, tried, batch, settings.clip).backward()  # type: ignore[no-untyped-call]
                nn.utils.clip_grad_norm_(nets.parameters(), _STEEPEST)
                optimizer.step()
    return Residual(_layers(nets), village.community.fleet)


def _try(
    worlds: Worlds, nets: _Nets, noise: float, settings: Settings, rng: np.random.Generator
) -> tuple[_Tried, float]:
    kept: list[list[Floats]] = [[], [], [], [], []]
    now = worlds.reset(settings.length)
    for _ in range(settings.length):
        mean, value = _asked(nets, now)
        lean = mean + noise * rng.standard_normal(mean.shape)
        then, reward = worlds.step(lean)
        for column, each in zip(kept, (now, lean, mean, reward, value), strict=True):
            column.append(each)
        now = then
    seen, leans, means, rewards, values = (np.array(column) for column in kept)
    advantage = _advantages(rewards, np.concatenate([values, _asked(nets, now)[1][None]]), settings)
    flat = [_flat(each) for each in (seen, leans, means, advantage, advantage + values)]
    likely = _likely(flat[1], flat[2], noise)
    return _Tried(flat[0], flat[1], likely, flat[3], flat[4], noise), float(rewards.mean())


def _asked(nets: _Nets, seen: Floats) -> tuple[Floats, Floats]:
    """Mean lean and value, shape (worlds, homes)."""
    with torch.no_grad():
        rows = torch.tensor(seen, dtype=torch.float32)
        lean, value = (each(rows)[..., 0].numpy().astype(np.float64) for each in (nets.lean, nets.value))
    return lean, value


def _advantages(rewards: Floats, values: Floats, settings: Settings) -> Floats:
    """Shape (steps, worlds, homes); `values` has one step more."""
    surprise = rewards + settings.discount * values[1:] - values[:-1]
    advantage = np.zeros_like(surprise)
    later = np.zeros_like(surprise[0])
    for step in reversed(range(len(surprise))):
        later = surprise[step] + settings.discount * settings.trace * later
        advantage[step] = later
    return advantage


def _flat(table: Floats) -> torch.Tensor:
    steps_worlds_homes = 3
    return torch.tensor(table.reshape(-1, *table.shape[steps_worlds_homes:]), dtype=torch.float32)


def _likely(lean: torch.Tensor, mean: torch.Tensor, noise: float) -> torch.Tensor:
    """Logarithm of a normal density, without what does not change."""
    return -(((lean - mean) / noise) ** 2) / 2


def _loss(nets: _Nets, tried: _Tried, rows: torch.Tensor, clip: float) -> torch.Tensor:
    seen, advantage = tried.seen[rows], tried.advantage[rows]
    advantage = (advantage - advantage.mean()) / (advantage.std() + _LEAST_DEVIATION)
    ratio = torch.exp(_likely(tried.lean[rows], nets.lean(seen)[:, 0], tried.noise) - tried.likely[rows])
    gain = torch.minimum(ratio * advantage, ratio.clamp(1 - clip, 1 + clip) * advantage).mean()
    missed = ((nets.value(seen)[:, 0] - tried.value[rows]) ** 2).mean()
    loss: torch.Tensor = missed - gain
    return loss


def _layers(nets: _Nets) -> Layers:
    linear = [each for each in nets.lean if isinstance(each, nn.Linear)]
    return tuple(
        (each.weight.detach().numpy().T.astype(np.float64), each.bias.detach().numpy().astype(np.float64))
        for each in linear
    )
