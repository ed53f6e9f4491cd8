"""What the check of a bilateral clearing can find wrong; `certificate` looks for it and gives it on by its own name."""

from enum import StrEnum
from typing import Final

from aipchain.market.bilateral.tie_break import TieBreak

__all__ = ["MOST_ATTEMPTS", "Fault", "ForeignNumbers", "foreign_numbers"]

MOST_ATTEMPTS: Final = 8
"""From the fifth on numbers have 64 bits; that so many leave a tie is beyond all chance."""


class Fault(StrEnum):
    """What can be wrong with a clearing or its certificate."""

    MALFORMED = "Malformed"
    """What was handed in is no clearing or no certificate: not of its type, or with numbers that are not whole."""
    UNKNOWN_PAIR = "UnknownPair"
    """Energy goes between orders that are no candidate pair, or have no surplus."""
    LISTED_TWICE = "ListedTwice"
    """A pair trades twice in one result."""
    ZERO_ENERGY = "ZeroEnergy"
    """A trade without energy, or with less."""
    DUAL_MISSING = "DualMissing"
    """An order of the book has no dual: it may have been dropped."""
    DUAL_OF_NO_ORDER = "DualOfNoOrder"
    """A dual for an order that is not in the book, or on its other side."""
    DUAL_NEGATIVE = "DualNegative"
    """A dual below zero."""
    OVERFILLED = "Overfilled"
    """More energy than the order holds."""
    BETTER_FILL_EXISTS = "BetterFillExists"
    """An order with a dual above zero is not served in full."""
    BETTER_PAIR_EXISTS = "BetterPairExists"
    """A pair is worth more than its duals say: both would gain by trading."""
    PAIR_NOT_WORTH_IT = "PairNotWorthIt"
    """A pair trades that is worth less than its duals say."""
    WRONG_CHARGE = "WrongCharge"
    """A trade has another charge than its candidate pair."""
    WRONG_PRICE = "WrongPrice"
    """A trade has another price than the duals say."""


class ForeignNumbers(StrEnum):
    """What can be wrong with the numbers that tell equal trades apart; the whole certificate is wrong then."""

    OTHER_SEED = "OtherSeed"
    """They are not those of the interval."""
    TOO_LONG = "TooLong"
    """They were drawn more often than any book needs."""


def foreign_numbers(tie_break: TieBreak, seed: int) -> ForeignNumbers | None:
    """Whether equal trades were told apart by other numbers than those of the interval's `seed`."""
    if tie_break.seed != seed:
        return ForeignNumbers.OTHER_SEED
    return ForeignNumbers.TOO_LONG if tie_break.attempt > MOST_ATTEMPTS else None
