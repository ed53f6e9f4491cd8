"""The metadata's type registry: the shape of any type, and a reader for values of types that are not ours.

Read values are plain: numbers, text, bytes, tuples, dicts of named fields, `Variant` for enums with fields and the
bare name for those without. A wrapper with one nameless field is read as what it wraps.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from aipchain.runtime_bridge import codec
from aipchain.runtime_bridge.codec import Layout, Shape, read_compact

__all__ = ["Registry", "Variant", "differences"]

Decode: TypeAlias = Callable[[bytes, int], tuple[Any, int]]
Fields: TypeAlias = Sequence[Mapping[str, Any]]

_BY_NAME: Mapping[str, Layout[Any]] = {
    "bool": codec.BOOL,
    "str": codec.TEXT,
    **{f"u{layout_bits}": layout for layout_bits, layout in ((8, codec.U8), (16, codec.U16), (32, codec.U32))},
    **{f"u{layout_bits}": layout for layout_bits, layout in ((64, codec.U64), (128, codec.U128))},
}


@dataclass(frozen=True, slots=True)
class Variant:
    """A value of an enum with fields: the variant's name and what it holds."""

    name: str
    value: Any


class Registry:
    """The types of one runtime, by the numbers its metadata gives them."""

    def __init__(self, types: Sequence[Mapping[str, Any]]) -> None:
        self._definitions: dict[int, Mapping[str, Any]] = {entry["id"]: entry["type"] for entry in types}
        self._decoders: dict[int, Decode] = {}

    def variants(self, type_id: int) -> Sequence[Mapping[str, Any]]:
        """List the variants of an enum as the metadata describes them."""
        variants: Sequence[Mapping[str, Any]] = self._definitions[type_id]["def"]["variant"]["variants"]
        return variants

    def tuple_parts(self, type_id: int) -> list[int]:
        """List the types of a tuple's parts; anything else is its own single part."""
        kind, body = self._kind(type_id)
        return list(body) if kind == "tuple" else [type_id]

    def shape(self, type_id: int) -> Shape:
        """Describe a type as `codec.Layout.shape` does. Types that contain themselves have no shape."""
        kind, body = self._kind(type_id)
        if kind == "composite":
            return self._fields_shape(body["fields"])
        if kind == "variant":
            return self._enum_shape(type_id)
        if kind == "sequence":
            return ("vec", self.shape(body["type"]))
        if kind == "array":
            return ("array", body["len"], self.shape(body["type"]))
        if kind == "tuple":
            return ("tuple", tuple(self.shape(part) for part in body))
        if kind == "compact":
            return ("compact", self.shape(body["type"]))
        return (body.lower(),) if kind == "primitive" else (kind,)

    def decoder(self, type_id: int) -> Decode:
        """Give the reader of a type; it is built at the first use, so that a type may contain itself."""
        if type_id not in self._decoders:
            self._decoders[type_id] = partial(self._decode_later, type_id)
            self._decoders[type_id] = self._build(type_id)
        return self._decoders[type_id]

    def fields_decoder(self, fields: Fields) -> Decode:
        """Give the reader of the fields of a struct or of one variant."""
        decoders = [self.decoder(field["type"]) for field in fields]
        names = [field["name"] for field in fields]
        if len(fields) == 1 and not names[0]:
            return decoders[0]
        return partial(_decode_named, names, decoders) if fields and names[0] else partial(_decode_tuple, decoders)

    def _decode_later(self, type_id: int, data: bytes, at: int) -> tuple[Any, int]:
        return self._decoders[type_id](data, at)

    def _kind(self, type_id: int) -> tuple[str, Any]:
        definition: Mapping[str, Any] = self._definitions[type_id]["def"]
        return next(iter(definition.items()))

    def _fields_shape(self, fields: Fields) -> Shape:
        if len(fields) == 1 and not fields[0]["name"]:
            return self.shape(fields[0]["type"])
        return ("struct", self._named_shapes(fields))

    def _named_shapes(self, fields: Fields) -> Shape:
        return tuple((field["name"] or "", self.shape(field["type"])) for field in fields)

    def _enum_shape(self, type_id: int) -> Shape:
        variants = self.variants(type_id)
        if self._definitions[type_id]["path"] == ["Option"]:
            return ("option", self.shape(variants[1]["fields"][0]["type"]))
        return ("enum", tuple((v["index"], v["name"], self._named_shapes(v["fields"])) for v in variants))

    def _build(self, type_id: int) -> Decode:
        kind, body = self._kind(type_id)
        if kind == "composite":
            return self.fields_decoder(body["fields"])
        if kind == "variant":
            return self._build_enum(type_id)
        if kind in ("sequence", "array"):
            return self._build_repeated(kind, body)
        if kind == "tuple":
            return partial(_decode_tuple, [self.decoder(part) for part in body])
        if kind == "compact":
            return read_compact
        if kind == "primitive" and body.lower() in _BY_NAME:
            return _BY_NAME[body.lower()].decode
        return partial(_refuse, f"{kind} {body}")

    def _build_enum(self, type_id: int) -> Decode:
        variants = self.variants(type_id)
        if self._definitions[type_id]["path"] == ["Option"]:
            return partial(_decode_option, self.decoder(variants[1]["fields"][0]["type"]))
        cases = {v["index"]: (v["name"], self.fields_decoder(v["fields"]) if v["fields"] else None) for v in variants}
        return partial(_decode_variant, cases)

    def _build_repeated(self, kind: str, body: Mapping[str, Any]) -> Decode:
        of_bytes = self._kind(body["type"]) == ("primitive", "u8")
        if kind == "array":
            item = self.decoder(body["type"])
            return codec.fixed(body["len"]).decode if of_bytes else partial(_decode_tuple, [item] * body["len"])
        return codec.BYTES.decode if of_bytes else partial(_decode_vector, self.decoder(body["type"]))


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


def _refuse(what: str, data: bytes, at: int) -> tuple[Any, int]:
    raise ValueError(f"values of type {what} are not read here, at byte {at} of {len(data)}")
