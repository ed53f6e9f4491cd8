"""The specification and the runtime as a state machine of Hypothesis: what it finds, it makes small and shows as steps.

Besides the weighted moves, whose chance Hypothesis draws here, there are calls whose arguments have nothing but the
right types: the metadata say how wide a number or how long an array is, the annotations of the specification's
functions what it is.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import fields
from enum import Enum
from functools import cache
from pathlib import Path
from random import Random
from typing import Any, ClassVar, get_args, get_type_hints

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from aipchain.orchestrator.twin.campaign import Campaign
from aipchain.orchestrator.twin.chain import Program
from aipchain.orchestrator.twin.compare import Difference, Twin
from aipchain.orchestrator.twin.moves.choice import MOVES, next_step
from aipchain.orchestrator.twin.moves.prelude import prelude
from aipchain.orchestrator.twin.moves.town import BUNDLES, DEVICES, PEOPLE, START, found, market_rule
from aipchain.orchestrator.twin.steps import Do, Moment, Step, function_of, to_json
from aipchain.orchestrator.twin.vectors import as_document, read
from aipchain.pallets_spec.origin import Root
from aipchain.pallets_spec.types import CommunityId, MeterId, OrderNumber, PartsPerMillion, ProposalId
from aipchain.pallets_spec.world import World
from aipchain.units import UnixSeconds

LONG = settings(
    max_examples=180,
    stateful_step_count=60,
    suppress_health_check=list(HealthCheck),
    print_blob=False,
)
"""A run in CI."""

CHANCE = st.randoms(use_true_random=True)
"""Hypothesis draws the seed only: were it to draw each chance, it would prefer simple ones, and so rare moves."""
KNOWN = (*PEOPLE, *BUNDLES, *(device.public for device in DEVICES))
"""What 32 bytes may stand for."""
MATTERING = (0, 1, 2, 3, 60, 900, 3_600, 7_200, 500_000, 1_000_000, 10**9)
"""Numbers that mean something: lengths of time, shares, money."""
LIKELY = {
    **dict.fromkeys((CommunityId, MeterId, ProposalId, OrderNumber), st.integers(0, 4)),
    UnixSeconds: st.sampled_from(range(START, START + 14_401, 900)),
    PartsPerMillion: st.integers(0, 1_000_000),
}
"""What a number most likely is, where it has a meaning of its own."""


# arguments that have the right types


def numbers(largest: int) -> st.SearchStrategy[int]:
    """A number that means something, one at an end, or any."""
    ends = (largest, largest - 1, largest // 2 + 1)
    return st.one_of(st.sampled_from([*(n for n in MATTERING if n <= largest), *ends]), st.integers(0, largest))


def values(shape: Any, hint: Any) -> st.SearchStrategy[Any]:
    """Values of a type: `shape` is what the metadata say of it, `hint` what the specification does."""
    if hint in LIKELY:
        likely = LIKELY[hint]  # more than all of something is no value of the type
        return likely if hint is PartsPerMillion else likely | likely | values(shape, int)
    hint = getattr(hint, "__supertype__", hint)
    match shape:
        case ("compact", inner) | ("enum", ((_, "Id", ((_, inner),)), *_)):
            return values(inner, hint)
        case ("array", length, _):
            known = [each for each in KNOWN if len(each) == length]
            return st.binary(min_size=length, max_size=length) | st.sampled_from([*known, bytes(length)])
        case ("vec", ("u8",)):
            return st.binary(max_size=8)
        case ("vec", item):
            return st.lists(values(item, get_args(hint)[0]), max_size=3).map(tuple)
        case ("option", inner):
            return st.none() | values(inner, get_args(hint)[0])
        case ("struct", parts):
            return _of_fields(parts, hint)
        case ("enum", variants):
            return _of_variants(variants, hint)
    return st.booleans() if shape == ("bool",) else numbers(2 ** int(shape[0].removeprefix("u")) - 1)


def _of_fields(parts: Sequence[tuple[str, Any]], kind: type) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    names = [each.name for each in fields(kind)]
    return st.builds(kind, **{name: values(shape, hints[name]) for name, (_, shape) in zip(names, parts, strict=True)})


def _of_variants(variants: Sequence[tuple[int, str, Any]], hint: Any) -> st.SearchStrategy[Any]:
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(hint)
    return st.one_of([_of_fields(parts, kind) for kind, (_, _, parts) in zip(get_args(hint), variants, strict=True)])


@cache
def calls(program: Program) -> st.SearchStrategy[Do]:
    """Any call by anybody."""
    return st.one_of([_call(program, pallet, move.__name__) for pallet, moves in MOVES.items() for move in moves])


def _call(program: Program, pallet: str, name: str) -> st.SearchStrategy[Do]:
    case = program.encoder.case(program.pallets[pallet].calls or 0, name)
    hints = get_type_hints(function_of(pallet, name), localns={"World": World})
    shapes = {each.name or "": program.registry.shape(each.type) for each in case.fields}
    arguments = st.fixed_dictionaries({each: values(shape, hints[each]) for each, shape in shapes.items()})
    return st.builds(Do, st.sampled_from([*PEOPLE, Root()]), st.just(pallet), st.just(name), arguments)


# the machine


def _about(pallet: str) -> Callable[["Sides", Random], None]:
    @rule(random=CHANCE)
    def play(self: "Sides", random: Random) -> None:
        self.take(next_step(self.twin.world, random, pallet, self.made))

    return play


class Sides(RuleBasedStateMachine):
    """Both sides of a town; each rule is a step that both take."""

    town: ClassVar[Twin]
    ends: ClassVar[list[tuple[Sequence[Step], Difference]]]
    """What was found, with the steps that lead to it; the last one is the smallest."""

    def __init__(self) -> None:
        super().__init__()
        self.twin = self.town.fork()
        self.steps: list[Step] = []
        self.take(Moment(START))
        self.take(market_rule())

    @property
    def made(self) -> list[Do]:
        """The calls so far."""
        return [step for step in self.steps if isinstance(step, Do)]

    @initialize(random=CHANCE, focus=st.sampled_from(list(MOVES)))
    def begin(self, random: Random, focus: str) -> None:
        """A book or a vote is under way."""
        for step in prelude(self.twin.world, random, focus):
            self.take(step)

    communities = _about("Communities")
    metering = _about("Metering")
    energy = _about("Energy")
    market = _about("Market")
    plugin_registry = _about("PluginRegistry")
    community_governance = _about("CommunityGovernance")
    balances = _about("Balances")

    @rule(data=st.data())
    def call_with_any_arguments(self, data: st.DataObject) -> None:
        """A call whose arguments have the right types."""
        self.take(data.draw(calls(self.twin.chain.program)))

    @rule(wait_s=st.one_of(st.sampled_from((1, 59, 60, 600, 899, 900, 3_600)), st.integers(1, 10_000)))
    def wait(self, wait_s: int) -> None:
        """Some time goes by."""
        self.take(Moment(UnixSeconds(self.twin.world.now + wait_s)))

    def take(self, step: Step) -> None:
        """Take a step on both sides."""
        self.steps.append(step)
        try:
            self.twin.take(step)
        except Difference as difference:
            self._tell(difference)
            raise

    def teardown(self) -> None:
        """Compare everything."""
        findings = self.twin.compare_everything()
        if findings:
            difference = Difference(None, findings)
            self._tell(difference)
            raise difference

    def _tell(self, difference: Difference) -> None:
        self.ends.append((self.steps, difference))
        note("\n".join([str(difference), *(json.dumps(to_json(step)) for step in self.steps)]))


def run_machine(town: Twin, file: Path, length: settings) -> None:
    """Run the machine in a town; the steps to a difference go into a file.

    :raises Difference: both sides do not agree.
    """
    ends: list[tuple[Sequence[Step], Difference]] = []
    try:
        run_state_machine_as_test(type("TownSides", (Sides,), {"town": town, "ends": ends}), settings=length)
    except Difference:
        steps, difference = ends[-1]
        file.write_text(as_document(town.chain.program, [*found(), *steps], difference))
        raise


def test_both_sides_agree(campaign: Campaign, pytestconfig: pytest.Config) -> None:
    """Whatever the machine comes upon; the steps are shown, `aip spec replay` takes them from the file again."""
    run_machine(campaign.town, pytestconfig.cache.mkdir("differences") / "machine.json", LONG)


def test_the_machine_finds_what_differs(campaign: Campaign, tmp_path: Path) -> None:
    """One side has forgotten what everybody may do."""
    town, file = campaign.town.fork(), tmp_path / "steps.json"
    town.world.communities.roles.clear()

    with pytest.raises(Difference):
        run_machine(town, file, settings(LONG, phases=[Phase.generate], database=None))

    assert isinstance(read(file).steps[-1], Do)
