"""Compile the runtime to the committed Wasm, or prove that the committed Wasm is what the sources give.

    python chain/build/runtime.py build    write chain/artifacts (the Wasm and its manifest)
    python chain/build/runtime.py check    compare sources, artifact and a fresh build, then run the Rust tests
    python chain/build/runtime.py fuzz     random input alone: AIPCHAIN_FUZZ_BLOCKS blocks from AIPCHAIN_FUZZ_SEED

`check` refuses sources that changed without the artifact. With the toolchain that the manifest names, the rebuilt Wasm
must be equal byte for byte; another toolchain may give other bytes, so its Wasm is left beside the cache for tests.
Cargo writes outside the checkout: `CARGO_TARGET_DIR`, else `aipchain/target` in the user's cache folder.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import zstandard

CHAIN = Path(__file__).resolve().parent.parent
ARTIFACT = CHAIN / "artifacts" / "aipchain.compact.compressed.wasm"
MANIFEST = CHAIN / "artifacts" / "manifest.json"

PACKAGE = "aipchain-runtime"
CHECKED_STATE = ("--features", f"{PACKAGE}/try-runtime")
"""Every pallet with its check of its own state; the same for all tests, so that all is compiled once."""
TARGET = "wasm32v1-none"
COMPRESSED_PREFIX = bytes.fromhex("52bc537646db8e05")
"""What Substrate puts before a zstd frame of Wasm (sp-maybe-compressed-blob)."""
COMPRESSION_LEVEL = 19
LARGEST_WASM = 50 * 1024 * 1024
"""The limit a node sets on the unpacked code [bytes]."""
NOT_COMPILED = frozenset({"tests", "tests.rs", "mock", "mock.rs", "benchmarking.rs"})


class BuildError(Exception):
    """The build or the check failed; the text says what and what to do."""


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A compiler that can build the runtime."""

    folder: Path
    rustc: str
    linker: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the artifact is, and what it was made of.

    `code_hash` is the blake2-256 of the file, which is what the chain stores under `:code`; `wasm_sha256` is of the
    unpacked Wasm; `source_digest` covers everything cargo reads of ours; `toolchain` and `linker` are their versions.
    """

    spec_name: str
    spec_version: int
    code_hash: str
    wasm_sha256: str
    source_digest: str
    toolchain: str
    linker: str


def main(arguments: list[str]) -> int:
    """Run one of the commands; 0 when it succeeded."""
    parser = argparse.ArgumentParser(prog="runtime.py", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("command", choices=["build", "check", "fuzz"])
    commands: Mapping[str, Callable[[], None]] = {"build": build, "check": check, "fuzz": fuzz}
    try:
        commands[parser.parse_args(arguments).command]()
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def build() -> None:
    """Compile, and write the artifact and its manifest."""
    toolchain = find_toolchain()
    digest = source_digest()
    wasm = compile_wasm(toolchain)
    if source_digest() != digest:
        raise BuildError("the sources changed while they were compiled: run make runtime again")
    packed = compress(wasm)
    manifest = describe(wasm, packed, digest, toolchain)
    ARTIFACT.parent.mkdir(exist_ok=True)
    _replace(ARTIFACT, packed)
    _replace(MANIFEST, (json.dumps(asdict(manifest), indent=2) + "\n").encode())
    print(f"{manifest.spec_name} {manifest.spec_version}: {len(wasm):,} bytes, packed {len(packed):,}")
    print(f"code hash {manifest.code_hash}")


def check() -> None:
    """Compare sources, artifact and a fresh build; run the Rust tests."""
    manifest = read_manifest()
    if source_digest() != manifest.source_digest:
        raise BuildError("sources changed without the artifact: run make runtime")
    check_artifact(manifest)
    toolchain = find_toolchain()
    compare_rebuilt(compile_wasm(toolchain), manifest, toolchain)
    run_rust_tests(toolchain)


def fuzz() -> None:
    """Run the test of random input alone, and show what it reached."""
    alone = ("--test", "fuzz", "random_input", "--", "--nocapture")
    _cargo(find_toolchain(), "test", "--locked", "--package", PACKAGE, *CHECKED_STATE, *alone)


def source_digest() -> str:
    """The sha256 over the sorted (path, content) of all that the Wasm is compiled from: no tests, no benchmarks."""
    digest = hashlib.sha256()
    for path in sorted(_sources(), key=lambda path: path.relative_to(CHAIN).as_posix()):
        for part in (path.relative_to(CHAIN).as_posix().encode(), path.read_bytes()):
            digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    yield CHAIN / "Cargo.toml"
    yield CHAIN / "Cargo.lock"
    for folder in ("runtime", "pallets"):
        for path in (CHAIN / folder).rglob("*"):
            inside = path.relative_to(CHAIN).parts
            if (path.suffix == ".rs" or path.name == "Cargo.toml") and not NOT_COMPILED.intersection(inside):
                yield path


def find_toolchain() -> Toolchain:
    """The toolchain that `toolchain.sh` finds or installs.

    :raises BuildError: there is none, and it could not be installed.
    """
    found = subprocess.run(  # noqa: S603
        ["/bin/bash", str(CHAIN / "build" / "toolchain.sh")], stdout=subprocess.PIPE, text=True, check=False
    )
    if found.returncode != 0:
        raise BuildError("no Rust toolchain for the runtime, see the message above")
    folder = Path(found.stdout.splitlines()[-1])
    linker = _own_linker(folder) or Path("wasm-ld")
    return Toolchain(folder, _version(folder / "rustc"), _version(linker, "-flavor", "wasm"))


def _own_linker(folder: Path) -> Path | None:
    """The rust-lld that comes with an official toolchain; Debian's uses wasm-ld from the path."""
    libraries = Path(_output([str(folder / "rustc"), "--print", "target-libdir"]))
    linker = libraries.parent / "bin" / "rust-lld"
    return linker if linker.exists() else None


