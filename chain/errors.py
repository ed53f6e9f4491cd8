"""What can go wrong around the chain: its file, its artifact, its genesis and its blocks.

AipchainError
├── InputError
│   ├── BadArtifact          the built runtime is not the one its manifest names
│   ├── BadGenesis           preset or patch make no genesis
│   ├── BasePathUnusable     the folder of the chain cannot be read or written
│   ├── ChainInUse           another process has the chain open
│   ├── CorruptChainFile     the chain file is damaged
│   ├── ForeignChainFile     the file is not a chain of ours
│   ├── MetricsPortInUse     another program has the port for metrics
│   ├── MetricsUnservable    the host or port for metrics cannot be listened on
│   ├── NoChain              there is no chain at the base path
│   ├── OtherChain           the file holds a chain with another genesis
│   ├── TimeNotRising        a block asked for at or before its parent's slot
│   └── UnknownBlock         no block with this hash
├── StateError
│   ├── ChainWriteFailed     a block could not be written; the chain stands at its parent
│   └── SelfCheckFailed      an authored block was not accepted when run again
└── OperationError
    ├── BlockRefused         a block given for import does not fit or does not re-execute
    ├── InherentRefused      the runtime refused what the host says about the outside
    └── NodeClosed           the node was closed

What the runtime itself refuses is in `chain/host/errors.py`.
"""

from pathlib import Path

from aipchain.errors import InputError, OperationError, StateError

__all__ = [
    "BadArtifact",
    "BadGenesis",
    "BasePathUnusable",
    "BlockRefused",
    "ChainInUse",
    "ChainWriteFailed",
    "CorruptChainFile",
    "ForeignChainFile",
    "InherentRefused",
    "MetricsPortInUse",
    "MetricsUnservable",
    "NoChain",
    "NodeClosed",
    "OtherChain",
    "SelfCheckFailed",
    "TimeNotRising",
    "UnknownBlock",
]


class BadArtifact(InputError):
    """The built runtime or its manifest is missing, unreadable, or they do not belong together."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(
            f"The runtime at {path} cannot be used: {reason}. Restore the artifacts or run `make runtime`."
        )


class BadGenesis(InputError):
    """The runtime has no such preset, or does not accept the patched genesis."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"No genesis can be made: {reason}.")


class BasePathUnusable(InputError):
    """The base path is no folder that can be read and written."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"The base path {path} cannot be used: {reason}. Give a folder that you may write.")


class ChainInUse(InputError):
    """Another process has this chain open."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"The chain at {path} is open in another process. Stop that one or give another base path.")


class CorruptChainFile(InputError):
    """The chain file is damaged; it was left as it is."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(
            f"The chain file {path} is damaged: {reason}. It was left as it is; restore a copy or give another "
            "base path."
        )


class ForeignChainFile(InputError):
    """The file where the chain should be is something else; it was left as it is."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"The file {path} is not a chain of this program: {reason}. It was left as it is.")


class MetricsPortInUse(InputError):
    """The port for metrics is taken."""

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
        super().__init__(
            f"Port {port} of {host} is in use by another program, so metrics cannot be served there. "
            "Give another --prometheus-port or --no-prometheus."
        )


class MetricsUnservable(InputError):
    """The address for metrics is not one of this machine, or may not be listened on."""

    def __init__(self, host: str, port: int, reason: str) -> None:
        self.host = host
        self.port = port
        self.reason = reason
        super().__init__(
            f"Metrics cannot be served at {host} port {port}: {reason}. "
            "Give another --prometheus-port or --no-prometheus."
        )


class NoChain(InputError):
    """There is no chain at the base path, and none was to be made."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"There is no chain at {path}. Give the base path of one, or start one there first.")


class OtherChain(InputError):
    """The chain file holds a chain that started from another genesis; it was left as it is."""

    def __init__(self, path: Path, found: str, wanted: str) -> None:
        self.path = path
        self.found = found
        self.wanted = wanted
        super().__init__(
            f"The file {path} holds another chain: it has {found}, asked for was {wanted}. Give another base path."
        )


class TimeNotRising(InputError):
    """A block was asked for at a time whose slot is not after its parent's slot."""

    def __init__(self, number: int, at_ms: int, earliest_ms: int) -> None:
        self.number = number
        self.at_ms = at_ms
        self.earliest_ms = earliest_ms
        super().__init__(
            f"Block {number} cannot stand at {at_ms} ms of chain time: the slot of its parent lasts until "
            f"{earliest_ms} ms. Give that time or a later one."
        )


class UnknownBlock(InputError):
    """The chain has no block with this hash."""

    def __init__(self, block_hash: bytes) -> None:
        self.block_hash = block_hash
        super().__init__(f"The chain has no block 0x{block_hash.hex()}.")


class ChainWriteFailed(StateError):
    """The block could not be written; file and memory stand at its parent."""

    def __init__(self, path: str, number: int, reason: str) -> None:
        self.path = path
        self.number = number
        self.reason = reason
        super().__init__(f"Block {number} could not be written to {path}: {reason}. The chain stands at its parent.")


class SelfCheckFailed(StateError):
    """An authored block was refused when it was executed again; it was not stored."""

    def __init__(self, number: int, reason: str) -> None:
        self.number = number
        self.reason = reason
        super().__init__(f"Block {number} was authored but not accepted when run again: {reason}. It was not stored.")


class BlockRefused(OperationError):
    """A block given for import does not follow the head, or does not give the state it claims."""

    def __init__(self, number: int, reason: str) -> None:
        self.number = number
        self.reason = reason
        super().__init__(f"Block {number} was refused: {reason}. The chain stands where it stood.")


class InherentRefused(OperationError):
    """The runtime did not accept an inherent extrinsic that it made from the host's own facts."""

    def __init__(self, number: int, index: int, answer: bytes) -> None:
        self.number = number
        self.index = index
        self.answer = answer
        super().__init__(f"The runtime refused inherent {index} of block {number} with 0x{answer.hex()}.")


class NodeClosed(OperationError):
    """The node was closed and does nothing any more."""

    def __init__(self) -> None:
        super().__init__("The node is closed. Open it again to go on.")
