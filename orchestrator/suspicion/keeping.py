"""The honest ones that are kept in `honest.json`: `python -m aipchain.orchestrator.suspicion.keeping` prints the file.

Accounts are those of generated communities without any fraud, of several sizes. Meters are those of the homes that ship
with the package, as a meter at the connection would have read them. Strengths are rounded up, so that rounding accuses
nobody. They are kept in parts, so that a test can make one of them again.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Final

import numpy as np
import typer
from numpy.typing import NDArray

from aipchain.ai.anomaly.activity import Activity
from aipchain.ai.anomaly.attacks.honest import honest_community
from aipchain.ai.benchmark.homes import HomesYear, year_of
from aipchain.ai.panel import Panel
from aipchain.metering.packs import load_pack
from aipchain.orchestrator.suspicion.accounts import ACCOUNT_CHECKS, strengths
from aipchain.orchestrator.suspicion.honest import PAST_DAYS
from aipchain.orchestrator.suspicion.meters import generation_strengths, theft_strengths
from aipchain.orchestrator.suspicion.report import Check

__all__ = ["accounts_of", "document", "meters_until"]

SIZES: Final = (10, 15, 20, 30, 60, 120)
"""Homes of a generated community."""

ACCOUNTS_OF_EACH: Final = 240
DAYS: Final = 7
_FIRST_SEED: Final = 7_000_000
"""No seed of the benchmark suite `fraud`."""

_PLACES: Final = 1_000

Counted = list[list[float]]
"""Strengths with how many have it."""

Parts = Mapping[Check, Counted]


def document(year: HomesYear) -> dict[str, object]:
    """Everything that is kept."""
    accounts = {f"{size} homes": accounts_of(size) for size in SIZES}
    meters = {f"days until {day}": meters_until(year, day) for day in range(year.load.days, 0, -PAST_DAYS)}
    generated = f"accounts of generated communities of {SIZES[0]} to {SIZES[-1]} homes over {DAYS} days"
    recorded = f"of the {len(year.load.homes)} homes that ship with the package, over {year.load.days} days"
    return {
        "made_by": "python -m aipchain.orchestrator.suspicion.keeping",
        "checks": {
            **{check: _entry(generated, check, accounts) for check in ACCOUNT_CHECKS},
            Check.THEFT: _entry(f"meter-weeks {recorded}", Check.THEFT, meters),
            Check.GENERATION: _entry(f"meter-days {recorded}", Check.GENERATION, meters),
        },
    }


def accounts_of(size: int) -> Parts:
    """Accounts of generated communities of so many homes."""
    lives = tuple(_generated(size))
    return {check: _counted(strengths(detector, lives)) for check, detector in ACCOUNT_CHECKS.items()}


def meters_until(year: HomesYear, day: int) -> Parts:
    """Import and export of the days before one, as many as stand for a past."""
    net_wh = year.load.energy_wh - year.generation.energy_wh
    drawn, given = (_positive(year.load, each) for each in (net_wh, -net_wh))
    days = range(max(day - PAST_DAYS, 0), day)
    return {
        Check.THEFT: _counted(theft_strengths(drawn, day)),
        Check.GENERATION: _counted(generation_strengths(given, days)),
    }


def _generated(size: int) -> Iterator[Activity]:
    for number in range(ACCOUNTS_OF_EACH // size):
        yield honest_community(size, DAYS, _FIRST_SEED + 1_000 * size + number).activity()


def _positive(panel: Panel, energy_wh: NDArray[np.int64]) -> Panel:
    return Panel(panel.homes, panel.start, np.maximum(energy_wh, 0), panel.missing)


def _counted(found: Sequence[float]) -> Counted:
    counted = Counter(ceil(each * _PLACES) / _PLACES for each in found)
    return [[each, counted[each]] for each in sorted(counted)]


def _entry(told: str, check: Check, parts: Mapping[str, Parts]) -> dict[str, object]:
    kept = {name: part[check] for name, part in parts.items() if part[check]}
    number = sum(int(count) for part in kept.values() for _, count in part)
    return {"honest": f"{number:,} {told}", "parts": kept}


if __name__ == "__main__":
    typer.echo(json.dumps(document(year_of(load_pack())), separators=(",", ":")))
