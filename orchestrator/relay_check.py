"""The relay chain's own check, `validate_block`, for every block of a chain that is at hand.

It comes with the runtime and runs each block inside the Wasm, on nothing but a proof, so it shares no trie, overlay or
state with the embedded host. The first block that it does not accept ends the check and is named with the cause.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from aipchain.chain.errors import BlockRefused
from aipchain.chain.host.block import Block
from aipchain.chain.pov.candidate import Sign
from aipchain.chain.pov.errors import CandidateRefused
from aipchain.chain.pov.oracle import validated
from aipchain.orchestrator.chain_source import ChainSource, FirstBlock
from aipchain.orchestrator.errors import Incomplete

__all__ = ["RelayReport", "check_as_relay_chain"]


@dataclass(frozen=True, slots=True)
class RelayReport:
    """How many of `blocks` were accepted; `fault` is what ended the check before.

    `sizes` has the length of each accepted block with its proof [bytes], which the relay chain limits.
    """

    blocks: int
    sizes: tuple[int, ...]
    fault: str | None

    @property
    def accepted(self) -> int:
        """Blocks that passed."""
        return len(self.sizes)


def check_as_relay_chain(
    source: ChainSource,
    first: FirstBlock,
    sign: Sign,
    *,
    cache_dir: Path | None = None,
    on_block: Callable[[int, int], None] = lambda _, __: None,
) -> RelayReport:
    """Validate every final block of `source` from `first` on; `on_block` is told each one accepted, and the last.

    :param sign: seals blocks that have no seal, as those of the embedded host and of a stock node's development mode.
    """
    height = source.height()
    sizes: list[int] = []
    fault = None
    try:
        for one in validated(first.header, first.state, _blocks(source, height), sign, cache_dir):
            sizes.append(len(one.candidate.block_data()))
            on_block(len(sizes), height)
    except (BlockRefused, CandidateRefused, Incomplete) as error:
        fault = str(error)
    return RelayReport(height, tuple(sizes), fault)


def _blocks(source: ChainSource, height: int) -> Iterator[Block]:
    for number in range(1, height + 1):
        block_hash = source.block_hash(number)
        block = None if block_hash is None else source.block(block_hash)
        if block is None:
            raise Incomplete(f"block {number} of {height}")
        yield block
