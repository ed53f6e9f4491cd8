"""What a community's meters showed, as panels of whole days: import, and export, each by meter.

A meter sees the connection, not what is behind it: import is what the home drew beyond its own generation, export what
was left of that. Days are those of UTC.
"""

from collections.abc import Collection, Iterable
from itertools import groupby
from sqlite3 import Row

from aipchain.ai.panel import DAY_S, Panel, panel_of
from aipchain.orchestrator.projection import Projection
from aipchain.runtime_bridge.keys import address_of
from aipchain.runtime_bridge.types import CommunityId, MeterId
from aipchain.units import UnixSeconds

__all__ = ["metered"]


def metered(
    projection: Projection,
    community: CommunityId,
    interval_s: int,
    until: UnixSeconds,
    meters: Collection[MeterId] | None = None,
) -> tuple[Panel, Panel] | None:
    """Import and export of every meter that was read, from the first day that has a reading to the midnight `until`.

    :param meters: only these; all of the community without it.
    :returns: None where no meter was read before.
    """
    rows = projection.rows(
        "SELECT meter, owner, interval_start, import_wh, export_wh FROM readings JOIN meters USING (meter)"
        " WHERE readings.community = :community AND interval_start < :until ORDER BY meter, interval_start",
        {"community": community, "until": until},
    )
    rows = [row for row in rows if meters is None or row["meter"] in meters]
    if not rows:
        return None
    start = UnixSeconds(min(row["interval_start"] for row in rows) // DAY_S * DAY_S)
    steps = (until - start) // interval_s
    of_meters = [(name, list(read)) for name, read in groupby(rows, key=_name)]

    def panel(register: str) -> Panel:
        shown = [(name, _steps(read, register, start, interval_s, steps)) for name, read in of_meters]
        return panel_of(start, interval_s, shown)

    return panel("import_wh"), panel("export_wh")


def _name(row: Row) -> str:
    return f"meter {row['meter']} of {address_of(bytes.fromhex(row['owner']))}"


def _steps(read: Iterable[Row], register: str, start: int, interval_s: int, steps: int) -> list[int | None]:
    """Energy of each step [Wh]; None where no reading was accepted."""
    shown: list[int | None] = [None] * steps
    for row in read:
        shown[(row["interval_start"] - start) // interval_s] = row[register]
    return shown