def _version(program: Path, *arguments: str) -> str:
    flavor = arguments if program.name == "rust-lld" else ()
    return _output([str(program), *flavor, "--version"])


def compile_wasm(toolchain: Toolchain, *features: str) -> bytes:
    """The runtime's Wasm with these cargo features, stripped of names."""
    command = ["rustc", "--locked", "--release", "--target", TARGET, "--no-default-features", "--package", PACKAGE]
    command += ["--features", ",".join(features)] if features else []
    strip = ["--lib", "--crate-type", "cdylib", "--", "-C", "link-arg=--strip-all"]
    _cargo(toolchain, *command, *strip)
    return (_target_dir() / TARGET / "release" / f"{PACKAGE.replace('-', '_')}.wasm").read_bytes()


def _cargo(toolchain: Toolchain, *arguments: str) -> None:
    command = [str(toolchain.folder / "cargo"), *arguments]
    if subprocess.run(command, cwd=CHAIN, env=_environment(toolchain), check=False).returncode != 0:  # noqa: S603
        raise BuildError(f"cargo {arguments[0]} failed, see its messages above")


def _environment(toolchain: Toolchain) -> dict[str, str]:
    """The caller's environment with the flags of a Substrate runtime (those of substrate-wasm-builder)."""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS")
    }
    flags = ["-C link-arg=--export-table", "-C link-arg=--export=__heap_base", "-C link-arg=--import-memory"]
    flags.append("--cfg substrate_runtime")
    flags += [f"--remap-path-prefix={folder}=/cargo" for folder in _registry_sources(toolchain)]
    environment["CARGO_TARGET_WASM32V1_NONE_RUSTFLAGS"] = " ".join(flags)
    if _own_linker(toolchain.folder) is None:
        environment["CARGO_TARGET_WASM32V1_NONE_LINKER"] = "wasm-ld"
    environment["CARGO_TARGET_DIR"] = str(_target_dir())
    environment["PATH"] = f"{toolchain.folder}{os.pathsep}{environment.get('PATH', os.defpath)}"
    return environment


def _registry_sources(toolchain: Toolchain) -> list[Path]:
    """The folders of unpacked crates, named by index; their paths are kept out of the Wasm.

    The crates are fetched first: on a machine that never ran cargo the folder would have no name yet.
    """
    registry = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo")) / "registry" / "src"
    if not registry.exists() or not any(registry.iterdir()):
        fetch = [str(toolchain.folder / "cargo"), "fetch", "--locked"]
        if subprocess.run(fetch, cwd=CHAIN, check=False).returncode != 0:  # noqa: S603
            raise BuildError("the crates could not be downloaded, see cargo's message above")
    return sorted(registry.iterdir())


def _target_dir() -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("CARGO_TARGET_DIR") or cache / "aipchain" / "target").resolve()


def compress(wasm: bytes) -> bytes:
    """The Wasm as it is stored under `:code`."""
    return COMPRESSED_PREFIX + zstandard.ZstdCompressor(level=COMPRESSION_LEVEL).compress(wasm)


def decompress(packed: bytes) -> bytes:
    """The Wasm inside an artifact.

    :raises BuildError: it is not one.
    """
    if not packed.startswith(COMPRESSED_PREFIX):
        raise BuildError(f"{ARTIFACT.name} is not a compressed runtime: run make runtime")
    try:
        return zstandard.ZstdDecompressor().decompress(packed[len(COMPRESSED_PREFIX) :], max_output_size=LARGEST_WASM)
    except zstandard.ZstdError as error:
        raise BuildError(f"{ARTIFACT.name} cannot be unpacked ({error}): run make runtime") from error


