"""Data packs are read whole or refused with a reason."""

import gzip
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from aipchain.metering.errors import BadPack
from aipchain.metering.packs import choose_homes, load_measured, load_pack

Builder = Callable[..., Path]


@pytest.fixture
def pack_folder(tmp_path: Path) -> Builder:
    """A builder of small packs; every argument spoils or varies one thing."""

    def build(
        steps: int = 48, step_s: int = 3_600, *, pv_shift_s: int = 0, load_text: str = "500", hole_at: int = -1
    ) -> Path:
        first = datetime(2020, 1, 1)
        times = [first + timedelta(seconds=step_s * (step + (0 <= hole_at <= step))) for step in range(steps)]
        shifted = [time + timedelta(seconds=pv_shift_s) for time in times]
        (tmp_path / "homes.csv").write_text("home\na\nb\n")
        (tmp_path / "load_wh.csv").write_text("start_local,a,b\n" + "".join(f"{t},{load_text},400\n" for t in times))
        body = "start_local,a,b\n" + "".join(f"{t},700,100\n" for t in shifted)
        (tmp_path / "pv_wh.csv.gz").write_bytes(gzip.compress(body.encode()))
        head = "start_local,retail_price_micro_usd_per_kwh,carbon_g_per_kwh\n"
        (tmp_path / "grid.csv").write_text(head + "".join(f"{t},220000,150\n" for t in times))
        return tmp_path

    return build


def test_the_built_in_pack_is_the_year_of_17_homes() -> None:
    """The pack that ships holds 17 homes and 8,736 hours from 1 August 2016."""
    pack = load_pack()

    assert (len(pack.homes), pack.steps, pack.step_s) == (17, 8_736, 3_600)
    assert pack.start == 1_470_009_600


def test_own_use_is_netted_inside_a_step(pack_folder: Builder) -> None:
    """A home exports what it generates beyond its load, and imports what it lacks."""
    home, other = load_pack(pack_folder()).homes

    assert (home.import_wh(0), home.export_wh(0)) == (0, 200)
    assert (other.import_wh(0), other.export_wh(0)) == (300, 0)


def test_a_quarter_hour_pack_is_read(pack_folder: Builder) -> None:
    """Packs may step by 15 minutes."""
    pack = load_pack(pack_folder(steps=192, step_s=900))

    assert pack.steps_per_day == 96
    assert pack.days(date(2020, 1, 2), 1) == range(96, 192)


@pytest.mark.parametrize(
    ("spoiled", "complaint"),
    [
        ({"pv_shift_s": 3_600}, "times of pv_wh"),
        ({"load_text": "-1"}, "not a whole number"),
        ({"load_text": "1.5"}, "line 2, column a"),
        ({"load_text": "1" * 5_000}, "not a whole number"),
        ({"load_text": "10000001"}, "from 0 to 10,000,000"),
        ({"load_text": "1" * 200_000}, "no CSV after line 1"),
        ({"step_s": 1_800}, "900 s or 3600 s"),
        ({"hole_at": 7}, "jumps from"),
        ({"steps": 1}, "at least 2"),
    ],
)
def test_an_irregular_pack_is_refused(pack_folder: Builder, spoiled: dict[str, int], complaint: str) -> None:
    """Every irregularity is named instead of repaired."""
    with pytest.raises(BadPack, match=complaint):
        load_pack(pack_folder(**spoiled))


def test_what_was_not_measured_is_no_zero(pack_folder: Builder) -> None:
    """An empty cell is a gap to forecasts; nobody trades it."""
    folder = pack_folder()
    table = (folder / "load_wh.csv").read_text()
    (folder / "load_wh.csv").write_text(table.replace("05:00:00,500,", "05:00:00,,"))

    found = load_measured(folder)

    assert [step for step, wh in enumerate(found.columns["a"]) if wh is None] == [5, 29]
    assert set(found.columns["a"]) == {None, 500}
    assert found.whole("b") == (400,) * 48
    with pytest.raises(BadPack, match=r"load_wh, line 7, column a is empty: what trades must have been measured"):
        load_pack(folder)


def test_what_was_measured_needs_no_other_table(pack_folder: Builder) -> None:
    """Load is forecast without generation and tariffs."""
    folder = pack_folder()
    (folder / "grid.csv").unlink()
    (folder / "pv_wh.csv.gz").unlink()

    assert load_measured(folder).steps == 48


