"""A table of meters as one line of text, as it stands in a plugin's voted settings.

    7=400,9=350          entries parted by one sign; in each a meter, another sign, and what belongs to the meter

Which signs, and what belongs to a meter, is said by whoever reads a table. An empty text is an empty table. Nothing is
dropped silently: a word, a fraction, a blank, a missing sign, a number longer than any there is or a meter that stands
twice is refused in one sentence that names the table.
"""

from collections.abc import Callable
from typing import Final, TypeVar

from aipchain.market.book import DEAREST, MeterId
from aipchain.market.errors import TableInvalid

__all__ = ["MOST_DIGITS", "read_halves", "read_number", "read_table"]

_T = TypeVar("_T")

MOST_DIGITS: Final = len(str(DEAREST))
"""Digits of the largest number that any part of an order has: what is longer is no number of a market."""


def read_table(
    what: str, text: str, read: Callable[[str], _T], *, between: str = ",", sign: str = "="
) -> dict[MeterId, _T]:
    """What belongs to each listed meter, as `read` makes it of the text behind the sign.

    :param what: name of the table, for the sentence that refuses it.
    :raises TableInvalid: not of this form, or a meter is listed twice.
    """
    table: dict[MeterId, _T] = {}
    for entry in text.split(between) if text else ():
        left, right = read_halves(what, entry, sign, "a meter and what belongs to it")
        meter = MeterId(read_number(what, left))
        if meter in table:
            raise TableInvalid(what, f"meter {meter} is listed twice")
        table[meter] = read(right)
    return table


def read_halves(what: str, text: str, sign: str, of: str) -> tuple[str, str]:
    """The text before and after the first `sign`.

    :param of: what the sign stands between.
    :raises TableInvalid: there is none.
    """
    left, found, right = text.partition(sign)
    if not found:
        raise TableInvalid(what, f"{text!r} has no {sign!r} between {of}")
    return left, right


def read_number(what: str, text: str, *, signed: bool = False) -> int:
    """A whole number in digits; one minus sign before them where it may be negative.

    :raises TableInvalid: it is none, or longer than `MOST_DIGITS`.
    """
    digits = text.removeprefix("-") if signed else text
    if not (digits.isascii() and digits.isdigit()):
        raise TableInvalid(what, f"{text!r} is no whole number")
    if len(digits) > MOST_DIGITS:
        raise TableInvalid(what, f"a number has {len(digits)} digits; none has more than {MOST_DIGITS}")
    return int(text)
