"""What happened in a block, read from the chain's own record of events."""

from collections.abc import Iterator

from aipchain.runtime_bridge.connection import BlockHeader, Connection
from aipchain.runtime_bridge.facts import Fact
from aipchain.runtime_bridge.metadata import Metadata
from aipchain.runtime_bridge.storage_keys import storage_prefix

__all__ = ["EVENTS_KEY", "block_facts", "executing_metadata", "facts_after"]

EVENTS_KEY = storage_prefix("System", "Events")
_KEPT_BLOCKS = 8


def block_facts(connection: Connection, block_hash: bytes) -> tuple[Fact, ...]:
    """List everything that happened in a block, in order, under the runtime that executed it.

    :raises RpcRefused: the node has no such block, or its state no more.
    :raises Undecodable: the record is not what the metadata promises.
    """
    known = connection.recent_facts.get(block_hash)
    if known is not None:
        return known
    facts = _read_facts(connection, block_hash)
    connection.recent_facts[block_hash] = facts
    if len(connection.recent_facts) > _KEPT_BLOCKS:
        connection.recent_facts.popitem(last=False)
    return facts


def _read_facts(connection: Connection, block_hash: bytes) -> tuple[Fact, ...]:
    raw = connection.storage(EVENTS_KEY, block_hash)
    if raw is None:
        return ()
    return executing_metadata(connection, block_hash).decode_events(raw)


def executing_metadata(connection: Connection, block_hash: bytes) -> Metadata:
    """Give the metadata of the runtime that executed a block: the one in force after its parent.

    :raises RpcRefused: the node has no such block, or its parent's state no more.
    """
    parent = connection.header(block_hash).parent_hash
    return connection.metadata_at(parent if any(parent) else block_hash)


def facts_after(connection: Connection, number: int) -> Iterator[tuple[BlockHeader, tuple[Fact, ...]]]:
    """Go through the finalised blocks after block `number`, oldest first, up to the newest one when it began.

    Blocks come once each, without a gap, and never change, so a reader that keeps the last number can go on from there.
    Where a node is behind and does not know a block yet, it ends early.
    """
    newest = connection.finalised()
    for following in range(number + 1, newest.number + 1):
        block_hash = newest.hash if following == newest.number else connection.block_hash(following)
        if block_hash is None:
            return
        yield connection.header(block_hash), block_facts(connection, block_hash)