def test_missing_files_and_columns_are_named(pack_folder: Builder) -> None:
    """The complaint says which file or column to add."""
    folder = pack_folder()
    (folder / "grid.csv").write_text("start_local,carbon_g_per_kwh\n")
    with pytest.raises(BadPack, match="retail_price_micro_usd_per_kwh"):
        load_pack(folder)
    (folder / "grid.csv").unlink()
    with pytest.raises(BadPack, match=r"no grid\.csv"):
        load_pack(folder)
    with pytest.raises(BadPack, match="is no folder"):
        load_pack(folder / "nowhere")


def test_a_broken_archive_is_refused(pack_folder: Builder) -> None:
    """A truncated gzip file is a bad pack, not a crash."""
    folder = pack_folder()
    (folder / "pv_wh.csv.gz").write_bytes((folder / "pv_wh.csv.gz").read_bytes()[:40])

    with pytest.raises(BadPack, match="cannot be read"):
        load_pack(folder)


def test_a_damaged_archive_is_refused(pack_folder: Builder) -> None:
    """So is one with wrong bytes in the middle."""
    folder = pack_folder()
    packed = bytearray((folder / "pv_wh.csv.gz").read_bytes())
    packed[20:60] = b"\xff" * 40
    (folder / "pv_wh.csv.gz").write_bytes(packed)

    with pytest.raises(BadPack, match="cannot be read"):
        load_pack(folder)


@pytest.mark.parametrize(("first", "count"), [(date(2019, 12, 31), 1), (date(2020, 1, 2), 2), (date(2020, 1, 1), 0)])
def test_days_outside_the_data_are_refused(pack_folder: Builder, first: date, count: int) -> None:
    """Days must lie inside the pack and be at least one."""
    with pytest.raises(BadPack):
        load_pack(pack_folder()).days(first, count)


def test_homes_are_chosen_by_number_or_name(pack_folder: Builder) -> None:
    """A number takes the first homes; names take just those."""
    pack = load_pack(pack_folder())

    assert [home.name for home in choose_homes(pack, "1")] == ["a"]
    assert [home.name for home in choose_homes(pack, "b, a")] == ["b", "a"]


@pytest.mark.parametrize("choice", ["3", "0", "-1", "c", "a,a", "", "\u00b2", "--1", "9" * 5_000])
def test_a_choice_the_pack_cannot_meet_is_refused(pack_folder: Builder, choice: str) -> None:
    """Too many homes, unknown or repeated names are bad input."""
    with pytest.raises(BadPack):
        choose_homes(load_pack(pack_folder()), choice)


def test_a_byte_order_mark_is_no_part_of_a_column(pack_folder: Builder) -> None:
    """Spreadsheets write it; it says nothing."""
    folder = pack_folder()
    (folder / "homes.csv").write_bytes(b"\xef\xbb\xbf" + (folder / "homes.csv").read_bytes())

    assert [home.name for home in load_pack(folder).homes] == ["a", "b"]


def test_times_with_fractions_or_before_chain_time_are_refused(pack_folder: Builder) -> None:
    """Chain time is whole seconds since 1970."""
    folder = pack_folder()
    whole = {name: (folder / f"{name}.csv").read_text() for name in ("load_wh", "grid")}
    packed = gzip.decompress((folder / "pv_wh.csv.gz").read_bytes()).decode()
    for old, new, complaint in (("00:00:00,", "00:00:00.5,", "fraction"), ("2020-", "1960-", "1970")):
        for name, text in whole.items():
            (folder / f"{name}.csv").write_text(text.replace(old, new))
        (folder / "pv_wh.csv.gz").write_bytes(gzip.compress(packed.replace(old, new).encode()))
        with pytest.raises(BadPack, match=complaint):
            load_pack(folder)


def test_the_built_in_pack_tells_equipment() -> None:
    """Rated generation and battery of each home, in whole W and Wh; a pack may leave them out."""
    homes = load_pack().homes

    assert {(home.pv_w, home.battery_wh, home.battery_w) for home in homes} == {
        (4_000, 6_400, 5_000),
        (5_000, 6_400, 5_000),
    }


def test_a_pack_may_leave_equipment_out(pack_folder: Builder) -> None:
    """Then it is 0: not known."""
    assert {(home.pv_w, home.battery_wh, home.battery_w) for home in load_pack(pack_folder()).homes} == {(0, 0, 0)}


def test_equipment_that_is_no_number_is_refused(pack_folder: Builder) -> None:
    """With the place and what to do."""
    folder = pack_folder()
    (folder / "homes.csv").write_text("home,pv_kwp\na,4.5\nb,-3\n")

    with pytest.raises(BadPack, match=r"homes, home b, column pv_kwp is '-3', not a number with at most three"):
        load_pack(folder)
