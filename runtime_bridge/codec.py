"""SCALE in plain Python: how values become bytes and come back, one `Layout` per kind of value.

Small on purpose and quick: integers are little-endian of fixed width, a vector is a compact count and its items,
a struct its fields in order, an enum an index byte and the variant's fields. Which Python type has which layout says
`layouts.py`; what a runtime really has says its metadata. A short input is found by `decode_all`, never guessed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Generic, TypeAlias, TypeVar

from aipchain.runtime_bridge.errors import Undecodable, Unencodable

__all__ = [
    "BOOL",
    "BYTES",
    "COMPACT_U32",
    "COMPACT_U128",
    "TEXT",
    "U8",
    "U16",
    "U32",
    "U64",
    "U128",
    "Layout",
    "Shape",
    "at_most",
    "choice",
    "compact",
    "compact_number",
    "decode_all",
    "fixed",
    "option",
    "plain_enum",
    "read_compact",
    "struct",
    "tuple_of",
    "vector",
]

T = TypeVar("T")
Shape: TypeAlias = tuple[Any, ...]
"""What a layout looks like, to compare with the metadata: ("u32",), ("vec", shape), ("struct", ((name, shape),))."""


@dataclass(frozen=True, slots=True)
class Layout(Generic[T]):
    """How one kind of value is written and read; `decode(data, at)` gives the value and the offset after it."""

    shape: Shape
    encode: Callable[[T], bytes]
    decode: Callable[[bytes, int], tuple[T, int]]


def compact(number: int) -> bytes:
    """Encode a whole number in SCALE's compact form (one, two, four bytes, or a length and the bytes)."""
    if number < 0:
        raise OverflowError("a compact number cannot be negative")
    if number < 1 << 6:
        return bytes((number << 2,))
    if number < 1 << 14:
        return (number << 2 | 1).to_bytes(2, "little")
    if number < 1 << 30:
        return (number << 2 | 2).to_bytes(4, "little")
    width = (number.bit_length() + 7) // 8
    return bytes(((width - 4) << 2 | 3,)) + number.to_bytes(width, "little")


def read_compact(data: bytes, at: int) -> tuple[int, int]:
    """Read a compact number at offset `at`; gives the number and the offset after it."""
    if at >= len(data):
        raise Undecodable("a number", at, len(data))
    first = data[at]
    mode = first & 3
    if mode == 0:
        return first >> 2, at + 1
    if mode < 3:
        end = at + 2 * mode
        return int.from_bytes(data[at:end], "little") >> 2, end
    end = at + 5 + (first >> 2)
    return int.from_bytes(data[at + 1 : end], "little"), end


def decode_all(layout: Layout[T], data: bytes, what: str) -> T:
    """Decode `data`, which must be exactly one value of `layout`.

    :raises Undecodable: there is too little or too much of it.
    """
    try:
        value, end = layout.decode(data, 0)
    except (IndexError, ValueError, KeyError) as error:
        raise Undecodable(what, 0, len(data)) from error
    if end != len(data):
        raise Undecodable(what, end, len(data))
    return value


def _unsigned(width: int) -> Layout[int]:
    def encode(value: int) -> bytes:
        return value.to_bytes(width, "little")

    def decode(data: bytes, at: int) -> tuple[int, int]:
        end = at + width
        return int.from_bytes(data[at:end], "little"), end

    return Layout((f"u{width * 8}",), encode, decode)


def _decode_bool(data: bytes, at: int) -> tuple[bool, int]:
    if data[at] > 1:
        raise ValueError("neither true nor false")
    return data[at] == 1, at + 1


def _encode_bytes(value: bytes) -> bytes:
    return compact(len(value)) + value


def _decode_bytes(data: bytes, at: int) -> tuple[bytes, int]:
    count, start = read_compact(data, at)
    end = start + count
    return data[start:end], end


def _decode_text(data: bytes, at: int) -> tuple[str, int]:
    raw, end = _decode_bytes(data, at)
    return raw.decode("utf-8", "backslashreplace"), end


U8 = _unsigned(1)
U16 = _unsigned(2)
U32 = _unsigned(4)
U64 = _unsigned(8)
U128 = _unsigned(16)
BOOL: Layout[bool] = Layout(("bool",), lambda value: b"\x01" if value else b"\x00", _decode_bool)
BYTES: Layout[bytes] = Layout(("vec", ("u8",)), _encode_bytes, _decode_bytes)
TEXT: Layout[str] = Layout(("vec", ("u8",)), lambda value: _encode_bytes(value.encode()), _decode_text)
"""Text kept on chain as bytes; bytes that are no UTF-8 are shown escaped."""


def compact_number(shape: Shape) -> Layout[int]:
    """A number in the compact form; `shape` is the type it stands for."""
    return Layout(("compact", shape), compact, read_compact)


COMPACT_U32 = compact_number(("u32",))
COMPACT_U128 = compact_number(("u128",))


def fixed(length: int) -> Layout[bytes]:
    """Exactly `length` bytes."""

    def encode(value: bytes) -> bytes:
        if len(value) != length:
            raise ValueError(f"{len(value)} bytes, {length} needed")
        return bytes(value)

    def decode(data: bytes, at: int) -> tuple[bytes, int]:
        end = at + length
        return data[at:end], end

    return Layout(("array", length, ("u8",)), encode, decode)


