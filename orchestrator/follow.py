"""Keeping a projection level with a chain."""

from aipchain.orchestrator.projection import Projection
from aipchain.runtime_bridge import reads
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.events import facts_after

__all__ = ["catch_up"]


def catch_up(connection: Connection, projection: Projection) -> None:
    """Fold every finalised block that the projection does not have yet."""
    for block, facts in facts_after(connection, projection.height):
        projection.fold(block.number, block.hash, reads.chain_time(connection, block.hash), facts)
