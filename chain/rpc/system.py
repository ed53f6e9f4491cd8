"""The `system_*` methods: what the chain calls itself, its health, and an account's next nonce.

An embedded chain has no network: it has no peers, no peer id and no addresses, and is always in sync.
"""

from importlib.metadata import version

from aipchain.chain.node import Node
from aipchain.chain.rpc.answers import hex_json
from aipchain.chain.rpc.errors import RpcError, answer_to
from aipchain.chain.rpc.methods import MethodTable
from aipchain.chain.rpc.parameters import account, block_hash, hex_bytes, optional
from aipchain.errors import AipchainError

__all__ = ["METHODS"]

_RUNTIME_ERROR = 1

METHODS = MethodTable()


@METHODS.method("system_name")
def _name(node: Node) -> object:
    return "AIPCHAIN embedded node"


@METHODS.method("system_version")
def _version(node: Node) -> object:
    return version("aipchain")


@METHODS.method("system_chain")
def _chain(node: Node) -> object:
    return node.chain_name


@METHODS.method("system_chainType")
def _chain_type(node: Node) -> object:
    return node.spec.chain_type


@METHODS.method("system_properties")
def _properties(node: Node) -> object:
    return node.spec.properties


@METHODS.method("system_health")
def _health(node: Node) -> object:
    return {"peers": 0, "isSyncing": False, "shouldHavePeers": False}


@METHODS.method("system_peers")
def _peers(node: Node) -> object:
    return []


@METHODS.method("system_localPeerId")
def _local_peer_id(node: Node) -> object:
    return ""


@METHODS.method("system_localListenAddresses")
def _local_listen_addresses(node: Node) -> object:
    return []


@METHODS.method("system_nodeRoles")
def _node_roles(node: Node) -> object:
    return ["Authority"]


@METHODS.method("system_syncState")
def _sync_state(node: Node) -> object:
    number = node.head.number
    return {"startingBlock": 0, "currentBlock": number, "highestBlock": number}


@METHODS.method("system_accountNextIndex", "account_nextIndex", account=account)
def _account_next_index(node: Node, account: bytes) -> object:
    try:
        nonce = int.from_bytes(node.call("AccountNonceApi_account_nonce", account), "little")
    except AipchainError as failure:
        raise RpcError(_RUNTIME_ERROR, "Unable to query nonce.", str(failure)) from failure
    while node.pool.provides(account + nonce.to_bytes(4, "little")):
        nonce += 1
    return nonce


@METHODS.method("system_dryRun", "system_dryRunAt", extrinsic=hex_bytes, at=optional(block_hash))
def _dry_run(node: Node, extrinsic: bytes, at: bytes | None) -> object:
    try:
        return hex_json(node.call("BlockBuilder_apply_extrinsic", extrinsic, at=at))
    except AipchainError as failure:
        reason = answer_to(failure).message
        raise RpcError(_RUNTIME_ERROR, "Unable to dry run extrinsic.", reason) from failure
