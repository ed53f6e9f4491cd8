"""Where a storage item lies: prefix, hashers, and the way back from a key to what it stands for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Generic, TypeVar

import xxhash

from aipchain.runtime_bridge.codec import Layout, decode_all
from aipchain.runtime_bridge.layouts import layout_of
from aipchain.runtime_bridge.metadata_v14 import Hasher, MapEntry, Modifier, PlainEntry, StorageEntry
from aipchain.runtime_bridge.protocol import StorageSpec
from aipchain.runtime_bridge.registry import Registry

__all__ = ["StorageItem", "key_parts", "storage_item", "storage_prefix", "twox"]

T = TypeVar("T")


def twox(data: bytes, words: int) -> bytes:
    """Hash with `words` rounds of xxHash64, seeds 0, 1, ...: 8 bytes each."""
    return b"".join(xxhash.xxh64_intdigest(data, seed=seed).to_bytes(8, "little") for seed in range(words))


def storage_prefix(pallet: str, name: str) -> bytes:
    """Give the 32 bytes that every key of a storage item starts with."""
    return twox(pallet.encode(), 2) + twox(name.encode(), 2)


_HASHERS: Mapping[Hasher, tuple[Callable[[bytes], bytes], int]] = {
    Hasher.IDENTITY: (lambda key: b"", 0),
    Hasher.TWOX_64_CONCAT: (lambda key: twox(key, 1), 8),
    Hasher.BLAKE2_128_CONCAT: (lambda key: blake2b(key, digest_size=16).digest(), 16),
}
"""What a hasher puts before the key itself, and how many bytes that is. Hashers that lose the key are not used."""


@dataclass(frozen=True, slots=True)
class StorageItem(Generic[T]):
    """A storage item of one runtime; `groups` are the hashers and how many parts of the key each takes."""

    prefix: bytes
    groups: tuple[tuple[Hasher, int], ...]
    parts: tuple[Layout[Any], ...]
    value: Layout[T]
    default: bytes | None
    title: str

    def key(self, *values: object) -> bytes:
        """Give the storage key for all parts of the key.

        :raises ValueError: too few or too many parts.
        """
        if len(values) != len(self.parts):
            raise ValueError(f"the key of {self.title} has {len(self.parts)} parts, {len(values)} given")
        return self.prefix_for(values)

    def prefix_for(self, first: Sequence[object]) -> bytes:
        """Give what all keys that begin with the parts `first` start with.

        Where one hasher takes several parts and not all of them are given, it ends before them: those keys lie
        scattered, and the reader has to look at each.
        """
        pieces, at = [self.prefix], 0
        for hasher, count in self.groups:
            taken = first[at : at + count]
            if len(taken) < count:
                break
            layouts = self.parts[at : at + count]
            raw = b"".join(layout.encode(value) for layout, value in zip(layouts, taken, strict=True))
            pieces.append(_HASHERS[hasher][0](raw) + raw)
            at += count
        return b"".join(pieces)

    def parts_of(self, key: bytes) -> tuple[Any, ...]:
        """Read the parts of the key back from a full storage key."""
        found, at, place = [], len(self.prefix), 0
        for hasher, count in self.groups:
            at += _HASHERS[hasher][1]
            for layout in self.parts[place : place + count]:
                value, at = layout.decode(key, at)
                found.append(value)
            place += count
        return tuple(found)

    def read(self, stored: bytes | None) -> T | None:
        """Read what is stored; nothing stored gives the runtime's default, or None where it has none."""
        present = self.default if stored is None else stored
        return None if present is None else decode_all(self.value, present, self.title)


def storage_item(spec: StorageSpec[T], entry: StorageEntry, registry: Registry) -> StorageItem[T]:
    """Join what we know of a storage item with its description in the metadata."""
    return StorageItem(
        prefix=storage_prefix(spec.pallet, spec.name),
        groups=tuple(_groups(entry.kind, registry)),
        parts=tuple(layout_of(part) for part in spec.key),
        value=layout_of(spec.value),
        default=entry.default if entry.modifier is Modifier.DEFAULT else None,
        title=f"{spec.pallet}.{spec.name}",
    )


def key_parts(registry: Registry, type_id: int) -> list[int]:
    """List the parts of a key type, tuples within tuples laid flat."""
    parts = registry.tuple_parts(type_id)
    return [type_id] if parts == (type_id,) else [leaf for part in parts for leaf in key_parts(registry, part)]


def _groups(kind: PlainEntry | MapEntry, registry: Registry) -> Sequence[tuple[Hasher, int]]:
    if isinstance(kind, PlainEntry):
        return ()
    if len(kind.hashers) == 1:
        return [(kind.hashers[0], len(key_parts(registry, kind.key)))]
    parts = registry.tuple_parts(kind.key)
    return [(hasher, len(key_parts(registry, part))) for hasher, part in zip(kind.hashers, parts, strict=True)]
