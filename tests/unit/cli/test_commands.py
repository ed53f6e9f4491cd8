"""The list of commands: what it says without loading them, and that it is right."""

import subprocess
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from aipchain.cli.app import COMMANDS
from aipchain.cli.later import Later

if TYPE_CHECKING:
    from tests.unit.cli.conftest import Ended

HEAVY = ("aipchain.chain", "aipchain.runtime_bridge", "aipchain.orchestrator", "rich", "structlog", "wasmtime")


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_no_chain_client(option: str) -> None:
    """They answer at once: of what commands need, nothing is imported."""
    script = (
        "import sys; from aipchain.cli.app import app; app(standalone_mode=False); "
        f"print(sorted(set(sys.modules) & {set(HEAVY)!r}), file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", script, option], capture_output=True, text=True, check=True)
    assert ended.stdout.startswith(("Usage: ", "aip "))
    assert ended.stderr == "[]\n"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: str(command.name))
def test_the_list_says_of_a_command_what_the_command_says(command: Later) -> None:
    """Name and summary are written where they are listed, and lead to the command."""
    loaded = command.loaded()
    assert (loaded.name, loaded.help) == (command.name, command.help)


def test_a_mistyped_command_is_guessed(aip: "Callable[..., Ended]") -> None:
    """Without loading any of them."""
    ended = aip("chian")
    assert ended.code == 2
    assert "Did you mean 'chain'?" in ended.sentence
