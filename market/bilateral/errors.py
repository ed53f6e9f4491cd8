"""Failures of bilateral clearing that a person can see; what all markets share is in `market.errors`.

AipchainError
└── InputError
    └── MarketError
        ├── PairInvalid          a candidate pair that cannot be one
        └── PreferencesInvalid   wishes of a buyer that have no meaning
"""

from aipchain.market.errors import MarketError

__all__ = ["PairInvalid", "PreferencesInvalid"]


class PairInvalid(MarketError):
    """A candidate pair that names no bid and offer of the book, meets itself, or is listed twice."""

    def __init__(self, bid: int, offer: int, problem: str) -> None:
        self.bid = bid
        self.offer = offer
        self.problem = problem
        super().__init__(f"pair of bid {bid} and offer {offer}: {problem}; leave it out of the candidate pairs")


class PreferencesInvalid(MarketError):
    """Wishes that have no meaning: an unknown word, a number outside its bounds, a fraction."""

    def __init__(self, where: str, problem: str) -> None:
        self.where = where
        self.problem = problem
        super().__init__(f"{where}: {problem}")
