"""The executor on small WebAssembly runtimes: what a call sees, leaves behind, and how it fails."""

import subprocess
import sys
import threading
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path

import pytest
import structlog
import zstandard
from wasmtime import wat2wasm

from aipchain.chain.host import fast_linker
from aipchain.chain.host.engine import MAX_CODE_BYTES
from aipchain.chain.host.errors import HostCallFailed, RuntimePanicked, UnknownFunction, UnusableRuntime
from aipchain.chain.host.executor import Runtime
from aipchain.chain.host.overlay import Overlay
from aipchain.chain.host.scale import u32, vec
from aipchain.chain.host.state import Changes, State
from aipchain.chain.host.trie import blake2_256
from aipchain.errors import InputError, OperationError

COMPRESSED_PREFIX = bytes.fromhex("52bc537646db8e05")

HEAD = """
  (import "env" "ext_storage_set_version_1" (func $set (param i64 i64)))
  (import "env" "ext_storage_get_version_1" (func $get (param i64) (result i64)))
  (import "env" "ext_storage_start_transaction_version_1" (func $start))
  (import "env" "ext_storage_commit_transaction_version_1" (func $commit))
  (import "env" "ext_storage_root_version_2" (func $root (param i32) (result i64)))
  (import "env" "ext_hashing_blake2_256_version_1" (func $blake2 (param i64) (result i32)))
  (import "env" "ext_logging_log_version_1" (func $log (param i32 i64 i64)))
  (import "env" "ext_misc_runtime_version_version_1" (func $version_of (param i64) (result i64)))
  (import "env" "ext_allocator_malloc_version_1" (func $malloc (param i32) (result i32)))
  (import "env" "ext_allocator_free_version_1" (func $free (param i32)))
  (import "env" "ext_nobody_knows_version_9" (func $unknown (param i64) (result i32)))
  (import "env" "memory" (memory 1))
  (global (export "__heap_base") i32 (i32.const 1024))
  (global $calls (mut i32) (i32.const 0))
  (data (i32.const 64) "runtime")
  (data (i32.const 80) "the market is closed")
  (data (i32.const 112) "key")
  (data (i32.const 128) "value")
  (func $span (param i32 i32) (result i64)
    (i64.or (i64.extend_i32_u (local.get 0)) (i64.shl (i64.extend_i32_u (local.get 1)) (i64.const 32))))
"""

BODIES = {
    "echo": "(call $span (local.get $at) (local.get $length))",
    "write": "(call $set (call $span (local.get $at) (local.get $length)) (call $span (i32.const 128) (i32.const 5)))"
    " (i64.const 0)",
    "count": "(global.set $calls (i32.add (global.get $calls) (i32.const 1)))"
    " (i32.store8 (i32.const 128) (i32.add (i32.load8_u (i32.const 128)) (global.get $calls)))"
    " (call $span (i32.const 128) (i32.const 5))",
    "panic": "(call $set (call $span (i32.const 112) (i32.const 3)) (call $span (i32.const 128) (i32.const 5)))"
    " (call $log (i32.const 0) (call $span (i32.const 64) (i32.const 7)) (call $span (i32.const 80) (i32.const 20)))"
    " unreachable",
    "stop": "unreachable",
    "recurse": "(call $go_recurse (local.get $at) (local.get $length))",
    "leave_open": "(call $start) (call $set (call $span (i32.const 112) (i32.const 3)) (i64.const 0)) (i64.const 0)",
    "close_foreign": "(call $commit) (i64.const 0)",
    "unknown": "(drop (call $unknown (i64.const 0))) (i64.const 0)",
    "out_of_memory": "(drop (call $malloc (i32.const 33554433))) (i64.const 0)",
    "free_wrongly": "(call $free (i32.const 512)) (i64.const 0)",
    "read_outside": "(drop (call $blake2 (i64.const 0x7fffffff00000000))) (i64.const 0)",
    "return_outside": "(i64.const 0x7fffffff00000000)",
    "root": "(call $root (i32.const 1))",
    "grow": "(drop (call $malloc (i32.const 4000000)))"
    " (call $span (call $blake2 (call $span (i32.const 128) (i32.const 5))) (i32.const 32))",
    "version_of": "(call $version_of (call $span (local.get $at) (local.get $length)))",
}


