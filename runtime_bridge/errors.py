"""What can go wrong between us and a node.

AipchainError
├── InputError
│   ├── NodeUnreachable     nothing answers, or not as a node does
│   ├── ForeignRuntime      the node's runtime speaks another protocol
│   ├── Unencodable         a value does not fit the field it is for
│   ├── UnusableKey         a key, mnemonic or keystore file that cannot be used
│   └── UnusableOutbox      an outbox file that cannot be used with this chain
├── StateError
│   ├── OutboxFailed        the outbox file could not be written or read
│   └── Undecodable         bytes from the chain are not what the metadata promises
└── OperationError
    ├── ConnectionLost      the node went away in the middle of something
    ├── RpcRefused          the node answered a request with an error
    ├── RuntimeChanged      the chain was upgraded since the calls were composed
    ├── SubmissionRefused   the pool did not take an extrinsic
    ├── SubmissionExpired   an extrinsic's era ended before a block took it; it can never be included
    ├── NonceTaken          another extrinsic of the account used the nonce; it can never be included
    ├── NotIncludedYet      the waiting ended first; the extrinsic is in the outbox and may still be included
    ├── ResultForgotten     a block holds the extrinsic, but the node no longer knows what it did
    └── DispatchRefused     a call was included and failed
        ├── TradeRefused    a clearing broke the envelope: at which trade, by which rule
        └── CertificateRefused  the certificate of a clearing does not prove it: by which flaw
"""

import reprlib
from pathlib import Path

from aipchain.errors import InputError, OperationError, StateError

__all__ = [
    "CertificateRefused",
    "ConnectionLost",
    "DispatchRefused",
    "ForeignRuntime",
    "NodeUnreachable",
    "NonceTaken",
    "NotIncludedYet",
    "OutboxFailed",
    "ResultForgotten",
    "RpcRefused",
    "RuntimeChanged",
    "SubmissionExpired",
    "SubmissionRefused",
    "TradeRefused",
    "Undecodable",
    "Unencodable",
    "UnusableKey",
    "UnusableOutbox",
]


class NodeUnreachable(InputError):
    """Nothing answers at `url`, or what answers is no Substrate node."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"no node answers at {url}: {reason}. Is it running, and is this its JSON-RPC address?")
        self.url, self.reason = url, reason


class ForeignRuntime(InputError):
    """The runtime differs from what this client was written for, at `differences`."""

    def __init__(self, runtime: str, differences: tuple[str, ...]) -> None:
        shown = "; ".join(differences[:3])
        more = f" (and {len(differences) - 3} more)" if len(differences) > 3 else ""
        super().__init__(
            f"the runtime {runtime} does not speak this client's protocol: {shown}{more}. "
            "Use the client of the same release as the node."
        )
        self.runtime, self.differences = runtime, differences


class Unencodable(InputError):
    """`value` cannot be written as `field`."""

    def __init__(self, field: str, value: object, reason: str) -> None:
        super().__init__(f"{field}: {reprlib.repr(value)} does not fit: {reason}")
        self.field, self.value, self.reason = field, value, reason


class UnusableKey(InputError):
    """A key source that gives no key. The message never shows the secret."""


class UnusableOutbox(InputError):
    """The file at `path` is no outbox of this chain; it is left as it is."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"the outbox {path} cannot be used: {reason}. Name another file, or the one of this chain.")
        self.path, self.reason = path, reason


