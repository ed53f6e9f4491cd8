"""Files with a sequence of calls on which the specification and the runtime differ, to be looked at and run again."""

import json
from collections.abc import Sequence
from pathlib import Path

from aipchain.orchestrator.twin.compare import Difference
from aipchain.orchestrator.twin.steps import BadVector, Step, from_json, to_json

__all__ = ["as_document", "read_steps"]


def as_document(steps: Sequence[Step], difference: Difference | None) -> str:
    """The text of a vector file: what differs, and the steps that lead to it."""
    findings = [] if difference is None else list(difference.findings)
    return json.dumps({"findings": findings, "steps": [to_json(step) for step in steps]}, indent=1) + "\n"


def read_steps(path: Path) -> list[Step]:
    """The steps of a vector file.

    :raises BadVector: there is no such file, or it is none.
    """
    try:
        described = json.loads(path.read_text(encoding="utf-8"))
        return [from_json(step) for step in described["steps"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadVector(f"{path} cannot be read as a vector file ({error})") from error
