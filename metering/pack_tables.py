"""The tables of a data pack, as text cell by cell: CSV, gzipped CSV or Parquet, one file of each table.

What a cell holds is for the reader of the pack to judge: a Parquet file has no easier way in than a CSV file.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from aipchain.metering.errors import BadPack

__all__ = ["has_table", "rows_of_table"]

_FORMS = (".csv", ".csv.gz", ".parquet")
_ROWS_AT_A_TIME = 4_096


def rows_of_table(root: Path, name: str, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    """The rows of the table `name` in the folder `root`, with at least these columns; a cell without content is "".

    :raises BadPack: there is no such table, or two of it; it cannot be read, or a column is missing.
    """
    file = _only_file(root, name)
    if file.suffix == ".parquet":
        yield from _parquet_rows(file, columns)
        return
    reader = csv.DictReader(io.StringIO(_text(file)))
    try:
        names = reader.fieldnames or ()
        _ensure_columns(file, columns, names)
        for row in reader:
            yield {name: row[name] or "" for name in names}
    except csv.Error as fault:
        raise BadPack(f"{file} is no CSV after line {reader.line_num} ({fault}): correct it") from fault


def has_table(root: Path, name: str) -> bool:
    """Whether the folder has the table, which not every pack needs."""
    return bool(_files(root, name))


def _files(root: Path, name: str) -> list[Path]:
    return [file for form in _FORMS if (file := root / f"{name}{form}").is_file()]


def _only_file(root: Path, name: str) -> Path:
    found = _files(root, name)
    if not found:
        raise BadPack(f"{root} has no {name}.csv, {name}.csv.gz or {name}.parquet: add it")
    if len(found) > 1:
        raise BadPack(f"{root} has {' and '.join(file.name for file in found)}: keep one of them")
    return found[0]


def _ensure_columns(file: Path, wanted: Sequence[str], found: Sequence[str]) -> None:
    missing = [column for column in wanted if column not in found]
    if missing:
        raise BadPack(f"{file} has no column {missing[0]}: add it")


def _text(file: Path) -> str:
    try:
        content = file.read_bytes()
        return (gzip.decompress(content) if file.suffix == ".gz" else content).decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as fault:
        raise _unreadable(file, fault) from fault


def _parquet_rows(file: Path, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    arrow, parquet = _parquet_reader(file)
    broken = (arrow.ArrowException, OSError, ValueError, OverflowError)  # the last where a year is past 9999
    try:
        with parquet.ParquetFile(file) as table:
            _ensure_columns(file, columns, table.schema_arrow.names)
            for batch in table.iter_batches(_ROWS_AT_A_TIME, columns=table.schema_arrow.names):
                for row in batch.to_pylist():
                    yield {name: "" if value is None else str(value) for name, value in row.items()}
    except broken as fault:
        raise _unreadable(file, fault) from fault


def _parquet_reader(file: Path) -> tuple[Any, Any]:
    """PyArrow, which only Parquet files need."""
    try:
        return import_module("pyarrow"), import_module("pyarrow.parquet")
    except ModuleNotFoundError as fault:
        raise BadPack(f"{file} needs PyArrow: pip install 'aipchain[parquet]', or give CSV") from fault


def _unreadable(file: Path, fault: Exception) -> BadPack:
    return BadPack(f"{file} cannot be read ({' '.join(str(fault).split())}): check the file")
