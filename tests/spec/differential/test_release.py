"""The result of the last release run, as it is committed."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from aipchain import pallets_spec
from aipchain.orchestrator.twin.moves.choice import MOVES

SEQUENCES = 10_000
"""Sequences about each pallet in a release run."""
OK_SHARE = 0.4


@pytest.fixture(scope="module")
def release() -> dict[str, Any]:
    """The result that `make spec-release` wrote; it writes none when there was a difference."""
    (book,) = pallets_spec.__path__
    described: dict[str, Any] = json.loads((Path(book) / "release.json").read_text(encoding="utf-8"))
    return described


@pytest.mark.parametrize("about", ["runtime", "specification", "generator"])
def test_the_release_run_says_what_it_was_about(release: dict[str, Any], about: str) -> None:
    """Hash of the code and digests of the sources, of 32 bytes each."""
    assert re.fullmatch(r"0x[0-9a-f]{64}", release[about])


@pytest.mark.parametrize("pallet", MOVES)
def test_the_release_run_is_long_enough(release: dict[str, Any], pallet: str) -> None:
    """Every pallet has its sequences, and most of their calls succeeded."""
    reached = release["pallets"][pallet]

    assert reached["sequences"] >= SEQUENCES
    assert reached["accepted"] > OK_SHARE * reached["calls"]


def test_the_release_run_adds_up(release: dict[str, Any]) -> None:
    """Each call had one outcome, and what is said of all pallets is the sum of what is said of each."""
    pallets = release["pallets"].values()
    outcomes = [outcome for pallet in pallets for outcome in pallet["outcomes"].values()]

    assert release["calls"] == sum(sum(outcome.values()) for outcome in outcomes)
    assert release["accepted"] == sum(outcome.get("Ok", 0) for outcome in outcomes)
    assert release["sequences"] == sum(pallet["sequences"] for pallet in pallets)
