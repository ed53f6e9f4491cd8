"""Every failure a person may see, as one tree.

AipchainError
├── InputError        what was given cannot be used          (exit code 2)
├── StateError        stored state is unsafe to go on with   (exit code 3)
└── OperationError    the work was right but did not succeed (exit code 1)

Rooms add leaves of their own in `<room>/errors.py`. A leaf says what was wrong, where, and what to do.
Programming mistakes are not in this tree: they stay ordinary exceptions.
"""

__all__ = ["AipchainError", "InputError", "OperationError", "StateError"]


class AipchainError(Exception):
    """Base of all expected failures; `exit_code` is what `aip` ends with."""

    exit_code: int = 1


class InputError(AipchainError):
    """Something given by a person or a file cannot be used as it is."""

    exit_code = 2


class StateError(AipchainError):
    """Stored state is damaged or foreign; going on could lose it."""

    exit_code = 3


class OperationError(AipchainError):
    """A sound request that could not be carried out, for example a call the chain refused."""

    exit_code = 1