def code(extra: str = "") -> bytes:
    """Assemble the runtime, with more in it if wanted."""
    functions = "".join(
        f'(func $go_{name} (export "{name}") (param $at i32) (param $length i32) (result i64) {body})'
        for name, body in BODIES.items()
    )
    return bytes(wat2wasm(f"(module {HEAD} {functions} {extra})"))


@pytest.fixture(scope="module", params=[True, False], ids=["unchecked", "public"])
def runtime(request: pytest.FixtureRequest) -> Runtime:
    """Return the runtime, its host functions bound in either way."""
    return Runtime(code(), None, fast=request.param)


@pytest.fixture
def overlay() -> Overlay:
    """Return an overlay over a state with one entry."""
    return Overlay(State({b"a": b"1"}))


def test_the_fast_way_works_here() -> None:
    """The pinned engine passes the trial; were it not so, the figures of the documentation would be off."""
    assert fast_linker.usable()


@pytest.mark.parametrize("argument", [b"", b"x", b"argument" * 10_000])
def test_bytes_go_in_and_come_out(runtime: Runtime, overlay: Overlay, argument: bytes) -> None:
    """Arguments of any size, larger than the memory was at first too."""
    assert runtime.call("echo", argument, overlay) == argument


def test_a_call_changes_the_overlay_only(runtime: Runtime, overlay: Overlay) -> None:
    """Writes wait in the overlay."""
    runtime.call("write", b"key", overlay)

    assert overlay.drain() == Changes({b"key": b"value"}, {})


def test_each_call_starts_from_a_fresh_instance(runtime: Runtime, overlay: Overlay) -> None:
    """Memory and globals of the last call are gone."""
    assert runtime.call("count", b"", overlay) == runtime.call("count", b"", overlay) == b"walue"


def test_a_panic_carries_the_runtimes_words_and_undoes_the_call(runtime: Runtime, overlay: Overlay) -> None:
    """The last error line is the reason; it is told once, in the exception, and nothing of the call is kept."""
    overlay.set(b"b", b"before")
    with structlog.testing.capture_logs() as logged, pytest.raises(RuntimePanicked) as caught:
        runtime.call("panic", b"", overlay)

    assert (caught.value.function, caught.value.panic) == ("panic", "the market is closed")
    assert isinstance(caught.value, OperationError)
    assert logged == []
    assert overlay.drain() == Changes({b"b": b"before"}, {})


@pytest.mark.parametrize(("function", "words"), [("stop", "unreachable"), ("recurse", "call stack exhausted")])
def test_a_silent_stop_tells_the_engines_reason(runtime: Runtime, overlay: Overlay, function: str, words: str) -> None:
    """A runtime that dies without a word, or never ends its recursion, still leaves a reason."""
    with pytest.raises(RuntimePanicked, match=words):
        runtime.call(function, b"", overlay)


@pytest.mark.parametrize(
    ("function", "host_function", "reason"),
    [
        ("unknown", "ext_nobody_knows_version_9", "this host has no function ext_nobody_knows_version_9"),
        ("close_foreign", "ext_storage_commit_transaction_version_1", "no open transaction to commit"),
        ("out_of_memory", "ext_allocator", "more than 32 MiB"),
        ("free_wrongly", "ext_allocator", "not allocated"),
        ("read_outside", "ext_hashing_blake2_256_version_1", "outside the runtime's memory"),
    ],
)
def test_a_refused_host_call_ends_the_call_and_nothing_else(
    runtime: Runtime, overlay: Overlay, function: str, host_function: str, reason: str
) -> None:
    """The exception names the host function and why; the next call works."""
    overlay.set(b"b", b"before")
    with pytest.raises(HostCallFailed, match=reason) as caught:
        runtime.call(function, b"", overlay)

    assert (caught.value.function, caught.value.host_function) == (function, host_function)
    assert runtime.call("echo", b"on we go", overlay) == b"on we go"
    assert overlay.drain() == Changes({b"b": b"before"}, {})


def test_an_answer_outside_the_memory_is_refused(runtime: Runtime, overlay: Overlay) -> None:
    """A wild pointer is never followed."""
    with pytest.raises(RuntimePanicked, match="outside the runtime's memory"):
        runtime.call("return_outside", b"", overlay)


