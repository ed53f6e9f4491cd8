"""Corners that made-up sequences seldom or never reach, each reached on purpose."""

from collections.abc import Callable

from aipchain.orchestrator.twin.edges import (
    borders,
    bounds,
    certificates,
    challenges,
    contradictions,
    ends,
    full_lists,
    gates,
    pieces,
    votes,
)
from aipchain.orchestrator.twin.edges.corner import Corner

__all__ = ["EDGES"]

EDGES: tuple[Callable[[Corner], None], ...] = tuple(
    getattr(module, name)
    for module in (borders, bounds, certificates, challenges, contradictions, ends, full_lists, gates, pieces, votes)
    for name in module.__all__
)
"""Every corner."""
