"""Each host function against its definition, called from WebAssembly as a runtime calls it."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

import ed25519_zebra
import pytest
import sr25519
import structlog
from coincurve import PrivateKey
from wasmtime import wat2wasm

from aipchain.chain.host.errors import HostCallFailed
from aipchain.chain.host.executor import Runtime
from aipchain.chain.host.host_functions.hashing import twox_64, twox_128
from aipchain.chain.host.overlay import Overlay
from aipchain.chain.host.scale import compact, u32, vec
from aipchain.chain.host.state import CHILD_PREFIX, State
from aipchain.chain.host.trie import EMPTY_ROOT, Trie, ordered_root

NONE = b"\x00"


@dataclass(frozen=True)
class Pointer:
    """Bytes passed by their address alone."""

    content: bytes


@dataclass(frozen=True)
class Room:
    """Memory the host may write into, passed as a span; the same room in two calls is the same memory."""

    name: str
    length: int


@dataclass(frozen=True)
class I32:
    """A plain 32-bit argument."""

    value: int


Argument = bytes | Pointer | Room | I32  # bytes are passed as a span


@dataclass(frozen=True)
class Ask:
    """One call of a host function; `answer` is what its result is: a span, an integer, or a digest of so many bytes."""

    name: str
    arguments: tuple[Argument, ...] = ()
    answer: str | int | None = None


def ask(name: str, *arguments: Argument, answer: str | int | None = None) -> Ask:
    """Write a call down."""
    return Ask(name, arguments, answer)


class Assembly:
    """Collects what the calls pass, and writes the code that pushes it."""

    def __init__(self) -> None:
        self.content = b""
        self.rooms: dict[Room, int] = {}

    def pushed(self, argument: Argument) -> tuple[str, str]:
        """Return the type of an argument, and the code that pushes it."""
        if isinstance(argument, I32):
            return "i32", f"(i32.const {argument.value})"
        if isinstance(argument, Room):
            if argument not in self.rooms:
                self.rooms[argument] = self.placed(b"." * argument.length)
            return "i64", span_of(f"(i32.add (local.get $at) (i32.const {self.rooms[argument]}))", argument.length)
        content = argument.content if isinstance(argument, Pointer) else argument
        address = f"(i32.add (local.get $at) (i32.const {self.placed(content)}))"
        return ("i32", address) if isinstance(argument, Pointer) else ("i64", span_of(address, len(content)))

    def placed(self, content: bytes) -> int:
        """Add content to what is passed, and return where it stands."""
        at = len(self.content)
        self.content += content
        return at


def runtime(*asks: Ask) -> tuple[bytes, bytes]:
    """Return WebAssembly that makes the calls in turn and returns the last answer, and the argument it needs."""
    assembly, lines, imports = Assembly(), [], {}
    for one in asks:
        pushed = [assembly.pushed(argument) for argument in one.arguments]
        call = f"(call ${one.name} {' '.join(code for _, code in pushed)})"
        result, line = answered(one.answer, call)
        kinds = " ".join(kind for kind, _ in pushed)
        imports[one.name] = f'(import "env" "{one.name}" (func ${one.name} (param {kinds}) {result}))'
        lines.append(line)
    text = f"""(module {" ".join(imports.values())} (import "env" "memory" (memory 1))
      (global (export "__heap_base") i32 (i32.const 1024))
      (func (export "go") (param $at i32) (param $length i32) (result i64) (local $answer i64)
        {" ".join(lines)} (local.get $answer)))"""
    return bytes(wat2wasm(text)), assembly.content + bytes(8)


def answered(answer: str | int | None, call: str) -> tuple[str, str]:
    """Return the result type of a call, and the code that keeps its answer as a span."""
    if answer is None:
        return "", call
    if answer == "span":
        return "(result i64)", f"(local.set $answer {call})"
    if answer in {"i32", "i64"}:
        kept = span_of("(local.get $at)", 4 if answer == "i32" else 8)
        return f"(result {answer})", f"({answer}.store (local.get $at) {call}) (local.set $answer {kept})"
    return "(result i32)", f"(local.set $answer {span_of(call, int(answer))})"


def span_of(address: str, length: int) -> str:
    """Write the code for a span of known length."""
    return f"(i64.or (i64.extend_i32_u {address}) (i64.const {length << 32}))"


Play = Callable[..., bytes]


@pytest.fixture(params=[True, False], ids=["unchecked", "public"])
def play(request: pytest.FixtureRequest) -> Play:
    """Return a function that makes host calls over an overlay, bound in either way."""

    def played(overlay: Overlay, *asks: Ask, log_level: int = 2) -> bytes:
        code, argument = runtime(*asks)
        host = Runtime(code, None, log_level=log_level, entropy=lambda count: b"\x07" * count, fast=request.param)
        return host.call("go", argument, overlay)

    return played


@pytest.fixture
def overlay() -> Overlay:
    """Return an overlay over a small state with one child trie."""
    top = {b"a": b"value", b"list": b"\x04i", b"p1": b"1", b"p2": b"2", b"p3": b"3"}
    return Overlay(State(top, {b"child": {b"x": b"in child", b"y": b"2"}}))


def some(content: bytes) -> bytes:
    """Encode an optional byte vector that is there."""
    return b"\x01" + vec(content)


# Storage. Both families answer alike; `prefix` arguments name the child trie.

FAMILIES = pytest.mark.parametrize(
    ("family", "trie"), [("ext_storage", ()), ("ext_default_child_storage", (b"child",))], ids=["top", "child"]
)


@FAMILIES
def test_get_answers_an_option(play: Play, overlay: Overlay, family: str, trie: tuple[bytes, ...]) -> None:
    """The encoded value, or none; a value just set counts."""
    put = ask(f"{family}_set_version_1", *trie, b"new", b"v" * 100)

    assert play(overlay, ask(f"{family}_get_version_1", *trie, b"nothing", answer="span")) == NONE
    assert play(overlay, put, ask(f"{family}_get_version_1", *trie, b"new", answer="span")) == some(b"v" * 100)
    known = (b"x", b"in child") if trie else (b"a", b"value")
    assert play(overlay, ask(f"{family}_get_version_1", *trie, known[0], answer="span")) == some(known[1])


@FAMILIES
def test_exists_and_clear(play: Play, overlay: Overlay, family: str, trie: tuple[bytes, ...]) -> None:
    """One while there is a value, zero after it is cleared."""
    key = b"x" if trie else b"a"
    exists = ask(f"{family}_exists_version_1", *trie, key, answer="i32")

    assert play(overlay, exists) == u32(1)
    assert play(overlay, ask(f"{family}_clear_version_1", *trie, key), exists) == u32(0)


@FAMILIES
@pytest.mark.parametrize(
    ("offset", "room", "rest", "written"),
    [(0, 8, 8, b"12345678"), (0, 3, 8, b"123"), (6, 8, 2, b"78"), (8, 8, 0, b""), (99, 8, 0, b"")],
)
def test_read_fills_and_tells_the_rest(
    play: Play,
    overlay: Overlay,
    family: str,
    trie: tuple[bytes, ...],
    offset: int,
    room: int,
    rest: int,
    written: bytes,
) -> None:
    """The answer is the value's length from the offset on, however little of it fits; the rest of the room stays."""
    out = Room("out", room)
    put = ask(f"{family}_set_version_1", *trie, b"k", b"12345678")
    read = ask(f"{family}_read_version_1", *trie, b"k", out, I32(offset), answer="span")

    assert play(overlay, put, ask("ext_storage_set_version_1", b"seen", out), read) == b"\x01" + u32(rest)
    play(overlay, put, read, ask("ext_storage_set_version_1", b"seen", out))
    assert overlay.get(b"seen") == written.ljust(room, b".")


