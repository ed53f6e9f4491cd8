"""Suites: what is measured by `aip ai bench`, held against stated goals, and kept as a result beside the code.

A suite is a module of `aipchain.ai.benchmark.suites`, imported when it is run. Its result is a JSON document; lists of
rows in it are shown as tables. The result of a release is committed in `results`, with the machine that it was made on.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib import import_module, resources
from pathlib import Path
from typing import Any, Final, Protocol, cast

from aipchain.ai.benchmark.errors import NoResult, UnknownSuite
from aipchain.ai.benchmark.homes import HomesYear
from aipchain.ai.errors import PartMissing
from aipchain.ai.executors.executor import Executor

__all__ = ["SUITES", "Goal", "Result", "Suite", "committed", "documented", "result_file", "suite_named", "tables"]

SUITES: Final[Mapping[str, str]] = {
    "cl22-wf": "day-ahead forecasts of load, of generation and of the community, walked through half a year",
    "fraud": "planted theft, over-reported generation and trade fraud: what is found, and at how many false alarms",
    "federated": "one load model learned by 15 homes together, pooled and alone, and what lying clients cost",
    "agents": "rules, plans and learned agents in a community of homes with batteries",
    "scale": "10,000 forecasts, seven refits, and what a second Ray worker brings (on a quiet machine)",
}
"""What each measures, by name; `fair-play` is the module `suites/fair_play.py`."""

Result = dict[str, object]
"""A JSON document."""

Rows = list[dict[str, Any]]
"""A list of it that is shown as a table."""


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure that was promised, and what it came to."""

    figure: str
    goal: str
    measured: str
    met: bool


class Suite(Protocol):
    """A module that measures."""

    def run(self, year: HomesYear, executor: Executor, seed: int, told: Callable[[str], None]) -> Result:
        """Measure; says on the way how far it is."""
        ...

    def goals(self, result: Result) -> list[Goal]:
        """What the result should have been and is."""
        ...


def suite_named(name: str) -> Suite:
    """The suite, imported now.

    :raises UnknownSuite: there is none of that name.
    :raises PartMissing: a package that it needs is not installed.
    """
    if name not in SUITES:
        raise UnknownSuite(name, tuple(SUITES))
    try:
        return cast(Suite, import_module(f"aipchain.ai.benchmark.suites.{name.replace('-', '_')}"))
    except ModuleNotFoundError as error:
        raise PartMissing(error.name or name, "ai") from error


def documented(suite: Suite, result: Result, surroundings: Mapping[str, object]) -> Result:
    """The document that is written: the result, its goals, and what it was made with."""
    return {**result, "goals": [asdict(goal) for goal in suite.goals(result)], "run": dict(surroundings)}


def result_file(name: str) -> Path:
    """Where the result of a release lies."""
    return Path(str(resources.files("aipchain.ai.benchmark"))) / "results" / f"{name}.json"


def committed(name: str) -> Result:
    """The result of the release.

    :raises UnknownSuite: there is no suite of that name.
    :raises NoResult: it was not run for this release.
    """
    if name not in SUITES:
        raise UnknownSuite(name, tuple(SUITES))
    try:
        found: Any = json.loads(result_file(name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NoResult(name) from error
    return cast(Result, found)


def tables(document: Mapping[str, object]) -> Iterator[tuple[str, Rows]]:
    """The tables of a result, its goals among them, by their keys."""
    for key, value in document.items():
        if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
            yield key, value
