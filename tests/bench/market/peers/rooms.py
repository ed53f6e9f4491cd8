"""The figures of our own kernels: each room's script in a process of its own, and the numbers read from its rows.

A row that is not found is no figure: the goal then counts as not measured, and the run as failed.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from .environments import interpreter_of, peer_variables

__all__ = ["ROOMS", "RowMissing", "field_of", "largest", "run_room", "seconds_of"]

MARKET: Final = Path(__file__).parents[1]
ROOMS: Final[Mapping[str, Sequence[str]]] = {
    "auctions": ("auctions.py", "speed"),
    "fuzz": ("auctions.py", "fuzz"),
    "sparse": ("bilateral.py", "sparse", "10000", "10", "--without", "highs-ipm"),
    "dense": ("bilateral.py", "dense", "1000", "--without", "highs-simplex", "highs-ipm"),
    "network": ("network.py",),
    "allocation": ("allocation.py",),
}
"""The command of each room, from this folder."""


class RowMissing(LookupError):
    """A room printed no such row."""


def run_room(room: str, limit_s: float) -> list[str]:
    """All lines that a room's script prints.

    :raises subprocess.SubprocessError: it failed, or did not end in time.
    :raises NotBuilt: there is no environment for the peers it asks for.
    """
    variables = peer_variables()
    if "bilateral.py" in ROOMS[room]:
        variables["AIPCHAIN_ORTOOLS_PYTHON"] = str(interpreter_of("ortools"))
    script, *arguments = ROOMS[room]
    command = [sys.executable, str(MARKET / script), *arguments]
    run = subprocess.run(command, env=variables, capture_output=True, text=True, check=True, timeout=limit_s)
    return run.stdout.strip().split(os.linesep)


def field_of(rows: Iterable[str], figure: str, field: str, n: int | None = None) -> Any:
    """A field of the row of JSON of that name, and of that size where there are several.

    :raises RowMissing: there is none.
    """
    for line in rows:
        row = json.loads(line)
        if row["figure"] == figure and n in (None, row.get("n")):
            return row[field]
    raise RowMissing(f"{figure}, {field}")


def seconds_of(rows: Iterable[str], what: str) -> float:
    """The seconds of the row of a table whose first column begins so.

    :raises RowMissing: there is none.
    """
    for line in rows:
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 2 and cells[1].startswith(what):
            return float(cells[2])
    raise RowMissing(what)


def largest(rows: Iterable[str], pattern: str) -> float:
    """The largest number that a pattern's group finds in any row.

    :raises RowMissing: it finds none.
    """
    found = [float(match.replace(",", "")) for line in rows for match in re.findall(pattern, line)]
    if not found:
        raise RowMissing(pattern)
    return max(found)
