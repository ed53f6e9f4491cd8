"""The committed runtime, ready for sequences of calls, and what a run of sequences in CI reaches."""

from collections.abc import Mapping

import platformdirs
import pytest

from aipchain.orchestrator.twin.campaign import Campaign, Tally
from aipchain.orchestrator.twin.chain import Program
from aipchain.orchestrator.twin.edges import run_edges
from aipchain.orchestrator.twin.moves.choice import MOVES

SEQUENCES = 30
"""Sequences for each pallet in a CI run; `aip spec fuzz` runs as many as it is told."""
SEED = 2026


@pytest.fixture(scope="session")
def program() -> Program:
    """The committed runtime."""
    return Program(None, platformdirs.user_cache_path("aipchain") / "compiled")


@pytest.fixture(scope="session")
def campaign(program: Program) -> Campaign:
    """Sequences that begin with the town."""
    return Campaign(program)


@pytest.fixture(scope="session")
def reached(campaign: Campaign) -> Mapping[str, Tally]:
    """What the sequences about each pallet reach, and the corners; all are run once, and a difference fails here."""
    corners = Tally()
    for _, tally in run_edges(campaign.town):
        corners.add(tally)
    return {"corners": corners, **{pallet: campaign.run(pallet, SEQUENCES, SEED) for pallet in MOVES}}
