"""Where the runtime keeps what a chapter of the specification remembers: every storage item of the metadata, by name.

An item `BookOrders` of the pallet `Market` is the field `book_orders` of the chapter's state.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b

from aipchain.orchestrator.twin.encoding import Encode, Encoder
from aipchain.orchestrator.twin.values import readable
from aipchain.pallets_spec.world import World
from aipchain.runtime_bridge.metadata_v14 import (
    Hasher,
    MapEntry,
    Modifier,
    PalletMetadata,
    RuntimeMetadata,
    StorageEntry,
)
from aipchain.runtime_bridge.registry import Decode, Registry
from aipchain.runtime_bridge.storage_keys import storage_prefix, twox

__all__ = ["Item", "items_of", "snake"]


@dataclass(frozen=True, slots=True)
class Item:
    """One storage item, on both sides."""

    pallet: str
    name: str
    prefix: bytes
    """What every key of it starts with, 32 bytes."""
    keys: tuple[tuple[Hasher, Encode], ...]
    """How each part of the key is written and scattered; none for a single value."""
    value: Encode
    decode: Decode
    decode_keys: tuple[Decode, ...]
    """How each part of the key is read."""
    default: bytes | None
    """What an absent value means; nothing where it means that there is none."""

    @property
    def title(self) -> str:
        """The item's name for people."""
        return f"{self.pallet}.{self.name}"

    @property
    def chapter(self) -> str:
        """The field of the world for the pallet."""
        return snake(self.pallet)

    @property
    def field(self) -> str:
        """The field of the chapter's state for the item."""
        return snake(self.name)

    def chapter_of(self, world: World) -> object:
        """The chapter's state."""
        return getattr(world, self.chapter)

    def of(self, world: World) -> Mapping[object, object]:
        """What the specification remembers, by key; a single value has the key `()`."""
        remembered = getattr(self.chapter_of(world), self.field)
        return remembered if self.keys else {(): remembered}

    def put(self, world: World, key: object, value: object) -> None:
        """Let the specification remember a value, or with `None` forget what it has."""
        chapter = getattr(world, self.chapter)
        if not self.keys:
            setattr(chapter, self.field, value)
        elif value is None:
            del getattr(chapter, self.field)[key]
        else:
            getattr(chapter, self.field)[key] = value

    def key(self, ours: object) -> bytes:
        """Where the runtime keeps what the specification keeps under `ours`."""
        if not self.keys:
            return self.prefix
        parts = (ours,) if len(self.keys) == 1 else ours
        if not isinstance(parts, tuple) or len(parts) != len(self.keys):
            raise ValueError(f"the key of {self.title} has {len(self.keys)} parts, not {ours}")
        raw = [(hasher, encode(part)) for (hasher, encode), part in zip(self.keys, parts, strict=True)]
        return self.prefix + b"".join(_scattered(hasher, part) for hasher, part in raw)

    def value_of(self, raw: bytes) -> object:
        """A stored value, decoded."""
        return self.decode(raw, 0)[0]

    def show(self, raw: bytes | None) -> str:
        """A stored value for people."""
        return "nothing" if raw is None else str(readable(self.value_of(raw)))

    def show_key(self, raw: bytes) -> str:
        """The parts of a key for people."""
        shown, at = [], len(self.prefix)
        for (hasher, _), decode in zip(self.keys, self.decode_keys, strict=True):
            part, at = decode(raw, at + _SCATTER[hasher])
            shown.append(str(readable(part)))
        return f"[{', '.join(shown)}]" if shown else ""


_SCATTER = {Hasher.BLAKE2_128_CONCAT: 16, Hasher.TWOX_64_CONCAT: 8, Hasher.IDENTITY: 0}
"""Bytes of the hash before a part of a key."""


def items_of(
    described: RuntimeMetadata, pallets: tuple[str, ...], encoder: Encoder, registry: Registry
) -> Iterator[Item]:
    """Every storage item of the pallets, as the metadata list them."""
    for pallet in described.pallets:
        if pallet.name in pallets and pallet.storage:
            yield from (_item(pallet, entry, encoder, registry) for entry in pallet.storage.entries)


@cache
def snake(name: str) -> str:
    """`BookOrders` in the specification's spelling: `book_orders`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def _item(pallet: PalletMetadata, entry: StorageEntry, encoder: Encoder, registry: Registry) -> Item:
    keys: tuple[tuple[Hasher, Encode], ...] = ()
    decode_keys: tuple[Decode, ...] = ()
    if isinstance(entry.kind, MapEntry):
        hashers = entry.kind.hashers
        parts = registry.tuple_parts(entry.kind.key) if len(hashers) > 1 else (entry.kind.key,)
        keys = tuple((hasher, encoder.of(part)) for hasher, part in zip(hashers, parts, strict=True))
        decode_keys = tuple(registry.decoder(part) for part in parts)
    return Item(
        pallet=pallet.name,
        name=entry.name,
        prefix=storage_prefix(pallet.name, entry.name),
        keys=keys,
        value=encoder.of(entry.kind.value),
        decode=registry.decoder(entry.kind.value),
        decode_keys=decode_keys,
        default=entry.default if entry.modifier is Modifier.DEFAULT and not keys else None,
    )


def _scattered(hasher: Hasher, part: bytes) -> bytes:
    match hasher:
        case Hasher.BLAKE2_128_CONCAT:
            return blake2b(part, digest_size=16).digest() + part
        case Hasher.TWOX_64_CONCAT:
            return twox(part, 1) + part
        case Hasher.IDENTITY:
            return part
    raise ValueError(f"keys hashed by {hasher.name} are not used")
