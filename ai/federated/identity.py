"""Who speaks: every request and every task is signed, so nobody else answers under a client's name.

A device's key (ed25519) or an account's (sr25519) serves; the coordinator knows the public key of each invited client,
and clients know the coordinator's. What is signed names the federation, the client, its session and the round, so
nothing can be sent again elsewhere. Signatures keep others from lying, not from reading: beyond one machine, put the
coordinator behind TLS.
"""

from collections.abc import Callable
from hashlib import blake2b
from typing import Final, Protocol

import ed25519_zebra
import sr25519

__all__ = ["DIGEST", "SIGNATURE", "Signer", "bytes_of", "digest_of", "signed_words", "verified"]

_CONTEXT: Final = "aipchain/federated/v1"

DIGEST: Final = "X-Aipchain-Digest"
SIGNATURE: Final = "X-Aipchain-Signature"
"""Heads of a request and of a task."""


class Signer(Protocol):
    """A key that signs with ed25519 or sr25519."""

    @property
    def public(self) -> bytes:
        """32 bytes."""
        ...

    def sign(self, message: bytes) -> bytes:
        """64 bytes."""
        ...


def signed_words(federation: str, words: str, length: int, digest: str) -> bytes:
    """What is signed of a message.

    :param words: what it is, from whom and for which round, as its path says.
    :param length: of its body [bytes].
    :param digest: see `digest_of`.
    """
    return "\n".join((_CONTEXT, federation, words, str(length), digest)).encode()


def digest_of(body: bytes) -> str:
    """Digest of a message's body."""
    return blake2b(body, digest_size=32).hexdigest()


def verified(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the owner of the key signed the message."""
    return any(_verified(scheme, public, message, signature) for scheme in (_ed25519, _sr25519))


def bytes_of(told: str) -> bytes:
    """What hexadecimal digits say; nothing if they are none."""
    try:
        return bytes.fromhex(told)
    except ValueError:
        return b""


def _verified(scheme: Callable[[bytes, bytes, bytes], bool], public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        return scheme(public, message, signature)
    except ValueError:
        return False


def _ed25519(public: bytes, message: bytes, signature: bytes) -> bool:
    return bool(ed25519_zebra.ed_verify(signature, message, public))


def _sr25519(public: bytes, message: bytes, signature: bytes) -> bool:
    return bool(sr25519.verify(signature, message, public))
