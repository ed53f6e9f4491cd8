"""The built runtime that ships with the program, and the manifest that says what it is.

`artifacts/manifest.json` names the BLAKE2b-256 of the compressed Wasm. A blob with another hash is refused: a chain
must never start from code that nobody can trace to its sources.
"""

import json
from dataclasses import dataclass
from pathlib import Path

from aipchain.chain.errors import BadArtifact
from aipchain.chain.host.trie import blake2_256

__all__ = ["ARTIFACTS", "Artifact", "Manifest", "load_artifact"]

ARTIFACTS = Path(__file__).parent / "artifacts"
"""Folder of the artifact that ships with the program."""

WASM_NAME = "aipchain.compact.compressed.wasm"
MANIFEST_NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the builder wrote about the runtime; `code_hash` is the BLAKE2b-256 of the compressed Wasm."""

    spec_name: str
    spec_version: int
    code_hash: bytes


@dataclass(frozen=True, slots=True)
class Artifact:
    """A compressed runtime whose hash is the manifest's."""

    code: bytes
    manifest: Manifest


def load_artifact(folder: Path = ARTIFACTS) -> Artifact:
    """Read the runtime in `folder` and check it against the manifest beside it.

    :raises BadArtifact: a file is missing or unreadable, or the hash differs.
    """
    manifest = _read_manifest(folder / MANIFEST_NAME)
    path = folder / WASM_NAME
    code = _read(path)
    found = blake2_256(code)
    if found != manifest.code_hash:
        raise BadArtifact(
            path, f"its hash is 0x{found.hex()}, the manifest beside it names 0x{manifest.code_hash.hex()}"
        )
    return Artifact(code, manifest)


def _read_manifest(path: Path) -> Manifest:
    try:
        written = json.loads(_read(path))
        return Manifest(
            spec_name=str(written["spec_name"]),
            spec_version=int(written["spec_version"]),
            code_hash=bytes.fromhex(written["code_hash"].removeprefix("0x")),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadArtifact(path, f"the manifest cannot be read ({error!r})") from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadArtifact(path, error.strerror or str(error)) from error
