"""Failures of the command line itself.

AipchainError
├── InputError
│   ├── Misread        a text on the command line is no price, energy, time, ...
│   ├── NotThere       the chain has no community, meter, order, ... of that number
│   ├── NoKey          it is not clear, or not allowed, which key is to sign
│   ├── Unprinted      standard output takes nothing more
│   └── CallRefused    the chain refused a signed call for a reason its signer can do something about
└── OperationError
    └── StillUndecided a call was sent, but no block is known to hold it yet
"""

from aipchain.errors import InputError, OperationError

__all__ = ["CallRefused", "Misread", "NoKey", "NotThere", "StillUndecided", "Unprinted"]


class Misread(InputError):
    """`text`, given for `what`, cannot be read."""

    def __init__(self, what: str, text: str, expected: str) -> None:
        super().__init__(f"{what} {text!r} cannot be read: {expected}")
        self.what, self.text, self.expected = what, text, expected


class NotThere(InputError):
    """The chain has no `kind` with this number."""

    def __init__(self, kind: str, number: int, count: int) -> None:
        known = "it has none yet" if count == 0 else "it has only 0" if count == 1 else f"it has 0 to {count - 1}"
        super().__init__(f"there is no {kind} {number} on this chain: {known}")
        self.kind, self.number = kind, number


class NoKey(InputError):
    """No key, or not this key, may sign here."""


class Unprinted(InputError):
    """What a command had to say could not be written to standard output for `reason`."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"standard output cannot be written ({reason}): what was done stays done, but is not told in full; "
            "send the output elsewhere"
        )
        self.reason = reason


class CallRefused(InputError):
    """The chain refused a call; `pallet` and `name` are the runtime's words for why."""

    def __init__(self, pallet: str, name: str, sentence: str) -> None:
        super().__init__(f"the chain refused this: {sentence} ({pallet}.{name})")
        self.pallet, self.name = pallet, name


class StillUndecided(OperationError):
    """An extrinsic was sent, and no block is known to hold it; it may still come in until its last block."""

    def __init__(self, extrinsic_hash: bytes) -> None:
        super().__init__(
            f"extrinsic 0x{extrinsic_hash.hex()} was sent, but no block is known to hold it yet and it may still come "
            "in: the next command that signs as this account tells first what became of it. Is the node making blocks?"
        )
        self.extrinsic_hash = extrinsic_hash
