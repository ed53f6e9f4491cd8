"""Corners that made-up sequences seldom or never reach, each reached on purpose."""

from collections.abc import Callable

from aipchain.orchestrator.twin.edges import borders, bounds, contradictions, ends, gates, pieces, proofs, votes
from aipchain.orchestrator.twin.edges.corner import Corner

__all__ = ["EDGES"]

EDGES: tuple[Callable[[Corner], None], ...] = tuple(
    getattr(module, name)
    for module in (borders, bounds, contradictions, ends, gates, pieces, proofs, votes)
    for name in module.__all__
)
"""Every corner."""
