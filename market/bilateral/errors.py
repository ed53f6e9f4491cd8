"""Failures of bilateral clearing that a person can see.

AipchainError
└── InputError
    └── MarketError
        ├── OrderListedTwice     two orders of a book have one number
        ├── OutsideWordSize      numbers too large for the array form
        ├── PairInvalid          a candidate pair that cannot be one
        └── PreferencesInvalid   wishes of a buyer that have no meaning
"""

from aipchain.market.errors import MarketError

__all__ = ["OrderListedTwice", "OutsideWordSize", "PairInvalid", "PreferencesInvalid"]


class PairInvalid(MarketError):
    """A candidate pair that names no bid and offer of the book, meets itself, or is listed twice."""

    def __init__(self, bid: int, offer: int, problem: str) -> None:
        self.bid = bid
        self.offer = offer
        self.problem = problem
        super().__init__(f"pair of bid {bid} and offer {offer}: {problem}; leave it out of the candidate pairs")


class OrderListedTwice(MarketError):
    """Two orders of one book have the same number."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"order {number} is in the book twice; a book lists each order once")


class PreferencesInvalid(MarketError):
    """Wishes that have no meaning: an unknown word, a number outside its bounds, a fraction."""

    def __init__(self, where: str, problem: str) -> None:
        self.where = where
        self.problem = problem
        super().__init__(f"{where}: {problem}")


class OutsideWordSize(MarketError):
    """The book's numbers do not fit the 64-bit array form."""

    def __init__(self, what: str, value: int, limit: int) -> None:
        self.what = what
        self.value = value
        self.limit = limit
        super().__init__(
            f"{what} is {value}, the array form holds less than {limit}; "
            "use the plain form (aipchain.market.bilateral.clearing), which has no limit"
        )