class OutboxFailed(StateError):
    """The outbox at `path` was usable and is not any more: a full disk, for example."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(
            f"the outbox {path} could not be written or read: {reason}. What it keeps is asked for again on resuming, "
            "once it can be used."
        )
        self.path, self.reason = path, reason


class Undecodable(StateError):
    """Bytes that are not one whole value of what they should be."""

    def __init__(self, what: str, at: int, length: int) -> None:
        super().__init__(f"{what} cannot be decoded: stopped at byte {at} of {length}. Is the node of this release?")
        self.what, self.at, self.length = what, at, length


class ConnectionLost(OperationError):
    """The node went away. What was sent may or may not have arrived; the outbox knows what to ask again."""

    def __init__(self, method: str, reason: str) -> None:
        super().__init__(f"the connection broke during {method}: {reason}. Connect again; nothing is sent twice.")
        self.method, self.reason = method, reason


class RpcRefused(OperationError):
    """The node answered `method` with an error."""

    def __init__(self, method: str, code: int, message: str, details: str = "") -> None:
        super().__init__(f"the node refused {method}: {message}{f' ({details})' if details else ''} [{code}]")
        self.method, self.code, self.message, self.details = method, code, message, details


class RuntimeChanged(OperationError):
    """The chain was upgraded after the calls were composed; nothing was signed, the connection has the new metadata."""

    def __init__(self, before: str, after: str) -> None:
        super().__init__(f"the chain was upgraded from {before} to {after}; nothing was signed: compose the calls anew")
        self.before, self.after = before, after


class SubmissionRefused(OperationError):
    """The pool did not take the extrinsic and no block holds it."""

    def __init__(self, extrinsic_hash: bytes, reason: str) -> None:
        super().__init__(f"the node did not accept extrinsic 0x{extrinsic_hash.hex()}: {reason}")
        self.extrinsic_hash, self.reason = extrinsic_hash, reason


class SubmissionExpired(OperationError):
    """The extrinsic's era ended at block `last_block` and none up to it holds the extrinsic: sign anew to try again."""

    def __init__(self, extrinsic_hash: bytes, last_block: int) -> None:
        super().__init__(
            f"extrinsic 0x{extrinsic_hash.hex()} was not included by block {last_block}, where its era ended; "
            "it can never be included, so the call may be signed anew"
        )
        self.extrinsic_hash, self.last_block = extrinsic_hash, last_block


class NonceTaken(OperationError):
    """Another extrinsic of the same account has used the nonce."""

    def __init__(self, extrinsic_hash: bytes, nonce: int) -> None:
        super().__init__(
            f"extrinsic 0x{extrinsic_hash.hex()} can never be included: another one used nonce {nonce} of its account. "
            "Is the same key in use elsewhere?"
        )
        self.extrinsic_hash, self.nonce = extrinsic_hash, nonce


class NotIncludedYet(OperationError):
    """Waiting ended without a block that holds the extrinsics `extrinsic_hashes`; they stay in the outbox."""

    def __init__(self, extrinsic_hashes: tuple[bytes, ...], looks: int) -> None:
        super().__init__(
            f"{len(extrinsic_hashes)} extrinsic(s), first 0x{extrinsic_hashes[0].hex()}, in no decided block after "
            f"{looks} looks at the chain; they are kept, and resuming asks for their fate"
        )
        self.extrinsic_hashes, self.looks = extrinsic_hashes, looks


class ResultForgotten(OperationError):
    """Block `number` holds the extrinsic; whether the call succeeded is in state that the node has discarded."""

    def __init__(self, extrinsic_hash: bytes, number: int) -> None:
        super().__init__(
            f"extrinsic 0x{extrinsic_hash.hex()} is in block {number}, but the node has discarded that block's events; "
            "ask a node that keeps all state whether it succeeded, and do not send it again"
        )
        self.extrinsic_hash, self.number = extrinsic_hash, number


class DispatchRefused(OperationError):
    """A call was included in a block and failed there; its fee is paid, nothing else changed.

    `pallet` and `name` are the runtime's words, `docs` its explanation, `data` what the error carries.
    """

    def __init__(self, pallet: str, name: str, docs: str = "", data: bytes = b"") -> None:
        super().__init__(f"{pallet}.{name}{f': {docs}' if docs else ''}")
        self.pallet, self.name, self.docs, self.data = pallet, name, docs, data


class TradeRefused(DispatchRefused):
    """A clearing was refused as a whole: trade `index` breaks `rule` of the envelope."""

    def __init__(self, pallet: str, name: str, docs: str, data: bytes, *, index: int, rule: str) -> None:
        super().__init__(pallet, name, docs, data)
        self.index, self.rule = index, rule

    def __str__(self) -> str:
        return f"{super().__str__()} (trade {self.index}: {self.rule})"


class CertificateRefused(DispatchRefused):
    """A clearing was refused because its certificate does not prove it: `flaw` says why."""

    def __init__(self, pallet: str, name: str, docs: str, data: bytes, *, flaw: str) -> None:
        super().__init__(pallet, name, docs, data)
        self.flaw = flaw

    def __str__(self) -> str:
        return f"{super().__str__()} ({self.flaw})"
