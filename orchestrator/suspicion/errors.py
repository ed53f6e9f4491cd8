"""Failures of a look at suspicions.

AipchainError
└── InputError
    ├── DaysNotThere   the chain does not hold all of the days that are asked for
    └── ZoneUnknown    a zone was read too little to be forecast
"""

from datetime import UTC, datetime

from aipchain.errors import InputError
from aipchain.units import UnixSeconds

__all__ = ["DaysNotThere", "ZoneUnknown"]


class DaysNotThere(InputError):
    """The chain tells of the community from `first` up to `last` [s], and not of all days asked for."""

    def __init__(self, first: UnixSeconds, last: UnixSeconds) -> None:
        super().__init__(
            f"these days are not all on the chain, which tells of this community from {_told(first)} to {_told(last)} "
            "UTC: ask for whole days between"
        )
        self.first, self.last = first, last


class ZoneUnknown(InputError):
    """Too little is known of `zone` to say what is usual."""

    def __init__(self, zone: str, reason: str) -> None:
        super().__init__(f"not enough history: nothing can be said of zone {zone!r}, as {reason}")
        self.zone, self.reason = zone, reason


def _told(second: UnixSeconds) -> str:
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%d %H:%M}"
