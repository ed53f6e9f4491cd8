"""Failures of the orchestrator.

AipchainError
├── InputError
│   ├── NoBook            no order opened a book for that interval
│   ├── AnotherRun        the chain at hand was founded by a run with other homes, days or seed
│   └── NothingToReplay   the chain holds no cleared interval
├── StateError
│   └── UnknownBinding    a book names rules the chain does not know
└── OperationError
    └── StepFailed        the chain refused a step of the loop
"""

from aipchain.errors import InputError, OperationError, StateError

__all__ = ["AnotherRun", "NoBook", "NothingToReplay", "StepFailed", "UnknownBinding"]


class NoBook(InputError):
    """There is no book for the interval."""

    def __init__(self, community: int, interval_start: int) -> None:
        super().__init__(f"community {community} has no book for the interval at {interval_start}: no order opened one")


class AnotherRun(InputError):
    """The chain belongs to a run with other settings."""


class NothingToReplay(InputError):
    """A chain without a cleared interval."""

    def __init__(self, height: int) -> None:
        super().__init__(f"no interval was cleared in the {height} blocks of this chain: there is nothing to replay")


class StepFailed(OperationError):
    """A step of the loop was refused by the chain; `step` says which, `reason` why."""

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(f"{step}: {reason}")
        self.step, self.reason = step, reason


class UnknownBinding(StateError):
    """The chain does not know a binding that one of its books names."""

    def __init__(self, binding_hash: bytes) -> None:
        super().__init__(
            f"the chain has no binding 0x{binding_hash.hex()}, which one of its books names: it is damaged"
        )
