"""The differential run once with the real runtime, kept on tapes, and played again without it.

The runtime's side does not depend on a mutant. So it is asked once: the sequences of the differential tests run as
usual, and a tape keeps each step with the runtime's answer (refusal, events, the keys it wrote and their values). To
play a tape, the specification takes the same steps beside a :class:`Recorded` chain that gives those answers, and
:class:`~aipchain.orchestrator.twin.compare.Twin` compares as it always does.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, TypeAlias

from aipchain.orchestrator.twin.campaign import Campaign
from aipchain.orchestrator.twin.chain import GENESIS_HASH, Outcome, Program
from aipchain.orchestrator.twin.compare import RuntimeSide, Twin
from aipchain.orchestrator.twin.edges import EDGES
from aipchain.orchestrator.twin.edges.corner import Corner
from aipchain.orchestrator.twin.findings import Difference, Finding
from aipchain.orchestrator.twin.moves.choice import MOVES
from aipchain.orchestrator.twin.moves.town import ENDOWMENTS, START, found, market_rule
from aipchain.orchestrator.twin.steps import Moment, Step
from aipchain.pallets_spec.errors import SpecError
from aipchain.pallets_spec.world import World
from aipchain.runtime_bridge.keys import verify_device_signature
from aipchain.runtime_bridge.storage_keys import storage_prefix

__all__ = ["Line", "Recording", "Tape"]

Line: TypeAlias = tuple[str, int]
"""A module by its full name, and the number of a line."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the runtime did with a call, and what is stored since under the keys that it wrote."""

    outcome: Outcome
    values: Mapping[bytes, bytes | None]


@dataclass(frozen=True, slots=True)
class _Taken:
    step: Step
    answer: _Answer | None
    """None for a moment."""


@dataclass(frozen=True, slots=True)
class _Planted:
    pallet: str
    name: str
    key: object
    value: object


@dataclass(frozen=True, slots=True)
class _ComparedEverything:
    """All storage and all money, read anew."""


_Entry: TypeAlias = _Taken | _Planted | _ComparedEverything


@dataclass
class Tape:
    """One sequence. It goes on from the founded town, but for the founding itself."""

    name: str
    entries: list[_Entry] = field(default_factory=list)

    def play(self, twin: Twin) -> Iterator[None]:
        """Take the steps beside a recorded chain, one for each round.

        :raises Difference: the specification does something else than the runtime did.
        """
        chain = twin.chain
        if not isinstance(chain, Recorded):
            raise TypeError("a tape is played beside a recorded chain")
        for entry in self.entries:
            match entry:
                case _Taken(step, answer):
                    chain.answer = answer
                    twin.take(step)
                case _Planted(pallet, name, key, value):
                    twin.plant(pallet, name, key, value)
                case _ComparedEverything():
                    if findings := twin.compare_everything():
                        raise Difference(None, findings)
            yield


class Recording:
    """Every corner, and so many sequences about each pallet, by the compiled runtime; `corners` tapes are corners.

    :raises Difference: specification and runtime do not agree, so there is nothing to measure.
    """

    def __init__(self, program: Program, sequences: int, seed: int) -> None:
        real = Twin.at_genesis(program, ENDOWMENTS, START)
        self._program, self._values = program, _all_values(real.chain)
        town = _Recorder(_Listening(real.chain), real.world, real.stored)
        for step in found():
            town.take(step)
        self.founding = Tape("the founding of the town", town.entries)
        town.entries = []
        for edge in EDGES:
            corner = Corner(town.fork(edge.__name__))
            corner.at(START)
            corner.takes(market_rule())
            edge(corner)
        self.corners = len(town.tapes)
        campaign = Campaign(program)
        campaign.town = town
        for pallet in MOVES:
            town.name = pallet
            campaign.run(pallet, sequences, seed)
        self.tapes = tuple(town.tapes)

    @property
    def calls(self) -> int:
        """Calls on all tapes."""
        return sum(isinstance(each, _Taken) and each.answer is not None for tape in self.tapes for each in tape.entries)

    def beginning(self) -> Twin:
        """The specification as it now is, beside the recorded chain, before the founding of the town."""
        return _Player.beginning(Recorded(self._program, dict(self._values)))

    def reach(self, package: str) -> Mapping[Line, Mapping[int, int]]:
        """For every line of the package that runs: the numbers of the tapes that reach it, and after how many steps.

        Plays every tape with the specification as it is; the founding counts as the tape -1.
        """
        reached: dict[Line, dict[int, int]] = {}
        town = self.beginning()
        for number, tape in ((-1, self.founding), *enumerate(self.tapes)):
            steps = tape.play(town if number < 0 else town.fork())
            for line, step in _first_reached(steps, package).items():
                reached.setdefault(line, {})[number] = step
        return reached


