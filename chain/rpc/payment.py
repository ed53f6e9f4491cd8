"""The `payment_*` methods: what a transaction would cost, from the runtime's `TransactionPaymentApi`."""

from aipchain.chain.host.scale import read_compact, u32
from aipchain.chain.node import Node
from aipchain.chain.rpc.errors import RpcError, answer_to
from aipchain.chain.rpc.methods import MethodTable
from aipchain.chain.rpc.parameters import block_hash, hex_bytes, optional
from aipchain.errors import AipchainError

__all__ = ["METHODS"]

_RUNTIME_ERROR = 1
_BALANCE_BYTES = 16
_DISPATCH_CLASSES = ("normal", "operational", "mandatory")

METHODS = MethodTable()


@METHODS.method("payment_queryInfo", extrinsic=hex_bytes, at=optional(block_hash))
def _query_info(node: Node, extrinsic: bytes, at: bytes | None) -> object:
    answer = _ask(node, "TransactionPaymentApi_query_info", extrinsic, at, "Unable to query dispatch info.")
    ref_time, end = read_compact(answer)
    proof_size, end = read_compact(answer, end)
    return {
        "weight": {"ref_time": ref_time, "proof_size": proof_size},
        "class": _DISPATCH_CLASSES[answer[end]],
        "partialFee": str(int.from_bytes(answer[end + 1 : end + 1 + _BALANCE_BYTES], "little")),
    }


@METHODS.method("payment_queryFeeDetails", extrinsic=hex_bytes, at=optional(block_hash))
def _query_fee_details(node: Node, extrinsic: bytes, at: bytes | None) -> object:
    answer = _ask(node, "TransactionPaymentApi_query_fee_details", extrinsic, at, "Unable to query fee details.")
    if answer[:1] == b"\x00":
        return {"inclusionFee": None}
    names = ("baseFee", "lenFee", "adjustedWeightFee")
    return {"inclusionFee": {name: hex(_balance(answer, 1 + index * 16)) for index, name in enumerate(names)}}


def _ask(node: Node, function: str, extrinsic: bytes, at: bytes | None, refusal: str) -> bytes:
    try:
        return node.call(function, extrinsic + u32(len(extrinsic)), at=at)
    except AipchainError as failure:
        raise RpcError(_RUNTIME_ERROR, refusal, answer_to(failure).message) from failure


def _balance(answer: bytes, start: int) -> int:
    return int.from_bytes(answer[start : start + _BALANCE_BYTES], "little")
