"""The `author_*` methods: handing in transactions and watching what becomes of them."""

from aipchain.chain.node import Node
from aipchain.chain.rpc.answers import hex_json
from aipchain.chain.rpc.methods import MethodTable
from aipchain.chain.rpc.parameters import hex_bytes, text
from aipchain.chain.rpc.subscriptions import Subscriptions, submit

__all__ = ["METHODS"]

METHODS = MethodTable()


@METHODS.method("author_submitExtrinsic", extrinsic=hex_bytes)
def _submit(node: Node, extrinsic: bytes) -> object:
    return hex_json(submit(node, extrinsic))


@METHODS.method("author_pendingExtrinsics")
def _pending(node: Node) -> object:
    return [hex_json(transaction.extrinsic) for transaction in node.pool.ready()]


@METHODS.subscription("author_submitAndWatchExtrinsic", extrinsic=hex_bytes)
def _submit_and_watch(subscriptions: Subscriptions, extrinsic: bytes) -> object:
    return subscriptions.submitted(extrinsic)


@METHODS.subscription("author_unwatchExtrinsic", subscription=text)
def _unwatch(subscriptions: Subscriptions, subscription: str) -> object:
    return subscriptions.end(subscription)
