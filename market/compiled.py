"""Compiling a loop over arrays where numba is installed; imported by array modules alone.

Compiled code is cached by numba beside its module, or in the user's cache where that cannot be written.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

__all__ = ["HAS_NUMBA", "compiled"]

_F = TypeVar("_F", bound=Callable[..., Any])

try:
    from numba import njit
except ImportError:  # numba is optional beside numpy
    HAS_NUMBA: Final = False

    def compiled(function: _F) -> _F:
        """The function as it is: the same numbers, slowly."""
        return function
else:
    HAS_NUMBA = True  # type: ignore[misc]

    def compiled(function: _F) -> _F:
        """The function in machine code, kept on disk for the next process."""
        return cast(_F, njit(cache=True, nogil=True)(function))
