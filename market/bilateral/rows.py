"""Pairs in rows, as the compiled loops take them."""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["Integers", "Rows", "Whole"]

Integers: TypeAlias = NDArray[np.signedinteger[Any]]
Whole: TypeAlias = int | np.signedinteger[Any]


class Rows(NamedTuple):
    """The pairs of bid i are first[i] .. first[i + 1] - 1; `offer` is where each leads, `value` a number of each."""

    first: Integers
    offer: Integers
    value: Integers
