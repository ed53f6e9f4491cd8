"""Values of the specification in the bytes of the runtime, as its metadata lay them out.

Nothing here knows a type of either side: the metadata says what a type is made of, and the value must have fields,
variants and lengths of exactly those names. So equal bytes mean equal values, names and order of fields included. The
specification's names differ by rule only: a field `from_` is the metadata's `from`, a variant with fields is a class
named as the variant, with `Is` before it, or `Change` or `Fault` behind it, where the bare name is taken.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import partial
from typing import Any, TypeAlias

from aipchain.pallets_spec.balances import HoldReason
from aipchain.runtime_bridge.codec import compact
from aipchain.runtime_bridge.metadata_v14 import (
    ArrayDef,
    CompactDef,
    CompositeDef,
    Field,
    Primitive,
    PrimitiveDef,
    SequenceDef,
    TupleDef,
    TypeDef,
    TypeInfo,
    VariantCase,
    VariantDef,
)

__all__ = ["Encode", "Encoder", "NotOfThisType"]

Encode: TypeAlias = Callable[[Any], bytes]

_ACCOUNT = "Id"
"""The variant for the 32 bytes of an account, where the runtime takes several forms of address."""
_WIDTHS: Mapping[Primitive, int] = {
    Primitive.U8: 1,
    Primitive.U16: 2,
    Primitive.U32: 4,
    Primitive.U64: 8,
    Primitive.U128: 16,
}


class NotOfThisType(Exception):
    """The value has another form than the metadata's type: the two sides disagree about what there is."""


class Encoder:
    """Writers for the types of one runtime, by the numbers its metadata gives them."""

    def __init__(self, types: Iterable[TypeInfo]) -> None:
        self._types = {described.id: described for described in types}
        self._encoders: dict[int, Encode] = {}

    def of(self, type_id: int) -> Encode:
        """The writer of a type."""
        if type_id not in self._encoders:
            self._encoders[type_id] = partial(self._encode_later, type_id)
            self._encoders[type_id] = self._build(type_id)
        return self._encoders[type_id]

    def case(self, type_id: int, name: str) -> VariantCase:
        """The variant of an enum with this name.

        :raises NotOfThisType: it has none.
        """
        for case in self._variants(type_id):
            if case.name == name:
                return case
        raise NotOfThisType(f"there is no variant {name}")

    def fields(self, described: Sequence[Field]) -> Encode:
        """A writer of fields: of an object that has them, or for fields without names of a tuple of them."""
        encoders = [self.of(each.type) for each in described]
        if len(described) == 1 and not described[0].name:
            return encoders[0]
        if not all(each.name for each in described):
            return lambda value: _joined(encoders, value)
        names = [each.name or "" for each in described]
        return lambda value: _joined(encoders, _values_of(names, value))

    def _encode_later(self, type_id: int, value: object) -> bytes:
        """For a type that contains itself: its writer is there when a value comes."""
        return self._encoders[type_id](value)

    def _variants(self, type_id: int) -> Sequence[VariantCase]:
        definition = self._types[type_id].definition
        return definition.variants if isinstance(definition, VariantDef) else ()

    def _build(self, type_id: int) -> Encode:
        described = self._types[type_id]
        if described.path == ("Option",):
            return _option(self.of(self._variants(type_id)[1].fields[0].type))
        return self._of_definition(described.definition)

    def _of_definition(self, definition: TypeDef) -> Encode:
        match definition:
            case CompositeDef(described):
                return self.fields(described)
            case VariantDef(variants):
                return self._choice(variants)
            case SequenceDef(item):
                return _byte_list if self._is_byte(item) else _list_of(self.of(item))
            case ArrayDef(length, item) if self._is_byte(item):
                return lambda value: _exactly(length, value)
            case TupleDef(parts):
                encoders = [self.of(part) for part in parts]
                return lambda value: _joined(encoders, value)
            case CompactDef():
                return compact
            case PrimitiveDef(primitive):
                return _primitive(primitive)
        raise NotOfThisType(f"values of {definition} are not written here")

    def _choice(self, variants: Sequence[VariantCase]) -> Encode:
        """A writer of an enum. A member of a Python enum is a variant without fields, its value the name."""
        cases = {
            case.name: (bytes((case.index,)), self.fields(case.fields) if case.fields else None) for case in variants
        }

        def encode(value: Any) -> bytes:  # noqa: ANN401 - a member of an enum, or one of several dataclasses
            name = _variant_of(value, cases)
            if name not in cases:
                raise NotOfThisType(f"{value} is none of {', '.join(cases)}")
            index, rest = cases[name]
            return index if rest is None else index + rest(_content(value, self._case_named(variants, name)))

        return encode

    def _case_named(self, variants: Sequence[VariantCase], name: str) -> VariantCase:
        return next(case for case in variants if case.name == name)

    def _is_byte(self, type_id: int) -> bool:
        return self._types[type_id].definition == PrimitiveDef(Primitive.U8)


def _content(value: Any, case: VariantCase) -> Any:  # noqa: ANN401 - a dataclass
    """What a variant holds: the object itself where its fields have names, else its one field or all of them."""
    if isinstance(value, HoldReason):
        return value.name
    if case.fields[0].name or isinstance(value, bytes):
        return value
    held = tuple(getattr(value, each.name) for each in fields(value))
    return held[0] if len(case.fields) == 1 else held


def _variant_of(value: object, names: Iterable[str]) -> str:
    """The variant that a value stands for."""
    match value:
        case Enum():
            return str(value.value)
        case str():
            return value
        case bytes():
            return _ACCOUNT
        case HoldReason():
            return value.pallet
    kind = type(value).__name__
    return next((name for name in names if kind in (name, f"Is{name}", f"{name}Change", f"{name}Fault")), kind)


def _values_of(names: Sequence[str], value: object) -> list[object]:
    if is_dataclass(value) and (ours := [each.name.rstrip("_") for each in fields(value)]) != list(names):
        raise NotOfThisType(f"{type(value).__name__} has the fields {ours}, the metadata's are {list(names)}")
    return [getattr(value, name, None) if hasattr(value, name) else getattr(value, f"{name}_") for name in names]


def _joined(encoders: Sequence[Encode], values: Sequence[object]) -> bytes:
    if len(encoders) != len(values):
        raise NotOfThisType(f"{values} are not {len(encoders)} values")
    return b"".join([encode(value) for encode, value in zip(encoders, values, strict=True)])


def _option(inner: Encode) -> Encode:
    return lambda value: b"\0" if value is None else b"\1" + inner(value)


def _list_of(item: Encode) -> Encode:
    return lambda values: compact(len(values)) + b"".join([item(value) for value in values])


def _byte_list(value: bytes) -> bytes:
    return compact(len(value)) + value


def _exactly(length: int, value: bytes) -> bytes:
    if len(value) != length:
        raise NotOfThisType(f"{value!r} is not {length} bytes")
    return bytes(value)


def _primitive(primitive: Primitive) -> Encode:
    if primitive is Primitive.BOOL:
        return lambda value: b"\1" if value else b"\0"
    width = _WIDTHS[primitive]
    return lambda value: int(value).to_bytes(width, "little")
