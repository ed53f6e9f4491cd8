"""P1 to P8: what was asked, what was measured, whether it is met."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .race import OURS, Lap
from .rooms import RowMissing, field_of, largest, seconds_of

__all__ = ["Goal", "all_goals", "one_hash_goal", "race_goals", "ratio"]

RACE_N: Final = 10_000
MILLION: Final = 1_000_000
Rows = Sequence[str]


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure: `asked` is a relation and a bound; without `value` it was not measured, and `note` says why."""

    part: str
    what: str
    asked: str
    value: float | None
    unit: str = ""
    note: str = ""

    @property
    def is_met(self) -> bool:
        """Whether it was measured and keeps the bound."""
        if self.value is None:
            return False
        relation, bound = self.asked.split()
        return {"<=": self.value <= float(bound), ">=": self.value >= float(bound)}[relation]

    def row(self) -> str:
        """A row of the table."""
        measured = "not measured" if self.value is None else f"{self.value:,.4g} {self.unit}".strip()
        verdict = "met" if self.is_met else "**not met**" if self.value is not None else "**not measured**"
        return f"| {self.part} | {self.what} | {self.asked} {self.unit} | {measured} | {verdict} | {self.note} |"


def all_goals(laps: Sequence[Lap], rooms: Mapping[str, Rows], hashes: Sequence[Mapping[str, str]]) -> list[Goal]:
    """Every goal of the parts that were run."""
    goals = list(race_goals(laps)) if laps else []
    for room, read in _READERS.items():
        if room in rooms:
            goals += read(rooms[room])
    if hashes:
        goals.append(one_hash_goal(hashes))
    return sorted(goals, key=lambda goal: goal.part)


def race_goals(laps: Sequence[Lap]) -> Iterator[Goal]:
    """P1 at the largest N of the race, and P3 against HiGHS on every book."""
    n = max(lap.n for lap in laps)
    for name, asked in (("ASSUME", 100), ("pymarket MUDA", 1_000), ("nested loop", 1_000)):
        found = [ratio(laps, lap) for lap in laps if lap.n == n and lap.matcher.startswith(name) and lap.seconds]
        note = "" if n == RACE_N else f"asked for N = {RACE_N}"
        value = min(found) if found else None
        yield Goal("P1", f"orders in, trades out, N = {n}: {name}'s time / ours", f">= {asked}", value, "x", note)
    judged = [lap for lap in laps if lap.verdict is not None and lap.matcher.startswith(("HiGHS", OURS.name))]
    exact = sum(lap.verdict is not None and lap.verdict.welfare == 1.0 for lap in judged)
    share = 100 * exact / len(judged) if judged else None
    yield Goal("P3", "laps of ours and of HiGHS with exactly the largest welfare", ">= 100", share, "%")


def ratio(laps: Sequence[Lap], lap: Lap) -> float:
    """How many times our time a lap took; of a lap that was not finished nothing is known."""
    ours = next(each.seconds for each in laps if each.matcher == OURS.name and each.n == lap.n)
    if ours is None or lap.seconds is None:
        raise RowMissing(f"{lap.matcher}, N = {lap.n}: {lap.note or 'ours was not measured'}")
    return lap.seconds / ours


def one_hash_goal(hashes: Sequence[Mapping[str, str]]) -> Goal:
    """P6: over all environments, the most hashes that one kind of clearing has."""
    kinds = {row["clearing"] for row in hashes}
    most = max(len({row["hash"] for row in hashes if row["clearing"] == kind}) for kind in kinds)
    pythons = {row["way"].split("CPython ")[1].split(",")[0] for row in hashes}
    solvers = {row["way"].split("highspy ")[1].split(",")[0] for row in hashes if "highspy" in row["way"]}
    note = f"{len(hashes)} ways, {len(kinds)} kinds; CPython {', '.join(sorted(pythons))}; "
    note += f"highspy {', '.join(sorted(solvers))}"
    complete = len(pythons) > 1 and len(solvers) > 1
    return Goal("P6", "results of one book in all ways", "<= 1", float(most) if complete else None, "hash", note)


