"""What happened in a block, read from the chain's own record of events."""

from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.facts import Fact
from aipchain.runtime_bridge.storage_keys import storage_prefix

__all__ = ["EVENTS_KEY", "block_facts"]

EVENTS_KEY = storage_prefix("System", "Events")


def block_facts(connection: Connection, block_hash: bytes) -> tuple[Fact, ...]:
    """List everything that happened in a block, in order, under the runtime that executed it.

    :raises RpcRefused: the node has no such block, or its state no more.
    :raises Undecodable: the record is not what the metadata promises.
    """
    raw = connection.storage(EVENTS_KEY, block_hash)
    if raw is None:
        return ()
    parent = connection.header(block_hash).parent_hash
    metadata = connection.metadata_at(parent if any(parent) else block_hash)
    return metadata.decode_events(raw)
