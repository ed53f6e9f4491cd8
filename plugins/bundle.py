"""A bundle: the folder that is a plugin, read into memory, and the id that is voted on.

The id is the Merkle root over the bundle's files, sorted by path (tree shape of RFC 9162, section 2.1.1, SHA-256):

    leaf(path, content) = H(0x00 | "aipchain/bundle/v1" | len(path) as u16 big-endian | path as ASCII | H(content))
    node(left, right)   = H(0x01 | left | right)

It depends on paths and bytes alone: not on file times, owners, modes or the place of the folder. `__pycache__` is
ignored. Refuses links, anything that is not a plain file of a known kind, names that not every file system can hold,
and bundles that are too large. What is loaded later are the bytes that were hashed here, not the files.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from types import MappingProxyType
from typing import Final, NewType

from aipchain.plugins.errors import BundleInvalid, ManifestInvalid
from aipchain.plugins.manifest import MANIFEST_NAME, Manifest, parse_manifest

__all__ = ["MAX_BUNDLE_BYTES", "MAX_FILES", "VECTORS_NAME", "Bundle", "BundleId", "bundle_id", "id_from", "read_bundle"]

BundleId = NewType("BundleId", str)
"""32 bytes as `0x` and 64 lower-case hexadecimal digits, as the chain shows an H256."""

VECTORS_NAME: Final = "vectors.json"
MAX_FILES: Final = 256
MAX_BUNDLE_BYTES: Final = 4 * 1024 * 1024

_DOMAIN: Final = b"aipchain/bundle/v1"
_LEAF, _NODE = b"\x00", b"\x01"
_IGNORED: Final = "__pycache__"
_KINDS: Final = frozenset({".py", ".toml", ".json", ".md", ".txt", ".csv"})
_PLAIN_NAMES: Final = frozenset({"LICENSE", "LICENCE", "NOTICE", "py.typed"})
_SAFE_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle in memory: its id, its manifest, and its files by path."""

    id: BundleId
    manifest: Manifest
    files: Mapping[str, bytes]
    folder: Path

    @property
    def digest(self) -> bytes:
        """The id as the 32 bytes that the chain keeps."""
        return bytes.fromhex(self.id[2:])

    @property
    def label(self) -> str:
        """`name@release.build`."""
        return self.manifest.label


def read_bundle(folder: Path, *, check_vectors: bool = True) -> Bundle:
    """Read, check and name the bundle in `folder`; runs none of its code.

    :param check_vectors: False only while an author is about to write new test vectors.
    :raises BundleInvalid: not a folder that may be a bundle.
    :raises ManifestInvalid: its `plugin.toml` is missing or wrong, or the test vectors are not the ones it names.
    """
    files = dict(sorted(_read_files(folder)))
    if MANIFEST_NAME not in files:
        raise ManifestInvalid(str(folder / MANIFEST_NAME), "the file is missing; a bundle needs one")
    manifest = parse_manifest(files[MANIFEST_NAME], str(folder / MANIFEST_NAME))
    if check_vectors:
        _check_vectors(files, manifest, folder)
    return Bundle(bundle_id(files), manifest, MappingProxyType(files), folder)


def bundle_id(files: Mapping[str, bytes]) -> BundleId:
    """Merkle root over the sorted (path, SHA-256 of content) pairs.

    :raises ValueError: no files.
    """
    if not files:
        raise ValueError("a bundle without files has no id")
    return id_from(_root([_leaf(path, content) for path, content in sorted(files.items())]))


def id_from(digest: bytes) -> BundleId:
    """Write the 32 bytes that the chain keeps of a bundle as an id."""
    return BundleId(f"0x{digest.hex()}")


def _leaf(path: str, content: bytes) -> bytes:
    name = path.encode("ascii")
    return sha256(_LEAF + _DOMAIN + len(name).to_bytes(2, "big") + name + sha256(content).digest()).digest()


def _root(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1  # the largest power of two below the number of leaves
    return sha256(_NODE + _root(leaves[:split]) + _root(leaves[split:])).digest()


def _read_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    if folder.is_symlink() or not folder.is_dir():
        raise BundleInvalid(folder, "it is not a folder")
    seen: set[str] = set()
    size = 0
    for path, file in _walk(folder, PurePosixPath()):
        if path.lower() in seen:
            raise BundleInvalid(folder, f"{path} differs from another file only in upper and lower case")
        seen.add(path.lower())
        size += file.stat().st_size
        if len(seen) > MAX_FILES or size > MAX_BUNDLE_BYTES:
            raise BundleInvalid(folder, f"it is larger than {MAX_FILES} files or {MAX_BUNDLE_BYTES} bytes")
        yield path, _read(folder, file)


def _walk(folder: Path, inside: PurePosixPath) -> Iterator[tuple[str, Path]]:
    """Paths and files under a folder, links refused, caches left out."""
    for entry in sorted(_entries(folder), key=lambda each: each.name):
        path = inside / entry.name
        if entry.is_symlink():
            raise BundleInvalid(folder, f"{path} is a link; a bundle holds only plain files")
        if entry.is_dir():
            if entry.name != _IGNORED:
                _check_name(folder, path)
                yield from _walk(Path(entry.path), path)
            continue
        _check_name(folder, path)
        if not entry.is_file() or (path.suffix not in _KINDS and path.name not in _PLAIN_NAMES):
            kinds = ", ".join(sorted(_KINDS))
            raise BundleInvalid(folder, f"{path} is not of a kind a bundle may hold ({kinds})")
        yield str(path), Path(entry.path)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError as error:
        raise BundleInvalid(folder, f"it cannot be read: {error.strerror}") from error


def _read(folder: Path, file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BundleInvalid(folder, f"{file.name} cannot be read: {error.strerror}") from error


def _check_name(folder: Path, path: PurePosixPath) -> None:
    if not _SAFE_NAME.fullmatch(path.name):
        raise BundleInvalid(folder, f"{str(path)!r} has a name that not every system can hold; use A-Z a-z 0-9 _ . -")


def _check_vectors(files: Mapping[str, bytes], manifest: Manifest, folder: Path) -> None:
    found = sha256(files.get(VECTORS_NAME, b"")).hexdigest()
    if VECTORS_NAME not in files or found != manifest.vectors_sha256:
        problem = f"vectors_sha256 is not the SHA-256 of {VECTORS_NAME}, which is {found}"
        raise ManifestInvalid(str(folder / MANIFEST_NAME), problem if VECTORS_NAME in files else f"no {VECTORS_NAME}")