def _auctions(rows: Rows) -> list[Goal]:
    def kernel(figure: str, field: str) -> float:
        return float(field_of(rows, figure, field, MILLION))

    return [
        _goal(
            "P2", "array kernel, 2,000,000 orders", "<= 0.4", "s", lambda: kernel("array kernel, compiled", "seconds")
        ),
        _goal(
            "P2",
            "plain Python reference, 20,000 orders",
            ">= 0.5",
            "M orders/s",
            lambda: field_of(rows, "plain reference, columns", "orders_per_s") / MILLION,
        ),
        _goal(
            "P5",
            "uniform price, 2,000,000 orders: solve / verify price and fills",
            ">= 30",
            "x",
            lambda: kernel("verify price and fills, compiled", "ratio"),
        ),
        _goal(
            "P5",
            "uniform price, plain Python: verify price and fills",
            ">= 5",
            "M orders/s",
            lambda: field_of(rows, "verify price and fills, plain", "orders_per_s") / MILLION,
        ),
    ]


def _fuzz(rows: Rows) -> list[Goal]:
    def share(field: str) -> float:
        return float(100 * field_of(rows, "fuzzed books", field) / field_of(rows, "fuzzed books", "books"))

    names = (
        ("optimal", "welfare = optimum"),
        ("equilibrium", "low, price and high are equilibrium prices"),
        ("sharp", "one base unit beyond low or high is none"),
    )
    return [
        _goal("P3", f"fuzzed books with {what}", ">= 100", "%", lambda field=field: share(field))  # type: ignore[misc]
        for field, what in names
    ]


def _sparse(rows: Rows) -> list[Goal]:
    def against_ours(peer: str) -> float:
        return seconds_of(rows, peer) / seconds_of(rows, "ours, fills and duals")

    name = "location-aware, N = 10,000, 10 nearest:"
    check: Callable[[], float] = lambda: seconds_of(rows, "ours, fills") / seconds_of(rows, "verify")  # noqa: E731
    return [
        _goal("P4", f"{name} HiGHS simplex's time / ours", ">= 5", "x", lambda: against_ours("highs-simplex")),
        _goal("P4", f"{name} OR-tools' time / ours", ">= 1", "x", lambda: against_ours("ortools")),
        _goal("P5", f"{name} solve / verify", ">= 100", "x", check),
    ]


def _dense(rows: Rows) -> list[Goal]:
    def of_ortools() -> float:
        return seconds_of(rows, "ours, fills and duals") / seconds_of(rows, "ortools")

    return [_goal("P4", "location-aware, N = 1,000, all pairs: our time / OR-tools'", "<= 2", "x", of_ortools)]


def _network(rows: Rows) -> list[Goal]:
    fit = [line for line in rows if line.startswith("all:")]
    table = [line for line in rows if "/" in line and line.split()[0].isdigit() and line.split()[1].isdigit()]
    return [
        _goal("P7", "sweep and check, 293 nodes", "<= 50", "us", lambda: largest(rows, r"([\d.]+) us as arrays")),
        _goal(
            "P7", "clearing where the grid binds, largest median over grids", "<= 10", "ms", lambda: _bound_ms(table)
        ),
        _goal("P7", "96 intervals, 128 nodes", "<= 1", "s", lambda: largest(rows, r"96 intervals.*: ([\d.]+) s")),
        _goal("P7", "certified gap, largest", "<= 500", "ppm", lambda: largest(fit, r"most ([\d.]+) ppm")),
        _goal("P7", "published results that keep every limit", ">= 100", "%", lambda: _feasible_share(fit)),
    ]


def _feasible_share(rows: Rows) -> float:
    """Results that keep every limit, of all that were published [%]; the smallest, where several rows say it."""
    found = [re.search(r"(\d+) of (\d+) results feasible", line) for line in rows]
    shares = [100 * int(each[1]) / int(each[2]) for each in found if each and int(each[2])]
    if not shares:
        raise RowMissing("how many results are feasible")
    return min(shares)


def _bound_ms(table: Rows) -> float:
    """The column after the times without a limit: the median where one binds."""
    if not table:
        raise RowMissing("the table of grids")
    return max(float(line.split("/", 1)[1].split()[2]) for line in table)


def _allocation(rows: Rows) -> list[Goal]:
    pattern = r"^(?:static|pro rata|cascade|hybrid)\s+([\d.]+) s"
    what = "allocation key, 1,000 members x one year, slowest of four"
    return [_goal("P8", what, "<= 1", "s", lambda: largest(rows, pattern))]


def _goal(part: str, what: str, asked: str, unit: str, read: Callable[[], float]) -> Goal:
    try:
        return Goal(part, what, asked, read(), unit)
    except RowMissing as missing:
        return Goal(part, what, asked, None, unit, f"no row: {missing}")


_READERS: Final[Mapping[str, Callable[[Rows], list[Goal]]]] = {
    "auctions": _auctions,
    "fuzz": _fuzz,
    "sparse": _sparse,
    "dense": _dense,
    "network": _network,
    "allocation": _allocation,
}
