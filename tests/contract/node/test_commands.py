"""`aip node spec` writes what the stock node starts from; `aip audit follow` checks a node over its address."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from aipchain.chain.node import Node, SimulatedClock
from aipchain.chain.rpc.server import serve
from aipchain.cli.app import app
from aipchain.errors import InputError
from aipchain.runtime_bridge.bindings import blake2_256

START_MS = 1_475_445_600_000
EVE = "5HGjWAeFDfFCWPsjFQdVV2Msvz2XtMktvgocEZcCj68kUMaw"
PATCH = {"balances": {"balances": [[EVE, 5 * 10**30]]}}
"""More money than a JSON reader of 64-bit numbers can hold."""


def aip(*arguments: object) -> Result:
    """Run `aip` in this process."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def patch(tmp_path: Path) -> Path:
    """A file that says how a genesis differs from a preset."""
    path = tmp_path / "patch.json"
    path.write_text(json.dumps(PATCH))
    return path


@pytest.fixture
def url(patch: Path) -> Iterator[str]:
    """The address of a node with that genesis and three blocks."""
    with Node.open(None, clock=SimulatedClock(START_MS), genesis_patch=PATCH) as node:
        for _ in range(3):
            node.author()
        server = serve(node, port=0)
        yield server.url
        server.stop()


@pytest.mark.omni_node
@pytest.mark.parametrize("options", [["--chain", "local"], ["--raw"]])
def test_the_stock_node_comes_to_the_same_genesis(
    omni_node_binary: Path, tmp_path: Path, patch: Path, options: list[str]
) -> None:
    """From the plain and from the raw form, with another preset and with a patch."""
    spec, head = tmp_path / "spec.json", tmp_path / "head"
    told = aip("node", "spec", "--out", spec, "--patch", patch, *options).stdout
    command: list[str | Path] = [omni_node_binary, "export-genesis-head", "--chain", spec, "--raw", head]
    subprocess.run(command, check=True, capture_output=True)
    assert f"genesis 0x{blake2_256(head.read_bytes()).hex()}" in told


def test_a_specification_is_of_the_chain_that_is_kept(tmp_path: Path) -> None:
    """Written from a chain file or from its preset, it is the same."""
    with Node.open(tmp_path / "chain", clock=SimulatedClock(START_MS), preset="local") as node:
        node.author()
    kept, made = tmp_path / "kept.json", tmp_path / "made.json"
    assert aip("node", "spec", "--base-path", tmp_path / "chain", "--out", kept).exit_code == 0
    assert aip("node", "spec", "--chain", "local", "--out", made).exit_code == 0
    assert kept.read_text() == made.read_text()
    document = json.loads(kept.read_text())
    assert (document["chainType"], document["para_id"]) == ("Local", 1_000)


@pytest.mark.parametrize(
    ("content", "sentence"), [("[1]", "no JSON object"), ("{", "is not JSON"), (None, "cannot be read")]
)
def test_a_patch_that_is_none_is_refused(tmp_path: Path, content: str | None, sentence: str) -> None:
    """In one sentence, and nothing is written."""
    path = tmp_path / "patch.json"
    if content is not None:
        path.write_text(content)
    failure = aip("node", "spec", "--out", tmp_path / "spec.json", "--patch", path).exception
    assert isinstance(failure, InputError)
    assert sentence in str(failure)
    assert not (tmp_path / "spec.json").exists()


def test_following_prints_what_came_out_equal(url: str, patch: Path) -> None:
    """For programs as JSON, from a genesis built here; without a number all final blocks are run."""
    ended = aip("audit", "follow", "--url", url, "--patch", patch, "--json")
    document = json.loads(ended.stdout)
    assert ended.exit_code == 0
    assert (document["blocks"], document["equal"], document["extrinsics"]) == (3, 3, 6)
    assert (document["is_our_runtime"], document["upgrades"], document["fault"]) == (True, [], None)


def test_following_tells_it_in_words(url: str) -> None:
    """The first state is read from the node here, and the sentence says whose runtime it is."""
    ended = aip("audit", "follow", "--url", url, "--blocks", 2)
    assert ended.exit_code == 0
    assert "2 of 2 blocks with 4 extrinsics give the state root they claim" in ended.stdout
    assert "the one of this release" in ended.stdout


def test_following_another_genesis_is_bad_input(url: str) -> None:
    """Without the patch, the preset is another chain."""
    failure = aip("audit", "follow", "--url", url, "--chain", "development").exception
    assert isinstance(failure, InputError)
    assert failure.exit_code == 2


def test_no_blocks_are_no_number_of_blocks(url: str) -> None:
    """Nor are fewer."""
    assert isinstance(aip("audit", "follow", "--url", url, "--blocks", 0).exception, InputError)
