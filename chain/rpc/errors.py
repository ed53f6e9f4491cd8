"""What JSON-RPC answers when a request cannot be carried out, in Substrate's own codes; why a server cannot start.

AipchainError
├── InputError
│   ├── PortInUse          another program listens there
│   └── AddressUnusable    the host or port cannot be listened on
└── OperationError
    ├── NoMessage          nothing came from the chain in time
    └── SessionClosed      the session with the chain has ended

`RpcError` is outside the tree: it is an answer to a client, never shown by `aip`.
Codes: JSON-RPC 2.0; `sc-rpc-api` (author 1000, state 4000); `jsonrpsee` (-32006 to -32010).
"""

from aipchain.chain.errors import UnknownBlock
from aipchain.chain.host.errors import HostCallFailed, RuntimePanicked, UnknownFunction
from aipchain.chain.host.pool_errors import (
    AlreadyInPool,
    NoTagsProvided,
    NotAnExtrinsic,
    PoolFull,
    PriorityTooLow,
    TemporarilyBanned,
    TransactionInvalid,
    TransactionUnknown,
)
from aipchain.chain.host.validity import Unknown
from aipchain.errors import AipchainError, InputError, OperationError

__all__ = [
    "INTERNAL_ERROR",
    "INVALID_PARAMS",
    "INVALID_REQUEST",
    "METHOD_NOT_FOUND",
    "PARSE_ERROR",
    "AddressUnusable",
    "NoMessage",
    "PortInUse",
    "RpcError",
    "SessionClosed",
    "answer_to",
]

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
_SERVER_ERROR = -32000

_BAD_FORMAT = 1001
_INVALID_TRANSACTION = 1010
_UNKNOWN_VALIDITY = 1011
_TEMPORARILY_BANNED = 1012
_ALREADY_IMPORTED = 1013
_TOO_LOW_PRIORITY = 1014
_IMMEDIATELY_DROPPED = 1016
_NO_TAGS = 1018
_CLIENT_ERROR = 4003

_UNKNOWN_NAMES = ("CannotLookup", "NoUnsignedValidator", "Custom")


class RpcError(Exception):
    """The error object of one answer."""

    def __init__(self, code: int, message: str, data: object = None) -> None:
        self.code = code
        self.message = message
        self.data = data
        super().__init__(message)

    def to_json(self) -> dict[str, object]:
        """The error object of JSON-RPC 2.0."""
        answer: dict[str, object] = {"code": self.code, "message": self.message}
        return answer if self.data is None else {**answer, "data": self.data}


class PortInUse(InputError):
    """Another program listens on this port."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        super().__init__(f"Port {port} of {host} is in use by another program. Give another port or stop that program.")


class AddressUnusable(InputError):
    """The address is not one of this machine, or may not be listened on."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        self.host = host
        self.port = port
        self.reason = reason
        super().__init__(f"The RPC server cannot listen on {host} port {port}: {reason}. Give another address or port.")


class NoMessage(OperationError):
    """The chain sent nothing within the time a local client waits."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"The chain sent no message within {seconds:g} s. Is it making blocks?")


class SessionClosed(OperationError):
    """The session has ended: it was closed, or its client took messages too slowly."""

    def __init__(self) -> None:
        super().__init__("The session with the chain has ended. Connect again.")


def answer_to(failure: AipchainError) -> RpcError:
    """The answer of a Substrate node for an expected failure."""
    match failure:
        case UnknownBlock(block_hash=block_hash):
            text = f"Client error: UnknownBlock: Header was not found in the database: 0x{block_hash.hex()}"
            return RpcError(_CLIENT_ERROR, text)
        case UnknownFunction(function=function):
            text = f"Client error: Execution failed: Other: Exported method {function} is not found"
            return RpcError(_CLIENT_ERROR, text)
        case RuntimePanicked() | HostCallFailed():
            return RpcError(_CLIENT_ERROR, f"Client error: Execution failed: {failure}")
        case NotAnExtrinsic():
            return RpcError(_BAD_FORMAT, f"Extrinsic has invalid format: {failure}")
        case _:
            return _answer_of_pool(failure) or RpcError(_SERVER_ERROR, str(failure))


def _answer_of_pool(failure: AipchainError) -> RpcError | None:
    match failure:
        case TransactionInvalid(reason=reason):
            return RpcError(_INVALID_TRANSACTION, "Invalid Transaction", str(reason))
        case TransactionUnknown(reason=unknown):
            return RpcError(_UNKNOWN_VALIDITY, "Unknown Transaction Validity", _unknown_json(unknown))
        case TemporarilyBanned():
            return RpcError(_TEMPORARILY_BANNED, "Transaction is temporarily banned")
        case AlreadyInPool(hash=extrinsic_hash):
            return RpcError(_ALREADY_IMPORTED, "Transaction Already Imported", f"0x{extrinsic_hash.hex()}")
        case PriorityTooLow(old=old, new=new):
            text = "The transaction has too low priority to replace another transaction already in the pool."
            return RpcError(_TOO_LOW_PRIORITY, f"Priority is too low: ({old} vs {new})", text)
        case PoolFull():
            text = "The transaction couldn't enter the pool because of the limit"
            return RpcError(_IMMEDIATELY_DROPPED, "Immediately Dropped", text)
        case NoTagsProvided():
            text = "Transaction does not provide any tags, so the pool can't identify it"
            return RpcError(_NO_TAGS, "No tags provided", text)
        case _:
            return None


def _unknown_json(reason: Unknown) -> object:
    """The variant of `UnknownTransaction` as serde writes it."""
    if reason.index >= len(_UNKNOWN_NAMES):
        return str(reason)
    name = _UNKNOWN_NAMES[reason.index]
    return name if reason.custom is None else {name: reason.custom}