@FAMILIES
def test_read_of_nothing_is_none(play: Play, overlay: Overlay, family: str, trie: tuple[bytes, ...]) -> None:
    """And the room stays as it was."""
    out = Room("out", 4)
    read = ask(f"{family}_read_version_1", *trie, b"nothing", out, I32(0), answer="span")

    assert play(overlay, read) == NONE
    play(overlay, read, ask("ext_storage_set_version_1", b"seen", out))
    assert overlay.get(b"seen") == b"...."


@FAMILIES
def test_next_key_answers_an_option(play: Play, overlay: Overlay, family: str, trie: tuple[bytes, ...]) -> None:
    """The next key of the same trie, or none after the last."""
    first, second, last = (b"x", b"y", b"y") if trie else (b"a", b"list", b"p3")

    assert play(overlay, ask(f"{family}_next_key_version_1", *trie, first, answer="span")) == some(second)
    assert play(overlay, ask(f"{family}_next_key_version_1", *trie, last, answer="span")) == NONE


def test_append_grows_a_vector(play: Play, overlay: Overlay) -> None:
    """The count goes up and the item follows; a missing vector is begun."""
    play(overlay, ask("ext_storage_append_version_1", b"list", b"jj"), ask("ext_storage_append_version_1", b"n", b"k"))

    assert (overlay.get(b"list"), overlay.get(b"n")) == (b"\x08ijj", b"\x04k")


