"""Data packs: recorded load and generation of homes, with the tariffs of the same hours.

A pack is a folder of four tables, each a CSV or a Parquet file: `homes` (one row per home; `pv_kwp`, `battery_kwh` and
`battery_kw` where they are known), `load_wh` and `pv_wh` (one column per home, [Wh] in the step that starts then) and
`grid` (retail price [10^-6 currency units per kWh], carbon intensity [g/kWh]), and maybe a fifth, `site` (see
`pack_site`). The three of energy and prices have a `start_local` column with equal, evenly spaced times. CSV may be
gzipped. Times carry no zone: chain time takes them as they stand. Anything irregular is refused, never repaired.
"""

import re
import reprlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path

from aipchain.metering.errors import BadPack
from aipchain.metering.pack_site import site_of
from aipchain.metering.pack_tables import rows_of_table
from aipchain.units import Interval, Site, UnixSeconds, Wh

__all__ = ["Home", "Pack", "choose_homes", "load_pack"]

DAY_S = 86_400
MOST_WH = 10_000_000
"""More than any home draws or generates in a step [Wh]."""

MOST_TARIFF = 1_000_000_000
"""More than any tariff [10^-6 per kWh] or carbon intensity [g/kWh]."""

STEPS_S = (900, 3_600)
"""Step lengths a pack may have [s]: those a community may trade in."""

_A_NUMBER, _AN_AMOUNT = re.compile(r"-?[0-9]{1,9}"), re.compile(r"[0-9]{1,15}")
_THOUSANDS = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?")


@dataclass(frozen=True, slots=True)
class Home:
    """One home of a pack: energy of every step [Wh], and its equipment; 0 where the pack does not tell."""

    name: str
    load_wh: tuple[int, ...]
    pv_wh: tuple[int, ...]
    pv_w: int = 0
    """Rated generation [W]."""
    battery_wh: int = 0
    battery_w: int = 0

    def import_wh(self, step: int) -> Wh:
        """Energy drawn from the grid in `step` after own use [Wh]."""
        return Wh(max(0, self.load_wh[step] - self.pv_wh[step]))

    def export_wh(self, step: int) -> Wh:
        """Energy fed into the grid in `step` after own use [Wh]."""
        return Wh(max(0, self.pv_wh[step] - self.load_wh[step]))


