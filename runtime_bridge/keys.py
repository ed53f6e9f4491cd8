"""Keys: sr25519 or ed25519 accounts that sign extrinsics, ed25519 devices that sign readings.

Secrets come from a URI, a mnemonic or a keystore file, never from a command line and never from the chain's file, and
no `repr` or error shows them. Development keys are public knowledge: anyone can sign with them.
"""

import os
import stat
from dataclasses import dataclass, field
from enum import IntEnum
from hashlib import blake2b
from pathlib import Path

import ed25519_zebra
import sr25519
from substrateinterface import Keypair, KeypairType
from substrateinterface.utils.ss58 import ss58_decode, ss58_encode

from aipchain.runtime_bridge.errors import UnusableKey

__all__ = [
    "DEVELOPMENT_NAMES",
    "SS58_PREFIX",
    "AccountKey",
    "DeviceKey",
    "Scheme",
    "account_from_mnemonic",
    "account_from_seed",
    "account_from_uri",
    "account_of",
    "address_of",
    "create_account",
    "development_account",
    "development_device",
    "device_from_seed",
    "load_account",
    "verify_device_signature",
]

SS58_PREFIX = 42
DEVELOPMENT_NAMES = ("Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie")
"""The accounts that the development genesis endows."""


class Scheme(IntEnum):
    """How an account signs; the value is the tag of a signature in an extrinsic."""

    ED25519 = 0
    SR25519 = 1


@dataclass(frozen=True, slots=True)
class AccountKey:
    """An account that can sign."""

    public: bytes
    _secret: bytes = field(repr=False)
    scheme: Scheme = Scheme.SR25519

    def sign(self, message: bytes) -> bytes:
        """Sign: 64 bytes; different each time with sr25519, always the same with ed25519."""
        if self.scheme is Scheme.ED25519:
            return bytes(ed25519_zebra.ed_sign(self._secret, message))
        return bytes(sr25519.sign((self.public, self._secret), message))

    @property
    def address(self) -> str:
        """The SS58 address."""
        return address_of(self.public)


@dataclass(frozen=True, slots=True)
class DeviceKey:
    """A meter's key."""

    public: bytes
    _seed: bytes = field(repr=False)

    def sign(self, message: bytes) -> bytes:
        """Sign with ed25519: 64 bytes, the same each time."""
        signature: bytes = ed25519_zebra.ed_sign(self._seed, message)
        return signature


def account_from_uri(uri: str) -> AccountKey:
    """Derive an account from a secret URI: `mnemonic//hard/soft` or `//Name` on the development phrase.

    :raises UnusableKey: it is no such URI.
    """
    try:
        pair = Keypair.create_from_uri(uri, ss58_format=SS58_PREFIX, crypto_type=KeypairType.SR25519)
    except Exception as error:
        raise UnusableKey("the secret URI gives no key; expected `<mnemonic>//path` or `//Name`") from error
    return AccountKey(bytes(pair.public_key), bytes(pair.private_key))


def account_from_seed(seed: bytes) -> AccountKey:
    """Make an ed25519 account from its 32 secret bytes; its signatures, and so its extrinsics, can be reproduced.

    :raises UnusableKey: not 32 bytes.
    """
    if len(seed) != 32:
        raise UnusableKey(f"an account has a seed of 32 bytes, not {len(seed)}")
    _, public = ed25519_zebra.ed_from_seed(seed)
    return AccountKey(bytes(public), seed, Scheme.ED25519)


def account_from_mnemonic(mnemonic: str) -> AccountKey:
    """Derive an account from a BIP-39 mnemonic of 12 to 24 English words.

    :raises UnusableKey: a word or the checksum is wrong.
    """
    if not Keypair.validate_mnemonic(mnemonic):
        raise UnusableKey("the mnemonic is not valid; expected 12 to 24 words of the English BIP-39 list")
    return account_from_uri(mnemonic)


def load_account(path: Path, password: str | None = None) -> AccountKey:
    """Read an account from a keystore file: polkadot.js JSON, or one line with a secret URI or mnemonic.

    :param password: of an encrypted JSON file.
    :raises UnusableKey: the file is missing, readable by others, or holds no key that `password` opens.
    """
    try:
        mode = path.stat().st_mode
        content = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableKey(f"the keystore file {path} cannot be read: {error}") from error
    if content.startswith("{"):
        return _from_json(path, content, password)
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise UnusableKey(f"others can read the secret in {path}; run: chmod 600 {path}")
    if not content or "\n" in content:
        raise UnusableKey(f"the keystore file {path} must hold one line: a secret URI or a mnemonic")
    return account_from_uri(content)


def create_account(path: Path) -> AccountKey:
    """Make a new account and keep its mnemonic in a new keystore file that only its owner can read.

    :raises UnusableKey: the file is there already, or cannot be written; nothing is overwritten.
    """
    mnemonic: str = Keypair.generate_mnemonic()
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(f"{mnemonic}\n")
    except OSError as error:
        raise UnusableKey(f"the keystore file {path} cannot be written: {error}") from error
    return account_from_mnemonic(mnemonic)


def _from_json(path: Path, content: str, password: str | None) -> AccountKey:
    if password is None:
        raise UnusableKey(f"the keystore file {path} is encrypted; a password is needed")
    try:
        pair = Keypair.create_from_encrypted_json(content, password, ss58_format=SS58_PREFIX)
    except Exception as error:
        raise UnusableKey(f"the keystore file {path} does not open with this password") from error
    if pair.crypto_type != KeypairType.SR25519:
        raise UnusableKey(f"the key in {path} is not sr25519")
    return AccountKey(bytes(pair.public_key), bytes(pair.private_key))


def development_account(name: str) -> AccountKey:
    """Give the well-known account `//name`. Anyone can sign with it: for development chains only."""
    return account_from_uri(f"//{name}")


def device_from_seed(seed: bytes) -> DeviceKey:
    """Make a device key from its 32 secret bytes.

    :raises UnusableKey: not 32 bytes.
    """
    if len(seed) != 32:
        raise UnusableKey(f"a device key has a seed of 32 bytes, not {len(seed)}")
    _, public = ed25519_zebra.ed_from_seed(seed)
    return DeviceKey(bytes(public), seed)


def development_device(name: str) -> DeviceKey:
    """Give the device key that everyone can derive from `name`: for development chains only."""
    return device_from_seed(blake2b(name.encode(), digest_size=32, person=b"aipchain-device").digest())


def verify_device_signature(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` over `message` was made by the device with this public key."""
    try:
        return bool(ed25519_zebra.ed_verify(signature, message, public))
    except ValueError:
        return False


def address_of(account: bytes) -> str:
    """Write an account as an SS58 address."""
    address: str = ss58_encode(account, ss58_format=SS58_PREFIX)
    return address


def account_of(address: str) -> bytes:
    """Read an account from an SS58 address of our prefix.

    :raises UnusableKey: a typing error, or an address of another network.
    """
    try:
        account = bytes.fromhex(ss58_decode(address, valid_ss58_format=SS58_PREFIX))
    except (ValueError, IndexError) as error:  # IndexError: one or two letters
        raise UnusableKey(f"{address!r} is no address of this network: {error}") from error
    if len(account) != 32:
        raise UnusableKey(f"{address!r} is no address of this network: it stands for {len(account)} bytes, not 32")
    return account
