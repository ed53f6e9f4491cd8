"""Proofs of validity of a market's blocks: `python tests/bench/pov.py [HOMES]`. Prints rows of "Other figures".

Each home has orders and readings, all are cleared and settled; each block is run again, recorded, and validated.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import figures
from stage import Stage, found

from aipchain.chain.artifact import load_artifact
from aipchain.chain.host.authoring import execute_block
from aipchain.chain.host.block import Block, Header
from aipchain.chain.host.executor import Runtime
from aipchain.chain.host.inherents import storage_prefix
from aipchain.chain.host.scale import read_compact
from aipchain.chain.host.state import State
from aipchain.chain.pov.candidate import candidate_of
from aipchain.chain.pov.validation import validate
from aipchain.orchestrator.chain_source import ChainSource, first_block_read
from aipchain.runtime_bridge.keys import development_account

ALICE = development_account("Alice")
BLOCK_WEIGHT = storage_prefix("System", "BlockWeight")


@dataclass(frozen=True)
class Proven:
    """One block: what its proof has and what its weight declares for it [bytes]; seconds of each step."""

    proof: int
    declared: int
    run_s: float
    record_s: float
    validate_s: float


def main() -> None:
    """Trade, then prove every block."""
    homes = int(sys.argv[1]) if len(sys.argv) > 1 else figures.MEMBERS
    stage = _traded(homes)
    blocks = list(_proven(stage))
    for what, measured in _measured(blocks):
        print(figures.other_row(what, measured, f"python tests/bench/pov.py {homes}"))


def _measured(blocks: Sequence[Proven]) -> Iterator[tuple[str, str]]:
    """What was measured, in words; a block that is not accepted ends the run before."""
    sizes = [block.proof for block in blocks]
    yield f"{len(blocks)} blocks of a market before `validate_block`", f"{len(blocks)} accepted"
    yield "proof of validity, median and largest", f"{median(sizes):,.0f} and {max(sizes):,} bytes"
    least = min(block.declared / block.proof for block in blocks)
    yield "declared proof size to real one, least", f"{least:.1f}"
    for what, times in (
        ("block run again, median and longest", [block.run_s for block in blocks]),
        ("its proof recorded, median and longest", [block.record_s for block in blocks]),
        ("block validated, median and longest", [block.validate_s for block in blocks]),
    ):
        yield what, f"{1_000 * median(times):.1f} and {1_000 * max(times):.1f} ms"


def _traded(homes: int) -> Stage:
    figures.MEMBERS, figures.ROUNDS = homes, 2
    stage = found(homes)
    list(figures._transfers(stage))
    list(figures._market(stage))
    return stage


def _proven(stage: Stage) -> Iterator[Proven]:
    runtime = Runtime(load_artifact().code, None)
    source, first = ChainSource(stage.connection), first_block_read(stage.connection)
    parent, state = first.header, first.state
    for number in range(1, source.height() + 1):
        block = source.block(source.block_hash(number) or b"")
        if block is None:
            raise LookupError(f"the chain has no block {number}")
        proven, state = _step(runtime, parent, state, block)
        parent = block.header
        yield proven


def _step(runtime: Runtime, parent: Header, state: State, block: Block) -> tuple[Proven, State]:
    started = time.perf_counter()
    execute_block(runtime, state, block)
    run = time.perf_counter()
    candidate, changes = candidate_of(runtime, state, parent, block, lambda _, message: ALICE.sign(message))
    recorded = time.perf_counter()
    validate(runtime, candidate)
    validated = time.perf_counter()
    state = state.applied(changes, consume=True)
    declared = _declared(state.get(BLOCK_WEIGHT) or b"")
    size = sum(map(len, candidate.proof))
    return Proven(size, declared, run - started, recorded - run, validated - recorded), state


def _declared(weights: bytes) -> int:
    """Add the proof sizes of a `PerDispatchClass<Weight>`: for each class time and proof, both compact."""
    total = at = 0
    while at < len(weights):
        _, at = read_compact(weights, at)
        size, at = read_compact(weights, at)
        total += size
    return total


if __name__ == "__main__":
    main()
