"""Files are written whole or not at all, and a place that cannot be written is found out before long work."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from select import select
from socket import AF_UNIX, socket
from typing import Any

import pytest

from aipchain.cli.output import refuse_unwritable, show_table, write_file
from aipchain.errors import InputError

Aip = Callable[..., Any]

A_MINUTE_S = 60
"""Waited for only by what is broken."""

PLACES = {
    "folder": "it is a folder",
    "missing/report.html": "No such file or directory",
    "file/report.html": "Not a directory",
    "r" * 300: "File name too long",
    "round": "Too many levels of symbolic links",
    "to-folder": "it is a folder",
    "to-nowhere/report.html": "No such file or directory",
}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a folder, a file, and links: in a circle, to the folder, and to nothing."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("kept")
    (tmp_path / "round").symlink_to("round")
    (tmp_path / "to-folder").symlink_to("folder")
    (tmp_path / "to-nowhere").symlink_to("nowhere")
    return tmp_path


@pytest.mark.parametrize("attempt", [refuse_unwritable, lambda path: write_file(path, "text")])
@pytest.mark.parametrize(("name", "reason"), PLACES.items())
def test_a_place_that_cannot_be_written(place: Path, attempt: Callable[[Path], None], name: str, reason: str) -> None:
    """One sentence that says why, whether it is tried or written, and nothing is left behind."""
    with pytest.raises(InputError, match=rf"cannot be written \({reason}\): choose another place"):
        attempt(place / name)

    assert sorted(path.name for path in place.rglob("*")) == ["file", "folder", "round", "to-folder", "to-nowhere"]
    assert (place / "file").read_text() == "kept"


def test_trying_keeps_what_is_there(place: Path) -> None:
    """The file that is to be replaced stays until then."""
    refuse_unwritable(place / "file")
    assert (place / "file").read_text() == "kept"

    write_file(place / "file", "new")
    assert (place / "file").read_text() == "new"
    assert len(list(place.iterdir())) == 5


def test_a_link_stays_and_its_target_is_replaced_whole(place: Path) -> None:
    """Also over two links and out of the folder; the file keeps who may read it."""
    (place / "link").symlink_to("to-folder/real")
    (place / "folder" / "real").symlink_to("../file")
    (place / "file").chmod(0o600)

    refuse_unwritable(place / "link")
    write_file(place / "link", "new")

    assert ((place / "link").is_symlink(), (place / "folder" / "real").is_symlink()) == (True, True)
    assert ((place / "file").read_text(), (place / "file").stat().st_mode & 0o777) == ("new", 0o600)
    assert [path.name for path in (place / "folder").iterdir()] == ["real"]


def test_a_link_to_what_is_not_there_yet_is_followed(place: Path) -> None:
    """As a shell would do it."""
    refuse_unwritable(place / "to-nowhere")
    assert not (place / "nowhere").exists()

    write_file(place / "to-nowhere", "new")

    assert ((place / "nowhere").read_text(), (place / "to-nowhere").is_symlink()) == ("new", True)


@pytest.mark.parametrize("name", ["pipe", "to-pipe"])
def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path, name: str) -> None:
    """It is not replaced by a file that its reader never sees; trying it writes nothing."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "to-pipe").symlink_to("pipe")
    ends = os.open(tmp_path / "pipe", os.O_RDWR | os.O_NONBLOCK)

    refuse_unwritable(tmp_path / name)
    write_file(tmp_path / name, "told")

    assert os.read(ends, 100) == b"told"
    os.close(ends)
    assert ((tmp_path / "pipe").is_fifo(), (tmp_path / "to-pipe").is_symlink()) == (True, True)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_pipe_whose_reader_leaves_is_one_sentence(tmp_path: Path) -> None:
    """What no longer gets through is told, not lost in silence."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write_file, pipe, "more than a pipe holds " * 100_000)
        begun, _, _ = select([reader], [], [], A_MINUTE_S)
        os.close(reader)

        with pytest.raises(InputError, match=r"pipe cannot be written \(Broken pipe\): choose another place"):
            writing.result()
    assert (bool(begun), pipe.is_fifo()) == (True, True)


def test_a_socket_is_no_place_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Found out before the work."""
    monkeypatch.chdir(tmp_path)
    with socket(AF_UNIX) as heard:
        heard.bind("socket")
        with pytest.raises(InputError, match="it is a socket"):
            refuse_unwritable(Path("socket"))


def test_heads_of_tables_are_text(capsys: pytest.CaptureFixture[str]) -> None:
    """A home is called what it is called: nothing of it is taken for a style, and a terminal obeys none of it."""
    show_table("Bills", ("rule", "[bold]home\x1b[2J"), [("uniform-price", 3)])

    assert "[bold]home\\x1b[2J" in capsys.readouterr().out


@pytest.mark.parametrize("option", ["--report", "--json"])
def test_a_demo_asks_before_it_runs(aip: Aip, tmp_path: Path, option: str) -> None:
    """Not after the days are lived through; and no chain is begun."""
    ended = aip("demo", "--base-path", tmp_path / "chain", "--report", tmp_path / "report.html", option, tmp_path)

    assert (ended.code, ended.sentence) == (
        2,
        f"{tmp_path} cannot be written (it is a folder): choose another place",
    )
    assert list(tmp_path.iterdir()) == []
