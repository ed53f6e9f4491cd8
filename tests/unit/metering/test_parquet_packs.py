"""A data pack in Parquet says what the same pack in CSV says, and is refused for the same reasons."""

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as arrow
import pytest
from pyarrow import parquet

from aipchain.metering.errors import BadPack
from aipchain.metering.packs import load_pack

TIMES = [datetime(2020, 1, 1) + timedelta(hours=step) for step in range(24)]
GRID = ("retail_price_micro_usd_per_kwh", "carbon_g_per_kwh")


def table_of(folder: Path, name: str, **columns: Any) -> None:
    """Write a table as Parquet."""
    parquet.write_table(arrow.table(columns), folder / f"{name}.parquet")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A pack of one home and one day."""
    table_of(tmp_path, "homes", home=["a"], pv_kwp=[4.5], battery_kwh=[None])
    table_of(tmp_path, "load_wh", start_local=TIMES, a=list(range(24)))
    table_of(tmp_path, "pv_wh", start_local=TIMES, a=[7] * 24)
    table_of(tmp_path, "grid", start_local=TIMES, **{GRID[0]: [220_000] * 24, GRID[1]: [150] * 24})
    return tmp_path


def test_it_says_what_the_same_pack_in_csv_says(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Times, energy, tariffs and equipment are the same."""
    plain = tmp_path_factory.mktemp("plain")
    (plain / "homes.csv").write_text("home,pv_kwp,battery_kwh\na,4.5,\n")
    rows = {"load_wh": list(range(24)), "pv_wh": [7] * 24}
    for name, column in rows.items():
        lines = [f"{time},{value}\n" for time, value in zip(TIMES, column, strict=True)]
        (plain / f"{name}.csv").write_text("start_local,a\n" + "".join(lines))
    (plain / "grid.csv").write_text(
        f"start_local,{','.join(GRID)}\n" + "".join(f"{time},220000,150\n" for time in TIMES)
    )

    assert load_pack(folder) == load_pack(plain)
    assert load_pack(folder).homes[0].pv_w == 4_500


@pytest.mark.parametrize(
    ("cells", "complaint"),
    [
        ([1.5] * 24, "line 2, column a is '1.5', not a whole number"),
        ([-1] * 24, "column a is '-1', not a whole number"),
        ([0] * 23 + [None], "line 25, column a is empty: what trades must have been measured"),
        ([True] * 24, "column a is 'True', not a whole number"),
        ([[1]] * 24, "not a whole number"),
    ],
)
def test_cells_that_are_no_energy_are_refused(folder: Path, cells: list[object], complaint: str) -> None:
    """With their line and column, as in CSV."""
    table_of(folder, "load_wh", start_local=TIMES, a=cells)

    with pytest.raises(BadPack, match=complaint):
        load_pack(folder)


def test_times_with_a_zone_are_refused(folder: Path) -> None:
    """Packs hold times without one."""
    zoned = arrow.array(TIMES, arrow.timestamp("s", tz="UTC"))
    for name in ("load_wh", "pv_wh"):
        table_of(folder, name, start_local=zoned, a=[7] * 24)
    table_of(folder, "grid", start_local=zoned, **{GRID[0]: [1] * 24, GRID[1]: [1] * 24})

    with pytest.raises(BadPack, match="has a fraction or a zone"):
        load_pack(folder)


@pytest.mark.parametrize("spoil", [lambda content: content[:-20], lambda content: b"home\na\n", lambda content: b""])
def test_a_file_that_is_no_parquet_is_refused(folder: Path, spoil: Any) -> None:
    """Cut short, CSV under its name, or empty."""
    file = folder / "pv_wh.parquet"
    file.write_bytes(spoil(file.read_bytes()))

    with pytest.raises(BadPack, match=r"pv_wh\.parquet cannot be read"):
        load_pack(folder)


def test_damage_is_refused_whatever_it_hits(folder: Path) -> None:
    """With a byte turned over here or there, nothing comes of it but a bad pack, or a pack with another number."""
    file = folder / "load_wh.parquet"
    content = file.read_bytes()
    refused = 0
    for place in range(0, len(content), 7):
        file.write_bytes(content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :])
        with suppress(BadPack):
            load_pack(folder)
            continue
        refused += 1

    assert refused > 50


def test_two_files_of_one_table_are_refused(folder: Path) -> None:
    """Nobody can tell which one is meant."""
    (folder / "homes.csv").write_text("home\na\n")

    with pytest.raises(BadPack, match=r"has homes\.csv and homes\.parquet: keep one of them"):
        load_pack(folder)


def test_missing_columns_are_named(folder: Path) -> None:
    """With the file to add them to."""
    table_of(folder, "grid", start_local=TIMES)

    with pytest.raises(BadPack, match=r"grid\.parquet has no column retail_price_micro_usd_per_kwh"):
        load_pack(folder)
