"""Corners that made-up sequences seldom or never reach, each reached on purpose."""

from collections.abc import Callable, Iterator

from aipchain.orchestrator.twin.campaign import Tally
from aipchain.orchestrator.twin.compare import Twin
from aipchain.orchestrator.twin.edges import borders, bounds, contradictions, ends, gates, votes
from aipchain.orchestrator.twin.edges.corner import Corner
from aipchain.orchestrator.twin.moves.town import START

__all__ = ["EDGES", "run_edges"]

EDGES: tuple[Callable[[Corner], None], ...] = tuple(
    getattr(module, name) for module in (borders, bounds, contradictions, ends, gates, votes) for name in module.__all__
)
"""Every corner."""


def run_edges(town: Twin) -> Iterator[tuple[str, Tally]]:
    """Reach every corner from a town of its own; gives its name and what was reached.

    :raises Difference: the specification and the runtime do not agree.
    """
    for edge in EDGES:
        corner = Corner(town.fork())
        corner.at(START)
        edge(corner)
        yield edge.__name__, corner.tally