@dataclass(frozen=True, slots=True)
class Pack:
    """A data pack: `homes` and tariffs over `steps` steps of `step_s` seconds from `start`."""

    start: UnixSeconds
    step_s: int
    homes: tuple[Home, ...]
    retail_micro_per_kwh: tuple[int, ...]
    carbon_g_per_kwh: tuple[int, ...]
    site: Site | None = None
    """Where the homes are; None where the pack does not tell."""

    @property
    def steps(self) -> int:
        """Number of steps in the pack."""
        return len(self.retail_micro_per_kwh)

    @property
    def steps_per_day(self) -> int:
        """Number of steps in a day."""
        return DAY_S // self.step_s

    def interval(self, step: int) -> Interval:
        """The delivery interval of `step`."""
        return Interval(UnixSeconds(self.start + step * self.step_s), self.step_s)

    def days(self, first: date, count: int) -> range:
        """Return the steps of `count` whole days from `first`.

        :raises BadPack: the pack does not cover them.
        """
        if count < 1:
            raise BadPack(f"{count} days cannot be traded: give at least 1")
        midnight = int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp())
        step, rest = divmod(midnight - self.start, self.step_s)
        after = step + count * self.steps_per_day
        if rest or step < 0 or after > self.steps:
            begin = -(-self.start // DAY_S)
            whole = (self.start + self.steps * self.step_s) // DAY_S - begin
            held = (
                f"holds {_day(begin * DAY_S)} to {_day((begin + whole - 1) * DAY_S)}"
                if whole > 0
                else "holds no whole day"
            )
            raise BadPack(f"{count} days from {first} are not in the data, which {held}: choose other days")
        return range(step, after)


def choose_homes(pack: Pack, choice: str) -> tuple[Home, ...]:
    """Return the homes that `choice` names: a number (the first so many), or names parted by commas.

    :raises BadPack: more homes than the pack has, an unknown name, or none at all.
    """
    known = {home.name: home for home in pack.homes}
    if _A_NUMBER.fullmatch(choice.strip()):
        count = int(choice)
        if not 1 <= count <= len(known):
            raise BadPack(f"{count} homes were asked for and the data has {len(known)}: choose 1 to {len(known)}")
        return pack.homes[:count]
    names = [name.strip() for name in choice.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise BadPack(f"home {name!r} is not in the data: choose from {', '.join(known)}")
    if not names or len(set(names)) != len(names):
        raise BadPack(f"{choice!r} names no home, or one of them twice: give a number or distinct names")
    return tuple(known[name] for name in names)


def load_pack(folder: Path | None = None) -> Pack:
    """Read the pack in `folder`, or the 17 real homes that ship with the package.

    :raises BadPack: a file or column is missing, times are uneven, or a value is not a whole number >= 0.
    """
    root = Path(str(resources.files("aipchain.metering") / "data" / "homes")) if folder is None else folder
    if not root.is_dir():
        raise BadPack(f"{root} is no folder: --data takes a folder with the tables homes, load_wh, pv_wh and grid")
    told = list(rows_of_table(root, "homes", ("home",)))
    names = [row["home"] for row in told]
    if not all(names) or not names or len(set(names)) != len(names):
        raise BadPack(f"{root}/homes lists no home, one without a name, or one of them twice")
    load, pv = _series(root, "load_wh", names, MOST_WH), _series(root, "pv_wh", names, MOST_WH)
    grid = _series(root, "grid", ("retail_price_micro_usd_per_kwh", "carbon_g_per_kwh"), MOST_TARIFF)
    for other, table in (("pv_wh", pv), ("grid", grid)):
        if table.times != load.times:
            raise BadPack(
                f"the times of {other} in {root} differ from those of load_wh: give every file the same steps"
            )
    start, step_s = _even_steps(root, load.times)
    return Pack(
        start=UnixSeconds(start),
        step_s=step_s,
        homes=tuple(
            Home(row["home"], load.columns[row["home"]], pv.columns[row["home"]], *_equipment(root, row))
            for row in told
        ),
        retail_micro_per_kwh=grid.columns["retail_price_micro_usd_per_kwh"],
        carbon_g_per_kwh=grid.columns["carbon_g_per_kwh"],
        site=site_of(root),
    )


def _equipment(root: Path, row: dict[str, str]) -> Iterator[int]:
    """Rated generation [W], energy [Wh] and power [W] of the battery; 0 where the pack does not tell."""
    for column in ("pv_kwp", "battery_kwh", "battery_kw"):
        text = row.get(column) or "0"
        if not _THOUSANDS.fullmatch(text):
            place = f"{root}/homes, home {row['home']}, column {column}"
            raise BadPack(f"{place} is {reprlib.repr(text)}, not a number with at most three decimals: correct it")
        whole, _, part = text.partition(".")
        yield int(whole) * 1_000 + int(part.ljust(3, "0"))


@dataclass(frozen=True, slots=True)
class _Table:
    times: tuple[str, ...]
    columns: dict[str, tuple[int, ...]]


def _series(root: Path, name: str, columns: Sequence[str], most: int) -> _Table:
    times: list[str] = []
    values: dict[str, list[int]] = {column: [] for column in columns}
    for line, row in enumerate(rows_of_table(root, name, ("start_local", *columns)), start=2):
        times.append(row["start_local"])
        for column in columns:
            values[column].append(_whole_number(row[column], most, f"{root}/{name}, line {line}, column {column}"))
    return _Table(tuple(times), {column: tuple(series) for column, series in values.items()})


def _whole_number(text: str, most: int, place: str) -> int:
    if not _AN_AMOUNT.fullmatch(text) or int(text) > most:
        raise BadPack(f"{place} is {reprlib.repr(text)}, not a whole number from 0 to {most:,}: correct it")
    return int(text)


def _even_steps(root: Path, times: Sequence[str]) -> tuple[int, int]:
    try:
        seconds = [_whole_seconds(text) for text in times]
    except ValueError as fault:
        raise BadPack(f"{root} has a time that cannot be read ({fault}): write YYYY-MM-DD HH:MM:SS") from fault
    if len(seconds) < 2:
        raise BadPack(f"{root} holds {len(seconds)} steps: a pack needs at least 2")
    if seconds[0] < DAY_S:
        raise BadPack(f"{root} starts at {times[0]}: chain time begins in 1970, give later times")
    step_s = seconds[1] - seconds[0]
    if step_s not in STEPS_S or seconds[0] % step_s:
        raise BadPack(f"{root} steps by {step_s} s from {times[0]}: use aligned steps of 900 s or 3600 s")
    for index in range(1, len(seconds)):
        if seconds[index] - seconds[index - 1] != step_s:
            raise BadPack(f"{root} jumps from {times[index - 1]} to {times[index]}: fill or cut the gap")
    return seconds[0], step_s


def _whole_seconds(text: str) -> int:
    time = datetime.fromisoformat(text)
    if time.microsecond or time.tzinfo is not None:
        raise ValueError(f"{text!r} has a fraction or a zone")
    return int(time.replace(tzinfo=UTC).timestamp())


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()
