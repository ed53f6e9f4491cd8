"""Columns of 64-bit whole numbers, and SplitMix64 over them. Import it only where numpy is installed."""

from typing import Final, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from aipchain.market.compiled import compiled
from aipchain.market.splitmix import FIRST_FACTOR, SECOND_FACTOR

__all__ = ["Int64s", "Words", "mix_word", "mix_words"]

Int64s: TypeAlias = NDArray[np.int64]
Words: TypeAlias = NDArray[np.uint64]
_Mixed = TypeVar("_Mixed", np.uint64, Words)

_FIRST: Final = np.uint64(FIRST_FACTOR)
_SECOND: Final = np.uint64(SECOND_FACTOR)
_27: Final = np.uint64(27)
_30: Final = np.uint64(30)
_31: Final = np.uint64(31)


def mix_words(numbers: _Mixed) -> _Mixed:
    """`splitmix.mix` of each number; products of uint64 wrap around as it wants them to."""
    mixed = (numbers ^ (numbers >> _30)) * _FIRST
    mixed = (mixed ^ (mixed >> _27)) * _SECOND
    return mixed ^ (mixed >> _31)


mix_word = compiled(mix_words)
"""The same of one number, for compiled loops alone: elsewhere numpy would warn of the wrap-around."""
