"""Compiling a loop over arrays, when numba is installed; imported by the array modules of this package alone."""

from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

__all__ = ["IS_COMPILED", "compiled"]

_F = TypeVar("_F", bound=Callable[..., Any])

try:
    from numba import njit
except ImportError:
    IS_COMPILED: Final = False

    def compiled(function: _F) -> _F:
        """The function as it is: the same numbers, slowly."""
        return function
else:
    IS_COMPILED = True  # type: ignore[misc]

    def compiled(function: _F) -> _F:
        """The function in machine code, kept on disk for the next process."""
        return cast(_F, njit(cache=True, nogil=True)(function))
