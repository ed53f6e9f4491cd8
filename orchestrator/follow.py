"""Keeping a projection level with a chain."""

from aipchain.orchestrator.projection import Projection
from aipchain.runtime_bridge import reads
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.events import block_facts

__all__ = ["catch_up"]


def catch_up(connection: Connection, projection: Projection) -> None:
    """Fold every finalised block that the projection does not have yet."""
    newest = connection.finalised().number
    for number in range(projection.height + 1, newest + 1):
        block_hash = connection.block_hash(number)
        if block_hash is None:
            return
        at = reads.chain_time(connection, block_hash)
        projection.fold(number, block_hash, at, block_facts(connection, block_hash))
