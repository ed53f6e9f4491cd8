"""Data packs: recorded load and generation of homes, with the tariffs of the same hours.

A pack is a folder of four tables, each a CSV or a Parquet file: `homes` (one row per home; `pv_kwp`, `battery_kwh` and
`battery_kw` where they are known), `load_wh` and `pv_wh` (one column per home, [Wh] in the step that starts then) and
`grid` (retail price [10^-6 currency units per kWh], carbon intensity [g/kWh]), and maybe a fifth, `site` (see
`pack_site`). The three of energy and prices have a `start_local` column with equal, evenly spaced times. CSV may be
gzipped. Times carry no zone: chain time takes them as they stand. Anything irregular is refused, never repaired.

What trades again must have been measured in every step. Forecasts need less: `load_measured` reads one table alone, in
which a cell without content was not measured.
"""

import re
import reprlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path

from aipchain.metering.errors import BadPack
from aipchain.metering.pack_series import DAY_S, Series, series_of
from aipchain.metering.pack_site import site_of
from aipchain.metering.pack_tables import rows_of_table
from aipchain.units import Interval, Site, UnixSeconds, Wh

__all__ = ["DAY_S", "Home", "Pack", "choose_homes", "choose_names", "load_measured", "load_pack"]

MOST_WH = 10_000_000
"""More than any home draws or generates in a step [Wh]."""

MOST_TARIFF = 1_000_000_000
"""More than any tariff [10^-6 per kWh] or carbon intensity [g/kWh]."""

_RETAIL, _CARBON = "retail_price_micro_usd_per_kwh", "carbon_g_per_kwh"
_A_NUMBER = re.compile(r"-?[0-9]{1,9}")
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
    """Return the homes that `choice` names, as `choose_names`.

    :raises BadPack: more homes than the pack has, an unknown name, or none at all.
    """
    known = {home.name: home for home in pack.homes}
    return tuple(known[name] for name in choose_names(tuple(known), choice))


def choose_names(known: Sequence[str], choice: str) -> tuple[str, ...]:
    """Return the homes that `choice` names: a number (the first so many of those known), or names parted by commas.

    :raises BadPack: more homes than there are, an unknown name, or none at all.
    """
    if _A_NUMBER.fullmatch(choice.strip()):
        count = int(choice)
        if not 1 <= count <= len(known):
            raise BadPack(f"{count} homes were asked for and the data has {len(known)}: choose 1 to {len(known)}")
        return tuple(known[:count])
    names = tuple(name.strip() for name in choice.split(",") if name.strip())
    for name in names:
        if name not in known:
            raise BadPack(f"home {name!r} is not in the data: choose from {', '.join(known)}")
    if not names or len(set(names)) != len(names):
        raise BadPack(f"{choice!r} names no home, or one of them twice: give a number or distinct names")
    return names


def load_pack(folder: Path | None = None) -> Pack:
    """Read the pack in `folder`, or the 17 real homes that ship with the package.

    :raises BadPack: a file or column is missing, times are uneven, a step was not measured, or a value is not a whole
        number >= 0.
    """
    root = _root(folder)
    told = _homes(root)
    load, pv = (series_of(root, name, [row["home"] for row in told], MOST_WH) for name in ("load_wh", "pv_wh"))
    grid = series_of(root, "grid", (_RETAIL, _CARBON), MOST_TARIFF)
    for other, table in (("pv_wh", pv), ("grid", grid)):
        if not table.as_long_as(load):
            raise BadPack(
                f"the times of {other} in {root} differ from those of load_wh: give every file the same steps"
            )
    return Pack(
        start=load.start,
        step_s=load.step_s,
        homes=tuple(
            Home(row["home"], load.whole(row["home"]), pv.whole(row["home"]), *_equipment(root, row)) for row in told
        ),
        retail_micro_per_kwh=grid.whole(_RETAIL),
        carbon_g_per_kwh=grid.whole(_CARBON),
        site=site_of(root),
    )


def load_measured(folder: Path | None = None) -> Series:
    """Read what the homes of a pack used, whatever else the pack holds: a column for each home [Wh].

    :raises BadPack: as `load_pack`, but steps may be missing.
    """
    root = _root(folder)
    return series_of(root, "load_wh", [row["home"] for row in _homes(root)], MOST_WH)


def _root(folder: Path | None) -> Path:
    root = Path(str(resources.files("aipchain.metering") / "data" / "homes")) if folder is None else folder
    if not root.is_dir():
        raise BadPack(f"{root} is no folder: give one with the tables homes, load_wh, pv_wh and grid")
    return root


def _homes(root: Path) -> list[dict[str, str]]:
    told = list(rows_of_table(root, "homes", ("home",)))
    names = [row["home"] for row in told]
    if not all(names) or not names or len(set(names)) != len(names):
        raise BadPack(f"{root}/homes lists no home, one without a name, or one of them twice")
    return told


def _equipment(root: Path, row: dict[str, str]) -> Iterator[int]:
    """Rated generation [W], energy [Wh] and power [W] of the battery; 0 where the pack does not tell."""
    for column in ("pv_kwp", "battery_kwh", "battery_kw"):
        text = row.get(column) or "0"
        if not _THOUSANDS.fullmatch(text):
            place = f"{root}/homes, home {row['home']}, column {column}"
            raise BadPack(f"{place} is {reprlib.repr(text)}, not a number with at most three decimals: correct it")
        whole, _, part = text.partition(".")
        yield int(whole) * 1_000 + int(part.ljust(3, "0"))


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).date().isoformat()
