"""Columns of 64-bit whole numbers, and SplitMix64 over them. Import it only where numpy is installed."""

import struct
from collections.abc import Sequence
from typing import Any, Final, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from aipchain.market.compiled import compiled
from aipchain.market.errors import OutsideArrayRange
from aipchain.market.splitmix import FIRST_FACTOR, SECOND_FACTOR

__all__ = ["Int64s", "Whole", "Words", "are_int64s", "int64s", "mix_word", "mix_words"]

Whole: TypeAlias = Sequence[int] | NDArray[Any]
"""Whole numbers as they are given: any sequence of `int`, or a numpy column of an integer type."""
Int64s: TypeAlias = NDArray[np.int64]
Words: TypeAlias = NDArray[np.uint64]
_Mixed = TypeVar("_Mixed", np.uint64, Words)

_FIRST: Final = np.uint64(FIRST_FACTOR)
_SECOND: Final = np.uint64(SECOND_FACTOR)
_27: Final = np.uint64(27)
_30: Final = np.uint64(30)
_31: Final = np.uint64(31)
_MOST: Final = (1 << 63) - 1


def int64s(what: str, given: Whole) -> Int64s:
    """Whole numbers as int64, without a change in value.

    Lists are packed by the standard library, in a third of numpy's time: numpy makes fractions of numbers around 2^63,
    and cuts fractions.

    :raises TypeError: something else than whole numbers.
    :raises OutsideArrayRange: a number does not fit.
    """
    if not isinstance(given, np.ndarray):
        return _packed(what, given)
    if given.dtype.kind not in "iu":
        raise TypeError(f"{what} is not a whole number but {given.dtype}; energy and money are never fractions")
    if given.dtype == np.uint64 and given.size:
        largest = int(given.max())
        if largest > _MOST:
            raise OutsideArrayRange(what, largest, _MOST)
    return given.astype(np.int64, copy=False)


def are_int64s(*columns: object) -> bool:
    """Whether each is one column of int64, as the check of a stranger's columns wants to know."""
    return all(isinstance(each, np.ndarray) and each.dtype == np.int64 and each.ndim == 1 for each in columns)


def _packed(what: str, given: Sequence[int]) -> Int64s:
    try:
        return np.frombuffer(struct.pack(f"{len(given)}q", *given), np.int64)
    except struct.error:
        kinds = sorted({type(each).__name__ for each in given if not hasattr(each, "__index__")})
        if not kinds:
            raise OutsideArrayRange(what, max(given, key=abs), _MOST) from None
        raise TypeError(f"{what} is not a whole number but {kinds[0]}; energy and money are never fractions") from None


def mix_words(numbers: _Mixed) -> _Mixed:
    """`splitmix.mix` of each number; products of uint64 wrap around as it wants them to."""
    mixed = (numbers ^ (numbers >> _30)) * _FIRST
    mixed = (mixed ^ (mixed >> _27)) * _SECOND
    return mixed ^ (mixed >> _31)


mix_word = compiled(mix_words)
"""The same of one number, for compiled loops alone: elsewhere numpy would warn of the wrap-around."""
