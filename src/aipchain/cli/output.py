"""How commands speak: tables and sentences for people, JSON for programs."""

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from aipchain.errors import InputError

__all__ = ["complain", "console", "printable", "show_json", "show_table", "write_file"]

console = Console(soft_wrap=True, highlight=False)
_errors = Console(stderr=True, soft_wrap=True)


def complain(sentence: str) -> None:
    """Print one sentence about a failure on standard error."""
    _errors.print(f"aip: {sentence}", style="red", markup=False, highlight=False)


def show_json(document: object) -> None:
    """Print `document` as JSON on standard output."""
    typer.echo(json.dumps(document, indent=2, sort_keys=False, default=str))


def show_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows as a table; numbers stand right."""
    table = Table(title=title, title_justify="left")
    listed = [list(row) for row in rows]
    for index, column in enumerate(columns):
        numeric = bool(listed) and all(_is_number(row[index]) for row in listed)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for row in listed:
        table.add_row(*(Text(printable(str(cell))) for cell in row))
    console.print(table)


def printable(text: str) -> str:
    """Return `text` with letters that a terminal would obey shown as their code; names on a chain are anybody's."""
    return "".join(letter if letter.isprintable() or letter == "\n" else f"\\x{ord(letter):02x}" for letter in text)


def write_file(path: Path, text: str) -> None:
    """Write `text` whole or not at all: a temporary file beside it, then a rename.

    :raises InputError: the place cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as fault:
        beside.unlink(missing_ok=True)
        raise InputError(f"{path} cannot be written ({fault.strerror}): choose another place") from fault


def _is_number(cell: object) -> bool:
    return isinstance(cell, int) or str(cell).replace(",", "").replace(".", "").lstrip("-").isdigit()
