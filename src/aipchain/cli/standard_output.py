"""Standard output that is told in one sentence to be full, or closed, whichever command writes to it.

A reader that went away is no failure: the broken pipe stays the one for which typer ends a command quietly.
"""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from aipchain.cli.errors import Unprinted

__all__ = ["told_standard_output"]


@contextmanager
def told_standard_output() -> Iterator[None]:
    """Let standard output raise `Unprinted` where it cannot be written; what it holds then is given up.

    :raises Unprinted: inside, whatever was printed with.
    """
    plain = sys.stdout
    if isinstance(plain, io.TextIOWrapper):
        sys.stdout = _Told(plain.buffer, plain.encoding, plain.errors, line_buffering=plain.line_buffering)
    try:
        yield
    except Unprinted:
        _give_up(plain)
        raise


class _Told(io.TextIOWrapper):
    """A text stream whose failures have a sentence."""

    def write(self, text: str, /) -> int:
        with _in_a_sentence():
            return super().write(text)

    def flush(self) -> None:
        with _in_a_sentence():
            super().flush()


@contextmanager
def _in_a_sentence() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as fault:
        raise Unprinted(fault.strerror or str(fault)) from fault


def _give_up(stream: TextIO) -> None:
    """Python writes what is left when it ends; that goes nowhere, or it would complain on its own."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
