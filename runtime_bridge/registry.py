"""The metadata's type registry: the shape of any type, and a reader for values of types that are not ours.

Read values are plain: numbers, text, bytes, tuples, dicts of named fields, `Variant` for enums with fields and the
bare name for those without. A wrapper with one nameless field is read as what it wraps.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from aipchain.runtime_bridge import codec
from aipchain.runtime_bridge.codec import Layout, Shape, read_compact
from aipchain.runtime_bridge.metadata_v14 import (
    ArrayDef,
    CompactDef,
    CompositeDef,
    Field,
    Primitive,
    PrimitiveDef,
    SequenceDef,
    TupleDef,
    TypeInfo,
    VariantCase,
    VariantDef,
)

__all__ = ["Decode", "Registry", "Variant", "differences"]

Decode: TypeAlias = Callable[[bytes, int], tuple[Any, int]]

_PRIMITIVES: Mapping[Primitive, Layout[Any]] = {
    Primitive.BOOL: codec.BOOL,
    Primitive.STR: codec.TEXT,
    Primitive.U8: codec.U8,
    Primitive.U16: codec.U16,
    Primitive.U32: codec.U32,
    Primitive.U64: codec.U64,
    Primitive.U128: codec.U128,
}


@dataclass(frozen=True, slots=True)
class Variant:
    """A value of an enum with fields: the variant's name and what it holds."""

    name: str
    value: Any


class Registry:
    """The types of one runtime, by the numbers its metadata gives them."""

    def __init__(self, types: Iterable[TypeInfo]) -> None:
        self._types = {described.id: described for described in types}
        self._decoders: dict[int, Decode] = {}

    def variants(self, type_id: int) -> tuple[VariantCase, ...]:
        """List the variants of an enum; none if it is no enum."""
        definition = self._types[type_id].definition
        return definition.variants if isinstance(definition, VariantDef) else ()

    def tuple_parts(self, type_id: int) -> tuple[int, ...]:
        """List the types of a tuple's parts; anything else is its own single part."""
        definition = self._types[type_id].definition
        return definition.parts if isinstance(definition, TupleDef) else (type_id,)

    def shape(self, type_id: int) -> Shape:
        """Describe a type as `codec.Layout.shape` does. Types that contain themselves have no shape."""
        match self._types[type_id].definition:
            case CompositeDef((field,)) if not field.name:
                return self.shape(field.type)
            case CompositeDef(fields):
                return ("struct", self.field_shapes(fields))
            case VariantDef(variants):
                return self._enum_shape(type_id, variants)
            case SequenceDef(item):
                return ("vec", self.shape(item))
            case ArrayDef(length, item):
                return ("array", length, self.shape(item))
            case TupleDef(parts):
                return ("tuple", tuple(self.shape(part) for part in parts))
            case CompactDef(number):
                return ("compact", self.shape(number))
            case PrimitiveDef(primitive):
                return (primitive.name.lower(),)
        return ("bits",)

    def field_shapes(self, fields: Sequence[Field]) -> Shape:
        """Describe fields by name, "" where they have none."""
        return tuple((field.name or "", self.shape(field.type)) for field in fields)

    def decoder(self, type_id: int) -> Decode:
        """Give the reader of a type; it is built at the first use, so that a type may contain itself."""
        if type_id not in self._decoders:
            self._decoders[type_id] = partial(self._decode_later, type_id)
            self._decoders[type_id] = self._build(type_id)
        return self._decoders[type_id]

    def _decode_later(self, type_id: int, data: bytes, at: int) -> tuple[Any, int]:
        return self._decoders[type_id](data, at)

    def _is_option(self, type_id: int) -> bool:
        return self._types[type_id].path == ("Option",)

    def _enum_shape(self, type_id: int, variants: Sequence[VariantCase]) -> Shape:
        if self._is_option(type_id):
            return ("option", self.shape(variants[1].fields[0].type))
        return ("enum", tuple((case.index, case.name, self.field_shapes(case.fields)) for case in variants))

    def _build(self, type_id: int) -> Decode:
        match self._types[type_id].definition:
            case CompositeDef(fields):
                return self._fields_decoder(fields)
            case VariantDef(variants) if self._is_option(type_id):
                return partial(_decode_option, self.decoder(variants[1].fields[0].type))
            case VariantDef(variants):
                return partial(_decode_variant, {case.index: self._case(case) for case in variants})
            case SequenceDef(item):
                return codec.BYTES.decode if self._is_byte(item) else partial(_decode_vector, self.decoder(item))
            case ArrayDef(length, item) if self._is_byte(item):
                return codec.fixed(length).decode
            case ArrayDef(length, item):
                return partial(_decode_tuple, [self.decoder(item)] * length)
            case TupleDef(parts):
                return partial(_decode_tuple, [self.decoder(part) for part in parts])
            case CompactDef(number):
                return _decode_unit if self.shape(number) == ("tuple", ()) else read_compact
            case PrimitiveDef(primitive) if primitive in _PRIMITIVES:
                return _PRIMITIVES[primitive].decode
        return partial(_refuse, self.shape(type_id))

    def _case(self, case: VariantCase) -> tuple[str, Decode | None]:
        return case.name, self._fields_decoder(case.fields) if case.fields else None

    def _fields_decoder(self, fields: Sequence[Field]) -> Decode:
        decoders = [self.decoder(field.type) for field in fields]
        names = [field.name or "" for field in fields]
        if len(fields) == 1 and not names[0]:
            return decoders[0]
        return partial(_decode_named, names, decoders) if fields and names[0] else partial(_decode_tuple, decoders)

    def _is_byte(self, type_id: int) -> bool:
        return self._types[type_id].definition == PrimitiveDef(Primitive.U8)


