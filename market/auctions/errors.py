"""Failures of the auctions that a person can see; what all markets share is in `market.errors`.

AipchainError
└── InputError
    └── MarketError
        ├── BadOrder         an order's energy or limit price cannot be
        ├── UnequalColumns   the columns of a book have different lengths
        └── UnknownOrder     a condition names an order that is not in the book
"""

from aipchain.market.errors import MarketError

__all__ = ["BadOrder", "UnequalColumns", "UnknownOrder"]


class BadOrder(MarketError):
    """An order without energy, with a limit price below what the community allows, or with impossible conditions."""

    def __init__(self, number: int, problem: str) -> None:
        self.number = number
        self.problem = problem
        super().__init__(f"order {number}: {problem}")


class UnequalColumns(MarketError):
    """A book's columns do not describe the same orders."""

    def __init__(self, lengths: tuple[int, ...]) -> None:
        self.lengths = lengths
        super().__init__(f"the columns of the book have {lengths} entries; each order needs one entry in each")


class UnknownOrder(MarketError):
    """A condition was given for an order that is not in the book."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"order {number} has a condition, but is not in the book")
