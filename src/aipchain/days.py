"""Days as people write them: YYYY-MM-DD, and no other of the forms that ISO 8601 has."""

import re
from datetime import date
from typing import Final

__all__ = ["day_written"]

_WRITTEN: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def day_written(text: str) -> date:
    """Read a day.

    :raises ValueError: it is none, or written in another way.
    """
    if not _WRITTEN.fullmatch(text):
        raise ValueError("it is written in another way")
    return date.fromisoformat(text)
