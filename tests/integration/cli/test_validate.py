"""`aip audit validate`: the relay chain's own check of a chain file, told in a sentence or as JSON."""

import json
import sqlite3
from pathlib import Path

from typer.testing import CliRunner

from aipchain.chain.host.block import decode_extrinsics, encode_extrinsics
from aipchain.chain.node import Node, SimulatedClock
from aipchain.cli.app import app
from aipchain.errors import InputError
from aipchain.runtime_bridge.keys import account_from_uri

START_MS = 1_475_445_600_000


def make_chain(folder: Path, patch: dict[str, object] | None = None) -> None:
    """Keep three empty blocks in a file."""
    with Node.open(folder, clock=SimulatedClock(START_MS), genesis_patch=patch) as node:
        for _ in range(3):
            node.author()


def test_every_block_of_an_honest_file_is_accepted(tmp_path: Path) -> None:
    """They are counted, with the size of the largest."""
    make_chain(tmp_path)

    told = CliRunner().invoke(app, ["audit", "validate", "--base-path", str(tmp_path)])
    document = json.loads(CliRunner().invoke(app, ["audit", "validate", "--base-path", str(tmp_path), "--json"]).stdout)

    assert (told.exit_code, "3 of 3 blocks are accepted" in told.stdout) == (0, True)
    assert 1_000 < document.pop("largest") < 10_000
    assert document == {"blocks": 3, "accepted": 3, "fault": None}


def test_the_first_altered_block_is_named(tmp_path: Path) -> None:
    """A block that lost an extrinsic ends the check with exit code 3."""
    make_chain(tmp_path)
    with sqlite3.connect(tmp_path / "chain.sqlite") as database:
        body = database.execute("SELECT body FROM block WHERE number = 2").fetchone()[0]
        fewer = encode_extrinsics(decode_extrinsics(body)[:1])
        database.execute("UPDATE block SET body = ? WHERE number = 2", (fewer,))
    database.close()

    told = CliRunner().invoke(app, ["audit", "validate", "--base-path", str(tmp_path), "--json"])

    document = json.loads(told.stdout)
    assert (told.exit_code, document["accepted"], document["blocks"]) == (3, 1, 3)
    assert "Block 2 was refused" in document["fault"]


def test_an_author_whose_key_is_not_at_hand_is_named(tmp_path: Path) -> None:
    """Only well-known authors' blocks can be sealed by somebody else."""
    author = account_from_uri("//Somebody")
    keys = [author.address, author.address, {"aura": author.address}]
    collators = {"invulnerables": [author.address]}
    make_chain(tmp_path, {"session": {"keys": [keys]}, "collatorSelection": collators})

    refused = CliRunner().invoke(app, ["audit", "validate", "--base-path", str(tmp_path)])

    assert isinstance(refused.exception, InputError)
    assert f"made by 0x{author.public.hex()}" in str(refused.exception)