def differences(ours: Shape, theirs: Shape, where: str) -> list[str]:
    """Say how `theirs` (the metadata's) is not `ours`; nothing when equal. Fields without a name match any name."""
    if ours[0] != theirs[0] or len(ours) != len(theirs):
        return [f"{where} is {_show(theirs)}, not {_show(ours)}"]
    if ours[0] == "struct":
        return _field_differences(ours[1], theirs[1], where)
    if ours[0] == "enum":
        return _variant_differences(ours[1], theirs[1], where)
    if ours[0] == "tuple":
        pairs = zip(ours[1], theirs[1], strict=False)
        found = [note for place, (a, b) in enumerate(pairs) for note in differences(a, b, f"{where}.{place}")]
        return found if len(ours[1]) == len(theirs[1]) else [f"{where} has {len(theirs[1])} parts, not {len(ours[1])}"]
    if ours[0] in ("vec", "option"):
        return differences(ours[1], theirs[1], where)
    return [] if ours == theirs else [f"{where} is {_show(theirs)}, not {_show(ours)}"]


def _field_differences(ours: Shape, theirs: Shape, where: str) -> list[str]:
    our_names = [name.rstrip("_") for name, _ in ours]
    their_names = [name for name, _ in theirs]
    if len(ours) != len(theirs) or (any(their_names) and our_names != their_names):
        return [f"{where} has the fields ({', '.join(their_names)}), not ({', '.join(our_names)})"]
    pairs = zip(our_names, ours, theirs, strict=True)
    return [note for name, a, b in pairs for note in differences(a[1], b[1], f"{where}.{name}")]


def _variant_differences(ours: Shape, theirs: Shape, where: str) -> list[str]:
    our_names = [(index, name) for index, name, _ in ours]
    their_names = [(index, name) for index, name, _ in theirs]
    if our_names != their_names:
        return [f"{where} has the variants {_names(theirs)}, not {_names(ours)}"]
    pairs = zip(ours, theirs, strict=True)
    return [note for a, b in pairs for note in _field_differences(a[2], b[2], f"{where}::{a[1]}")]


def _names(variants: Shape) -> str:
    return ", ".join(f"{name} = {index}" for index, name, _ in variants)


def _show(shape: Shape) -> str:
    return f"{shape[0]} of {shape[1]}" if shape[0] == "array" else str(shape[0])


def _decode_named(names: Sequence[str], decoders: Sequence[Decode], data: bytes, at: int) -> tuple[Any, int]:
    values = {}
    for name, decode in zip(names, decoders, strict=True):
        values[name], at = decode(data, at)
    return values, at


def _decode_tuple(decoders: Sequence[Decode], data: bytes, at: int) -> tuple[Any, int]:
    values = []
    for decode in decoders:
        value, at = decode(data, at)
        values.append(value)
    return tuple(values), at


def _decode_vector(decode: Decode, data: bytes, at: int) -> tuple[Any, int]:
    count, at = read_compact(data, at)
    if count > len(data):
        raise ValueError(f"{count} items in {len(data)} bytes")
    return _decode_tuple([decode] * count, data, at)


def _decode_option(decode: Decode, data: bytes, at: int) -> tuple[Any, int]:
    return decode(data, at + 1) if data[at] else (None, at + 1)


def _decode_variant(cases: Mapping[int, tuple[str, Decode | None]], data: bytes, at: int) -> tuple[Any, int]:
    name, decode = cases[data[at]]
    if decode is None:
        return name, at + 1
    value, at = decode(data, at + 1)
    return Variant(name, value), at


def _decode_unit(data: bytes, at: int) -> tuple[Any, int]:
    return (), at


def _refuse(shape: Shape, data: bytes, at: int) -> tuple[Any, int]:
    raise ValueError(f"values of type {shape[0]} are not read here, at byte {at} of {len(data)}")
