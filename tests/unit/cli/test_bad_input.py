"""Bad input that needs no chain: one sentence, exit code 2."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Aip = Callable[..., Any]

NOBODY = "ws://127.0.0.1:1"
"""Port 1 is privileged and unused: nothing answers there."""


@pytest.mark.parametrize(
    "command",
    [
        ("community", "list"),
        ("meter", "show", 0),
        ("order", "list"),
        ("propose", "show", 0),
        ("plugin", "list", "--community", 0),
        ("vote", 0, "--aye", "--dev", "Alice"),
        ("plugin", "register", "pro-rata", "--dev", "Alice"),
    ],
)
def test_no_node_there(aip: Aip, command: tuple[object, ...]) -> None:
    """The address is in the sentence."""
    ended = aip(*command, "--url", NOBODY)

    assert ended.code == 2
    assert ended.sentence.startswith(f"no node answers at {NOBODY}")


@pytest.mark.parametrize("command", [("community", "list"), ("order", "list"), ("meter", "list"), ("propose", "list")])
def test_no_chain_there(aip: Aip, tmp_path: Path, command: tuple[object, ...]) -> None:
    """Reading makes no chain where there is none."""
    ended = aip(*command, "--base-path", tmp_path / "nothing")

    assert ended.code == 2
    assert not (tmp_path / "nothing").exists()


def test_two_places_to_read_from(aip: Aip, tmp_path: Path) -> None:
    """A node or a file, not both."""
    ended = aip("order", "list", "--url", NOBODY, "--base-path", tmp_path)

    assert (ended.code, "exclude each other" in ended.sentence) == (2, True)


@pytest.mark.parametrize("keys", [(), ("--dev", "Alice", "--key-file", "key.json")])
def test_which_key_signs_must_be_clear(aip: Aip, keys: tuple[str, ...]) -> None:
    """Exactly one of the two ways, asked before any node is."""
    ended = aip("community", "leave", 0, *keys)

    assert (ended.code, "either --key-file FILE or --dev" in ended.sentence) == (2, True)


def test_quantities_are_read_before_anything_is_signed(aip: Aip) -> None:
    """A bad number needs no node."""
    ended = aip("order", "place", 0, 0, "bid", "--energy", "1500", "--limit", "0.25", "--dev", "Alice", "--url", NOBODY)

    assert (ended.code, ended.sentence.startswith("--energy '1500' cannot be read")) == (2, True)


@pytest.mark.parametrize("more", [(), ("--submit", "--dev", "Alice")])
def test_a_time_is_read_before_a_node_is_asked(aip: Aip, more: tuple[str, ...]) -> None:
    """What no node could make a time of needs none."""
    ended = aip("market", "challenge", "--community", 0, "--interval", "junk", *more, "--url", NOBODY)

    assert (ended.code, ended.sentence.startswith("--interval 'junk' cannot be read")) == (2, True)


@pytest.mark.parametrize("command", [("community", "show", -1), ("community", "show", 2**32), ("order", "show", "one")])
def test_numbers_out_of_range(aip: Aip, command: tuple[object, ...]) -> None:
    """The parser refuses what no chain can have."""
    assert aip(*command).code == 2


def test_a_failure_is_one_sentence_on_standard_error() -> None:
    """No traceback, nothing on standard output."""
    script = "from aipchain.cli.app import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", script, "plugin", "show", "pro-rat"], capture_output=True, text=True, check=False
    )

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "aip: there is no plugin 'pro-rat' here: did you mean pro-rata?\n"


PRINTING = [("--help",), ("plugin", "list"), ("plugin", "list", "--json")]


def ended_of(*command: str, stdout: int) -> subprocess.CompletedProcess[str]:
    """How `aip` ends as a program of its own."""
    script = "from aipchain.cli.app import main; main()"
    return subprocess.run(
        [sys.executable, "-c", script, *command], stdout=stdout, stderr=subprocess.PIPE, text=True, check=False
    )


@pytest.mark.parametrize("command", PRINTING)
def test_a_full_disk_behind_standard_output_is_one_sentence(command: tuple[str, ...]) -> None:
    """Whatever prints: help, text, a table, JSON. Nothing else is said, also not while Python ends."""
    full = os.open("/dev/full", os.O_WRONLY)

    ended = ended_of(*command, stdout=full)

    os.close(full)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert ended.stderr.startswith("aip: standard output cannot be written (No space left on device): ")


@pytest.mark.parametrize("command", PRINTING[:2])
def test_a_reader_that_went_away_is_nothing_to_talk_about(command: tuple[str, ...]) -> None:
    """As with `aip ... | head`."""
    reader, writer = os.pipe()
    os.close(reader)

    ended = ended_of(*command, stdout=writer)

    os.close(writer)
    assert (ended.returncode, ended.stderr) == (1, "")


def test_where_nobody_hears_the_sentence_the_exit_code_is_still_right() -> None:
    """Standard error on the same full disk."""
    script = "from aipchain.cli.app import main; main()"
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run([sys.executable, "-c", script, "--help"], stdout=full, stderr=full, check=False)

    assert ended.returncode == 2
