"""Ours against everybody's, in one run: `make bench-market`.

    python -m market.run [--parts race auctions ...] [--sizes 100 1000] [--result FILE] [--page FILE]

from tests/bench. Writes the seeded book once, gives it to every matcher in an environment of its own (`peers`), works
out what their trades are worth, runs the scripts of this folder, and asks several interpreters for hashes of their
results. Prints two tables, with `--page` also into a page of the docs; `--result` keeps everything, with machine and
versions. Ends with 1 if a peer or a script failed, and names it.
"""

import argparse
import json
import os
import platform
import runpy
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from .peers.environments import NotBuilt, interpreter_of
from .peers.goals import Goal, all_goals, ratio
from .peers.race import Lap, race, run_peer
from .peers.rooms import ROOMS, run_room

AUCTIONS = runpy.run_path(str(Path(__file__).with_name("auctions.py")))
"""The auctions' figures, whose book everybody gets."""
SIZES = (100, 1_000, 10_000)
LIMIT_S = 300.0
"""Time for one matcher on one book [s]."""
ROOM_LIMIT_S = 600.0
HASHED = (("", ""), ("highs-old", "3.11"), ("ortools", "3.11"), ("kernels", "3.13"), ("kernels", "3.12"))
"""Requirements and interpreter of each environment that is asked for hashes; the first is ours."""

FIRST_MARK, LAST_MARK = "<!-- printed by make bench-market -->", "<!-- until here -->"


@dataclass
class Run:
    """What was measured so far, and what failed."""

    laps: list[Lap] = field(default_factory=list)
    rooms: dict[str, list[str]] = field(default_factory=dict)
    hashes: list[dict[str, str]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    load_before: float = field(default_factory=lambda: round(os.getloadavg()[0], 1))


def main() -> None:
    """Measure what is asked for, print it, keep it."""
    parser = argparse.ArgumentParser(description=__doc__)
    every = ("race", *ROOMS, "hashes")
    parser.add_argument("--parts", nargs="+", choices=every, default=every)
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    parser.add_argument("--result", type=Path)
    parser.add_argument("--page", type=Path)
    options = parser.parse_args()
    run = Run()
    measure(run, options.parts, options.sizes)
    goals = all_goals(run.laps, run.rooms, run.hashes)
    run.failed += [f"{goal.part} {goal.what}: {goal.note}" for goal in goals if goal.value is None]
    print("\n".join(tables(run, goals)))
    if options.page:
        renew(options.page, tables(run, goals))
    if options.result:
        options.result.write_text(json.dumps(as_kept(run, goals), indent=1) + "\n", encoding="utf-8")
    if run.failed:
        sys.exit("failed: " + "; ".join(run.failed))


def measure(run: Run, parts: Sequence[str], sizes: Sequence[int]) -> None:
    """All parts, one process after the other."""
    if "race" in parts:
        with tempfile.TemporaryDirectory() as folder:
            for lap in race([write_book(Path(folder), n) for n in sorted(sizes)], LIMIT_S):
                say(f"{lap.matcher}, N = {lap.n}: {lap.note or f'{lap.seconds:.4g} s'}")
                run.laps.append(lap)
        run.failed += [f"{lap.matcher}, N = {lap.n}: {lap.note}" for lap in run.laps if lap.is_failure]
    for room in ROOMS:
        if room in parts:
            say(room)
            with failures(run, room):
                run.rooms[room] = run_room(room, ROOM_LIMIT_S)
    for requirements, python in HASHED if "hashes" in parts else ():
        say(f"hashes: {requirements or 'ours'} {python}")
        with failures(run, f"hashes with {requirements or 'ours'} {python}"):
            interpreter = interpreter_of(requirements, python) if requirements else Path(sys.executable)
            lines = run_peer(interpreter, ("one_hash",), ROOM_LIMIT_S).splitlines()
            run.hashes += [json.loads(line) for line in lines]


@contextmanager
def failures(run: Run, what: str) -> Iterator[None]:
    """Name what failed, and go on."""
    try:
        yield
    except subprocess.CalledProcessError as error:
        run.failed.append(f"{what}: {(error.stderr.strip().splitlines() or ['no message'])[-1]}")
    except (subprocess.TimeoutExpired, NotBuilt) as error:
        run.failed.append(f"{what}: {error}")


def write_book(folder: Path, n: int) -> Path:
    """The book of N bids and N offers that every matcher reads."""
    number, owner, is_offer, wh, limit = AUCTIONS["orders_columns"](n)
    file = folder / f"book-{n}.npz"
    np.savez(file, number=number, owner=owner, is_offer=is_offer, wh=wh, limit=limit)
    return file


def tables(run: Run, goals: Sequence[Goal]) -> Iterator[str]:
    """The goals, then the race."""
    machine = machine_facts()
    yield f"{machine['processor']}, {machine['cores']} cores, CPython {machine['python']}, {machine['date']};"
    yield f"load average before the run {run.load_before} (of other work: times err to the high side, ratios both ways)"
    yield "\n| | figure | goal | measured | | |\n|---|---|---|---|---|---|"
    yield from (goal.row() for goal in goals)
    if run.laps:
        yield "\n| matcher | N | orders/s | time / ours | welfare | volume | irrational | overfilled | money in - out |"
        yield "|---|---|---|---|---|---|---|---|---|"
        yield from (lap_row(run.laps, lap) for lap in run.laps)


def renew(page: Path, lines: Iterable[str]) -> None:
    """Replace what stands between the two marks of a page."""
    before, rest = page.read_text(encoding="utf-8").split(FIRST_MARK)
    _, after = rest.split(LAST_MARK)
    page.write_text("\n".join([before + FIRST_MARK, *lines, LAST_MARK + after]), encoding="utf-8")


def lap_row(laps: Sequence[Lap], lap: Lap) -> str:
    """A row of the race."""
    if lap.seconds is None or lap.verdict is None:
        return f"| {lap.matcher} | {lap.n:,} | {lap.note} | | | | | | |"
    judged = lap.verdict
    return (
        f"| {lap.matcher} {lap.version} | {lap.n:,} | {2 * lap.n / lap.seconds:,.0f} | {ratio(laps, lap):,.3g} "
        f"| {judged.welfare:.4f} | {judged.volume:.3f} | {judged.irrational} | {judged.overfilled} "
        f"| {judged.money_difference:,.0f} |"
    )


def as_kept(run: Run, goals: Sequence[Goal]) -> dict[str, Any]:
    """Everything that was measured, as it is written."""
    return {
        "machine": {**machine_facts(), "load_before": run.load_before},
        "versions": {name: version(name) for name in ("numpy", "numba", "highspy")},
        "book": {
            "seed": AUCTIONS["SEED"],
            "generator": "PCG64",
            "made by": "tests/bench/market/auctions.py, orders_columns",
        },
        "goals": [{**asdict(goal), "is_met": goal.is_met} for goal in goals],
        "race": [asdict(lap) for lap in run.laps],
        "rows": run.rooms,
        "hashes": run.hashes,
        "failed": run.failed,
    }


def machine_facts() -> dict[str, object]:
    """Processor, cores, memory [GiB], system and interpreter."""
    listed = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if Path("/proc/cpuinfo").exists() else []
    names = [line.split(":", 1)[1].strip() for line in listed if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": names[0] if names else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gib": round(memory, 1),
        "system": platform.system(),
        "python": platform.python_version(),
        "date": datetime.now(UTC).date().isoformat(),
    }


def say(what: str) -> None:
    """Progress, apart from the tables."""
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
