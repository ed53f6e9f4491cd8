"""The specification and the compiled runtime agree on every call, and no rule was left out of the question."""

import inspect
import re
from collections.abc import Callable

import pytest

from aipchain.orchestrator.twin.campaign import Tally
from aipchain.orchestrator.twin.chain import Program
from aipchain.orchestrator.twin.edges import EDGES
from aipchain.orchestrator.twin.moves.choice import MOVES
from aipchain.orchestrator.twin.steps import CHAPTERS, function_of
from aipchain.pallets_spec.proofs import Flaw
from aipchain.pallets_spec.types import Rule
from aipchain.runtime_bridge.protocol import OWN_PALLETS

CALLS = 60_000
"""The least number of calls that a run in CI compares."""

OK_SHARE = 0.4
"""The least share of calls that must succeed, or the sequences are noise."""

UNREACHED_ERRORS = {
    "PluginRegistry.EmptySlot": "a vote on an empty slot is refused when it is proposed, and a slot is never emptied",
}
"""Errors of the metadata that no call of the specification names, with the reason."""


def documented(pallet: str, call: str) -> set[str]:
    """The outcomes that the specification's docstring names for a call."""
    named = set(re.findall(r":raises (\w+\.\w+):", inspect.getdoc(function_of(pallet, call)) or ""))
    if "Market.TradeRefused" in named:
        named = named - {"Market.TradeRefused"} | {f"Market.TradeRefused.{rule.value}" for rule in Rule}
    if "Market.CertificateRefused" in named:
        named = named - {"Market.CertificateRefused"} | {f"Market.CertificateRefused.{flaw.value}" for flaw in Flaw}
    return {"Ok", *named, *([] if call == "found" else ["System.BadOrigin"])}


def pairs() -> set[tuple[str, str]]:
    """Every call with every outcome that the specification names for it."""
    return {
        (f"{pallet}.{move.__name__}", outcome)
        for pallet, moves in MOVES.items()
        for move in moves
        for outcome in documented(pallet, move.__name__)
    }


@pytest.fixture(scope="module")
def everything(tally_of: Callable[[str], Tally]) -> Tally:
    """What corners and sequences reached together."""
    total = Tally()
    for group in (*MOVES, *(edge.__name__ for edge in EDGES)):
        total.add(tally_of(group))
    return total


def test_every_call_of_our_pallets_is_made(program: Program) -> None:
    """A call added to the runtime is not left out of the sequences."""
    made = {(pallet, move.__name__) for pallet, moves in MOVES.items() for move in moves if pallet in OWN_PALLETS}

    assert {
        (pallet, case.name) for pallet in OWN_PALLETS for case in program.metadata.variants(pallet, "calls")
    } == made


def test_every_storage_item_is_compared(program: Program) -> None:
    """Each storage item of our pallets in the metadata is a field of the chapter's state, and no field is more."""
    listed = {(item.chapter, item.field) for item in program.items}
    states = {pallet: getattr(CHAPTERS[pallet], f"{pallet}State") for pallet in OWN_PALLETS}
    fields = {(item.chapter, name) for item in program.items for name in states[item.pallet].__dataclass_fields__}

    assert listed == fields


@pytest.mark.parametrize("pallet", MOVES)
def test_sequences_agree_and_mostly_succeed(tally_of: Callable[[str], Tally], pallet: str) -> None:
    """Made-up calls have the same outcome, events, storage and money on both sides; enough of them succeed."""
    assert tally_of(pallet).share > OK_SHARE


@pytest.mark.parametrize("corner", [edge.__name__ for edge in EDGES])
def test_corners_agree(tally_of: Callable[[str], Tally], corner: str) -> None:
    """What calls come to where sequences seldom stand is the same on both sides."""
    assert tally_of(corner).calls > 0


def test_as_many_calls_are_compared_as_promised(everything: Tally) -> None:
    """A run in CI is long enough to mean something."""
    assert everything.calls >= CALLS


def test_every_pair_of_call_and_outcome_is_reached(everything: Tally) -> None:
    """No refusal that the specification names went untried; none came that it does not name.

    What calls cannot reach in good time, or at all, is planted (`orchestrator/twin/edges`).
    """
    assert set(everything.pairs) == pairs()


def test_every_error_of_the_runtime_is_reached(program: Program, everything: Tally) -> None:
    """Each error in the metadata was met, or is known to guard what calls cannot do."""
    told = {re.sub(r"(TradeRefused|CertificateRefused)\.\w+$", r"\1", outcome) for _, outcome in everything.pairs}
    errors = {f"{pallet}.{case.name}" for pallet in OWN_PALLETS for case in program.metadata.variants(pallet, "error")}

    assert errors - told == set(UNREACHED_ERRORS)


def test_every_event_of_the_runtime_is_told(program: Program, everything: Tally) -> None:
    """Each event in the metadata happened."""
    events = {f"{pallet}.{case.name}" for pallet in OWN_PALLETS for case in program.metadata.variants(pallet, "event")}

    assert events <= set(everything.events)
