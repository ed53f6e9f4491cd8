"""Files of a model: their names hold the digest of their content, and reading one ends, whatever it is."""

import os
import re
import stat
from hashlib import sha256
from pathlib import Path
from typing import Final

__all__ = ["MOST_BYTES", "content_of", "is_kept_name", "kept_name", "plain_name", "text_of"]

MOST_BYTES: Final = 20_000_000
"""A file of a model is far smaller [bytes]."""
_KEPT: Final = re.compile(r"(?P<stem>[a-z]+(-0\.\d)?)-[0-9a-f]{16}(?P<suffix>\.(txt|npz))")


def kept_name(name: str, content: bytes) -> str:
    """The name under which a file is kept: `nets.npz` becomes `nets-0123456789abcdef.npz`."""
    stem, suffix = name.rsplit(".", 1)
    return f"{stem}-{sha256(content).hexdigest()[:16]}.{suffix}"


def is_kept_name(name: str) -> bool:
    """Whether a name may be one of `kept_name`."""
    return _KEPT.fullmatch(name) is not None


def plain_name(kept: str) -> str:
    """What `kept_name` was made of.

    :raises ValueError: it is none of its names.
    """
    found = _KEPT.fullmatch(kept)
    if not found:
        raise ValueError(f"its card names {kept!r}, and no part of a model is called so")
    return found["stem"] + found["suffix"]


def content_of(file: Path) -> bytes:
    """What a regular file holds; nothing is waited for.

    :raises ValueError: it is another kind of file, such as a pipe, or too large.
    :raises OSError: it cannot be read.
    """
    opened = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(opened).st_mode):
        os.close(opened)
        raise ValueError(f"{file.name} is no regular file")
    with os.fdopen(opened, "rb") as readable:
        content = readable.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"{file.name} is larger than any part of a model")
    return content


def text_of(content: bytes, what: str) -> str:
    """As text.

    :raises ValueError: it is none.
    """
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise ValueError(f"{what} is no text") from error
