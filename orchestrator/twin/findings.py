"""What differs between the specification and the runtime, so told that the rule behind it can be looked up.

A finding names its kind, the place (call, event, storage item or account, down to the field) and both values.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aipchain.errors import OperationError
from aipchain.orchestrator.twin.steps import Do, Step
from aipchain.pallets_spec.origin import Root

__all__ = ["Difference", "Finding"]

_LONGEST = 600
"""Letters of a value that are shown in a finding."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the two sides show differently."""

    kind: str
    """What it is about: the refusal, an event, storage, money, what always holds, or a side that stopped."""
    subject: str
    """What of it, without the circumstances of the one sequence: an event's name, a storage item."""
    place: str
    """Where exactly: key and field."""
    ours: str
    theirs: str
    sort: str = ""
    """The subject, where it has to be told by both values: the names of two refusals or of two events."""

    def __str__(self) -> str:
        where = " ".join(part for part in (self.kind, self.subject, self.place) if part)
        return f"{where}: the specification has {_short(self.ours)}, the runtime {_short(self.theirs)}"


class Difference(OperationError):
    """The specification and the runtime do not agree: `found` says on what, after `step`, or with none in the end."""

    def __init__(self, step: Step | None, found: Sequence[Finding]) -> None:
        super().__init__(step, found)
        self.step, self.found = step, tuple(found)

    def __str__(self) -> str:
        return "\n  ".join((f"specification and runtime differ {_after(self.step)}", *self.findings))

    @property
    def findings(self) -> tuple[str, ...]:
        """What differs, in words."""
        return tuple(str(finding) for finding in self.found)

    @property
    def sort(self) -> tuple[str, str, str]:
        """What tells one difference from another: the call, and kind and subject of the first finding."""
        first = self.found[0]
        return _title(self.step), first.kind, first.sort or first.subject


def _title(step: Step | None) -> str:
    if step is None:
        return "the end"
    return step.title if isinstance(step, Do) else "a moment"


def _after(step: Step | None) -> str:
    if step is None:
        return "in the end, when all is read anew"
    if not isinstance(step, Do):
        return f"at {step.now}"
    return f"after {step.title} by {'root' if isinstance(step.origin, Root) else f'0x{step.origin.hex()}'}"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text)} letters)"
