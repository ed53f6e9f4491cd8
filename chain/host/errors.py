"""What can go wrong in the embedded host.

AipchainError
├── InputError
│   ├── UnusableRuntime    the code is no runtime this host can run
│   └── UnknownFunction    the runtime has no function of that name
└── OperationError
    ├── RuntimePanicked    the runtime stopped itself; carries its own words
    └── HostCallFailed     the runtime asked the host for something it refused or does not have
"""

from aipchain.errors import InputError, OperationError

__all__ = ["HostCallFailed", "RuntimePanicked", "UnknownFunction", "UnusableRuntime"]


class UnusableRuntime(InputError):
    """The given code is not a runtime that this host can load."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f"This is no runtime that the embedded host can run: {reason}. Build it with `make runtime`.")


class UnknownFunction(InputError):
    """The runtime exports no function of the name that was to be called."""

    def __init__(self, function: str) -> None:
        self.function = function
        super().__init__(f"The runtime has no function {function}; its metadata lists the ones it has.")


class RuntimePanicked(OperationError):
    """A call into the runtime ended in a panic; the state is as it was before the call."""

    def __init__(self, function: str, panic: str) -> None:
        self.function = function
        self.panic = panic
        super().__init__(f"The runtime stopped in {function}: {panic}")


class HostCallFailed(OperationError):
    """The runtime called the host in a way that cannot be answered; the state is as it was before the call."""

    def __init__(self, function: str, host_function: str, reason: str) -> None:
        self.function = function
        self.host_function = host_function
        self.reason = reason
        super().__init__(f"The runtime stopped in {function}: the host refused {host_function}: {reason}")
