"""The `state_*` methods: storage, runtime calls, metadata and runtime version, at the head or at an older block."""

from aipchain.chain.host.scale import read_vec
from aipchain.chain.host.trie import blake2_256
from aipchain.chain.node import Node
from aipchain.chain.rpc.answers import hex_json, optional_hex, version_json
from aipchain.chain.rpc.errors import RpcError
from aipchain.chain.rpc.methods import MethodTable
from aipchain.chain.rpc.parameters import array_of, block_hash, count, hex_bytes, optional, text
from aipchain.chain.rpc.subscriptions import Subscriptions

__all__ = ["MAX_PAGE", "METHODS"]

MAX_PAGE = 1000
"""Most keys in one page (`STORAGE_KEYS_PAGED_MAX_COUNT` of sc-rpc)."""
_MAX_BLOCK_RANGE = 1000
_INVALID_BLOCK_RANGE = 4001
_INVALID_COUNT = 4002

METHODS = MethodTable()


@METHODS.method("state_getStorage", "state_getStorageAt", key=hex_bytes, hash=optional(block_hash))
def _storage(node: Node, key: bytes, hash: bytes | None) -> object:
    return optional_hex(node.state_at(hash).get(key))


@METHODS.method("state_getStorageHash", "state_getStorageHashAt", key=hex_bytes, hash=optional(block_hash))
def _storage_hash(node: Node, key: bytes, hash: bytes | None) -> object:
    value = node.state_at(hash).get(key)
    return None if value is None else hex_json(blake2_256(value))


@METHODS.method("state_getStorageSize", "state_getStorageSizeAt", key=hex_bytes, hash=optional(block_hash))
def _storage_size(node: Node, key: bytes, hash: bytes | None) -> object:
    value = node.state_at(hash).get(key)
    return None if value is None else len(value)


@METHODS.method(
    "state_getKeysPaged",
    "state_getKeysPagedAt",
    prefix=optional(hex_bytes),
    count=count,
    start_key=optional(hex_bytes),
    hash=optional(block_hash),
)
def _keys_paged(node: Node, prefix: bytes | None, count: int, start_key: bytes | None, hash: bytes | None) -> object:
    if count > MAX_PAGE:
        raise RpcError(_INVALID_COUNT, f"count exceeds maximum value. value: {count}, max: {MAX_PAGE}")
    return [hex_json(key) for key in node.state_at(hash).keys(prefix or b"", start_key, count)]


@METHODS.method("state_queryStorageAt", keys=array_of(hex_bytes), at=optional(block_hash))
def _query_storage_at(node: Node, keys: tuple[bytes, ...], at: bytes | None) -> object:
    state = node.state_at(at)
    changes = [[hex_json(key), optional_hex(state.get(key))] for key in keys]
    return [{"block": hex_json(at or node.head.hash), "changes": changes}]


@METHODS.method("state_queryStorage", keys=array_of(hex_bytes), from_block=block_hash, to_block=optional(block_hash))
def _query_storage(node: Node, keys: tuple[bytes, ...], from_block: bytes, to_block: bytes | None) -> object:
    answer: list[dict[str, object]] = []
    last: dict[bytes, bytes | None] = {}
    for block in _range(node, from_block, to_block or node.head.hash):
        state = node.state_at(block)
        values = {key: state.get(key) for key in keys}
        changes = [[hex_json(k), optional_hex(v)] for k, v in values.items() if k not in last or last[k] != v]
        last = values
        if changes:
            answer.append({"block": hex_json(block), "changes": changes})
    return answer


@METHODS.method("state_call", "state_callAt", name=text, bytes=hex_bytes, hash=optional(block_hash))
def _call(node: Node, name: str, bytes: bytes, hash: bytes | None) -> object:
    return hex_json(node.call(name, bytes, at=hash))


@METHODS.method("state_getMetadata", hash=optional(block_hash))
def _metadata(node: Node, hash: bytes | None) -> object:
    metadata, _ = read_vec(node.call("Metadata_metadata", at=hash))
    return hex_json(metadata)


@METHODS.method("state_getRuntimeVersion", "chain_getRuntimeVersion", hash=optional(block_hash))
def _runtime_version(node: Node, hash: bytes | None) -> object:
    return version_json(node.runtime_version(at=hash))


@METHODS.subscription("state_subscribeStorage", keys=optional(array_of(hex_bytes)))
def _subscribe_storage(subscriptions: Subscriptions, keys: tuple[bytes, ...] | None) -> object:
    return subscriptions.all_storage() if keys is None else subscriptions.storage(keys)


@METHODS.subscription("state_subscribeRuntimeVersion", "chain_subscribeRuntimeVersion")
def _subscribe_runtime_version(subscriptions: Subscriptions) -> object:
    return subscriptions.runtime_version()


@METHODS.subscription(
    "state_unsubscribeStorage",
    "state_unsubscribeRuntimeVersion",
    "chain_unsubscribeRuntimeVersion",
    subscription=text,
)
def _unsubscribe(subscriptions: Subscriptions, subscription: str) -> object:
    return subscriptions.end(subscription)


def _range(node: Node, first: bytes, last: bytes) -> list[bytes]:
    first_header, last_header = node.header(first), node.header(last)
    if first_header is None or last_header is None:
        raise _bad_range(first, last, "one of them is no block of this chain")
    if first_header.number > last_header.number:
        raise _bad_range(first, last, "the first is after the last")
    if last_header.number - first_header.number >= _MAX_BLOCK_RANGE:
        raise _bad_range(first, last, f"more than {_MAX_BLOCK_RANGE} blocks")
    hashes = (node.block_hash(number) for number in range(first_header.number, last_header.number + 1))
    return [found for found in hashes if found is not None]


def _bad_range(first: bytes, last: bytes, reason: str) -> RpcError:
    blocks = f"['{hex_json(first)}' ... '{hex_json(last)}']"
    return RpcError(_INVALID_BLOCK_RANGE, f"Cannot resolve a block range {blocks}. {reason}")
