"""Failures of the ai room.

InputError
├── PartMissing          a package of an extra is not installed
├── UnusablePanel        what homes measured cannot be learned from or forecast
└── ClusterUnreachable   no Ray cluster answers at the address
OperationError
└── WorkLost             a worker went away, and so did those that tried again; or the cluster did
"""

from aipchain.errors import InputError, OperationError

__all__ = ["ClusterUnreachable", "PartMissing", "UnusablePanel", "WorkLost"]


class PartMissing(InputError):
    """A package is not installed."""

    def __init__(self, package: str, extra: str) -> None:
        self.package, self.extra = package, extra
        super().__init__(f"{package} is not installed: pip install 'aipchain[{extra}]'")


class UnusablePanel(InputError):
    """What homes measured cannot be used as it is."""


class ClusterUnreachable(InputError):
    """No Ray cluster answers."""

    def __init__(self, address: str, cause: str) -> None:
        self.address, self.cause = address, cause
        super().__init__(
            f"no Ray cluster answers at {address} ({cause}): check the address, or leave --ray and "
            "AIPCHAIN_RAY_ADDRESS out to work on this machine"
        )


class WorkLost(OperationError):
    """A piece of work was tried again and again and its worker went away each time, or the place to work was lost."""
