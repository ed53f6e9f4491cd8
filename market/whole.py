"""Whole numbers, checked where they enter: what all of `market` takes for a number, a setting and a seed.

A whole number is an `int` of Python and nothing else. Fractions, also ones such as 5.0, truth values, text and other
libraries' numbers are refused: further on they would be rounded, or run over. Columns are read by
`auctions.columns.whole_numbers` and `words.int64s`, which turn every kind of whole number into one kind.

A seed is the public number of an interval (`auctions.ties.tie_seed`), 0..2^64-1, in every kernel and in either form.

What a caller gives is refused by an error; what a stranger handed in as a proof is only asked about (`are_whole`),
because the check of a proof answers with a `Breach`.
"""

from collections.abc import Iterable, Sequence

from aipchain.market.splitmix import WORD

__all__ = ["are_whole", "is_whole", "refuse_fraction", "refuse_fractions", "refuse_outside", "refuse_seed", "whole_sum"]


def is_whole(number: object) -> bool:
    """Whether something is a whole number."""
    return type(number) is int


def are_whole(*columns: object) -> bool:
    """Whether each column is a sequence of nothing but whole numbers; True counts as 1 in them."""
    return all(whole_sum(column) is not None for column in columns)


def whole_sum(column: object) -> int | None:
    """The sum of a sequence of whole numbers; None if it is none, because one fraction makes a fraction of a sum."""
    try:
        total = sum(column) if isinstance(column, Sequence) else None
    except (TypeError, ArithmeticError):
        return None
    return total if is_whole(total) else None


def refuse_fraction(what: str, number: object) -> None:
    """Check that a number is whole.

    :raises TypeError: it is not, or is no number.
    """
    if not is_whole(number):
        raise TypeError(f"{what} is {number!r}, which is not a whole number")


def refuse_fractions(what: str, column: Iterable[object]) -> None:
    """Check that all numbers of a sequence are whole.

    :raises TypeError: one is not.
    """
    if not are_whole(column):
        refuse_fraction(what, next((each for each in column if not is_whole(each)), column))


def refuse_outside(what: str, number: int, least: int, most: int | None = None) -> None:
    """Check that a number is whole and in its bounds, both inclusive.

    :raises TypeError: it is not whole.
    :raises ValueError: it is below `least` or above `most`.
    """
    refuse_fraction(what, number)
    if number < least or (most is not None and number > most):
        bounds = f"at least {least}" if most is None else f"in {least}..{most}"
        raise ValueError(f"{what} is {number}; it must be {bounds}")


def refuse_seed(seed: int) -> None:
    """Check the public number of an interval.

    :raises TypeError: it is not whole.
    :raises ValueError: it is outside 0..2^64-1.
    """
    refuse_outside("the seed", seed, 0, WORD)
