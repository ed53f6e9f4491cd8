"""Where the homes of a pack are."""

from pathlib import Path

import pytest

from aipchain.metering.errors import BadPack
from aipchain.metering.pack_site import site_of
from aipchain.metering.packs import load_pack
from aipchain.units import Site

HEAD = "latitude,longitude,time_zone\n"


def test_the_homes_that_ship_are_in_fontana() -> None:
    """As their README says."""
    assert load_pack().site == Site(34_090_000, -117_430_000, "America/Los_Angeles")


def test_a_pack_need_not_tell(tmp_path: Path) -> None:
    """Then nothing is known of the sun."""
    assert site_of(tmp_path) is None


def test_degrees_are_read_to_the_millionth(tmp_path: Path) -> None:
    """South and west are below zero; what is finer is rounded."""
    (tmp_path / "site.csv").write_text(HEAD + "-33.8688197,18.00000049,Africa/Johannesburg\n")

    assert site_of(tmp_path) == Site(-33_868_820, 18_000_000, "Africa/Johannesburg")


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ("", "has 0 rows or no time zone"),
        ("1,2,UTC\n1,2,UTC\n", "has 2 rows or no time zone"),
        ("1,2,\n", "has 1 rows or no time zone"),
        ("90.0000006,2,UTC\n", "column latitude is '90.0000006', not degrees from -90 to 90"),
        ("1,-181,UTC\n", "column longitude is '-181', not degrees from -180 to 180"),
        ("nan,2,UTC\n", "column latitude is 'nan'"),
        ("1e1,2,UTC\n", "column latitude is '1e1'"),
    ],
)
def test_what_is_no_place_is_refused(tmp_path: Path, rows: str, told: str) -> None:
    """With the column and its range."""
    (tmp_path / "site.csv").write_text(HEAD + rows)

    with pytest.raises(BadPack, match=told):
        site_of(tmp_path)