def at_most(inner: Layout[Any], limit: int) -> Layout[Any]:
    """What the runtime bounds: at most `limit` items, or bytes. Metadata does not tell the bound."""

    def encode(value: Any) -> bytes:  # noqa: ANN401 - text, bytes or a sequence
        size = len(value.encode()) if isinstance(value, str) else len(value)
        if size > limit:
            raise ValueError(f"{size} are too many, at most {limit} are taken")
        return inner.encode(value)

    return Layout(inner.shape, encode, inner.decode)


def option(inner: Layout[T]) -> Layout[T | None]:
    """A value or nothing."""

    def encode(value: T | None) -> bytes:
        return b"\x00" if value is None else b"\x01" + inner.encode(value)

    def decode(data: bytes, at: int) -> tuple[T | None, int]:
        if data[at] > 1:
            raise ValueError("neither something nor nothing")
        return inner.decode(data, at + 1) if data[at] else (None, at + 1)

    return Layout(("option", inner.shape), encode, decode)


def vector(inner: Layout[T]) -> Layout[Sequence[T]]:
    """Any number of values; read as a tuple."""

    def encode(values: Sequence[T]) -> bytes:
        return compact(len(values)) + b"".join(map(inner.encode, values))

    def decode(data: bytes, at: int) -> tuple[Sequence[T], int]:
        count, at = read_compact(data, at)
        if count > len(data):
            raise ValueError(f"{count} items in {len(data)} bytes")
        values = []
        for _ in range(count):
            value, at = inner.decode(data, at)
            values.append(value)
        return tuple(values), at

    return Layout(("vec", inner.shape), encode, decode)


def tuple_of(parts: Sequence[Layout[Any]]) -> Layout[tuple[Any, ...]]:
    """Values one after the other, without names."""
    return Layout(
        ("tuple", tuple(part.shape for part in parts)), _encode_parts(parts, "tuple", None), _decode_parts(parts, None)
    )


def struct(kind: type[T], fields: Sequence[tuple[str, Layout[Any]]]) -> Layout[T]:
    """A dataclass of `fields`, in their order."""
    layouts = [layout for _, layout in fields]
    names = [name for name, _ in fields]
    shape = ("struct", tuple((name, layout.shape) for name, layout in fields))
    return Layout(shape, _encode_parts(layouts, kind.__name__, names), _decode_parts(layouts, kind))


def plain_enum(kind: type[IntEnum], names: Sequence[str]) -> Layout[IntEnum]:
    """An enum without fields: one byte, the member's value; `names` are the runtime's, by value."""
    members = tuple(kind(index) for index in range(len(names)))

    def decode(data: bytes, at: int) -> tuple[IntEnum, int]:
        return members[data[at]], at + 1

    shape = ("enum", tuple((index, name, ()) for index, name in enumerate(names)))
    return Layout(shape, lambda value: bytes((kind(value),)), decode)


def choice(variants: Sequence[tuple[str, type[Any], Layout[Any]]]) -> Layout[Any]:
    """An enum with fields: each variant is a dataclass of its own, its place in `variants` the index."""
    tags = {kind: (bytes((index,)), layout.encode) for index, (_, kind, layout) in enumerate(variants)}
    decoders = tuple(layout.decode for _, _, layout in variants)

    def encode(value: object) -> bytes:
        if type(value) not in tags:
            raise ValueError(f"{type(value).__name__} is none of {', '.join(kind.__name__ for kind in tags)}")
        tag, encode_fields = tags[type(value)]
        return tag + encode_fields(value)

    def decode(data: bytes, at: int) -> tuple[Any, int]:
        return decoders[data[at]](data, at + 1)

    shape = ("enum", tuple((index, name, layout.shape[1]) for index, (name, _, layout) in enumerate(variants)))
    return Layout(shape, encode, decode)


def _encode_parts(layouts: Sequence[Layout[Any]], owner: str, names: Sequence[str] | None) -> Callable[[Any], bytes]:
    encoders = tuple(layout.encode for layout in layouts)

    def encode(value: Any) -> bytes:  # noqa: ANN401 - a tuple or the struct's dataclass
        values = value if names is None else [getattr(value, name) for name in names]
        if len(values) != len(encoders):
            raise Unencodable(owner, value, f"{len(encoders)} parts needed")
        parts = []
        for place, (encode_part, part) in enumerate(zip(encoders, values, strict=True)):
            try:
                parts.append(encode_part(part))
            except (OverflowError, ValueError, TypeError, AttributeError) as error:
                raise Unencodable(f"{owner}.{names[place] if names else place}", part, str(error)) from error
        return b"".join(parts)

    return encode


def _decode_parts(layouts: Sequence[Layout[Any]], kind: Callable[..., T] | None) -> Callable[[bytes, int], Any]:
    decoders = tuple(layout.decode for layout in layouts)

    def decode(data: bytes, at: int) -> tuple[Any, int]:
        values = []
        for decode_part in decoders:
            value, at = decode_part(data, at)
            values.append(value)
        return (tuple(values) if kind is None else kind(*values)), at

    return decode
