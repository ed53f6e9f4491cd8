"""Signal handlers of the process, kept while a library puts its own in their place.

Ray's driver installs handlers for the signals of a crash. The embedded node's WebAssembly uses the same signals for its
traps, and without its handlers a runtime that panics would end the process instead of refusing a block.
"""

import ctypes
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

__all__ = ["crash_handlers_kept"]

_TRAPS: Final = (signal.SIGSEGV, signal.SIGILL, signal.SIGFPE, signal.SIGBUS)
_ROOM: Final = 512
"""More than any system's `struct sigaction`, which is only carried here [bytes]."""


@contextmanager
def crash_handlers_kept() -> Iterator[None]:
    """Put back at the end of the block what was installed at its beginning."""
    library = ctypes.CDLL(None)
    kept = [(number, ctypes.create_string_buffer(_ROOM)) for number in _TRAPS]
    for number, action in kept:
        library.sigaction(int(number), None, action)
    try:
        yield
    finally:
        for number, action in kept:
            library.sigaction(int(number), action, None)
