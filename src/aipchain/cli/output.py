"""How commands speak: tables and sentences for people, JSON for programs."""

import errno
import json
import os
import shutil
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from aipchain.errors import InputError

__all__ = [
    "AsJson",
    "console",
    "printable",
    "refuse_unwritable",
    "show_json",
    "show_table",
    "write_file",
]

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

console = Console(soft_wrap=True, highlight=False)


def show_json(document: object) -> None:
    """Print `document` as JSON on standard output."""
    typer.echo(json.dumps(document, indent=2, sort_keys=False, default=str))


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as a table; numbers stand right."""
    table = Table(title=title, title_justify="left")
    listed = [list(row) for row in rows]
    for index, column in enumerate(columns):
        numeric = bool(listed) and all(_is_number(row[index]) for row in listed)
        table.add_column(Text(printable(column)), justify="right" if numeric else "left", overflow="fold")
    for row in listed:
        table.add_row(*(Text(printable(str(cell))) for cell in row))
    console.print(table)


def printable(text: str) -> str:
    """Return `text` with letters that a terminal would obey shown as their code; names on a chain are anybody's."""
    return "".join(letter if letter.isprintable() or letter == "\n" else f"\\x{ord(letter):02x}" for letter in text)


def write_file(path: Path, text: str) -> None:
    """Write `text` whole or not at all: a temporary file beside it, then a rename; links stay, and keep their target.

    What is there and is no regular file, such as a device or a pipe, is written to as it is.

    :raises InputError: the place cannot be written.
    """
    with _sentence_about(path):
        if _is_special(path):
            path.write_text(text, encoding="utf-8")
            return
        with _beside(path) as (beside, target):
            beside.write_text(text, encoding="utf-8")
            if target.exists():
                shutil.copymode(target, beside)
            beside.replace(target)


def refuse_unwritable(path: Path) -> None:
    """Try before long work whether a file can be written; nothing stays behind, and no device or pipe is opened.

    :raises InputError: the place cannot be written.
    """
    with _sentence_about(path):
        if _is_special(path):
            if not os.access(path, os.W_OK):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
            return
        with _beside(path):
            pass


@contextmanager
def _sentence_about(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise InputError(f"{path} cannot be written ({fault.strerror}): choose another place") from fault


def _is_special(path: Path) -> bool:
    """Is it there, and no regular file?

    :raises OSError: a folder, a socket, or links that lead round.
    """
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if stat.S_ISSOCK(mode):
        raise OSError(errno.ENXIO, "it is a socket")
    return not stat.S_ISREG(mode)


@contextmanager
def _beside(path: Path) -> Iterator[tuple[Path, Path]]:
    """Give an empty file beside the target of `path`, gone afterwards unless it took the target's place, and that."""
    target = path.resolve()
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.touch()
        yield beside, target
    finally:
        with suppress(OSError):
            beside.unlink()


def _is_number(cell: object) -> bool:
    return isinstance(cell, int) or str(cell).replace(",", "").replace(".", "").lstrip("-").isdigit()