def test_what_is_not_exported_cannot_be_called(runtime: Runtime, overlay: Overlay) -> None:
    """A wrong name is the caller's mistake, and bad input."""
    with pytest.raises(UnknownFunction, match="no function Core_nothing") as caught:
        runtime.call("Core_nothing", b"", overlay)

    assert isinstance(caught.value, InputError)
    assert "echo" in runtime.functions


def test_a_transaction_left_open_is_undone(runtime: Runtime, overlay: Overlay) -> None:
    """As in production, only what was committed counts."""
    overlay.start_transaction()
    runtime.call("leave_open", b"", overlay)
    overlay.commit_transaction()

    assert not overlay.drain()


def test_the_root_comes_from_where_the_caller_says(runtime: Runtime, overlay: Overlay) -> None:
    """By default from the overlay's state; or from the given function, which gets the changes so far."""
    overlay.set(b"b", b"2")

    assert runtime.call("root", b"", overlay) == State({b"a": b"1", b"b": b"2"}).root()
    assert runtime.call("root", b"", overlay, lambda changes: b"".join(changes.top)) == b"b"


def test_memory_grown_during_the_call_is_seen(runtime: Runtime, overlay: Overlay) -> None:
    """Answers are written past the end that the memory had at first."""
    assert runtime.call("grow", b"", overlay) == blake2_256(b"value")


def test_a_failing_root_function_ends_the_call_with_its_own_error(runtime: Runtime, overlay: Overlay) -> None:
    """An exception of ours inside a callback becomes a trap, and its cause stays attached."""

    def fail(_changes: Changes) -> bytes:
        raise KeyError("disk")

    with pytest.raises(HostCallFailed, match="disk") as caught:
        runtime.call("root", b"", overlay, fail)
    assert isinstance(caught.value.__cause__, KeyError)


def test_an_interrupt_inside_a_callback_stays_an_interrupt(runtime: Runtime, overlay: Overlay) -> None:
    """Ctrl-C is not the runtime's fault."""

    def interrupt(_changes: Changes) -> bytes:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runtime.call("root", b"", overlay, interrupt)
    assert not overlay.drain()


def test_a_runtime_does_not_call_itself(runtime: Runtime, overlay: Overlay) -> None:
    """One call at a time: a call from inside a callback is refused."""

    def again(_changes: Changes) -> bytes:
        return runtime.call("echo", b"", overlay)

    with pytest.raises(HostCallFailed, match="called from inside root"):
        runtime.call("root", b"", overlay, again)


def test_threads_take_turns(runtime: Runtime) -> None:
    """Calls from several threads each see their own overlay."""
    overlays = [Overlay(State()) for _ in range(4)]

    def work(index: int) -> None:
        for _ in range(20):
            runtime.call("write", b"key%d" % index, overlays[index])

    threads = [threading.Thread(target=work, args=(index,)) for index in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [overlay.drain().top for overlay in overlays] == [{b"key%d" % index: b"value"} for index in range(4)]


def test_the_version_is_decoded() -> None:
    """All fields of `Core_version`, and the code's hash."""
    encoded = vec(b"aipchain") + vec(b"host") + u32(1) + u32(7) + u32(3) + b"\x04" + b"\xdf" * 8 + u32(5) + u32(2)
    encoded += b"\x01"
    text = "".join(f"\\{byte:02x}" for byte in encoded)
    answer = f"""(data (i32.const 512) "{text}") (func (export "Core_version") (param i32 i32) (result i64)
      (i64.const {512 | len(encoded) << 32}))"""
    wasm = code(answer)
    runtime = Runtime(wasm, None)

    version = runtime.version
    assert (version.spec_name, version.impl_name) == ("aipchain", "host")
    assert (version.authoring_version, version.spec_version, version.impl_version) == (1, 7, 3)
    assert version.apis == ((b"\xdf" * 8, 5),)
    assert (version.transaction_version, version.system_version) == (2, 1)
    assert version.encoded == encoded
    assert runtime.code_hash == blake2_256(wasm)


def test_compressed_code_runs() -> None:
    """As it stands under `:code`, with production's prefix; the hash is of what was given."""
    packed = COMPRESSED_PREFIX + zstandard.compress(code())
    runtime = Runtime(packed, None)

    assert runtime.call("echo", b"x", Overlay(State())) == b"x"
    assert runtime.code_hash == blake2_256(packed)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (lambda: b"", "does not start as WebAssembly"),
        (lambda: b"MZ" + bytes(100), "does not start as WebAssembly"),
        (lambda: COMPRESSED_PREFIX + b"no frame", "damaged"),
        (lambda: COMPRESSED_PREFIX + zstandard.compress(code())[:-50], "damaged"),
        (lambda: COMPRESSED_PREFIX + zstandard.compress(bytes(MAX_CODE_BYTES + 1)), "unpacks to more than"),
        (lambda: code()[:-20], "."),
        (lambda: wat2wasm("(module)"), "does not import its memory"),
        (lambda: wat2wasm('(module (import "env" "memory" (memory 1)))'), "__heap_base"),
        (lambda: wat2wasm('(module (import "wasi" "exit" (func)) (import "env" "memory" (memory 1)))'), "wasi.exit"),
    ],
    ids=["nothing", "another format", "no frame", "cut frame", "bomb", "cut module", "no memory", "no heap", "WASI"],
)
def test_what_is_no_runtime_is_refused_with_the_reason(bad: Callable[[], bytes], reason: str) -> None:
    """Bad code is bad input, in one clear sentence."""
    with pytest.raises(UnusableRuntime, match=reason) as caught:
        Runtime(bytes(bad()), None)
    assert isinstance(caught.value, InputError)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "beyond",
    [
        "(func (drop (v128.const i64x2 0 0)))",
        "(func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))",
        "(func (result i32 i32) (i32.const 0) (i32.const 0))",
        "(func $again (return_call $again))",
        "(memory 1)",
        "(tag) (func (throw 0))",
    ],
    ids=["simd", "bulk memory", "multi-value", "tail call", "second memory", "exceptions"],
)
def test_what_production_refuses_is_refused_here(beyond: str) -> None:
    """The WebAssembly MVP and nothing more."""
    with pytest.raises(UnusableRuntime):
        Runtime(code(beyond), None)


