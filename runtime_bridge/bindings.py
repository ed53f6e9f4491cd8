"""The bytes and hashes that people and devices sign or vote for, recomputed outside the chain.

Each follows docs/protocol.md to the byte, so governance, audit and gateways compute what the runtime computes.
"""

from collections.abc import Sequence
from hashlib import blake2b

from aipchain.runtime_bridge.codec import U32, U64, fixed
from aipchain.runtime_bridge.layouts import layout_of
from aipchain.runtime_bridge.types import Change, CommunityId, Hash, MeterId, Trade
from aipchain.units import UnixSeconds, Wh

__all__ = ["BINDING_CONTEXT", "READING_CONTEXT", "binding_hash", "blake2_256", "reading_message", "trade_list_hash"]

BINDING_CONTEXT = b"aipchain/binding/v1"
READING_CONTEXT = b"aipchain/reading/v1"

_CHANGE = layout_of(Change)
_TRADES = layout_of(tuple[Trade, ...])
_HASH = fixed(32)


def blake2_256(data: bytes) -> bytes:
    """Hash `data` to 32 bytes."""
    return blake2b(data, digest_size=32).digest()


def binding_hash(community: CommunityId, change: Change, predecessor: Hash) -> Hash:
    """Hash what a vote binds to: the community, the whole change, and the head it replaces (zero for none).

    `install` uses the same formula for a `PluginChange` with a zero predecessor.
    """
    parts = BINDING_CONTEXT + U32.encode(community) + _CHANGE.encode(change) + _HASH.encode(predecessor)
    return blake2_256(parts)


def trade_list_hash(trades: Sequence[Trade]) -> Hash:
    """Hash a clearing's trades in their order: the `result` of `IntervalCleared` and of the book."""
    return blake2_256(_TRADES.encode(trades))


def reading_message(
    *,
    genesis_hash: Hash,
    community: CommunityId,
    meter: MeterId,
    interval_start: UnixSeconds,
    import_register_wh: Wh,
    export_register_wh: Wh,
) -> bytes:
    """Give the bytes that a device signs (ed25519) for its registers [Wh] at the end of an interval."""
    return b"".join(
        (
            READING_CONTEXT,
            _HASH.encode(genesis_hash),
            U32.encode(community),
            U32.encode(meter),
            U64.encode(interval_start),
            U64.encode(import_register_wh),
            U64.encode(export_register_wh),
        )
    )
