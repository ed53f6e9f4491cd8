"""Many sequences of made-up calls, each beginning with the same town, and what they reached."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from time import process_time
from typing import Any

from aipchain.orchestrator.twin.chain import Program
from aipchain.orchestrator.twin.compare import Difference, Twin
from aipchain.orchestrator.twin.moves.choice import next_step
from aipchain.orchestrator.twin.moves.prelude import prelude
from aipchain.orchestrator.twin.moves.town import ENDOWMENTS, SOUND_TERMS, START, found, market_rule
from aipchain.orchestrator.twin.steps import Do, Moment, Step
from aipchain.pallets_spec.errors import Market, SpecError
from aipchain.pallets_spec.world import World

__all__ = ["CI_SEED", "CI_SEQUENCES", "SEQUENCE_STEPS", "Campaign", "FoundDifference", "Tally"]

SEQUENCE_STEPS = 60
"""Steps of a sequence, after the town is founded."""
CI_SEQUENCES = 150
"""Sequences about each pallet that the tests run; `make spec-release` runs 10,000."""
CI_SEED = 2026
"""Where the sequences that the tests run come from."""


@dataclass
class Tally:
    """What sequences of calls reached."""

    sequences: int = 0
    calls: int = 0
    accepted: int = 0
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often each call had each outcome: `Ok`, or the refusal by pallet and name."""
    events: Counter[str] = field(default_factory=Counter)
    """How often each event was told."""
    seconds: float = 0.0
    """How long it took on one core [s]."""

    @property
    def share(self) -> float:
        """The share of calls that succeeded."""
        return self.accepted / self.calls if self.calls else 0.0

    def count(self, step: Do, refusal: SpecError | None, world: World) -> None:
        """Take in one call with its outcome."""
        self.calls += 1
        self.accepted += refusal is None
        outcome = f"{refusal.pallet}.{refusal.name}" if refusal else "Ok"
        if isinstance(refusal, Market.TradeRefused):
            outcome = f"{outcome}.{refusal.rule.value}"
        if isinstance(refusal, Market.CertificateRefused):
            outcome = f"{outcome}.{refusal.flaw.value}"
        self.pairs[step.title, outcome] += 1
        if refusal is None:
            self.events.update(f"{event.pallet}.{type(event).__name__}" for event in world.events)

    def add(self, other: "Tally") -> None:
        """Take in what others reached."""
        self.sequences += other.sequences
        self.calls += other.calls
        self.accepted += other.accepted
        self.pairs.update(other.pairs)
        self.events.update(other.events)
        self.seconds += other.seconds

    def outcomes(self) -> dict[str, dict[str, int]]:
        """How often each call had each outcome, call by call."""
        found: dict[str, dict[str, int]] = {}
        for (call, outcome), times in sorted(self.pairs.items()):
            found.setdefault(call, {})[outcome] = times
        return found

    def to_json(self) -> dict[str, object]:
        """The tally as a JSON object."""
        return {
            "sequences": self.sequences,
            "calls": self.calls,
            "accepted": self.accepted,
            "seconds": round(self.seconds, 1),
            "outcomes": self.outcomes(),
            "events": dict(sorted(self.events.items())),
        }

    @classmethod
    def from_json(cls, described: Mapping[str, Any]) -> "Tally":
        """Read a tally back."""
        outcomes = described["outcomes"]
        return cls(
            sequences=described["sequences"],
            calls=described["calls"],
            accepted=described["accepted"],
            pairs=Counter({(call, outcome): n for call in outcomes for outcome, n in outcomes[call].items()}),
            events=Counter(described["events"]),
            seconds=described["seconds"],
        )


class FoundDifference(Exception):
    """A sequence ended with a difference; `steps` lead to it, from the founding of the town on."""

    def __init__(self, steps: list[Step], difference: Difference) -> None:
        super().__init__(steps, difference)
        self.steps, self.difference = steps, difference

    def __str__(self) -> str:
        return str(self.difference)


class Campaign:
    """Runs sequences about one pallet after the other; what Town demands of its clearings goes round."""

    def __init__(self, program: Program) -> None:
        self._founding: list[Step] = list(found())
        self.town = Twin.at_genesis(program, ENDOWMENTS, START)
        for step in self._founding:
            self.town.take(step)

    def run(self, focus: str, sequences: int, seed: int, *, first: int = 0, steps: int = SEQUENCE_STEPS) -> Tally:
        """Run so many sequences about the pallet `focus`, from the one with the number `first` on.

        :param steps: the length of each, after the founding and the prelude.
        :raises FoundDifference: the specification and the runtime do not agree.
        """
        tally, began = Tally(), process_time()
        for number in range(first, first + sequences):
            rule = market_rule(SOUND_TERMS[number % len(SOUND_TERMS)])
            random = Random(f"{seed}/{focus}/{number}")  # noqa: S311 - not for secrets
            self._run_one(_Sequence(focus, random, steps), rule, tally)
        tally.seconds = process_time() - began
        return tally

    def _run_one(self, sequence: "_Sequence", rule: Do, tally: Tally) -> None:
        twin, steps = self.town.fork(), list(self._founding)
        twin.take(Moment(START))
        for step in _steps(twin, sequence, rule, steps):
            steps.append(step)
            try:
                refusal = twin.take(step)
            except Difference as difference:
                raise FoundDifference(steps, difference) from difference
            if isinstance(step, Do):
                tally.count(step, refusal, twin.world)
        found = twin.compare_everything()
        if found:
            raise FoundDifference(steps, Difference(None, found))
        tally.sequences += 1


@dataclass(frozen=True, slots=True)
class _Sequence:
    focus: str
    random: Random
    length: int


def _steps(twin: Twin, sequence: _Sequence, rule: Do, taken: list[Step]) -> Iterator[Step]:
    random, focus = sequence.random, sequence.focus
    yield rule
    founding = len(taken)
    yield from prelude(twin.world, random, focus)
    for _ in range(sequence.length):
        yield next_step(twin.world, random, focus, [step for step in taken[founding:] if isinstance(step, Do)])
