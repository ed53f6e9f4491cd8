"""AdamW over a few tables (Loshchilov and Hutter 2019), and a cycle of its learning rate.

torch's own optimisers load torch's compiler: 160 MB and some seconds in every worker, for which these lines are enough.
"""

from collections.abc import Sequence
from math import cos, pi
from typing import Final

import torch

__all__ = ["AdamW", "cycled"]

_FADING: Final = (0.9, 0.999)
"""Of the mean of gradients and of their squares."""
_LEAST: Final = 1e-8
_RISE: Final = 0.1
"""Part of all steps in which the rate rises."""


class AdamW:
    """Moves tables along their gradients."""

    def __init__(self, tables: Sequence[torch.Tensor], weight_decay: float) -> None:
        self.tables, self.weight_decay, self.steps = list(tables), weight_decay, 0
        self._means = [torch.zeros_like(table) for table in self.tables]
        self._squares = [torch.zeros_like(table) for table in self.tables]

    @torch.no_grad()
    def step(self, gradients: Sequence[torch.Tensor], rate: float) -> None:
        """One step, with the gradients in the order of the tables."""
        self.steps += 1
        first, second = _FADING
        torch._foreach_lerp_(self._means, list(gradients), 1 - first)
        torch._foreach_mul_(self._squares, second)
        torch._foreach_addcmul_(self._squares, list(gradients), list(gradients), 1 - second)
        roots = torch._foreach_sqrt(self._squares)
        torch._foreach_div_(roots, (1 - second**self.steps) ** 0.5)
        torch._foreach_add_(roots, _LEAST)
        torch._foreach_mul_(self.tables, 1 - rate * self.weight_decay)
        torch._foreach_addcdiv_(self.tables, self._means, roots, -rate / (1 - first**self.steps))


def cycled(highest: float, step: int, steps: int) -> float:
    """The learning rate of a step, from 0: up in a line, then down along a cosine to 0 (Smith and Topin 2018)."""
    risen = _RISE * steps
    if step < risen:
        return highest * (step + 1) / (risen + 1)
    return highest * (1 + cos(pi * (step - risen) / (steps - risen))) / 2