@dataclass
class Recorded:
    """The runtime's side of a tape: what is stored, and the answer that comes next."""

    program: Program
    values: dict[bytes, bytes]
    answer: _Answer | None = None

    def fork(self) -> "Recorded":
        """The same values, to change by themselves."""
        return Recorded(self.program, dict(self.values))

    def stand_at(self, second: int) -> None:
        """Time changes nothing that is compared."""

    def apply(self, call: bytes, signer: bytes | None) -> Outcome:
        """The recorded answer to this step."""
        if self.answer is None:
            raise LookupError(f"the tape has no answer to 0x{call.hex()}")
        for key, value in self.answer.values.items():
            self.put(key, value)
        return self.answer.outcome

    def read(self, key: bytes) -> bytes | None:
        """The value under a key now."""
        return self.values.get(key)

    def keys(self, prefix: bytes) -> list[bytes]:
        """The keys that begin so, in order."""
        return sorted(key for key in self.values if key.startswith(prefix))

    def put(self, key: bytes, value: bytes | None) -> None:
        """Keep a value, or forget it."""
        if value is None:
            self.values.pop(key, None)
        else:
            self.values[key] = value


class _Player(Twin):
    @classmethod
    def beginning(cls, chain: Recorded) -> Twin:
        twin = cls(chain, World(verify=verify_device_signature, genesis_hash=GENESIS_HASH, now=START))
        twin._take_over_money()
        twin.take(Moment(START))
        return twin


@dataclass
class _Recorder(Twin):
    """A twin that writes down what it does; each fork begins a tape of its own, with what came before it."""

    name: str = ""
    entries: list[_Entry] = field(default_factory=list)
    tapes: list[Tape] = field(default_factory=list)
    """Of all forks together."""

    def fork(self, name: str | None = None) -> Twin:
        tape = Tape(f"{name or self.name} {len(self.tapes)}", list(self.entries))
        self.tapes.append(tape)
        return _Recorder(
            self.chain.fork(), self.world.copy(), dict(self.stored), name or self.name, tape.entries, self.tapes
        )

    def take(self, step: Step) -> SpecError | None:
        listening = self.chain
        if not isinstance(listening, _Listening):
            raise TypeError("only what is listened to can be recorded")
        listening.answer = None
        refusal = super().take(step)
        self.entries.append(_Taken(step, listening.answer))
        return refusal

    def plant(self, pallet: str, name: str, key: object, value: object) -> None:
        super().plant(pallet, name, key, value)
        self.entries.append(_Planted(pallet, name, key, value))

    def compare_everything(self) -> list[Finding]:
        self.entries.append(_ComparedEverything())
        return super().compare_everything()


@dataclass
class _Listening:
    """A runtime's side that remembers its last answer."""

    chain: RuntimeSide
    answer: _Answer | None = None

    @property
    def program(self) -> Program:
        return self.chain.program

    def fork(self) -> RuntimeSide:
        return _Listening(self.chain.fork())

    def apply(self, call: bytes, signer: bytes | None) -> Outcome:
        outcome = self.chain.apply(call, signer)
        compared = [key for key in outcome.written if key.startswith(_prefixes(self.program))]
        values = {key: self.chain.read(key) for key in compared}
        self.answer = _Answer(Outcome(outcome.refusal, outcome.events, frozenset(compared)), values)
        return outcome

    def __getattr__(self, name: str) -> Any:
        return getattr(self.chain, name)


def _prefixes(program: Program) -> tuple[bytes, ...]:
    """What the keys begin with that a twin compares."""
    money = (("System", "Account"), ("Balances", "Holds"), ("Balances", "TotalIssuance"))
    return (*(item.prefix for item in program.items), *(storage_prefix(*each) for each in money))


def _all_values(chain: RuntimeSide) -> dict[bytes, bytes]:
    keys = [key for prefix in _prefixes(chain.program) for key in chain.keys(prefix)]
    return {key: value for key in keys if (value := chain.read(key)) is not None}


def _first_reached(steps: Iterator[None], package: str) -> Mapping[Line, int]:
    """After how many rounds of `steps` each line of the package runs first."""
    reached: dict[Line, int] = {}
    count = 0

    def trace(frame: FrameType, event: str, argument: object) -> Any:
        module = frame.f_globals.get("__name__", "")
        if not module.startswith(package):
            return None
        reached.setdefault((module, frame.f_lineno), count)
        return trace

    sys.settrace(trace)
    try:
        for count, _ in enumerate(steps, start=1):  # noqa: B007 - read by `trace`
            pass
    finally:
        sys.settrace(None)
    return reached
