"""Signed extrinsics, version 4: what is signed, how it is laid out, how long it lives.

The transaction extensions come from the metadata, in its order; one that this client does not know and that adds bytes
makes signing impossible rather than wrong.
"""

from dataclasses import dataclass
from hashlib import blake2b
from typing import Protocol

from aipchain.runtime_bridge.codec import compact
from aipchain.runtime_bridge.errors import ForeignRuntime
from aipchain.runtime_bridge.keys import Scheme
from aipchain.runtime_bridge.metadata import Call, Metadata
from aipchain.units import Balance

__all__ = ["Era", "SignedExtrinsic", "Signer", "extrinsic_hash", "sign"]

_SIGNED_V4 = b"\x84"
_ADDRESS_ID = b"\x00"
_LONGEST_PLAIN_PAYLOAD = 256
"""Longer payloads are hashed before signing [bytes]."""


class Signer(Protocol):
    """An account that can sign, wherever its secret is: `keys.AccountKey`, or another process."""

    @property
    def public(self) -> bytes:
        """The account: 32 bytes."""

    @property
    def scheme(self) -> Scheme:
        """How it signs."""

    def sign(self, message: bytes) -> bytes:
        """Sign: 64 bytes."""


@dataclass(frozen=True, slots=True)
class Era:
    """The blocks that may include an extrinsic: `period` of them (a power of two, 4 to 4,096) from block `birth` on."""

    period: int
    birth: int
    birth_hash: bytes

    @property
    def last_block(self) -> int:
        """The last block that can include the extrinsic."""
        return self.birth + self.period - 1

    def encode(self) -> bytes:
        """Write the era: two bytes with the period's exponent and the phase."""
        exponent = self.period.bit_length() - 1
        return (exponent - 1 | (self.birth % self.period) << 4).to_bytes(2, "little")


@dataclass(frozen=True, slots=True)
class SignedExtrinsic:
    """An extrinsic ready to send, and what decides its fate; `purpose` is the sender's own note."""

    extrinsic: bytes
    hash: bytes
    account: bytes
    nonce: int
    birth: int
    last_block: int
    purpose: str = ""


def extrinsic_hash(extrinsic: bytes) -> bytes:
    """Hash an extrinsic as nodes do: 32 bytes of BLAKE2b over all of it, length prefix included."""
    return blake2b(extrinsic, digest_size=32).digest()


def sign(
    metadata: Metadata,
    genesis_hash: bytes,
    call: Call,
    key: Signer,
    *,
    nonce: int,
    era: Era,
    tip: Balance = Balance(0),  # noqa: B008 - a number
    purpose: str = "",
) -> SignedExtrinsic:
    """Sign `call` with the account's next `nonce`.

    :raises ForeignRuntime: the runtime asks for a transaction extension unknown here.
    """
    extra, additional = _extensions(metadata, genesis_hash, nonce, era, tip)
    payload = call + extra + additional
    if len(payload) > _LONGEST_PLAIN_PAYLOAD:
        payload = blake2b(payload, digest_size=32).digest()
    body = b"".join((_SIGNED_V4, _ADDRESS_ID, key.public, bytes((key.scheme,)), key.sign(payload), extra, call))
    extrinsic = compact(len(body)) + body
    return SignedExtrinsic(extrinsic, extrinsic_hash(extrinsic), key.public, nonce, era.birth, era.last_block, purpose)


def _extensions(metadata: Metadata, genesis_hash: bytes, nonce: int, era: Era, tip: Balance) -> tuple[bytes, bytes]:
    version = metadata.version
    known = {
        "CheckSpecVersion": (b"", version.spec_version.to_bytes(4, "little")),
        "CheckTxVersion": (b"", version.transaction_version.to_bytes(4, "little")),
        "CheckGenesis": (b"", genesis_hash),
        "CheckMortality": (era.encode(), era.birth_hash),
        "CheckNonce": (compact(nonce), b""),
        "ChargeTransactionPayment": (compact(tip), b""),
        "CheckMetadataHash": (b"\x00", b"\x00"),
    }
    extra, additional = [], []
    for extension in metadata.signed_extensions:
        in_extrinsic, in_signature = known.get(extension.name, (b"", b""))
        if extension.in_extrinsic != bool(in_extrinsic) or extension.in_signature != bool(in_signature):
            raise ForeignRuntime(metadata.title, (f"the transaction extension {extension.name} is not known here",))
        extra.append(in_extrinsic)
        additional.append(in_signature)
    return b"".join(extra), b"".join(additional)
