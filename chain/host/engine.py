"""The WebAssembly engine, set to accept what production nodes accept and nothing more, and its compiled-code cache.

Production runs the WebAssembly MVP with mutable globals. A runtime that needs more is refused here too, so whatever
runs locally also runs there. `wasm_reference_types` stays as it is: switching it off aborts the process in wasmtime 50.
"""

import os
import tempfile
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

import platformdirs
import wasmtime
import zstandard

from aipchain.chain.host.errors import UnusableRuntime

__all__ = [
    "COMPILED",
    "EXTRA_PAGES",
    "MAX_CODE_BYTES",
    "PAGE_BYTES",
    "compiled",
    "engine",
    "plain_code",
    "split_data",
]

COMPILED = platformdirs.user_cache_path("aipchain") / "compiled"
"""The folder in the user's cache where compiled runtimes are kept."""

PAGE_BYTES = 65_536
EXTRA_PAGES = 2_048
"""Memory a call may use beyond what the runtime starts with [pages]: the limit of production's block execution."""

MAX_CODE_BYTES = 50 * 1024 * 1024
"""Largest unpacked code, production's guard against compression bombs [bytes]."""

_COMPRESSED_PREFIX = bytes.fromhex("52bc537646db8e05")
_WASM_MAGIC = b"\x00asm\x01\x00\x00\x00"
_DATA_SECTION = 11
_CHECKSUM_BYTES = 32
_SETTINGS = "mvp-1"
"""Part of the cache key; change it with any setting below."""


@cache
def engine() -> wasmtime.Engine:
    """Return the process-wide engine."""
    config = wasmtime.Config()
    config.wasm_simd = False
    config.wasm_relaxed_simd = False
    config.wasm_bulk_memory = False
    config.wasm_multi_value = False
    config.wasm_multi_memory = False
    config.wasm_threads = False
    config.wasm_tail_call = False
    config.wasm_memory64 = False
    config.wasm_exceptions = False
    config.cranelift_nan_canonicalization = True
    config.max_wasm_stack = 1024 * 1024
    config.memory_reservation = 4 * 1024**3
    config.memory_may_move = False  # addresses handed to ctypes stay good when the memory grows
    return wasmtime.Engine(config)


def plain_code(code: bytes) -> bytes:
    """Return the WebAssembly binary of a runtime given as it is or compressed, as under `:code`.

    :raises UnusableRuntime: it is neither, or unpacks to more than `MAX_CODE_BYTES`.
    """
    if code.startswith(_COMPRESSED_PREFIX):
        code = _unpacked(code[len(_COMPRESSED_PREFIX) :])
    if len(code) > MAX_CODE_BYTES:
        raise UnusableRuntime(f"it is larger than {MAX_CODE_BYTES} bytes")
    if not code.startswith(_WASM_MAGIC):
        raise UnusableRuntime("it does not start as WebAssembly does")
    return code


def split_data(wasm: bytes) -> tuple[bytes, bytes]:
    """Split a WebAssembly binary into the module without its data section, and that section."""
    at, kept, section = len(_WASM_MAGIC), [wasm[: len(_WASM_MAGIC)]], b""
    while at < len(wasm):
        length, start = _leb128(wasm, at + 1)
        if wasm[at] == _DATA_SECTION:
            section = wasm[at : start + length]
        else:
            kept.append(wasm[at : start + length])
        at = start + length
    return b"".join(kept), section


def compiled(wasm: bytes, cache_dir: Path | None) -> wasmtime.Module:
    """Compile a module, or take it from the cache; an entry that is damaged, or made for another processor, is
    compiled again.

    :raises UnusableRuntime: the module is not valid under the engine's settings.
    """
    if cache_dir is None:
        return _compile(wasm)
    key = blake2b(wasm, digest_size=20, key=f"{version('wasmtime')} {_SETTINGS}".encode()).hexdigest()
    path = cache_dir / f"{key}.cwasm"
    kept = _kept(path)
    if kept is not None:
        return kept
    module = _compile(wasm)
    _keep(path, bytes(module.serialize()))
    return module


def _unpacked(frame: bytes) -> bytes:
    try:
        if zstandard.frame_content_size(frame) > MAX_CODE_BYTES:
            raise UnusableRuntime(f"it unpacks to more than {MAX_CODE_BYTES} bytes")
        return zstandard.ZstdDecompressor().decompress(frame, max_output_size=MAX_CODE_BYTES)
    except zstandard.ZstdError as error:
        raise UnusableRuntime(f"its compressed form is damaged ({error})") from error


def _compile(wasm: bytes) -> wasmtime.Module:
    try:
        return wasmtime.Module(engine(), wasm)
    except wasmtime.WasmtimeError as error:
        raise UnusableRuntime(str(error).splitlines()[0]) from error


def _kept(path: Path) -> wasmtime.Module | None:
    """Return what a cache entry holds if its checksum is right; the engine itself would trust damaged machine code."""
    try:
        content = path.read_bytes()
        checksum, machine_code = content[:_CHECKSUM_BYTES], content[_CHECKSUM_BYTES:]
        return wasmtime.Module.deserialize(engine(), machine_code) if checksum == _checksum(machine_code) else None
    except (OSError, wasmtime.WasmtimeError):
        return None


def _keep(path: Path, machine_code: bytes) -> None:
    """Write a cache entry whole or not at all; a cache that cannot be written is no reason to stop."""
    draft: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
        draft = Path(name)
        with os.fdopen(handle, "wb") as file:
            file.write(_checksum(machine_code) + machine_code)
        draft.replace(path)
    except OSError:
        if draft is not None:
            with suppress(OSError):
                draft.unlink(missing_ok=True)


def _checksum(content: bytes) -> bytes:
    return blake2b(content, digest_size=_CHECKSUM_BYTES).digest()


def _leb128(binary: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = binary[at] if at < len(binary) else 0
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
