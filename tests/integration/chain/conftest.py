"""A chain in memory, and a wallet that signs for its development accounts."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import pytest
from scalecodec.base import RuntimeConfigurationObject, ScaleBytes
from scalecodec.type_registry import load_type_registry_preset
from substrateinterface import Keypair

from aipchain.chain.host.scale import compact, read_vec, u32, vec
from aipchain.chain.node import Node, SimulatedClock

START_MS = 1_475_445_600_000
"""2016-10-02 22:00 UTC, where the demo data starts [ms]."""

SIGNED_V4 = b"\x84"
SR25519 = b"\x01"
IMMORTAL = b"\x00"
NO_METADATA_HASH = b"\x00"


@pytest.fixture
def clock() -> SimulatedClock:
    """A clock that stands at the start of the demo data."""
    return SimulatedClock(START_MS)


@pytest.fixture
def node(clock: SimulatedClock) -> Iterator[Node]:
    """A fresh development chain in memory, on the committed runtime."""
    with Node.open(None, clock=clock) as opened:
        yield opened


@dataclass(frozen=True)
class Wallet:
    """Signs calls for one chain; `metadata` and `codec` are its runtime's."""

    codec: Any
    metadata: Any
    genesis_hash: bytes
    spec_version: int
    transaction_version: int

    def call(self, module: str, function: str, **arguments: object) -> bytes:
        """Encode a call."""
        made = self.codec.create_scale_object("Call", metadata=self.metadata)
        made.encode({"call_module": module, "call_function": function, "call_args": arguments})
        return bytes(made.data.data)

    def account(self, uri: str) -> str:
        """Return the public key of a development account as clients write it."""
        public_key: bytes = Keypair.create_from_uri(uri).public_key
        return "0x" + public_key.hex()

    def signed(self, uri: str, nonce: int, call: bytes, tip: int = 0) -> bytes:
        """Sign a call as the development account `uri`, without a last block."""
        key = Keypair.create_from_uri(uri)
        explicit, implicit = self._extensions(nonce, tip)
        payload = call + explicit + implicit
        hashed = blake2b(payload, digest_size=32).digest() if len(payload) > 256 else payload
        account = b"\x00" + key.public_key
        return vec(SIGNED_V4 + account + SR25519 + key.sign(hashed) + explicit + call)

    def upgrade(self, code: bytes) -> bytes:
        """Encode the call with which an administrator puts another runtime in force."""
        inner = {
            "call_module": "System",
            "call_function": "set_code_without_checks",
            "call_args": {"code": "0x" + code.hex()},
        }
        return self.call("Sudo", "sudo_unchecked_weight", call=inner, weight={"ref_time": 0, "proof_size": 0})

    def transfer(self, sender: str, nonce: int, to: str, value: int, tip: int = 0) -> bytes:
        """Sign a transfer of `value` base units."""
        call = self.call("Balances", "transfer_keep_alive", dest=self.account(to), value=value)
        return self.signed(sender, nonce, call, tip)

    def _extensions(self, nonce: int, tip: int) -> tuple[bytes, bytes]:
        known = {
            "CheckSpecVersion": (b"", u32(self.spec_version)),
            "CheckTxVersion": (b"", u32(self.transaction_version)),
            "CheckGenesis": (b"", self.genesis_hash),
            "CheckMortality": (IMMORTAL, self.genesis_hash),
            "CheckNonce": (compact(nonce), b""),
            "ChargeTransactionPayment": (compact(tip), b""),
            "CheckMetadataHash": (NO_METADATA_HASH, b"\x00"),
        }
        parts = [known.get(name, (b"", b"")) for name in self.metadata.get_signed_extensions()]
        return b"".join(explicit for explicit, _ in parts), b"".join(implicit for _, implicit in parts)


@pytest.fixture(scope="session")
def wallet() -> Wallet:
    """A wallet for any development chain of the committed runtime."""
    with Node.open(None, clock=SimulatedClock(START_MS)) as node:
        return wallet_of(node)


def wallet_of(node: Node) -> Wallet:
    """Read a chain's metadata and make a wallet for it."""
    codec = RuntimeConfigurationObject(implements_scale_info=True)
    codec.update_type_registry(load_type_registry_preset("core"))
    encoded, _ = read_vec(node.call("Metadata_metadata_at_version", u32(14)), 1)
    metadata = codec.create_scale_object("MetadataVersioned", ScaleBytes(encoded))
    metadata.decode()
    codec.add_portable_registry(metadata)
    version = node.runtime_version()
    return Wallet(codec, metadata, node.genesis_hash, version.spec_version, version.transaction_version)
