"""The JSON file in which somebody says how a chain's genesis differs from a preset."""

import json
from collections.abc import Mapping
from pathlib import Path

from aipchain.errors import InputError

__all__ = ["read_patch"]


def read_patch(path: Path) -> Mapping[str, object]:
    """Read a merge patch (RFC 7386) for a genesis.

    :raises InputError: the file cannot be read or holds no JSON object.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise InputError(f"the patch {path} cannot be read ({fault.strerror}): name a JSON file") from fault
    except ValueError as fault:
        raise InputError(f"the patch {path} is not JSON: {fault}") from fault
    if not isinstance(found, dict):
        raise InputError(f"the patch {path} is no JSON object: write what differs from the preset in braces")
    return found
