"""A folder of files that a card names: whoever reads it finds a whole model at any moment, also while it is replaced.

A new model's files stand beside the old one's, as names hold digests. They count from when their card takes the old
card's place; then what it does not name goes. Writers wait for each other; a reader whose files went away waits for
them, too, and begins anew. What a killed writer left behind is known by its names and content, and the next writer
clears it away. A folder that holds anything else is left alone.
"""

import fcntl
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import Final

from aipchain.ai.models.card import ModelCard, card_of
from aipchain.ai.models.errors import FolderRefused
from aipchain.ai.models.files import MOST_BYTES, content_of, is_kept_name, kept_name, plain_name, text_of

__all__ = ["CARD", "put", "refuse_unwritable_folder", "taken"]

CARD: Final = "card.json"
_PART: Final = ".aipchain-model.part"
"""What is being written."""


def refuse_unwritable_folder(folder: Path) -> None:
    """Say before long work that a model would not be saved there; nothing stays behind.

    :raises FolderRefused: the folder holds something else, or cannot be written.
    """
    with _held(folder) as place:
        (place / _PART).touch()


def put(folder: Path, files: Mapping[str, bytes], card: str) -> None:
    """Write a model, whole or not at all; a model that is there is replaced.

    :param files: content by the names that the card tells, each a `kept_name`.
    :raises FolderRefused: the folder holds something else, or cannot be written.
    """
    with _held(folder) as place:
        for name, content in {**files, CARD: card.encode()}.items():
            (place / _PART).write_bytes(content)
            (place / _PART).replace(place / name)


def taken(folder: Path) -> tuple[ModelCard, dict[str, bytes]]:
    """A card, and the files that it names, by their plain names; each is what the card says.

    :raises FileNotFoundError: the card or a file is missing.
    :raises OSError: one cannot be read.
    :raises ValueError: one is no part of a model, or was changed.
    """
    try:
        return _read(folder)
    except (OSError, ValueError):
        if not folder.is_dir():
            raise
    with _open_and_locked(folder, fcntl.LOCK_SH):
        return _read(folder)


def _read(folder: Path) -> tuple[ModelCard, dict[str, bytes]]:
    card = card_of(text_of(content_of(folder / CARD), "its card"))
    return card, {plain_name(name): _checked(folder / name, digest) for name, digest in card.files.items()}


def _checked(file: Path, digest: str) -> bytes:
    content = content_of(file)
    if sha256(content).hexdigest() != digest:
        raise ValueError(f"{plain_name(file.name)} is not what its card says: it was cut short or changed")
    return content


@contextmanager
def _held(folder: Path) -> Iterator[Path]:
    """Keep a folder from other writers; afterwards it holds what its card names, or is gone if it was not there."""
    try:
        place = folder.resolve()
        made = [each for each in (place, *place.parents) if not each.exists()]
        with _locked(place):
            _refuse_other_files(place)
            try:
                yield place
            finally:
                _sweep(place)
                _remove_empty(made)
    except OSError as error:
        raise FolderRefused(folder, error.strerror or str(error)) from error


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Wait until no other process writes there; the folder is made where there is none."""
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        with _open_and_locked(folder, fcntl.LOCK_EX) as door:
            if _is_at(folder, door):
                yield
                return


@contextmanager
def _open_and_locked(folder: Path, how: int) -> Iterator[int]:
    """Where a file system has no locks, nobody waits."""
    door = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):
            fcntl.flock(door, how)
        yield door
    finally:
        os.close(door)


def _is_at(folder: Path, door: int) -> bool:
    """Whether an open folder is still the one there: a writer that had failed may have removed it."""
    try:
        return os.path.samestat(folder.stat(), os.fstat(door))
    except FileNotFoundError:
        return False


def _refuse_other_files(folder: Path) -> None:
    named = _named(folder)
    for file in folder.iterdir():
        if not _is_ours(file, named):
            raise FolderRefused(folder, f"it holds {file.name}, which is something else and is left alone")


def _is_ours(file: Path, named: frozenset[str]) -> bool:
    """Whether a file is what a card names, what is being written, or what a writer that was killed had written."""
    if not stat.S_ISREG(file.lstat().st_mode):
        return False
    if file.name in (_PART, *named):
        return True
    if not is_kept_name(file.name) or file.stat().st_size > MOST_BYTES:
        return False
    return kept_name(plain_name(file.name), content_of(file)) == file.name


def _named(folder: Path) -> frozenset[str]:
    """What a valid card there names, and the card itself; nothing where there is none."""
    try:
        return frozenset((CARD, *card_of(text_of(content_of(folder / CARD), "its card")).files))
    except (FileNotFoundError, ValueError):
        return frozenset()


def _sweep(folder: Path) -> None:
    """Remove what no card names: all that is there was found to be a model's when the folder was taken."""
    named = _named(folder)
    for file in folder.iterdir():
        if file.name == _PART or (is_kept_name(file.name) and file.name not in named):
            file.unlink()


def _remove_empty(folders: list[Path]) -> None:
    with suppress(OSError):
        for each in folders:
            each.rmdir()
