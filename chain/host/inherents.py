"""What the author tells the runtime about the world outside the block: the time, and a relay chain that agrees.

The relay chain is made up: a small trie holds exactly the items that `cumulus-pallet-parachain-system` reads, and all
its nodes are the proof. One relay block per relay slot, so its number and everything else follow from the block's own
time. Every version of the parachain inherent that runtimes in use may ask for is in here, and nowhere else:

- `sysi1337` (to SDK 2503): validation data, proof, downward and horizontal messages;
- `sysi1338` (since then): the same, then the relay headers after the relay parent, and the collator's peer id.

The runtime takes the newest one it knows. Item keys: SDK `polkadot_primitives::well_known_keys`; shape of the proof:
`RelayStateSproofBuilder`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import sr25519

from aipchain.chain.host.block import ZERO_HASH, Header
from aipchain.chain.host.host_functions.hashing import twox_64, twox_128
from aipchain.chain.host.scale import compact, u32, u64, vec
from aipchain.chain.host.trie import Trie, blake2_256

__all__ = ["RELAY_SLOT_MS", "BlockFacts", "inherent_data", "storage_prefix"]

RELAY_SLOT_MS = 6_000
"""Length of a relay chain slot [ms]."""

TIMESTAMP = b"timstap0"
PARACHAIN_V0 = b"sysi1337"
PARACHAIN_V1 = b"sysi1338"

MAX_POV_BYTES = 10 * 1024 * 1024
_GO_AHEAD = b"\x01"
_EMPTY_VECTOR = b"\x00"
_NO_PEER = b"\x00"
_BABE = b"BABE"
_PRE_RUNTIME, _SEAL = b"\x06", b"\x05"
_SECONDARY_PLAIN = b"\x02"
_MIB = 1024 * 1024

_HOST_CONFIGURATION = (
    3 * _MIB,  # max_code_size [bytes]
    20 * 1024,  # max_head_data_size [bytes]
    512,  # max_upward_queue_count
    _MIB,  # max_upward_queue_size [bytes]
    128 * 1024,  # max_upward_message_size [bytes]
    1_024,  # max_upward_message_num_per_candidate
    10,  # hrmp_max_message_num_per_candidate
    6,  # validation_upgrade_cooldown [relay blocks]
    6,  # validation_upgrade_delay [relay blocks]
    3,  # async_backing_params.max_candidate_depth
    2,  # async_backing_params.allowed_ancestry_len
)
"""`AbridgedHostConfiguration`, field by field."""

_UPWARD_CAPACITY = (174_762, _MIB)
"""What is left of the relay chain's queue for our upward messages: messages, bytes."""


@dataclass(frozen=True, slots=True)
class BlockFacts:
    """What a block's inherents are made from.

    `at_ms` is the block's chain time [ms]; `parent_header` the encoded parent; `upgrade_go_ahead` tells the runtime
    to enact the code it has announced; `relay_parent_offset` is how many relay blocks the runtime wants to see on top
    of its relay parent.
    """

    at_ms: int
    parent_header: bytes
    para_id: int
    upgrade_go_ahead: bool = False
    relay_parent_offset: int = 0


def inherent_data(facts: BlockFacts) -> bytes:
    """Return the SCALE form of `InherentData`: identifier to bytes, sorted."""
    relay_slot = facts.at_ms // RELAY_SLOT_MS
    relay_state = _relay_state(facts, relay_slot)
    common = b"".join(
        (
            vec(facts.parent_header),
            u32(relay_slot),
            relay_state.root(),
            u32(MAX_POV_BYTES),
            _vector([vec(node) for node in relay_state.proof_nodes()]),
            _EMPTY_VECTOR,
            _EMPTY_VECTOR,
        )
    )
    descendants = _vector(_relay_headers(relay_state.root(), relay_slot, facts.relay_parent_offset))
    return _map({PARACHAIN_V0: common, PARACHAIN_V1: common + descendants + _NO_PEER, TIMESTAMP: u64(facts.at_ms)})


@cache
def storage_prefix(pallet: str, item: str) -> bytes:
    """Return the 32 bytes that all keys of a storage item start with."""
    return twox_128(pallet.encode()) + twox_128(item.encode())


def _relay_state(facts: BlockFacts, relay_slot: int) -> Trie:
    changes: dict[bytes, bytes | None] = {
        storage_prefix("Babe", "CurrentSlot"): u64(relay_slot),
        _of_para("Paras", "Heads", facts.para_id): vec(facts.parent_header),
    }
    if facts.upgrade_go_ahead:
        changes[_of_para("Paras", "UpgradeGoAheadSignal", facts.para_id)] = _GO_AHEAD
    if facts.relay_parent_offset:
        changes[storage_prefix("Babe", "Authorities")] = _vector([_relay_author()[0] + u64(1)])
    return _quiet_relay_state(facts.para_id).changed(changes)


@cache
def _quiet_relay_state(para_id: int) -> Trie:
    """Return what never changes: the configuration, and no message in any queue."""
    return Trie(
        {
            storage_prefix("Configuration", "ActiveConfig"): b"".join(map(u32, _HOST_CONFIGURATION)),
            _of_para("Dmp", "DownwardMessageQueueHeads", para_id): ZERO_HASH,
            _of_para("Hrmp", "HrmpIngressChannelsIndex", para_id): _EMPTY_VECTOR,
            _of_para("Hrmp", "HrmpEgressChannelsIndex", para_id): _EMPTY_VECTOR,
            _RELAY_DISPATCH_QUEUE + _hashed_para(para_id): b"".join(map(u32, _UPWARD_CAPACITY)),
        }
    )


_RELAY_DISPATCH_QUEUE = bytes.fromhex("f5207f03cfdce586301014700e2c2593fad157e461d71fd4c1f936839a5f1f3e")
"""Prefix of `relay_dispatch_queue_remaining_capacity`, an alias that has no pallet and item name."""


def _relay_headers(first_state_root: bytes, slot: int, offset: int) -> list[bytes]:
    """Return `offset` + 1 sealed relay headers, hash-linked, the first with the proven state; none for offset 0."""
    if not offset:
        return []
    headers: list[bytes] = []
    parent = ZERO_HASH
    for step in range(offset + 1):
        claim = _PRE_RUNTIME + _BABE + vec(_SECONDARY_PLAIN + u32(0) + u64(slot + step))
        header = Header(parent, slot + step, ZERO_HASH if step else first_state_root, ZERO_HASH, (claim,))
        seal = _SEAL + _BABE + vec(sr25519.sign(_relay_author(), header.hash))
        sealed = Header(parent, header.number, header.state_root, ZERO_HASH, (claim, seal))
        headers.append(sealed.encode())
        parent = sealed.hash
    return headers


@cache
def _relay_author() -> tuple[bytes, bytes]:
    """Return the key pair of the made-up relay chain's only author; it guards nothing."""
    public, secret = sr25519.pair_from_seed(blake2_256(b"aipchain/made-up-relay-chain"))
    return bytes(public), bytes(secret)


def _of_para(pallet: str, item: str, para_id: int) -> bytes:
    return storage_prefix(pallet, item) + _hashed_para(para_id)


def _hashed_para(para_id: int) -> bytes:
    return twox_64(u32(para_id)) + u32(para_id)


def _vector(encoded: list[bytes]) -> bytes:
    return compact(len(encoded)) + b"".join(encoded)


def _map(entries: Mapping[bytes, bytes]) -> bytes:
    return compact(len(entries)) + b"".join(key + vec(entries[key]) for key in sorted(entries))
