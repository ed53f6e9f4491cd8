"""A block as the relay chain's validators get it: the parent's header, the sealed block, and a proof.

The proof is the part of the parent's state that the block looks at, recorded while it runs once more. Types:
`polkadot_parachain_primitives::primitives::ValidationParams`, `cumulus_primitives_core::ParachainBlockData`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from aipchain.chain.host.authoring import run_block
from aipchain.chain.host.block import HASH_BYTES, Block, Header, aura_seal
from aipchain.chain.host.executor import Runtime
from aipchain.chain.host.inherents import storage_prefix
from aipchain.chain.host.overlay import Overlay
from aipchain.chain.host.scale import compact, read_compact, read_u32, read_vec, u32, vec
from aipchain.chain.host.state import Changes, ReadState, State
from aipchain.chain.pov.recorder import Recorder

__all__ = ["Candidate", "Sign", "candidate_of"]

Sign = Callable[[bytes, bytes], bytes]
"""From an author's public Aura key (sr25519, 32 bytes) and a hash to the author's signature (64 bytes)."""

_VERSION_1 = b"VERSIONEDPBD\x01"
"""Marks `ParachainBlockData` of version 1: blocks, then their proof."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What validators are given for one block.

    `parent_head` is the parent's encoded header; `proof` has the items of a compact proof of the parent's state.
    """

    parent_head: bytes
    block: Block
    proof: tuple[bytes, ...]
    relay_parent_number: int
    relay_parent_storage_root: bytes

    def block_data(self) -> bytes:
        """Return the SCALE form of block and proof, the part that may not exceed the relay chain's limit."""
        proof = compact(len(self.proof)) + b"".join(map(vec, self.proof))
        return _VERSION_1 + compact(1) + self.block.encode() + proof

    def encode(self) -> bytes:
        """Return the SCALE form of all."""
        relay_parent = u32(self.relay_parent_number) + self.relay_parent_storage_root
        return vec(self.parent_head) + vec(self.block_data()) + relay_parent


def candidate_of(runtime: Runtime, state: State, parent: Header, block: Block, sign: Sign) -> tuple[Candidate, Changes]:
    """Run `block` once more on the state of its parent; return what validators need, and what the block changes.

    :param sign: called for a block that has no seal.
    :raises BlockRefused: the runtime stopped over it.
    """
    recorder = Recorder(state)
    overlay = Overlay(state, recorder)
    run_block(runtime, overlay, block)
    recorder.write(overlay.written())
    number, storage_root = _relay_parent(overlay)
    proof = tuple(recorder.proof())
    return Candidate(parent.encode(), _sealed(block, state, sign), proof, number, storage_root), overlay.drain()


def _relay_parent(overlay: Overlay) -> tuple[int, bytes]:
    """Read the relay block that a block was made on from what it left behind (`PersistedValidationData`)."""
    left = overlay.get(storage_prefix("ParachainSystem", "ValidationData")) or b""
    number, at = read_u32(left, read_vec(left)[1])
    return number, left[at : at + HASH_BYTES]


def _sealed(block: Block, state: ReadState, sign: Sign) -> Block:
    """Return the block with its author's seal; the embedded host makes blocks without."""
    header = block.header
    if header != header.unsealed():
        return block
    seal = aura_seal(sign(_author(header, state), header.hash))
    return replace(block, header=replace(header, digest=(*header.digest, seal)))


def _author(header: Header, state: ReadState) -> bytes:
    """Return the public key whose turn it was in the header's slot."""
    authorities = state.get(storage_prefix("AuraExt", "Authorities")) or b""
    count, start = read_compact(authorities)
    at = start + (header.slot or 0) % count * HASH_BYTES
    return authorities[at : at + HASH_BYTES]
