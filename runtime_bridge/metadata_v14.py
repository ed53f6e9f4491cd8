"""Metadata version 14 as runtimes give it, in the words of its definition (the frame-metadata and scale-info crates).

Read with our own codec because every connection begins with it: substrate-interface takes about half a second.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, ClassVar, TypeAlias

from aipchain.runtime_bridge import codec
from aipchain.runtime_bridge.codec import decode_all
from aipchain.runtime_bridge.errors import Undecodable
from aipchain.runtime_bridge.layouts import layout_of

__all__ = [
    "ArrayDef",
    "CompactDef",
    "CompositeDef",
    "ExtrinsicMetadata",
    "Field",
    "Hasher",
    "MapEntry",
    "Modifier",
    "PalletMetadata",
    "PlainEntry",
    "Primitive",
    "PrimitiveDef",
    "RuntimeMetadata",
    "SequenceDef",
    "StorageEntry",
    "TupleDef",
    "TypeDef",
    "TypeInfo",
    "VariantCase",
    "VariantDef",
    "read_metadata",
]

_MAGIC = b"meta"
_VERSION = 14

TypeId: TypeAlias = Annotated[int, codec.COMPACT_U32]
Text: TypeAlias = Annotated[str, codec.TEXT]
Index: TypeAlias = Annotated[int, codec.U8]


class Primitive(IntEnum):
    """The types that SCALE itself knows."""

    BOOL = 0
    CHAR = 1
    STR = 2
    U8 = 3
    U16 = 4
    U32 = 5
    U64 = 6
    U128 = 7
    U256 = 8
    I8 = 9
    I16 = 10
    I32 = 11
    I64 = 12
    I128 = 13
    I256 = 14


class Hasher(IntEnum):
    """What scatters the keys of a storage map."""

    BLAKE2_128 = 0
    BLAKE2_256 = 1
    BLAKE2_128_CONCAT = 2
    TWOX_128 = 3
    TWOX_256 = 4
    TWOX_64_CONCAT = 5
    IDENTITY = 6


class Modifier(IntEnum):
    """What an absent storage value means: nothing, or the default."""

    OPTIONAL = 0
    DEFAULT = 1
    REQUIRED = 2


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a struct or of a variant; tuples have fields without names."""

    name: Text | None
    type: TypeId
    type_name: Text | None
    docs: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class VariantCase:
    """One variant of an enum."""

    name: Text
    fields: tuple[Field, ...]
    index: Index
    docs: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class CompositeDef:
    """A struct."""

    variant: ClassVar[str] = "Composite"
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class VariantDef:
    """An enum."""

    variant: ClassVar[str] = "Variant"
    variants: tuple[VariantCase, ...]


@dataclass(frozen=True, slots=True)
class SequenceDef:
    """A vector."""

    variant: ClassVar[str] = "Sequence"
    type: TypeId


@dataclass(frozen=True, slots=True)
class ArrayDef:
    """A fixed number of values."""

    variant: ClassVar[str] = "Array"
    length: Annotated[int, codec.U32]
    type: TypeId


@dataclass(frozen=True, slots=True)
class TupleDef:
    """Values of different types."""

    variant: ClassVar[str] = "Tuple"
    parts: tuple[TypeId, ...]


@dataclass(frozen=True, slots=True)
class PrimitiveDef:
    """A type of SCALE itself."""

    variant: ClassVar[str] = "Primitive"
    primitive: Primitive


@dataclass(frozen=True, slots=True)
class CompactDef:
    """A number in the compact form."""

    variant: ClassVar[str] = "Compact"
    type: TypeId


@dataclass(frozen=True, slots=True)
class BitSequenceDef:
    """A sequence of bits."""

    variant: ClassVar[str] = "BitSequence"
    store: TypeId
    order: TypeId


TypeDef: TypeAlias = (
    CompositeDef | VariantDef | SequenceDef | ArrayDef | TupleDef | PrimitiveDef | CompactDef | BitSequenceDef
)


@dataclass(frozen=True, slots=True)
class TypeParameter:
    """A generic parameter of a type."""

    name: Text
    type: TypeId | None


@dataclass(frozen=True, slots=True)
class TypeInfo:
    """A type with its number."""

    id: TypeId
    path: tuple[Text, ...]
    parameters: tuple[TypeParameter, ...]
    definition: TypeDef
    docs: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class PlainEntry:
    """A storage item with one value."""

    variant: ClassVar[str] = "Plain"
    value: TypeId


@dataclass(frozen=True, slots=True)
class MapEntry:
    """A storage map: one hasher for the whole key, or one for each part of it."""

    variant: ClassVar[str] = "Map"
    hashers: tuple[Hasher, ...]
    key: TypeId
    value: TypeId


@dataclass(frozen=True, slots=True)
class StorageEntry:
    """A storage item."""

    name: Text
    modifier: Modifier
    kind: PlainEntry | MapEntry
    default: Annotated[bytes, codec.BYTES]
    docs: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class PalletStorage:
    """The storage of a pallet."""

    prefix: Text
    entries: tuple[StorageEntry, ...]


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant of a pallet."""

    name: Text
    type: TypeId
    value: Annotated[bytes, codec.BYTES]
    docs: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class PalletMetadata:
    """A pallet; `calls`, `event` and `error` are the numbers of enums."""

    name: Text
    storage: PalletStorage | None
    calls: TypeId | None
    event: TypeId | None
    constants: tuple[Constant, ...]
    error: TypeId | None
    index: Index


@dataclass(frozen=True, slots=True)
class ExtensionMetadata:
    """A transaction extension: the type of what it adds to an extrinsic, and to what is signed."""

    identifier: Text
    type: TypeId
    additional_signed: TypeId


@dataclass(frozen=True, slots=True)
class ExtrinsicMetadata:
    """The form of an extrinsic."""

    type: TypeId
    version: Index
    extensions: tuple[ExtensionMetadata, ...]


@dataclass(frozen=True, slots=True)
class RuntimeMetadata:
    """Everything a runtime says about itself."""

    types: tuple[TypeInfo, ...]
    pallets: tuple[PalletMetadata, ...]
    extrinsic: ExtrinsicMetadata
    runtime_type: TypeId


def read_metadata(raw: bytes) -> RuntimeMetadata:
    """Read what `state_getMetadata` gives.

    :raises Undecodable: it is no metadata, or of another version.
    """
    if raw[:4] != _MAGIC or raw[4:5] != bytes((_VERSION,)):
        raise Undecodable(f"the runtime's metadata (version {_VERSION} is needed)", 4, len(raw))
    metadata: RuntimeMetadata = decode_all(layout_of(RuntimeMetadata), raw[5:], "the runtime's metadata")
    return metadata
