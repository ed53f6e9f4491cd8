"""Failures of allocation keys that a person can see.

AipchainError
└── InputError
    └── MarketError
        └── AllocationError
            ├── BetasNotWhole           an hour's coefficients do not sum to one
            ├── BetasTooSoon            coefficients are changed less than four months after the last change
            ├── CoefficientsAboveWhole  coefficients hand out more than there is
            ├── DuplicateMeter          one meter has two claims
            ├── NegativeClaim           energy, weight or tier below zero
            ├── ParticipationInvalid    a meter takes part in too many communities, or with more than all of itself
            └── ShapeMismatch           tables of one allocation are not about the same intervals and meters
"""

from datetime import date

from aipchain.market.errors import MarketError

__all__ = [
    "AllocationError",
    "BetasNotWhole",
    "BetasTooSoon",
    "CoefficientsAboveWhole",
    "DuplicateMeter",
    "NegativeClaim",
    "ParticipationInvalid",
    "ShapeMismatch",
]


class AllocationError(MarketError):
    """A claim or a table of coefficients that no key can use."""


class NegativeClaim(AllocationError):
    """A number of a claim is below zero."""

    def __init__(self, what: str, value: int) -> None:
        self.what = what
        self.value = value
        super().__init__(f"{what} is {value}; it must be zero or more")


class DuplicateMeter(AllocationError):
    """A meter stands twice in one allocation."""

    def __init__(self, meter: int) -> None:
        self.meter = meter
        super().__init__(f"meter {meter} has two claims; add its energy up and give it one")


class CoefficientsAboveWhole(AllocationError):
    """Coefficients sum to more than the whole."""

    def __init__(self, total: int, whole: int) -> None:
        self.total = total
        self.whole = whole
        super().__init__(f"the coefficients sum to {total} of {whole}; lower them until they fit")


class BetasNotWhole(AllocationError):
    """The coefficients of an hour do not sum to exactly one."""

    def __init__(self, hour: int, total: int, whole: int) -> None:
        self.hour = hour
        self.total = total
        self.whole = whole
        super().__init__(f"the coefficients of hour {hour} sum to {total}, not to {whole}; correct that hour")


class BetasTooSoon(AllocationError):
    """New coefficients would hold from a day that is too early."""

    def __init__(self, proposed: date, reason: str) -> None:
        self.proposed = proposed
        super().__init__(f"new coefficients cannot hold from {proposed.isoformat()}: {reason}; choose a later day")


class ParticipationInvalid(AllocationError):
    """A meter's participation factors cannot be."""

    def __init__(self, problem: str) -> None:
        self.problem = problem
        super().__init__(
            f"{problem}; a meter is in at most 5 communities, with factors of 1 to 100 percent that sum to 100 at most"
        )


class ShapeMismatch(AllocationError):
    """Tables of one allocation are not about the same intervals and meters."""

    def __init__(self, what: str, shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
        self.what = what
        self.shape = shape
        self.expected = expected
        super().__init__(
            f"{what} has the shape {shape}, not {expected}; give a row for each interval, a column for each meter"
        )
