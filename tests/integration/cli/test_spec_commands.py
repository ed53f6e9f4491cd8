"""`aip spec`: sequences that agree, and a file with calls that once differed."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from aipchain.chain.artifact import load_artifact
from aipchain.cli.app import app
from aipchain.errors import InputError
from aipchain.orchestrator.twin.moves.town import START, found
from aipchain.orchestrator.twin.steps import to_json


def aip(*arguments: object) -> Result:
    """Run `aip spec` with arguments."""
    return CliRunner().invoke(app, ["spec", *(str(argument) for argument in arguments)])


@pytest.fixture
def founding(tmp_path: Path) -> Path:
    """A vector file with the founding of the town."""
    file = tmp_path / "founding.json"
    steps = [{"at": START}, *(to_json(step) for step in found())]
    file.write_text(json.dumps({"name": "A town.", "steps": steps}))
    return file


def test_fuzz_says_what_it_reached() -> None:
    """Each outcome of each call is listed, and how many calls there were."""
    ended = aip("fuzz", "--pallet", "PluginRegistry", "--sequences", 1, "--seed", 1)

    assert ended.exit_code == 0
    assert "PluginRegistry.register_build" in ended.stdout
    assert "in 1 sequences" in ended.stdout
    assert ended.stdout.rstrip().endswith("no difference")


def test_a_pallet_that_is_not_ours_is_bad_input() -> None:
    """The sentence says which there are."""
    ended = aip("fuzz", "--pallet", "Treasury")

    assert isinstance(ended.exception, InputError)
    assert "CommunityGovernance" in str(ended.exception)


def test_a_runtime_that_is_not_there_is_bad_input(tmp_path: Path) -> None:
    """Nothing is run."""
    assert isinstance(aip("fuzz", "--wasm", tmp_path / "none.wasm").exception, InputError)


def test_replay_takes_the_steps_of_a_file(founding: Path) -> None:
    """Steps that agree end with exit code 0."""
    ended = aip("replay", founding)

    assert (ended.exit_code, "no difference" in ended.stdout) == (0, True)


def test_replay_of_something_else_is_bad_input(tmp_path: Path) -> None:
    """A file that is no vector file is named."""
    file = tmp_path / "none.json"
    file.write_text("[]")

    ended = aip("replay", file)

    assert isinstance(ended.exception, InputError)
    assert str(file) in str(ended.exception)


def test_fuzz_writes_what_it_reached_and_goes_on_from_there(tmp_path: Path) -> None:
    """The file says what it is about; a second run finds the parts of the first and says the same."""
    file = tmp_path / "result.json"
    asked = ("fuzz", "--pallet", "Balances", "--sequences", 1, "--steps", 5, "--workers", 1, "--result", file)

    ended = aip(*asked)
    first = file.read_text()
    again = aip(*asked)

    assert (ended.exit_code, again.exit_code) == (0, 0)
    assert file.read_text() == first
    assert json.loads(first)["pallets"]["Balances"]["sequences"] == 1
    assert json.loads(first)["runtime"] == f"0x{load_artifact().manifest.code_hash.hex()}"
