"""Files are written whole or not at all, and a place that cannot be written is found out before long work."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aipchain.cli.output import refuse_unwritable, write_file
from aipchain.errors import InputError

Aip = Callable[..., Any]

PLACES = {
    "folder": "it is a folder",
    "missing/report.html": "No such file or directory",
    "file/report.html": "Not a directory",
    "r" * 300: "File name too long",
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a folder and a file."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("kept")
    return tmp_path


@pytest.mark.parametrize("attempt", [refuse_unwritable, lambda path: write_file(path, "text")])
@pytest.mark.parametrize(("name", "reason"), PLACES.items())
def test_a_place_that_cannot_be_written(place: Path, attempt: Callable[[Path], None], name: str, reason: str) -> None:
    """One sentence that says why, whether it is tried or written, and nothing is left behind."""
    with pytest.raises(InputError, match=rf"cannot be written \({reason}\): choose another place"):
        attempt(place / name)

    assert sorted(path.name for path in place.rglob("*")) == ["file", "folder"]


def test_trying_keeps_what_is_there(place: Path) -> None:
    """The file that is to be replaced stays until then."""
    refuse_unwritable(place / "file")
    assert (place / "file").read_text() == "kept"

    write_file(place / "file", "new")
    assert (place / "file").read_text() == "new"
    assert len(list(place.iterdir())) == 2


@pytest.mark.parametrize("option", ["--report", "--json"])
def test_a_demo_asks_before_it_runs(aip: Aip, tmp_path: Path, option: str) -> None:
    """Not after the days are lived through; and no chain is begun."""
    ended = aip("demo", "--base-path", tmp_path / "chain", "--report", tmp_path / "report.html", option, tmp_path)

    assert (ended.code, ended.sentence) == (
        2,
        f"{tmp_path} cannot be written (it is a folder): choose another place",
    )
    assert list(tmp_path.iterdir()) == []
