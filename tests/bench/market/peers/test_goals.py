"""The figures: read from the rows that the rooms print, held against what was asked."""

import json
from pathlib import Path

import pytest

from .environments import REQUIREMENTS, NotBuilt, interpreter_of
from .goals import Goal, all_goals, one_hash_goal, race_goals, ratio
from .judge import Verdict
from .race import MATCHERS, Lap
from .rooms import RowMissing, field_of, largest, seconds_of

RESULT = Path(__file__).parents[1] / "result.json"
PAGE = Path(__file__).parents[4] / "docs" / "market-benchmarks.md"


def lap(matcher: str, n: int, seconds: float | None, welfare: float = 1.0) -> Lap:
    """A lap of a race."""
    verdict = None if seconds is None else Verdict(welfare, 1.0, 0.0, 0.0, 0, 0, 0)
    return Lap(matcher, n, "1.0", seconds, 1, verdict, "" if seconds else "no answer in 150 s")


@pytest.mark.parametrize(("asked", "value", "met"), [("<= 2", 2.0, True), (">= 2", 1.9, False), (">= 2", None, False)])
def test_a_goal_is_met_or_not(asked: str, value: float | None, met: bool) -> None:
    """The bound itself is enough; what was not measured is not met."""
    assert Goal("P1", "something", asked, value).is_met is met


def test_the_slowest_claim_counts() -> None:
    """Of two mechanisms of a peer the faster one is compared; at the largest N of the race."""
    laps = [lap("ours", 10, 1.0), lap("ours", 100, 2.0), lap("ASSUME pay-as-clear", 100, 400.0)]
    laps += [lap("ASSUME pay-as-bid", 100, 300.0), lap("ASSUME pay-as-bid", 10, 1.0)]
    assume, muda, _, _ = race_goals(laps)

    assert (assume.value, assume.note) == (150.0, "asked for N = 10000")
    assert muda.value is None


def test_a_peer_that_did_not_answer_in_time_gives_no_ratio() -> None:
    """Nothing is extrapolated."""
    laps = [lap("ours", 100, 2.0), lap("nested loop", 100, None)]
    with pytest.raises(RowMissing):
        ratio(laps, laps[1])
    assert next(goal for goal in race_goals(laps) if "nested" in goal.what).value is None


def test_a_lap_below_the_optimum_shows_in_p3() -> None:
    """One of two laps of the exact matchers lost some welfare."""
    laps = [lap("ours", 100, 1.0), lap("HiGHS simplex", 100, 1.0, welfare=0.9999)]
    assert list(race_goals(laps))[-1].value == 50.0


def test_two_hashes_are_one_too_many() -> None:
    """Kinds are counted apart; two interpreters and two versions of HiGHS have to be among the ways."""
    ways = ["plain, CPython 3.11.7, highspy 1.15.1", "plain, CPython 3.13.0, highspy 1.7.2"]
    one = [{"clearing": "bilateral fills", "way": way, "hash": "aa"} for way in ways]
    other = {"clearing": "bilateral fills", "way": ways[0], "hash": "bb"}

    assert one_hash_goal([*one, {**other, "clearing": "uniform price"}]).is_met
    assert one_hash_goal([*one, other]).value == 2.0
    assert one_hash_goal(one[:1]).value is None


def test_rows_are_found_by_name() -> None:
    """Rows of JSON, of tables and of text; a row that is missing is said to be."""
    rows = [json.dumps({"figure": "array kernel", "n": n, "seconds": n / 2}) for n in (2, 4)]
    table = ["| what | seconds | against ours |", "| ortools 9.15 | 0.2900 | 2.07x |"]

    assert field_of(rows, "array kernel", "seconds", 4) == 2.0
    assert seconds_of(table, "ortools") == 0.29
    assert largest(["a 1.5 s", "b 12,000.5 s"], r"([\d.,]+) s") == 12_000.5
    for read in (
        lambda: field_of(rows, "other", "seconds"),
        lambda: seconds_of(table, "x"),
        lambda: largest([], "(x)"),
    ):
        with pytest.raises(RowMissing):
            read()


def test_a_room_that_prints_something_else_is_not_measured() -> None:
    """A changed row makes its goal unmeasured, with the row in the note; it never passes unseen."""
    rooms = {room: ["nothing | known"] for room in ("sparse", "dense", "network", "allocation")}
    goals = all_goals([], rooms, [])

    assert {goal.part for goal in goals} == {"P4", "P5", "P7", "P8"}
    assert all(goal.value is None and goal.note.startswith("no row") for goal in goals)
    assert not any(goal.is_met for goal in goals)


@pytest.mark.parametrize(
    ("row", "share"),
    [
        ("all: 126 of 126 results feasible, 126 proven, 72 bound", 100.0),
        ("all: 63 of 126 results feasible, 126 proven, 72 bound", 50.0),
        ("all: 0 of 0 results feasible, 0 proven, 0 bound", None),
        ("all: 72 bound, every result feasible", None),
    ],
)
def test_feasible_results_are_counted(row: str, share: float | None) -> None:
    """Results that keep every limit over all results; words, and counts of nothing, are no number."""
    (goal,) = [goal for goal in all_goals([], {"network": [row]}, []) if "keep every limit" in goal.what]

    assert (goal.value, goal.is_met) == (share, share == 100.0)


def test_every_peer_has_hashed_requirements() -> None:
    """Each environment is pinned to the byte; none of the packages is in the project's lock but numpy and HiGHS."""
    for name in {matcher.requirements for matcher in MATCHERS if matcher.requirements}:
        pinned = (REQUIREMENTS / f"{name}.txt").read_text(encoding="utf-8")
        assert pinned.count("==") > 0
        assert "--hash=sha256:" in pinned
    lock = (Path(__file__).parents[4] / "uv.lock").read_text(encoding="utf-8")
    assert not any(f'name = "{package}"' in lock for package in ("assume-framework", "pymarket", "ortools"))


def test_an_environment_that_cannot_be_made_is_named() -> None:
    """An interpreter that nobody has: uv's last words are the message."""
    with pytest.raises(NotBuilt, match=r"uv venv --python 1\.0"):
        interpreter_of("highs", "1.0")


def test_the_last_whole_run_is_on_file() -> None:
    """All parts were run, no peer failed, every goal was measured; the page shows the same figures."""
    result = json.loads(RESULT.read_text(encoding="utf-8"))

    assert result["failed"] == []
    assert {goal["part"] for goal in result["goals"]} == {f"P{number}" for number in range(1, 9)}
    assert {each["matcher"] for each in result["race"]} == {matcher.name for matcher in MATCHERS}
    page = PAGE.read_text(encoding="utf-8")
    for kept in result["goals"]:
        is_met = kept.pop("is_met")
        assert Goal(**kept).is_met is is_met
        assert Goal(**kept).row() in page
