"""The committed runtime, ready for sequences of calls, and what a run of sequences in CI reaches.

A group is the sequences about one pallet, or one corner. A group in which the two sides differ fails the tests that
need it, with what differs in the first lines and the file of the steps that lead there.
"""

import os
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import NoReturn, TypeAlias

import pytest

from aipchain.chain.host.engine import COMPILED
from aipchain.orchestrator.twin.campaign import CI_SEED, CI_SEQUENCES, Campaign, FoundDifference, Tally
from aipchain.orchestrator.twin.chain import Program
from aipchain.orchestrator.twin.compare import Difference
from aipchain.orchestrator.twin.crew import parts_of, run_parts
from aipchain.orchestrator.twin.edges import EDGES
from aipchain.orchestrator.twin.edges.corner import Corner
from aipchain.orchestrator.twin.moves.choice import MOVES
from aipchain.orchestrator.twin.moves.town import START, market_rule
from aipchain.orchestrator.twin.shrink import replayed, shortened
from aipchain.orchestrator.twin.vectors import as_document

TallyOf: TypeAlias = Callable[[str], Tally]
"""What a group reached, by the pallet's or the corner's name; the test fails when the two sides differ there."""


@pytest.fixture(scope="session")
def program() -> Program:
    """The committed runtime."""
    return Program(None, COMPILED)


@pytest.fixture(scope="session")
def campaign(program: Program) -> Campaign:
    """Sequences that begin with the town."""
    return Campaign(program)


@pytest.fixture(scope="session")
def sequences(program: Program, pytestconfig: pytest.Config) -> Mapping[str, Tally | str]:
    """What the sequences about each pallet reach, or in words on what the two sides differ; all are run once."""
    reached: dict[str, Tally | FoundDifference] = {pallet: Tally() for pallet in MOVES}
    parts = parts_of(list(MOVES), CI_SEQUENCES, CI_SEED)
    for part, outcome in run_parts(None, COMPILED, parts, os.cpu_count() or 1):
        so_far = reached[part.focus]
        if isinstance(outcome, Tally) and isinstance(so_far, Tally):
            so_far.add(outcome)
        elif isinstance(so_far, Tally):
            reached[part.focus] = outcome
    return {
        pallet: outcome if isinstance(outcome, Tally) else _told(program, pallet, outcome, pytestconfig)
        for pallet, outcome in reached.items()
    }


@pytest.fixture(scope="session")
def tally_of(campaign: Campaign, sequences: Mapping[str, Tally | str]) -> TallyOf:
    """What a group reached."""

    @cache
    def corner(name: str) -> Tally | str:
        reached = Corner(campaign.town.fork())
        reached.at(START)
        reached.takes(market_rule())
        try:
            next(edge for edge in EDGES if edge.__name__ == name)(reached)
        except Difference as difference:
            return f"{difference}\n  in the corner {name} of orchestrator/twin/edges"
        return reached.tally

    def of(name: str) -> Tally:
        reached = sequences[name] if name in sequences else corner(name)
        return reached if isinstance(reached, Tally) else _fail(reached)

    return of


def _told(program: Program, pallet: str, found: FoundDifference, config: pytest.Config) -> str:
    """The shortest way to the difference, in words, with the steps in a file."""
    short = shortened(found.steps, found.difference, partial(replayed, program))
    file = config.cache.mkdir("differences") / f"{pallet}.json"
    file.write_text(as_document(program, short.steps, short.difference), encoding="utf-8")
    lines = [str(short.difference), f"  {len(short.steps)} steps lead to it: aip spec replay {file}"]
    return "\n".join([*lines, *(f"  with other steps left out another one shows up: {each}" for each in short.others)])


def _fail(text: str) -> NoReturn:
    pytest.fail(text, pytrace=False)