def describe(wasm: bytes, packed: bytes, digest: str, toolchain: Toolchain) -> Manifest:
    """The manifest of an artifact."""
    spec_name, spec_version = runtime_version(wasm)
    return Manifest(
        spec_name=spec_name,
        spec_version=spec_version,
        code_hash="0x" + hashlib.blake2b(packed, digest_size=32).hexdigest(),
        wasm_sha256=hashlib.sha256(wasm).hexdigest(),
        source_digest=digest,
        toolchain=toolchain.rustc,
        linker=toolchain.linker,
    )


def read_manifest() -> Manifest:
    """The committed manifest.

    :raises BuildError: there is none, or it is not one.
    """
    try:
        return Manifest(**json.loads(MANIFEST.read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise BuildError(f"{MANIFEST} is no manifest ({error}): run make runtime") from error


def check_artifact(manifest: Manifest) -> None:
    """The committed Wasm is the one the manifest describes.

    :raises BuildError: it is another, or missing.
    """
    try:
        packed = ARTIFACT.read_bytes()
    except OSError as error:
        raise BuildError(f"{ARTIFACT} cannot be read ({error.strerror}): run make runtime") from error
    wasm = decompress(packed)
    described = describe(wasm, packed, manifest.source_digest, Toolchain(Path(), manifest.toolchain, manifest.linker))
    if described != manifest:
        raise BuildError(f"{ARTIFACT.name} is not the Wasm that {MANIFEST.name} describes: run make runtime")


def compare_rebuilt(wasm: bytes, manifest: Manifest, toolchain: Toolchain) -> None:
    """Judge a rebuilt Wasm by the toolchain it came from.

    :raises BuildError: the same toolchain gave other bytes.
    """
    if hashlib.sha256(wasm).hexdigest() == manifest.wasm_sha256:
        print(f"rebuilt with {toolchain.rustc}: equal to the artifact, byte for byte")
        return
    rebuilt = _target_dir().parent / f"rebuilt-{ARTIFACT.name}"
    rebuilt.write_bytes(compress(wasm))
    if (toolchain.rustc, toolchain.linker) == (manifest.toolchain, manifest.linker):
        raise BuildError(f"the same toolchain rebuilt another Wasm than the artifact, left at {rebuilt}")
    if runtime_version(wasm) != (manifest.spec_name, manifest.spec_version):
        raise BuildError(f"the rebuilt Wasm says it is another runtime than the artifact, left at {rebuilt}")
    print(f"rebuilt with another toolchain than the artifact's ({toolchain.rustc}, {toolchain.linker}): {rebuilt}")


def run_rust_tests(toolchain: Toolchain) -> None:
    """Run every Rust test, and clippy where the toolchain has it."""
    _cargo(toolchain, "test", "--locked", "--workspace", *CHECKED_STATE, "--lib", "--tests", "--quiet")
    if (toolchain.folder / "cargo-clippy").exists():
        strict = ("--all-targets", "--quiet", "--", "-D", "warnings")
        _cargo(toolchain, "clippy", "--locked", "--workspace", *CHECKED_STATE, *strict)
    else:
        print("this toolchain has no clippy: lints not checked")


def runtime_version(wasm: bytes) -> tuple[str, int]:
    """The name and version of the runtime, from the Wasm's own section `runtime_version`.

    The section is the SCALE encoding of the version: spec name, implementation name, authoring version, spec version.

    :raises BuildError: there is no such section.
    """
    section = _custom_section(wasm, b"runtime_version")
    if section is None:
        raise BuildError("the compiled Wasm has no runtime_version section")
    name_end = 1 + (section[0] >> 2)
    after_names = name_end + 1 + (section[name_end] >> 2)
    return section[1:name_end].decode(), int.from_bytes(section[after_names + 4 : after_names + 8], "little")


def _custom_section(wasm: bytes, wanted: bytes) -> bytes | None:
    position = 8
    while position < len(wasm):
        kind = wasm[position]
        size, start = _leb128(wasm, position + 1)
        if kind == 0:
            name_size, name_start = _leb128(wasm, start)
            if wasm[name_start : name_start + name_size] == wanted:
                return wasm[name_start + name_size : start + size]
        position = start + size
    return None


def _leb128(encoded: bytes, position: int) -> tuple[int, int]:
    """An unsigned number in Wasm's variable length encoding, and where the next byte is."""
    number = shift = 0
    while True:
        byte = encoded[position]
        number |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            return number, position


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    beside = path.with_suffix(path.suffix + ".new")
    beside.write_bytes(content)
    beside.replace(path)


def _output(command: list[str]) -> str:
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()  # noqa: S603


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
