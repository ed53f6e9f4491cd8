"""A whole chain before the second oracle: each block made a candidate and validated, from a first state on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from aipchain.chain.host.block import Block, Header
from aipchain.chain.host.executor import Runtime
from aipchain.chain.host.genesis import CODE
from aipchain.chain.host.runtimes import PENDING_CODE
from aipchain.chain.host.state import State
from aipchain.chain.pov.candidate import Candidate, Sign, candidate_of
from aipchain.chain.pov.errors import CandidateRefused
from aipchain.chain.pov.validation import ValidationResult, validate

__all__ = ["Validated", "validated"]


@dataclass(frozen=True, slots=True)
class Validated:
    """A block that was accepted: by which runtime, what validators were given, and what they answer."""

    runtime: Runtime
    candidate: Candidate
    result: ValidationResult


def validated(
    parent: Header, state: State, blocks: Iterable[Block], sign: Sign, cache_dir: Path | None = None
) -> Iterator[Validated]:
    """Yield each block that follows `parent`, whose state is `state` and is used up, once it is accepted.

    :param sign: seals blocks that have no seal.
    :param cache_dir: where compiled runtimes are kept between runs.
    :raises BlockRefused: the runtime stopped over a block before it could be proven.
    :raises CandidateRefused: a block is not accepted, or another one than it is.
    """
    runtimes: dict[bytes, Runtime] = {}
    for block in blocks:
        code = state.get(PENDING_CODE) or state.get(CODE) or b""
        runtime = runtimes.get(code) or runtimes.setdefault(code, Runtime(code, cache_dir))
        candidate, changes = candidate_of(runtime, state, parent, block, sign)
        result = validate(runtime, candidate)
        if result.head_data != candidate.block.header.encode():
            raise CandidateRefused(block.number, "the accepted header is not the block's")
        yield Validated(runtime, candidate, result)
        parent, state = block.header, state.applied(changes, consume=True)
