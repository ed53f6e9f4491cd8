"""Tables of a data pack that run over time: evenly spaced steps, and a column of whole numbers for each home.

A cell without content was not measured. Anything irregular is refused, never repaired.
"""

import re
import reprlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from aipchain.metering.errors import BadPack
from aipchain.metering.pack_tables import rows_of_table
from aipchain.units import UnixSeconds

__all__ = ["DAY_S", "Series", "series_of"]

DAY_S: Final = 86_400
STEPS_S: Final = (900, 3_600)
"""Step lengths a pack may have [s]: those a community may trade in."""

_AN_AMOUNT: Final = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True)
class Series:
    """The values of each column in steps of `step_s` seconds from `start`; None was not measured."""

    place: str
    """Folder and table, for errors."""
    start: UnixSeconds
    step_s: int
    steps: int
    columns: dict[str, tuple[int | None, ...]]

    def whole(self, column: str) -> tuple[int, ...]:
        """A column of which every step is there.

        :raises BadPack: one was not measured.
        """
        values = tuple(value for value in self.columns[column] if value is not None)
        if len(values) < self.steps:
            line = self.columns[column].index(None) + 2
            raise BadPack(
                f"{self.place}, line {line}, column {column} is empty: what trades must have been measured in every "
                "step; give what was, or leave the home out"
            )
        return values

    def as_long_as(self, other: "Series") -> bool:
        """Whether both run over the same steps."""
        return (self.start, self.step_s, self.steps) == (other.start, other.step_s, other.steps)


def series_of(root: Path, name: str, columns: Sequence[str], most: int) -> Series:
    """The columns of the table `name` of the pack in the folder `root`.

    :param most: the largest value.
    :raises BadPack: the table or a column is missing, times are uneven, or a value is not a whole number up to `most`.
    """
    times: list[str] = []
    values: dict[str, list[int | None]] = {column: [] for column in columns}
    place = f"{root}/{name}"
    for line, row in enumerate(rows_of_table(root, name, ("start_local", *columns)), start=2):
        times.append(row["start_local"])
        for column in columns:
            values[column].append(_amount(row[column], most, f"{place}, line {line}, column {column}"))
    start, step_s = _even_steps(place, times)
    found = {column: tuple(series) for column, series in values.items()}
    return Series(place, UnixSeconds(start), step_s, len(times), found)


def _amount(text: str, most: int, place: str) -> int | None:
    if not text:
        return None
    if not _AN_AMOUNT.fullmatch(text) or int(text) > most:
        raise BadPack(f"{place} is {reprlib.repr(text)}, not a whole number from 0 to {most:,}: correct it")
    return int(text)


def _even_steps(place: str, times: Sequence[str]) -> tuple[int, int]:
    try:
        seconds = [_whole_seconds(text) for text in times]
    except ValueError as fault:
        raise BadPack(f"{place} has a time that cannot be read ({fault}): write YYYY-MM-DD HH:MM:SS") from fault
    if len(seconds) < 2:
        raise BadPack(f"{place} holds {len(seconds)} steps: a pack needs at least 2")
    if seconds[0] < DAY_S:
        raise BadPack(f"{place} starts at {times[0]}: chain time begins in 1970, give later times")
    step_s = seconds[1] - seconds[0]
    if step_s not in STEPS_S or seconds[0] % step_s:
        raise BadPack(f"{place} steps by {step_s} s from {times[0]}: use aligned steps of 900 s or 3600 s")
    for index in range(1, len(seconds)):
        if seconds[index] - seconds[index - 1] != step_s:
            raise BadPack(
                f"{place} jumps from {times[index - 1]} to {times[index]}: give every step a row of its own, with "
                "empty cells where nothing was measured"
            )
    return seconds[0], step_s


def _whole_seconds(text: str) -> int:
    time = datetime.fromisoformat(text)
    if time.microsecond or time.tzinfo is not None:
        raise ValueError(f"{text!r} has a fraction or a zone")
    return int(time.replace(tzinfo=UTC).timestamp())
