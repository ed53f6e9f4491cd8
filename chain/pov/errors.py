"""What can go wrong with a proof of validity.

AipchainError
└── OperationError
    └── CandidateRefused   the runtime's own `validate_block` does not accept a block and its proof
"""

from aipchain.errors import OperationError

__all__ = ["CandidateRefused"]


class CandidateRefused(OperationError):
    """The relay chain would not take a block."""

    def __init__(self, number: int, reason: str) -> None:
        self.number = number
        self.reason = reason
        super().__init__(f"Block {number} would be refused by the relay chain: {reason}.")
