"""The `chain_*` methods: headers, blocks and hashes."""

from aipchain.chain.node import Node
from aipchain.chain.rpc.answers import block_json, header_json, hex_json, optional_hex
from aipchain.chain.rpc.methods import MethodTable
from aipchain.chain.rpc.parameters import block_hash, block_number, one_or_many, optional, text
from aipchain.chain.rpc.subscriptions import Subscriptions

__all__ = ["METHODS"]

METHODS = MethodTable()


@METHODS.method("chain_getHeader", hash=optional(block_hash))
def _header(node: Node, hash: bytes | None) -> object:
    header = node.head if hash is None else node.header(hash)
    return None if header is None else header_json(header)


@METHODS.method("chain_getBlock", hash=optional(block_hash))
def _block(node: Node, hash: bytes | None) -> object:
    block = node.block(node.head.hash if hash is None else hash)
    return None if block is None else block_json(block)


@METHODS.method("chain_getBlockHash", "chain_getHead", hash=optional(one_or_many(block_number)))
def _block_hash(node: Node, hash: int | tuple[int, ...] | None) -> object:
    if hash is None:
        return hex_json(node.head.hash)
    if isinstance(hash, tuple):
        return [optional_hex(node.block_hash(number)) for number in hash]
    return optional_hex(node.block_hash(hash))


@METHODS.method("chain_getFinalizedHead", "chain_getFinalisedHead")
def _finalized_head(node: Node) -> object:
    return hex_json(node.head.hash)


@METHODS.subscription("chain_subscribeNewHeads", "chain_subscribeNewHead", "subscribe_newHead")
def _new_heads(subscriptions: Subscriptions) -> object:
    return subscriptions.heads("chain_newHead")


@METHODS.subscription("chain_subscribeAllHeads")
def _all_heads(subscriptions: Subscriptions) -> object:
    return subscriptions.heads("chain_allHead")


@METHODS.subscription("chain_subscribeFinalizedHeads", "chain_subscribeFinalisedHeads")
def _finalized_heads(subscriptions: Subscriptions) -> object:
    return subscriptions.heads("chain_finalizedHead")


@METHODS.subscription(
    "chain_unsubscribeNewHeads",
    "chain_unsubscribeNewHead",
    "unsubscribe_newHead",
    "chain_unsubscribeAllHeads",
    "chain_unsubscribeFinalizedHeads",
    "chain_unsubscribeFinalisedHeads",
    subscription=text,
)
def _unsubscribe(subscriptions: Subscriptions, subscription: str) -> object:
    return subscriptions.end(subscription)
