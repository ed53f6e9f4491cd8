"""Why the pool refuses a transaction.

AipchainError
├── InputError
│   └── NotAnExtrinsic             the bytes are no length-prefixed extrinsic
└── OperationError
    └── PoolRefused                base of what the pool refuses
        ├── TransactionInvalid     the runtime says no
        ├── TransactionUnknown     the runtime cannot tell
        ├── TemporarilyBanned      it was thrown out of the pool a short while ago
        ├── AlreadyInPool          the very same bytes wait in the pool
        ├── PriorityTooLow         a better one with the same tags waits in the pool
        ├── PoolFull               the pool is full of better ones
        └── NoTagsProvided         the pool could not tell it from others
"""

from aipchain.chain.host.validity import Invalid, Unknown
from aipchain.errors import InputError, OperationError

__all__ = [
    "AlreadyInPool",
    "NoTagsProvided",
    "NotAnExtrinsic",
    "PoolFull",
    "PoolRefused",
    "PriorityTooLow",
    "TemporarilyBanned",
    "TransactionInvalid",
    "TransactionUnknown",
]


class NotAnExtrinsic(InputError):
    """The bytes do not start with the compact length of what follows."""

    def __init__(self, extrinsic: bytes) -> None:
        self.extrinsic = extrinsic
        super().__init__(
            f"These {len(extrinsic)} bytes are no extrinsic: they do not start with the length of the rest. "
            "Send the whole encoded extrinsic."
        )


class PoolRefused(OperationError):
    """The pool did not take a transaction; nothing changed."""


class TransactionInvalid(PoolRefused):
    """The runtime would not accept the transaction."""

    def __init__(self, reason: Invalid) -> None:
        self.reason = reason
        super().__init__(f"The runtime refuses the transaction: {reason}.")


class TransactionUnknown(PoolRefused):
    """The runtime cannot tell whether the transaction is valid."""

    def __init__(self, reason: Unknown) -> None:
        self.reason = reason
        super().__init__(f"The runtime cannot judge the transaction: {reason}.")


class TemporarilyBanned(PoolRefused):
    """The transaction was found invalid while it was in the pool and stays out for a while."""

    def __init__(self, extrinsic_hash: bytes, until: int) -> None:
        self.hash = extrinsic_hash
        self.until = until
        super().__init__(
            f"Transaction 0x{extrinsic_hash.hex()} was thrown out of the pool and stays out until block {until}. "
            "Sign a new one."
        )


class AlreadyInPool(PoolRefused):
    """The same bytes wait in the pool."""

    def __init__(self, extrinsic_hash: bytes) -> None:
        self.hash = extrinsic_hash
        super().__init__(f"Transaction 0x{extrinsic_hash.hex()} waits in the pool already.")


class PriorityTooLow(PoolRefused):
    """Transactions with the same tags (nonce) wait in the pool, and this one does not beat their priority."""

    def __init__(self, old: int, new: int) -> None:
        self.old = old
        self.new = new
        super().__init__(
            f"A transaction with the same nonce waits in the pool with priority {old}, this one has {new}. "
            "Give a higher tip or wait."
        )


class PoolFull(PoolRefused):
    """The pool is full, and everything in it comes before this transaction."""

    def __init__(self) -> None:
        super().__init__("The pool is full of transactions that come first. Give a higher tip or try later.")


class NoTagsProvided(PoolRefused):
    """The runtime gave the transaction no tag, so the pool could not tell it from others."""

    def __init__(self) -> None:
        super().__init__("The transaction provides no tag, so the pool cannot hold it.")