def test_clear_prefix_tells_whether_some_are_left(play: Play, overlay: Overlay) -> None:
    """0 for all, 1 for some remaining, with the number of keys of the state that were looked at."""
    limited = ask("ext_storage_clear_prefix_version_2", b"p", b"\x01" + u32(2), answer="span")
    whole = ask("ext_storage_clear_prefix_version_2", b"p", NONE, answer="span")

    assert play(overlay, limited) == b"\x01" + u32(2)
    assert overlay.next_key(b"list") == b"p3"
    assert play(overlay, whole) == b"\x00" + u32(3)
    assert overlay.next_key(b"list") is None


def test_child_clear_prefix_and_kill_answer_alike(play: Play, overlay: Overlay) -> None:
    """A child trie is cleared by prefix, or whole."""
    by_prefix = ask("ext_default_child_storage_clear_prefix_version_2", b"child", b"x", NONE, answer="span")
    limited = ask("ext_default_child_storage_storage_kill_version_3", b"child", b"\x01" + u32(1), answer="span")
    whole = ask("ext_default_child_storage_storage_kill_version_3", b"child", NONE, answer="span")

    assert play(overlay, by_prefix) == b"\x00" + u32(1)
    assert overlay.child_next_key(b"child", b"") == b"y"
    assert play(overlay, limited) == b"\x01" + u32(1)
    assert play(overlay, whole) == b"\x00" + u32(2)
    assert overlay.child_next_key(b"child", b"") is None


def test_transactions_nest(play: Play, overlay: Overlay) -> None:
    """Rolled back changes are gone, committed ones stay."""
    start, commit, rollback = (
        ask(f"ext_storage_{verb}_transaction_version_1") for verb in ("start", "commit", "rollback")
    )

    def put(key: bytes) -> Ask:
        return ask("ext_storage_set_version_1", key, b"v")

    play(overlay, start, put(b"outer"), start, put(b"undone"), rollback, start, put(b"kept"), commit, commit)

    assert [overlay.get(key) for key in (b"outer", b"undone", b"kept")] == [b"v", None, b"v"]


def test_the_root_counts_what_is_pending(play: Play, overlay: Overlay) -> None:
    """32 plain bytes: the root over state, changes and child tries."""
    put = ask("ext_storage_set_version_1", b"new", b"v" * 40)
    child_put = ask("ext_default_child_storage_set_version_1", b"child", b"z", b"3")
    child = Trie({b"x": b"in child", b"y": b"2", b"z": b"3"}).root()
    top = {b"a": b"value", b"list": b"\x04i", b"p1": b"1", b"p2": b"2", b"p3": b"3", b"new": b"v" * 40}

    root = play(overlay, put, child_put, ask("ext_storage_root_version_2", I32(1), answer="span"))

    assert root == Trie(top | {CHILD_PREFIX + b"child": child}).root()


