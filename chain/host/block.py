"""Headers and blocks as they are hashed and stored.

A header is `parent hash, compact number, state root, extrinsics root, digest items` (SCALE); its BLAKE2b-256 is the
block's hash. Extrinsics are opaque: bytes that begin with their own compact length. Digest items stay encoded, only
their frame is read.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from aipchain.chain.host.scale import compact, read_compact, read_u64, read_vec, u64, vec
from aipchain.chain.host.trie import blake2_256, ordered_root

__all__ = [
    "HASH_BYTES",
    "Block",
    "Header",
    "aura_digest",
    "aura_seal",
    "decode_extrinsics",
    "encode_extrinsics",
    "extrinsic_hash",
    "is_extrinsics_root",
]

HASH_BYTES = 32
ZERO_HASH = bytes(HASH_BYTES)
_ENGINE_BYTES = 4
_OTHER, _CONSENSUS, _SEAL, _PRE_RUNTIME, _ENVIRONMENT_UPDATED = 0, 4, 5, 6, 8
_AURA = b"aura"


@dataclass(frozen=True, slots=True)
class Header:
    """The header of a block; `digest` holds each item in its SCALE form."""

    parent_hash: bytes
    number: int
    state_root: bytes
    extrinsics_root: bytes
    digest: tuple[bytes, ...] = ()

    def encode(self) -> bytes:
        """Return the SCALE form."""
        return b"".join(
            (
                self.parent_hash,
                compact(self.number),
                self.state_root,
                self.extrinsics_root,
                compact(len(self.digest)),
                *self.digest,
            )
        )

    @property
    def hash(self) -> bytes:
        """The block's hash: BLAKE2b-256 of the encoded header."""
        return blake2_256(self.encode())

    @property
    def slot(self) -> int | None:
        """The Aura slot that the digest names; None in genesis."""
        mark = bytes((_PRE_RUNTIME,)) + _AURA
        return next((_slot_of(item) for item in self.digest if item.startswith(mark)), None)

    def unsealed(self) -> "Header":
        """Return this header without seals, as the runtime executes it."""
        return replace(self, digest=tuple(item for item in self.digest if item[0] != _SEAL))

    @classmethod
    def decode(cls, encoded: bytes) -> "Header":
        """Read a header that fills `encoded`.

        :raises ValueError: the bytes are not exactly one header.
        """
        header, end = cls.read(encoded, 0)
        if end != len(encoded):
            raise ValueError(f"a header of {end} bytes is followed by {len(encoded) - end} more")
        return header

    @classmethod
    def read(cls, encoded: bytes, at: int) -> "tuple[Header, int]":
        """Read a header at offset `at`; return it and the offset after it."""
        parent_hash, at = _take(encoded, at, HASH_BYTES)
        number, at = read_compact(encoded, at)
        state_root, at = _take(encoded, at, HASH_BYTES)
        extrinsics_root, at = _take(encoded, at, HASH_BYTES)
        count, at = read_compact(encoded, at)
        digest = []
        for _ in range(count):
            end = _end_of_digest_item(encoded, at)
            digest.append(encoded[at:end])
            at = end
        return cls(parent_hash, number, state_root, extrinsics_root, tuple(digest)), at


@dataclass(frozen=True, slots=True)
class Block:
    """A header and the extrinsics under it, each with its own length in front."""

    header: Header
    extrinsics: tuple[bytes, ...]

    @property
    def hash(self) -> bytes:
        """The hash of the header."""
        return self.header.hash

    @property
    def number(self) -> int:
        """The height of the block."""
        return self.header.number

    def encode(self) -> bytes:
        """Return the SCALE form: the header, then the vector of extrinsics."""
        return self.header.encode() + encode_extrinsics(self.extrinsics)

    @classmethod
    def decode(cls, encoded: bytes) -> "Block":
        """Read a block that fills `encoded`.

        :raises ValueError: the bytes are not exactly one block.
        """
        header, at = Header.read(encoded, 0)
        return cls(header, decode_extrinsics(encoded[at:]))


def encode_extrinsics(extrinsics: Iterable[bytes]) -> bytes:
    """Return the SCALE vector of extrinsics that each carry their own length."""
    listed = tuple(extrinsics)
    return compact(len(listed)) + b"".join(listed)


def decode_extrinsics(encoded: bytes) -> tuple[bytes, ...]:
    """Read a SCALE vector of extrinsics that fills `encoded`; each keeps its own length in front."""
    count, at = read_compact(encoded, 0)
    extrinsics = []
    for _ in range(count):
        _, end = read_vec(encoded, at)
        extrinsics.append(encoded[at:end])
        at = end
    if at != len(encoded):
        raise ValueError(f"{count} extrinsics are followed by {len(encoded) - at} more bytes")
    return tuple(extrinsics)


def extrinsic_hash(extrinsic: bytes) -> bytes:
    """Return the hash by which an extrinsic is known: BLAKE2b-256 of all its bytes."""
    return blake2_256(extrinsic)


def is_extrinsics_root(root: bytes, extrinsics: tuple[bytes, ...]) -> bool:
    """Tell whether `root` commits to `extrinsics`, in the layout of old (V0) or new (V1) system versions."""
    return any(ordered_root(extrinsics, version) == root for version in (0, 1))


def aura_digest(slot: int) -> bytes:
    """Return the digest item by which an author claims an Aura slot."""
    return bytes((_PRE_RUNTIME,)) + _AURA + vec(u64(slot))


def aura_seal(signature: bytes) -> bytes:
    """Return the digest item by which an author signs the header's hash without it."""
    return bytes((_SEAL,)) + _AURA + vec(signature)


def _slot_of(item: bytes) -> int:
    claim, _ = read_vec(item, 1 + _ENGINE_BYTES)
    return read_u64(claim)[0]


def _end_of_digest_item(encoded: bytes, at: int) -> int:
    if at >= len(encoded):
        raise ValueError(f"a digest item should start at byte {at}, the input has {len(encoded)}")
    kind = encoded[at]
    if kind == _ENVIRONMENT_UPDATED:
        return at + 1
    if kind == _OTHER:
        return read_vec(encoded, at + 1)[1]
    if kind in (_CONSENSUS, _SEAL, _PRE_RUNTIME):
        return read_vec(encoded, at + 1 + _ENGINE_BYTES)[1]
    raise ValueError(f"there is no digest item of kind {kind} (byte {at})")


def _take(encoded: bytes, at: int, width: int) -> tuple[bytes, int]:
    end = at + width
    if end > len(encoded):
        raise ValueError(f"{width} bytes should start at byte {at}, the input has {len(encoded)}")
    return encoded[at:end], end
