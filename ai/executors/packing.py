"""What goes to a Ray cluster and comes back, as bytes: also functions of the program that is run, by their code."""

from pickle import PickleBuffer
from typing import Any, Final

from ray import cloudpickle

__all__ = ["Parcel", "packed", "packed_apart", "unpacked"]

Parcel = tuple[bytes, list[PickleBuffer]]
"""Something packed, its tables apart: workers of a machine read them from one place."""

_PROTOCOL: Final = 5
"""The first of pickle's in which tables can be apart."""


def packed(thing: object) -> bytes:
    """All of it."""
    told: bytes = cloudpickle.dumps(thing, protocol=_PROTOCOL)  # type: ignore[no-untyped-call]  # Ray's own
    return told


def packed_apart(thing: object) -> Parcel:
    """The tables are not copied."""
    tables: list[PickleBuffer] = []
    head: bytes = cloudpickle.dumps(  # type: ignore[no-untyped-call]  # Ray's own
        thing, protocol=_PROTOCOL, buffer_callback=tables.append
    )
    return head, tables


def unpacked(head: bytes, tables: list[PickleBuffer] | None = None) -> Any:  # noqa: ANN401  # what was packed
    """The thing again."""
    return cloudpickle.loads(head, buffers=tables)
