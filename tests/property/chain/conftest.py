"""A development chain before its first block, and how the blocks after it are made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from aipchain.chain.artifact import load_artifact
from aipchain.chain.host.authoring import Authored, author_block, consensus_of
from aipchain.chain.host.block import Header
from aipchain.chain.host.engine import COMPILED
from aipchain.chain.host.executor import Runtime
from aipchain.chain.host.state import State
from aipchain.chain.node import Node, SimulatedClock
from aipchain.chain.rpc.local import LocalTransport
from aipchain.orchestrator.chain_source import first_block_read
from aipchain.runtime_bridge.connection import connect
from aipchain.runtime_bridge.extrinsics import Era, sign
from aipchain.runtime_bridge.keys import AccountKey
from aipchain.runtime_bridge.metadata import Call, Metadata

START_MS = 1_475_445_600_000
SLOT_MS = 6_000


@dataclass(frozen=True, slots=True, repr=False)
class Chain:
    """The committed runtime, a node of it, and the chain's first block and state."""

    runtime: Runtime
    node: Node
    metadata: Metadata
    header: Header
    state: State

    def signed(self, key: AccountKey, nonce: int, call: Call) -> bytes:
        """Sign a call for the chain's first 64 blocks."""
        era = Era(64, 0, self.header.hash)
        return sign(self.metadata, self.header.hash, call, key, nonce=nonce, era=era).extrinsic

    def author(self, parent: Header, state: State, transactions: Sequence[bytes]) -> Authored:
        """Make the block after `parent`, one slot later; nothing keeps it."""
        consensus, at_ms = consensus_of(self.runtime, state), START_MS + parent.number * SLOT_MS
        return author_block(self.runtime, consensus, state, parent, at_ms=at_ms, transactions=transactions)


@pytest.fixture(scope="module")
def chain() -> Iterator[Chain]:
    """A development chain of the module's own, before its first block."""
    runtime = Runtime(load_artifact().code, COMPILED)
    with Node.open(None, clock=SimulatedClock(START_MS)) as node, connect(LocalTransport(node)) as connection:
        first = first_block_read(connection)
        yield Chain(runtime, node, connection.metadata, first.header, first.state)
