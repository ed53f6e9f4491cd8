"""Suites: known by name, held against goals, and kept as a document."""

from collections.abc import Callable

import pytest

from aipchain.ai.benchmark.errors import NoResult, UnknownSuite
from aipchain.ai.benchmark.homes import HomesYear
from aipchain.ai.benchmark.machine import measured_run
from aipchain.ai.benchmark.suite import SUITES, Goal, Result, committed, documented, suite_named
from aipchain.ai.executors.executor import Executor


class Simple:
    """A suite that measures nothing."""

    def run(self, year: HomesYear, executor: Executor, seed: int, told: Callable[[str], None]) -> Result:
        """See `Suite.run`."""
        return {}

    def goals(self, result: Result) -> list[Goal]:
        """See `Suite.goals`."""
        return [Goal("wql", "<= 0.3", str(result["wql"]), False)]


@pytest.mark.parametrize("name", SUITES)
def test_every_suite_that_is_listed_can_be_imported(name: str) -> None:
    """And has what a suite has."""
    suite = suite_named(name)

    assert callable(suite.run)
    assert callable(suite.goals)


def test_an_unknown_suite_is_told() -> None:
    """With those that there are."""
    for ask in (suite_named, committed):
        with pytest.raises(UnknownSuite, match=r"there is no suite 'x': choose from .*cl22-wf"):
            ask("x")


def test_a_document_holds_result_goals_and_surroundings() -> None:
    """In that order; figures stay where the suite put them."""
    with measured_run() as surroundings:
        pass
    document = documented(Simple(), {"wql": 0.4}, surroundings)

    assert document["wql"] == 0.4
    assert document["goals"] == [{"figure": "wql", "goal": "<= 0.3", "measured": "0.4", "met": False}]
    run = document["run"]
    assert isinstance(run, dict)
    assert {"processor", "python", "versions", "cpu_s", "wall_s", "peak_rss_mb"} <= run.keys()


def test_a_missing_result_says_how_to_get_it() -> None:
    """The sentence names the command."""
    assert str(NoResult("fraud")) == "fraud has no committed result: run it with aip ai bench --suite fraud"
