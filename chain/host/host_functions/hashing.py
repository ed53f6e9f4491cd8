"""`ext_hashing_*`: hashes of a span, given as a pointer to a fixed-size digest.

The runtime's own calls of the twox hashes are answered beside it (twox.py); here they serve the host, for storage keys.
"""

from hashlib import blake2b

from Crypto.Hash import keccak
from xxhash import xxh64_intdigest

from aipchain.chain.host.fast_linker import HostFunction
from aipchain.chain.host.host_functions.guest import Guest

__all__ = ["functions", "keccak_256", "twox_64", "twox_128"]


def twox_64(content: bytes) -> bytes:
    """Hash with xxHash64, seed 0, little endian, 8 bytes."""
    return xxh64_intdigest(content, 0).to_bytes(8, "little")


def twox_128(content: bytes) -> bytes:
    """Hash with xxHash64, seeds 0 and 1, each little endian, 16 bytes."""
    return (xxh64_intdigest(content, 0) | xxh64_intdigest(content, 1) << 64).to_bytes(16, "little")


def keccak_256(content: bytes) -> bytes:
    """Hash with Keccak-256 (the padding before SHA-3), 32 bytes."""
    return bytes(keccak.new(data=content, digest_bits=256).digest())


def functions(guest: Guest) -> dict[str, HostFunction]:
    """Return this family's host functions by import name."""
    read, give = guest.read, guest.give
    return {
        "ext_hashing_blake2_128_version_1": lambda span: give(blake2b(read(span), digest_size=16).digest()),
        "ext_hashing_blake2_256_version_1": lambda span: give(blake2b(read(span), digest_size=32).digest()),
        "ext_hashing_keccak_256_version_1": lambda span: give(keccak_256(read(span))),
    }
