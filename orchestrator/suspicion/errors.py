"""Failures of a look at suspicions.

AipchainError
└── InputError
    └── DaysNotThere   the chain does not hold all of the days that are asked for
"""

from datetime import UTC, datetime

from aipchain.errors import InputError
from aipchain.units import UnixSeconds

__all__ = ["DaysNotThere"]


class DaysNotThere(InputError):
    """The chain tells of the community from `first` up to `last` [s], and not of all days asked for."""

    def __init__(self, first: UnixSeconds, last: UnixSeconds) -> None:
        super().__init__(
            f"these days are not all on the chain, which tells of this community from {_told(first)} to {_told(last)} "
            "UTC: ask for whole days between"
        )
        self.first, self.last = first, last


def _told(second: UnixSeconds) -> str:
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%d %H:%M}"
