"""Failures of the benchmark.

InputError
├── UnknownSuite   there is no suite of that name
└── NoResult       a suite has no committed result
"""

from collections.abc import Sequence

from aipchain.errors import InputError

__all__ = ["NoResult", "UnknownSuite"]


class UnknownSuite(InputError):
    """There is no suite of that name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        self.name, self.known = name, tuple(known)
        super().__init__(f"there is no suite {name!r}: choose from {', '.join(known)}")


class NoResult(InputError):
    """A suite has no committed result."""

    def __init__(self, suite: str) -> None:
        self.suite = suite
        super().__init__(f"{suite} has no committed result: run it with aip ai bench --suite {suite}")
