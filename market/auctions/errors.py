"""Failures of the auctions that a person can see.

AipchainError
└── InputError
    └── MarketError
        ├── BadOrder             an order's energy or limit price cannot be
        ├── DuplicateOrder       two orders of a book have one number
        ├── OutsideArrayRange    numbers too large for the array form; the plain form takes them
        ├── UnequalColumns       the columns of a book have different lengths
        └── UnknownOrder         a condition names an order that is not in the book
"""

from aipchain.market.errors import MarketError

__all__ = ["BadOrder", "DuplicateOrder", "OutsideArrayRange", "UnequalColumns", "UnknownOrder"]


class BadOrder(MarketError):
    """An order without energy, with a limit price below what the community allows, or with impossible conditions."""

    def __init__(self, number: int, problem: str) -> None:
        self.number = number
        self.problem = problem
        super().__init__(f"order {number}: {problem}")


class DuplicateOrder(MarketError):
    """Two orders of one book have the same number, so no result could say which of them is meant."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"order {number} is in the book twice; give every order once, with a number of its own")


class OutsideArrayRange(MarketError):
    """A number that does not fit the 64-bit arithmetic of the array form."""

    def __init__(self, what: str, value: int, limit: int) -> None:
        self.what = what
        self.value = value
        self.limit = limit
        super().__init__(f"{what} is {value}, the array form takes at most {limit}; use the plain form of the kernel")


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
