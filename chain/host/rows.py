"""SQL rows of the chain file, decoded; a row of another shape is a `ValueError`."""

from typing import TypeAlias

from aipchain.chain.host.block import Block, Header, decode_extrinsics

__all__ = ["SqlRow", "blob", "blob_or_none", "block_of", "header_of", "integer", "text"]

SqlRow: TypeAlias = tuple[object, ...]


def header_of(row: SqlRow) -> Header:
    """Decode (header)."""
    return Header.decode(blob(row))


def block_of(row: SqlRow) -> Block:
    """Decode (header, body)."""
    return Block(Header.decode(blob(row)), decode_extrinsics(blob(row[1:])))


def blob(row: SqlRow) -> bytes:
    """Return the first column, which holds bytes."""
    if not isinstance(row[0], bytes):
        raise ValueError(f"bytes were expected where there is {row[0]!r:.40}")
    return row[0]


def blob_or_none(row: SqlRow) -> bytes | None:
    """Return the first column, which holds bytes or NULL."""
    return None if row[0] is None else blob(row)


def text(row: SqlRow) -> str:
    """Return the first column, which holds text."""
    if not isinstance(row[0], str):
        raise ValueError(f"a text was expected where there is {row[0]!r:.40}")
    return row[0]


def integer(row: SqlRow) -> int:
    """Return the first column, which holds a number."""
    if not isinstance(row[0], int):
        raise ValueError(f"a number was expected where there is {row[0]!r:.40}")
    return row[0]
