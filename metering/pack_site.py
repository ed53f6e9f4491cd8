"""The table `site` of a data pack: one row with `latitude` and `longitude` [degrees] and `time_zone` of the homes."""

import re
import reprlib
from decimal import Decimal
from pathlib import Path
from typing import Final

from aipchain.metering.errors import BadPack
from aipchain.metering.pack_tables import has_table, rows_of_table
from aipchain.units import UDEG, Site

__all__ = ["site_of"]

_DEGREES: Final = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,20})?")


def site_of(root: Path) -> Site | None:
    """Where the homes of the pack in the folder `root` are; None where it does not tell.

    Whether the time zone is one is found out by whoever needs it: not every machine has a table of zones.

    :raises BadPack: the table is not of one place on Earth.
    """
    if not has_table(root, "site"):
        return None
    told = list(rows_of_table(root, "site", ("latitude", "longitude", "time_zone")))
    if len(told) != 1 or not told[0]["time_zone"]:
        raise BadPack(f"{root}/site has {len(told)} rows or no time zone: give one row with all three")
    (row,) = told
    return Site(_udeg(root, row, "latitude", 90), _udeg(root, row, "longitude", 180), row["time_zone"])


def _udeg(root: Path, row: dict[str, str], column: str, most: int) -> int:
    text = row[column]
    if not _DEGREES.fullmatch(text) or abs(udeg := round(Decimal(text) * UDEG)) > most * UDEG:
        place = f"{root}/site, column {column}"
        raise BadPack(f"{place} is {reprlib.repr(text)}, not degrees from -{most} to {most}: correct it")
    return udeg
