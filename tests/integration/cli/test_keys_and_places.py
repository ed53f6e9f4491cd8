"""Which key signs, and where a command reads from."""

import json
from pathlib import Path
from typing import Any

import pytest
from substrateinterface import Keypair

LEAVE = ("community", "leave", 0, "--yes")
PASSWORD = "correct horse"


@pytest.fixture
def keystore(tmp_path: Path) -> Path:
    """Bob's key as an encrypted keystore file."""
    path = tmp_path / "bob.json"
    path.write_text(json.dumps(Keypair.create_from_uri("//Bob").export_to_encrypted_json(PASSWORD)))
    return path


def test_a_keystore_signs_with_the_password_of_the_environment(village: Any, keystore: Path) -> None:
    """For scripts; nothing is asked."""
    ended = village.aip(*LEAVE, "--key-file", keystore, env={"AIPCHAIN_KEY_PASSWORD": PASSWORD})

    assert (ended.code, "has left community 0" in ended.out) == (0, True)


def test_a_keystore_signs_with_a_typed_password(village: Any, keystore: Path) -> None:
    """It is not shown."""
    ended = village.aip(*LEAVE, "--key-file", keystore, typed=f"{PASSWORD}\n")

    assert (ended.code, PASSWORD in ended.out) == (0, False)


def test_a_plain_secret_is_read_only_where_nobody_else_can(village: Any, tmp_path: Path) -> None:
    """A file others can read is refused before it is used."""
    path = tmp_path / "charlie"
    path.write_text("//Charlie\n")
    path.chmod(0o644)
    refused = village.aip(*LEAVE, "--key-file", path)
    path.chmod(0o600)

    assert (refused.code, "chmod 600" in refused.sentence) == (2, True)
    assert village.aip(*LEAVE, "--key-file", path).code == 0


def test_keys_that_cannot_sign(village: Any, keystore: Path, tmp_path: Path) -> None:
    """Each with one sentence, and nothing is signed."""
    before = village.height
    wrong = village.aip(*LEAVE, "--key-file", keystore, env={"AIPCHAIN_KEY_PASSWORD": "wrong"})
    silent = village.aip(*LEAVE, "--key-file", keystore)
    missing = village.aip(*LEAVE, "--key-file", tmp_path / "nobody.json")
    unknown = village.aip(*LEAVE, "--dev", "Mallory")

    assert [each.code for each in (wrong, silent, missing, unknown)] == [2, 2, 2, 2]
    assert "does not open with this password" in wrong.sentence
    assert "needs its password" in silent.sentence
    assert "cannot be read" in missing.sentence
    assert "they are Alice, Bob" in unknown.sentence
    assert village.height == before


def test_well_known_keys_are_for_development_chains_only(private_chain: Any) -> None:
    """Neither to sign with, nor to be admitted."""
    ended = private_chain.aip("community", "found", "Elm Close", "--dev", "Alice")

    assert ended.code == 2
    assert "everybody knows the key of Alice, and this node's chain is of type Local" in ended.sentence
    assert private_chain.height == 0


def test_a_chain_file_is_read_without_a_node(chain_file: Path, run: Any, address: Any) -> None:
    """The same answers as from a node."""
    members = run("community", "members", 0, "--base-path", chain_file, "--json").document
    slots = run("plugin", "list", "--community", 0, "--base-path", chain_file, "--json").document["slots"]

    assert [each["account"] for each in members] == [address("Bob"), address("Charlie"), address("Alice")]
    assert slots["price"]["active"]["plugin"] == "mid-market-rate@1.0"
    assert run("meter", "list", "--base-path", chain_file).code == 0
    assert run("order", "list", "--base-path", chain_file, "--json").document == []
    assert run("propose", "list", "--base-path", chain_file, "--json").document == []
