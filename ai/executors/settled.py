"""How a piece of work ended: its value, or the error in its place; and how that travels from one process to another.

Errors of this package have fields, so many cannot be made again from their words alone, as pickle would try. They
travel as kind, words and fields, with the lines of code where they were raised as a note.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from traceback import format_exception
from typing import Any, Generic, TypeVar

__all__ = ["Settled", "settle"]

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Settled(Generic[Result]):
    """What came of a piece of work."""

    value: Result | None
    error: Exception | None = None

    def result(self) -> Result:
        """The value; raises what the work raised."""
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]  # there is a value where there is no error

    def __reduce__(self) -> tuple[Any, ...]:
        """The error goes in parts: see `_arrived`."""
        if self.error is None:
            return Settled, (self.value,)
        words = self.error.__reduce__()[1]
        return _arrived, (type(self.error), words, _fields(self.error), str(self.error))


def settle(work: Callable[..., Result], *arguments: object) -> Settled[Result]:
    """Do the work, however it ends."""
    try:
        return Settled(work(*arguments))
    except Exception as error:  # whatever the work raises is its result
        return Settled(None, error)


def _fields(error: Exception) -> dict[str, Any]:
    """Those of the error, and as a note where it was raised."""
    if error.__traceback__ is None:
        return error.__dict__
    where = "".join(format_exception(error))
    return {**error.__dict__, "__notes__": [*getattr(error, "__notes__", ()), f"in a worker:\n{where}"]}


def _arrived(kind: type[Exception], words: tuple[Any, ...], fields: Mapping[str, Any], told: str) -> Settled[Any]:
    """The error again; one whose constructor takes something else than its words is made without it."""
    error = None
    with suppress(Exception):
        error = kind(*words)
    if error is None or str(error) != told:
        error = kind.__new__(kind, *words)
    error.__dict__.update(fields)
    return Settled(None, error)
