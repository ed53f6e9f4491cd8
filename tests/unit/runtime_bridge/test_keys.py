"""Where keys come from, and that they stay hidden."""

import json
from pathlib import Path

import pytest
from substrateinterface import Keypair
from substrateinterface.utils.ss58 import ss58_encode

from aipchain.runtime_bridge import keys
from aipchain.runtime_bridge.errors import UnusableKey

ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
MNEMONIC = "bottom drive obey lake curtain smoke basket hold race lonely fit walk"


def test_the_development_accounts_are_the_well_known_ones() -> None:
    """Any Substrate tool knows these addresses."""
    assert keys.development_account("Alice").address == ALICE
    assert keys.account_from_uri(f"{MNEMONIC}//Alice").address == ALICE
    assert keys.account_of(ALICE) == keys.development_account("Alice").public


def test_an_account_signs_so_that_others_can_verify() -> None:
    """substrate-interface accepts the signature."""
    signature = keys.development_account("Bob").sign(b"a message")
    assert Keypair.create_from_uri("//Bob").verify(b"a message", signature)


def test_no_secret_is_shown() -> None:
    """Neither `repr` nor an error gives a key away."""
    account, device = keys.development_account("Alice"), keys.development_device("meter-1")
    assert str(account._secret) not in repr(account)
    assert "_seed" not in repr(device)
    with pytest.raises(UnusableKey) as refused:
        keys.account_from_uri("these words are secret but no mnemonic")
    assert "secret but" not in str(refused.value)


def test_a_mnemonic_with_a_wrong_word_is_refused() -> None:
    """The checksum of BIP-39 counts."""
    assert keys.account_from_mnemonic(MNEMONIC).public == keys.account_from_uri(MNEMONIC).public
    with pytest.raises(UnusableKey, match="12 to 24 words"):
        keys.account_from_mnemonic(MNEMONIC.replace("walk", "bottom"))


def test_a_keystore_file_holds_one_uri_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    """A secret that others can read is refused with the command that mends it."""
    path = tmp_path / "operator.key"
    path.write_text("//Alice\n", encoding="utf-8")
    path.chmod(0o644)
    with pytest.raises(UnusableKey, match="chmod 600"):
        keys.load_account(path)
    path.chmod(0o600)
    assert keys.load_account(path).address == ALICE


def test_a_new_account_is_kept_in_a_file_of_its_owner(tmp_path: Path) -> None:
    """The file opens as a keystore, nobody else reads it, and a second call leaves it as it is."""
    path = tmp_path / "steward.key"
    account = keys.create_account(path)
    assert keys.load_account(path) == account
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(UnusableKey, match="File exists"):
        keys.create_account(path)
    assert keys.load_account(path) == account


def test_a_polkadot_js_keystore_opens_with_its_password(tmp_path: Path) -> None:
    """The JSON that wallets export works; a wrong or missing password is told."""
    path = tmp_path / "alice.json"
    exported = Keypair.create_from_uri("//Alice").export_to_encrypted_json("pass")
    path.write_text(json.dumps(exported), encoding="utf-8")
    assert keys.load_account(path, "pass").address == ALICE
    with pytest.raises(UnusableKey, match="does not open"):
        keys.load_account(path, "guess")
    with pytest.raises(UnusableKey, match="password is needed"):
        keys.load_account(path)


@pytest.mark.parametrize("content", ["", "//Alice\n//Bob", "\x00"])
def test_a_file_without_one_key_is_refused(tmp_path: Path, content: str) -> None:
    """Empty files, two lines and rubbish are no keystore."""
    path = tmp_path / "bad.key"
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(UnusableKey):
        keys.load_account(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The path is in the message."""
    with pytest.raises(UnusableKey, match=r"absent\.key"):
        keys.load_account(tmp_path / "absent.key")


def test_a_device_signs_the_same_each_time_and_only_its_own_message() -> None:
    """ed25519 is deterministic; another message or another device does not verify."""
    device, other = keys.development_device("meter-1"), keys.development_device("meter-2")
    signature = device.sign(b"reading")
    assert device.sign(b"reading") == signature
    assert keys.verify_device_signature(device.public, b"reading", signature)
    assert not keys.verify_device_signature(device.public, b"Reading", signature)
    assert not keys.verify_device_signature(other.public, b"reading", signature)
    assert not keys.verify_device_signature(device.public, b"reading", b"short")


def test_a_device_seed_has_32_bytes() -> None:
    """Anything else is refused."""
    with pytest.raises(UnusableKey, match="32 bytes, not 31"):
        keys.device_from_seed(bytes(31))


@pytest.mark.parametrize(
    "address", ["", "5F", "Alice", "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5", ALICE[:-1] + "X"]
)
def test_an_address_of_another_network_or_with_a_slip_is_refused(address: str) -> None:
    """The prefix and the checksum count."""
    with pytest.raises(UnusableKey, match="no address of this network"):
        keys.account_of(address)


@pytest.mark.parametrize("length", [1, 8, 33])
def test_an_address_stands_for_32_bytes(length: int) -> None:
    """SS58 also writes indices and longer keys; none of them is an account here."""
    with pytest.raises(UnusableKey, match=f"{length} bytes, not 32"):
        keys.account_of(ss58_encode(bytes(length), ss58_format=keys.SS58_PREFIX))


def test_an_account_from_a_seed_signs_the_same_bytes_each_time() -> None:
    """ed25519 is deterministic, so a rehearsal can be repeated byte for byte."""
    key = keys.account_from_seed(bytes(range(32)))

    assert key.scheme is keys.Scheme.ED25519
    assert key.sign(b"order") == key.sign(b"order")
    assert keys.verify_device_signature(key.public, b"order", key.sign(b"order"))
