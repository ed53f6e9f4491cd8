"""Failures of the market kernels that a person can see; each package's `errors` goes on from here.

AipchainError
└── InputError
    └── MarketError
        ├── BadTerms               what a community demands of a clearing cannot be
        ├── DeliveryAboveReading   more energy was traded than the meter measured
        ├── DuplicateOrder         two orders of a book have one number
        ├── OutsideArrayRange      numbers too large for an array form; the plain form takes them
        └── TableInvalid           a table of meters, written as text, has no meaning
"""

from aipchain.errors import InputError

__all__ = ["BadTerms", "DeliveryAboveReading", "DuplicateOrder", "MarketError", "OutsideArrayRange", "TableInvalid"]


class MarketError(InputError):
    """What was put to the market cannot be: a book, a setting, a network or a bill."""


class BadTerms(MarketError):
    """Terms of a clearing with a charge or limit below zero, or with one of them listed twice."""

    def __init__(self, where: str, problem: str) -> None:
        self.where = where
        self.problem = problem
        super().__init__(f"{where}: {problem}")


class DeliveryAboveReading(MarketError):
    """A home's delivered trades hold more energy than its meter measured."""

    def __init__(self, direction: str, delivered_wh: int, measured_wh: int) -> None:
        self.direction = direction
        self.delivered_wh = delivered_wh
        self.measured_wh = measured_wh
        super().__init__(
            f"{delivered_wh} Wh were {direction}, but the meter shows {measured_wh} Wh in that direction; "
            "bill delivered energy (after settlement), not contracted energy"
        )


class DuplicateOrder(MarketError):
    """Two orders of one book have the same number, so no result could say which of them is meant."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"order {number} is in the book twice; give every order once, with a number of its own")


class OutsideArrayRange(MarketError):
    """A number that does not fit the 64-bit arithmetic of an array form."""

    def __init__(self, what: str, value: int, most: int) -> None:
        self.what = what
        self.value = value
        self.most = most
        super().__init__(
            f"{what} is {value}, the array form takes at most {most}; "
            "use the plain form, which takes numbers of any size"
        )


class TableInvalid(MarketError):
    """A table of a setting that has no meaning: a word, a fraction, a meter that stands twice."""

    def __init__(self, where: str, problem: str) -> None:
        self.where = where
        self.problem = problem
        super().__init__(f"{where}: {problem}")