def test_a_child_root_counts_what_is_pending(play: Play, overlay: Overlay) -> None:
    """And stands in the top trie from then on; a child trie that is not there has the empty root."""
    put = ask("ext_default_child_storage_set_version_1", b"child", b"z", b"3")
    root = ask("ext_default_child_storage_root_version_2", b"child", I32(1), answer="span")
    missing = ask("ext_default_child_storage_root_version_2", b"missing", I32(1), answer="span")
    expected = Trie({b"x": b"in child", b"y": b"2", b"z": b"3"}).root()

    assert play(overlay, put, root) == expected == overlay.get(CHILD_PREFIX + b"child")
    assert play(overlay, missing) == EMPTY_ROOT


@pytest.mark.parametrize(
    "root",
    [
        ask("ext_storage_root_version_2", I32(0), answer="span"),
        ask("ext_default_child_storage_root_version_2", b"child", I32(0), answer="span"),
    ],
)
def test_another_layout_of_the_state_is_refused(play: Play, overlay: Overlay, root: Ask) -> None:
    """A root over a layout that the state is not kept in would be wrong, so there is none."""
    with pytest.raises(HostCallFailed, match="asked for V0"):
        play(overlay, root)


# Hashing: digests published with each algorithm, or known from every Substrate chain.


@pytest.mark.parametrize(
    ("name", "content", "digest"),
    [
        ("twox_64", b"", "99e9d85137db46ef"),
        ("twox_128", b"System", "26aa394eea5630e07c48ae0c9558cef7"),
        ("twox_128", b"Account", "b99d880ec681799c0cf30e8886371da9"),
        ("blake2_128", b"", "cae66941d9efbd404e4d88758ea67670"),
        ("blake2_256", b"", "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"),
        ("blake2_256", b"abc", "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"),
        ("keccak_256", b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        ("keccak_256", b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
    ],
)
def test_hashes_are_the_published_ones(play: Play, overlay: Overlay, name: str, content: bytes, digest: str) -> None:
    """A pointer to the digest."""
    hashed = ask(f"ext_hashing_{name}_version_1", content, answer=len(digest) // 2)

    assert play(overlay, hashed).hex() == digest


@pytest.mark.parametrize("length", [*range(1, 40), 63, 64, 65, 1_000])
def test_twox_agrees_with_the_library_at_every_length(play: Play, overlay: Overlay, length: int) -> None:
    """The hash inside WebAssembly handles stripes, words and single bytes as xxHash does."""
    content = bytes(7 * n % 256 for n in range(length))

    assert play(overlay, ask("ext_hashing_twox_64_version_1", content, answer=8)) == twox_64(content)
    assert play(overlay, ask("ext_hashing_twox_128_version_1", content, answer=16)) == twox_128(content)


# Signatures.

RFC8032_PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
RFC8032_SIGNATURE = bytes.fromhex(
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
)
IDENTITY = b"\x01" + bytes(31)


@pytest.mark.parametrize(
    ("signature", "message", "public", "valid"),
    [
        (RFC8032_SIGNATURE, b"", RFC8032_PUBLIC, 1),
        (RFC8032_SIGNATURE, b"x", RFC8032_PUBLIC, 0),
        (RFC8032_SIGNATURE, b"", IDENTITY, 0),
        (bytes(64), b"", b"\xff" * 32, 0),
        # ZIP 215, by which Substrate verifies: points of small order are points.
        (IDENTITY + bytes(32), b"anything", IDENTITY, 1),
    ],
    ids=["RFC 8032 test 1", "other message", "other key", "no point", "small order"],
)
def test_ed25519_verify(
    play: Play, overlay: Overlay, signature: bytes, message: bytes, public: bytes, valid: int
) -> None:
    """One for a good signature, zero for anything else."""
    verify = ask("ext_crypto_ed25519_verify_version_1", Pointer(signature), message, Pointer(public), answer="i32")

    assert play(overlay, verify) == u32(valid)


def test_ed25519_verify_takes_what_a_meter_signs(play: Play, overlay: Overlay) -> None:
    """A device key's signature over a reading."""
    secret, public = ed25519_zebra.ed_from_seed(b"\x05" * 32)
    signature = ed25519_zebra.ed_sign(secret, b"reading")
    verify = ask("ext_crypto_ed25519_verify_version_1", Pointer(signature), b"reading", Pointer(public), answer="i32")

    assert play(overlay, verify) == u32(1)


def test_sr25519_verify(play: Play, overlay: Overlay) -> None:
    """One for a good signature, zero for a wrong message, key or malformed bytes."""
    pair = sr25519.pair_from_seed(b"\x01" * 32)
    other = sr25519.pair_from_seed(b"\x02" * 32)[0]
    signature = sr25519.sign(pair, b"message")

    def verified(claimed: bytes, message: bytes, public: bytes) -> bytes:
        return play(
            overlay,
            ask("ext_crypto_sr25519_verify_version_2", Pointer(claimed), message, Pointer(public), answer="i32"),
        )

    assert verified(signature, b"message", pair[0]) == u32(1)
    assert verified(signature, b"massage", pair[0]) == u32(0)
    assert verified(signature, b"message", other) == u32(0)
    assert verified(bytes(64), b"message", pair[0]) == u32(0)
    assert verified(signature, b"message", b"\xff" * 32) == u32(0)


def recovered(play: Play, overlay: Overlay, signature: bytes, message: bytes) -> bytes:
    """Ask for the signer."""
    name = "ext_crypto_secp256k1_ecdsa_recover_compressed_version_2"
    return play(overlay, ask(name, Pointer(signature), Pointer(message), answer="span"))


@pytest.mark.parametrize("offset", [0, 27], ids=["v from 0", "v from 27"])
def test_ecdsa_recover_finds_the_signer(play: Play, overlay: Overlay, offset: int) -> None:
    """The compressed key after a zero, whether v counts from 0 or, as Ethereum's, from 27."""
    key, message = PrivateKey(b"\x09" * 32), blake2b(b"m", digest_size=32).digest()
    signature = key.sign_recoverable(message, hasher=None)
    signature = signature[:64] + bytes((signature[64] + offset,))

    assert recovered(play, overlay, signature, message) == b"\x00" + key.public_key.format(compressed=True)


@pytest.mark.parametrize(
    ("signature", "reason"),
    [
        (b"\xff" * 32 + b"\x01" * 33, "0100"),
        (b"\x01" * 64 + b"\x04", "0101"),
        (b"\x01" * 64 + b"\x1f", "0101"),
        (bytes(64) + b"\x00", "0102"),
    ],
    ids=["r past the order", "v of 4", "v of 31", "zero"],
)
def test_ecdsa_recover_names_what_is_wrong(play: Play, overlay: Overlay, signature: bytes, reason: str) -> None:
    """An error: 0 for r and s, 1 for v, 2 for a signature of nobody."""
    assert recovered(play, overlay, signature, b"\x01" * 32).hex() == reason


def test_a_session_key_is_made_and_signs(play: Play, overlay: Overlay) -> None:
    """The key kept for a purpose signs for that purpose only."""
    generate = ask("ext_crypto_sr25519_generate_version_1", Pointer(b"aura"), NONE, answer=32)
    seeded = ask("ext_crypto_sr25519_generate_version_1", Pointer(b"aura"), some(b"0x" + b"03" * 32), answer=32)
    public = sr25519.pair_from_seed(b"\x07" * 32)[0]

    def signed(purpose: bytes) -> bytes:
        sign = ask("ext_crypto_sr25519_sign_version_1", Pointer(purpose), Pointer(public), b"message", answer="span")
        return play(overlay, generate, sign)

    assert play(overlay, generate) == public
    assert play(overlay, seeded) == sr25519.pair_from_seed(b"\x03" * 32)[0]
    assert signed(b"aura")[:1] == b"\x01"
    assert sr25519.verify(signed(b"aura")[1:], b"message", public)
    assert signed(b"babe") == NONE


# The rest.


@pytest.mark.parametrize("layout", [0, 1])
def test_ordered_root(play: Play, overlay: Overlay, layout: int) -> None:
    """The root over a vector of values, in either layout."""
    values = [b"v%d" % n * 20 for n in range(70)]
    encoded = compact(len(values)) + b"".join(vec(value) for value in values)
    name = "ext_trie_blake2_256_ordered_root_version_2"

    assert play(overlay, ask(name, encoded, I32(layout), answer=32)) == ordered_root(values, layout)
    assert play(overlay, ask(name, b"\x00", I32(layout), answer=32)) == EMPTY_ROOT


def test_ordered_root_of_what_is_no_vector_is_refused(play: Play, overlay: Overlay) -> None:
    """The call ends with the reason, and the process goes on."""
    with pytest.raises(HostCallFailed, match=r"ordered_root.*: a vector of 63 bytes"):
        play(overlay, ask("ext_trie_blake2_256_ordered_root_version_2", b"\x04\xfc", I32(1), answer=32))


def test_no_proof_is_recorded(play: Play, overlay: Overlay) -> None:
    """The size of the storage proof is the largest number, which turns proof-size reclaim off."""
    size = ask("ext_storage_proof_size_storage_proof_size_version_1", answer="i64")

    assert play(overlay, size) == b"\xff" * 8


def test_the_offchain_index_is_noted(play: Play, overlay: Overlay) -> None:
    """Values and removals are kept apart from the state."""
    play(overlay, ask("ext_offchain_index_set_version_1", b"k", b"v"), ask("ext_offchain_index_clear_version_1", b"g"))

    assert overlay.offchain_changes() == {b"k": b"v", b"g": None}
    assert not overlay.changes()


def test_lines_are_logged_at_their_level(play: Play, overlay: Overlay) -> None:
    """The runtime counts levels from 0, error; prints are debug; what is too talkative is dropped."""
    lines = [
        ask("ext_logging_log_version_1", I32(0), b"pallet", b"broken"),
        ask("ext_logging_log_version_1", I32(1), b"pallet", b"odd \xff"),
        ask("ext_logging_log_version_1", I32(4), b"pallet", b"chatter"),
        ask("ext_misc_print_utf8_version_1", b"text"),
        ask("ext_misc_print_hex_version_1", b"\x0a"),
    ]
    with structlog.testing.capture_logs() as logged:
        play(overlay, *lines, log_level=4)

    assert [(line["log_level"], line["target"], line["event"]) for line in logged] == [
        ("error", "pallet", "broken"),
        ("warning", "pallet", "odd \N{REPLACEMENT CHARACTER}"),
        ("debug", "print", "text"),
        ("debug", "print", "0x0a"),
    ]


def test_the_wanted_log_level_is_told(play: Play, overlay: Overlay) -> None:
    """So that the runtime need not format what nobody reads."""
    level = ask("ext_logging_max_level_version_1", answer="i32")

    assert play(overlay, level, log_level=3) == u32(3)


def test_the_version_of_other_code_is_asked_of_that_code(play: Play, overlay: Overlay) -> None:
    """`Core_version` of the given code, or none when it is no runtime."""
    encoded = vec(b"other") + vec(b"impl") + u32(1) + u32(7) + u32(0) + b"\x00" + u32(2) + b"\x01"
    text = "".join(f"\\{byte:02x}" for byte in encoded)
    code = wat2wasm(f"""(module (import "env" "memory" (memory 1)) (data (i32.const 64) "{text}")
      (global (export "__heap_base") i32 (i32.const 1024))
      (func (export "Core_version") (param i32 i32) (result i64) (i64.const {64 | len(encoded) << 32})))""")
    name = "ext_misc_runtime_version_version_1"

    assert play(overlay, ask(name, bytes(code), answer="span")) == some(encoded)
    assert play(overlay, ask(name, b"no code", answer="span")) == NONE
