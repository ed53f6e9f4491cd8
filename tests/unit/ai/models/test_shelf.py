"""Folders of models: replaced in one step by whoever comes, and never at the cost of anybody's own files."""

import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from aipchain.ai.models.card import card_text
from aipchain.ai.models.errors import FolderRefused
from aipchain.ai.models.files import kept_name
from aipchain.ai.models.shelf import put, refuse_unwritable_folder, taken
from aipchain.ai.models.trained import card_of_parts


def shelved(folder: Path, *contents: bytes) -> None:
    """Put a model of some files there."""
    files = {kept_name(f"{chr(97 + place)}.txt", content): content for place, content in enumerate(contents)}
    digests = {name: sha256(content).hexdigest() for name, content in files.items()}
    put(folder, files, card_text(replace(card_of_parts(24, {"feature net": 1.0}), files=digests)))


def contents(folder: Path) -> list[bytes]:
    """Of the files that a reader finds."""
    return list(taken(folder)[1].values())


def everything(folder: Path) -> dict[str, bytes]:
    """All regular files below a folder."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("card", ['{"name": "my business card"}', '{"format": "aipchain load model, 3"}', ""])
def test_a_users_own_folder_is_left_alone_whatever_its_card_is(tmp_path: Path, card: str) -> None:
    """A file of the name card.json makes no model of it: before long work, and when it is to be replaced."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "holiday.jpg").write_bytes(b"beach")
    (tmp_path / "card.json").write_text(card)
    (tmp_path / "thesis.txt").write_text("precious")
    before = everything(tmp_path)
    for refused in (refuse_unwritable_folder, shelved):
        with pytest.raises(FolderRefused, match="which is something else and is left alone; choose another folder"):
            refused(tmp_path)
    assert everything(tmp_path) == before


@pytest.mark.parametrize("name", ["notes.txt", "a-0123456789abcdef.txt", ".hidden"])
def test_a_file_that_a_user_put_beside_a_model_keeps_it_from_being_replaced(tmp_path: Path, name: str) -> None:
    """Also one that is called like a part of a model, but holds something else."""
    shelved(tmp_path, b"old")
    (tmp_path / name).write_text("precious")
    before = everything(tmp_path)
    with pytest.raises(FolderRefused, match=f"it holds {name}"):
        shelved(tmp_path, b"new")
    assert everything(tmp_path) == before


def test_links_are_not_followed_out_of_a_folder(tmp_path: Path) -> None:
    """A part of a model that is a link elsewhere was made by somebody."""
    shelved(tmp_path / "model", b"old")
    part = tmp_path / "model" / kept_name("a.txt", b"old")
    part.replace(tmp_path / "elsewhere.txt")
    part.symlink_to(tmp_path / "elsewhere.txt")
    with pytest.raises(FolderRefused, match="something else"):
        shelved(tmp_path / "model", b"new")
    assert (tmp_path / "elsewhere.txt").read_bytes() == b"old"


def test_asking_leaves_nothing_behind(tmp_path: Path) -> None:
    """Neither the folder nor those above it; a model that is there stays as it is."""
    refuse_unwritable_folder(tmp_path / "models" / "first")
    assert list(tmp_path.iterdir()) == []
    shelved(tmp_path / "model", b"old")
    before = everything(tmp_path)
    refuse_unwritable_folder(tmp_path / "model")
    assert everything(tmp_path) == before


KILLED = """
import resource, signal, sys
from pathlib import Path
from aipchain.ai.models.shelf import put
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
put(Path(sys.argv[1]), {"a-d4735e3a265e16ee.txt": b"2", "b-0123456789abcdef.txt": b"longer than the limit"}, "")
"""


@pytest.mark.parametrize("before", [(), (b"old", b"older")])
def test_a_writer_that_is_killed_harms_nothing_and_the_next_one_clears_up(
    tmp_path: Path, before: tuple[bytes, ...]
) -> None:
    """The kernel ends it amid its second file: the old model is whole, and what it left is gone after the next."""
    if before:
        shelved(tmp_path, *before)
    kept = set(everything(tmp_path))
    child = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False, stderr=subprocess.DEVNULL)
    assert child.returncode == -signal.SIGXFSZ
    assert set(everything(tmp_path)) - kept == {kept_name("a.txt", b"2"), ".aipchain-model.part"}
    if before:
        assert contents(tmp_path) == list(before)

    shelved(tmp_path, b"new")
    assert set(everything(tmp_path)) == {"card.json", kept_name("a.txt", b"new")}


def test_a_write_that_fails_leaves_the_old_model_and_nothing_else(tmp_path: Path) -> None:
    """A writer that fails clears up itself; a folder that it had made is gone."""
    shelved(tmp_path / "old", b"old")
    before = everything(tmp_path)
    for folder in (tmp_path / "old", tmp_path / "new" / "model"):
        with pytest.raises(FolderRefused, match="File name too long"):
            put(folder, {kept_name("a.txt", b"2"): b"2", "b" * 300: b"3"}, "")
    assert everything(tmp_path) == before
    assert [each.name for each in tmp_path.iterdir()] == ["old"]


def test_two_writers_and_a_reader_at_once_find_a_whole_model_at_any_moment(tmp_path: Path) -> None:
    """Each finds the one or the other, and in the end one of them is there with nothing beside it."""
    one, other = (b"1" * 1000, b"one"), (b"2" * 1000, b"other")
    shelved(tmp_path, *one)

    def write(own: tuple[bytes, ...]) -> None:
        for _ in range(40):
            shelved(tmp_path, *own)

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(write, own) for own in (one, other)]
        found = set()
        while not all(writer.done() for writer in writers):
            found.add(tuple(contents(tmp_path)))
    for writer in writers:
        writer.result()

    assert found <= {one, other}
    assert len(everything(tmp_path)) == 3
    assert tuple(contents(tmp_path)) in (one, other)
