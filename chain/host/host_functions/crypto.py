"""`ext_crypto_*`: signature checks, and the session keys a runtime may make and use."""

import ed25519_zebra
import sr25519
from coincurve import PublicKey

from aipchain.chain.host.fast_linker import HostFunction
from aipchain.chain.host.host_functions.guest import Guest
from aipchain.chain.host.scale import option, read_vec

__all__ = ["functions", "recover_compressed"]

_CURVE_ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141
_BAD_RS, _BAD_V, _BAD_SIGNATURE = b"\x01\x00", b"\x01\x01", b"\x01\x02"
_ETHEREUM_V = 27


def functions(guest: Guest) -> dict[str, HostFunction]:
    """Return this family's host functions by import name."""
    read = guest.read

    def read_at(pointer: int, length: int) -> bytes:
        return guest.memory.read(pointer, length)

    def ed25519_verify(signature: int, message: int, public: int) -> int:
        return bool(ed25519_zebra.ed_verify(read_at(signature, 64), read(message), read_at(public, 32)))

    def sr25519_verify(signature: int, message: int, public: int) -> int:
        claimed, signed, key = read_at(signature, 64), read(message), read_at(public, 32)
        try:
            return bool(sr25519.verify(claimed, signed, key))
        except ValueError:  # how the library says that signature or key is malformed
            return 0

    def ecdsa_recover(signature: int, message: int) -> int:
        return guest.give_span(recover_compressed(read_at(signature, 65), read_at(message, 32)))

    def sr25519_generate(purpose: int, seed: int) -> int:
        public, secret = sr25519.pair_from_seed(_seed(guest, read(seed)))
        guest.keys[read_at(purpose, 4), public] = secret
        return guest.give(public)

    def sr25519_sign(purpose: int, public: int, message: int) -> int:
        known = read_at(public, 32)
        secret = guest.keys.get((read_at(purpose, 4), known))
        return guest.give_span(option(None if secret is None else sr25519.sign((known, secret), read(message))))

    return {
        "ext_crypto_ed25519_verify_version_1": ed25519_verify,
        "ext_crypto_sr25519_verify_version_2": sr25519_verify,
        "ext_crypto_secp256k1_ecdsa_recover_compressed_version_2": ecdsa_recover,
        "ext_crypto_sr25519_generate_version_1": sr25519_generate,
        "ext_crypto_sr25519_sign_version_1": sr25519_sign,
    }


def recover_compressed(signature: bytes, message: bytes) -> bytes:
    """Recover a secp256k1 key from r, s and v (0 to 3, or Ethereum's 27 to 30) over a 32-byte hash.

    Returns the runtime's encoded result: 0 and the compressed key, or 1 and the reason (0 r or s, 1 v, 2 signature).
    """
    v = signature[64] - _ETHEREUM_V if signature[64] >= _ETHEREUM_V else signature[64]
    if v > 3:
        return _BAD_V
    if max(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")) >= _CURVE_ORDER:
        return _BAD_RS
    try:
        key = PublicKey.from_signature_and_message(signature[:64] + bytes((v,)), message, hasher=None)
    except ValueError:
        return _BAD_SIGNATURE
    return b"\x00" + key.format(compressed=True)


def _seed(guest: Guest, encoded: bytes) -> bytes:
    """Read an optional seed, which is text; this host takes 32 bytes in hex, or makes its own."""
    if encoded[:1] == b"\x00":
        return guest.entropy(32)
    text = read_vec(encoded, 1)[0].decode()
    seed = bytes.fromhex(text.removeprefix("0x"))
    if len(seed) != 32:
        raise ValueError("a seed for session keys is 32 bytes in hex")
    return seed
