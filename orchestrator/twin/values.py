"""Decoded values for people: in a readable form, and field by field where two of them differ."""

from collections.abc import Iterator, Mapping

from aipchain.runtime_bridge.registry import Variant

__all__ = ["parted", "readable"]

_NAMED = 5
"""Fields of one value that are told one by one."""


def readable(value: object) -> object:
    """The same value with bytes in hex and variants by name."""
    match value:
        case bytes():
            return f"0x{value.hex()}"
        case Variant(name, None):
            return name
        case Variant(name, held):
            return {name: readable(held)}
        case Mapping():
            return {name: readable(each) for name, each in value.items()}
        case tuple() | list():
            return tuple(readable(each) for each in value)
    return value


def parted(ours: object, theirs: object) -> Iterator[tuple[str, object, object]]:
    """The fields in which two decoded values differ, each with its place and both values; all in one if many."""
    fields = list(_parted(ours, theirs, ""))
    yield from fields if len(fields) <= _NAMED else [("", ours, theirs)]


def _parted(ours: object, theirs: object, place: str) -> Iterator[tuple[str, object, object]]:
    match ours, theirs:
        case Mapping(), Mapping() if ours.keys() == theirs.keys():
            for name in ours:
                yield from _parted(ours[name], theirs[name], f"{place}.{name}" if place else str(name))
        case tuple(), tuple() if len(ours) == len(theirs):
            for index, (a, b) in enumerate(zip(ours, theirs, strict=True)):
                yield from _parted(a, b, f"{place}[{index}]")
        case Variant(a), Variant(b) if a == b:
            yield from _parted(ours.value, theirs.value, f"{place}.{a}" if place else str(a))
        case _ if ours != theirs:
            yield place, ours, theirs