def test_compiled_code_is_kept_and_a_damaged_copy_is_replaced(tmp_path: Path) -> None:
    """The second load takes the file; a file with one bit wrong is compiled again."""
    Runtime(code(), tmp_path)
    (kept,) = tmp_path.iterdir()
    size = kept.stat().st_size

    assert Runtime(code(), tmp_path).call("echo", b"x", Overlay(State())) == b"x"
    damaged = bytearray(kept.read_bytes())
    damaged[size // 2] ^= 1
    kept.write_bytes(damaged)
    assert Runtime(code(), tmp_path).call("echo", b"y", Overlay(State())) == b"y"
    assert [path.stat().st_size for path in tmp_path.iterdir()] == [size]


def test_compiled_code_of_another_machine_is_replaced(tmp_path: Path) -> None:
    """An entry that is whole but not for this engine, as in a home that two machines share, is compiled anew."""
    Runtime(code(), tmp_path)
    (kept,) = tmp_path.iterdir()
    foreign = b"machine code of another processor"
    kept.write_bytes(blake2b(foreign, digest_size=32).digest() + foreign)

    assert Runtime(code(), tmp_path).call("echo", b"x", Overlay(State())) == b"x"
    assert kept.stat().st_size > len(foreign) + 32


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    """A file where the folder should be costs only time."""
    blocked = tmp_path / "file"
    blocked.write_text("in the way")

    assert Runtime(code(), blocked / "cache").call("echo", b"x", Overlay(State())) == b"x"


def test_the_host_survives_in_a_process_of_its_own() -> None:
    """Refusals and panics end in exceptions there too: no abort, no message of the C library."""
    script = (
        "import sys\n"
        "from aipchain.chain.host.executor import Runtime\n"
        "from aipchain.chain.host.overlay import Overlay\n"
        "from aipchain.chain.host.state import State\n"
        "runtime = Runtime(sys.stdin.buffer.read(), None)\n"
        "for name in ('panic', 'unknown', 'read_outside', 'free_wrongly', 'recurse'):\n"
        "    try:\n"
        "        runtime.call(name, b'', Overlay(State()))\n"
        "    except Exception as error:\n"
        "        print(type(error).__name__)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], input=code(), capture_output=True, check=False)

    assert (ended.returncode, ended.stderr) == (0, b"")
    assert ended.stdout.decode().split() == ["RuntimePanicked", *["HostCallFailed"] * 3, "RuntimePanicked"]
