"""What a look at a community came to: by check, a score and a reason for each account or meter."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from aipchain.ai.anomaly.observed import Observed, alarm_score
from aipchain.orchestrator.suspicion.activity import Span

__all__ = ["Check", "Checked", "Suspicions", "Verdict", "verdicts"]


class Check(StrEnum):
    """What is looked for."""

    WASH = "wash trading"
    SPOOFING = "spoofed orders"
    SYBIL = "Sybil cluster"
    THEFT = "theft"
    GENERATION = "generation over-reported"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One subject over a span: its score, 0 to 10,000, None where too little is known, and whether it is an alarm."""

    subject: str
    span: Span
    score: int | None
    reason: str
    alarm: bool


@dataclass(frozen=True, slots=True)
class Checked:
    """A check, done: the share of false alarms is one of `each`; `against` says who stands for the honest, if any."""

    check: Check
    each: str
    against: str | None
    verdicts: tuple[Verdict, ...]

    @property
    def judged(self) -> int:
        """How many have a score."""
        return sum(each.score is not None for each in self.verdicts)

    @property
    def alarms(self) -> tuple[Verdict, ...]:
        """Those to look at, the highest score first."""
        return tuple(sorted((each for each in self.verdicts if each.alarm), key=lambda each: -(each.score or 0)))


@dataclass(frozen=True, slots=True)
class Suspicions:
    """All checks of a span, and those that were left out, each with the reason."""

    span: Span
    false_alarms: float
    checked: tuple[Checked, ...]
    left_out: tuple[tuple[str, str], ...]
    public_funders: tuple[str, ...]
    unsettled_books: int


def verdicts(observed: Iterable[Observed], span: Span, false_alarms: float) -> tuple[Verdict, ...]:
    """Verdicts of what a detector says; an alarm from the score on that honest ones reach as seldom as asked."""
    least = alarm_score(false_alarms)
    return tuple(
        Verdict(each.subject, span, each.score, each.reason, each.score is not None and each.score >= least)
        for each in observed
    )
