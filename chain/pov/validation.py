"""The relay chain's check of a block: `validate_block`, which every parachain runtime brings along.

It rebuilds the proven part of the parent's state, runs the block on it with a trie and an overlay of its own, inside
the Wasm, and answers what the relay chain is to remember. Nothing of this host but memory, hashes and signatures takes
part, so it is a second opinion on every state root of ours.
"""

from dataclasses import dataclass
from typing import NoReturn

from aipchain.chain.host.errors import HostCallFailed, RuntimePanicked
from aipchain.chain.host.executor import Runtime
from aipchain.chain.host.overlay import Overlay
from aipchain.chain.host.scale import read_compact, read_u32, read_vec
from aipchain.chain.pov.candidate import Candidate
from aipchain.chain.pov.errors import CandidateRefused

__all__ = ["ValidationResult", "validate"]


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """What the relay chain is to remember of an accepted block; messages stay encoded."""

    head_data: bytes
    new_validation_code: bytes | None
    upward_messages: tuple[bytes, ...]
    horizontal_messages: tuple[tuple[int, bytes], ...]
    processed_downward_messages: int
    hrmp_watermark: int


def validate(runtime: Runtime, candidate: Candidate) -> ValidationResult:
    """Let the runtime check a candidate by nothing but what is in it.

    :raises CandidateRefused: it does not accept it.
    """
    try:
        answer = runtime.call("validate_block", candidate.encode(), Overlay(_NoState()))
    except RuntimePanicked as error:
        raise CandidateRefused(candidate.block.number, _said(error.panic)) from error
    except HostCallFailed as error:
        raise CandidateRefused(candidate.block.number, error.reason) from error
    return _decoded(answer)


def _said(panic: str) -> str:
    """Return what a panic says, without the place in the code above it and compared values below."""
    lines = panic.splitlines()
    return (lines[1] if len(lines) > 1 else panic).removesuffix(".")


class _NoState:
    """In the place of a state: whoever validates has none, and asking for it is an error, as on the relay chain."""

    def get(self, key: bytes) -> bytes | None:
        _refuse(key)

    def next_key(self, key: bytes) -> bytes | None:
        _refuse(key)

    def child_get(self, child: bytes, key: bytes) -> bytes | None:
        _refuse(child + key)

    def child_next_key(self, child: bytes, key: bytes) -> bytes | None:
        _refuse(child + key)


def _refuse(key: bytes) -> NoReturn:
    raise LookupError(f"validation asked the host for the key 0x{key.hex()}")


def _decoded(answer: bytes) -> ValidationResult:
    head_data, at = read_vec(answer)
    has_code, at = answer[at], at + 1
    code, at = read_vec(answer, at) if has_code else (None, at)
    upward, at = _messages(answer, at)
    count, at = read_compact(answer, at)
    horizontal = []
    for _ in range(count):
        recipient, at = read_u32(answer, at)
        message, at = read_vec(answer, at)
        horizontal.append((recipient, message))
    processed, at = read_u32(answer, at)
    watermark, _ = read_u32(answer, at)
    return ValidationResult(head_data, code, upward, tuple(horizontal), processed, watermark)


def _messages(answer: bytes, at: int) -> tuple[tuple[bytes, ...], int]:
    count, at = read_compact(answer, at)
    found = []
    for _ in range(count):
        message, at = read_vec(answer, at)
        found.append(message)
    return tuple(found), at
