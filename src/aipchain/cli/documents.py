"""Chain values as JSON: numbers stay integers, hashes become `0x...`, accounts addresses, names lower case."""

import json
from dataclasses import fields, is_dataclass
from enum import IntEnum

from aipchain.runtime_bridge.keys import address_of

__all__ = ["document", "hexed", "plain"]

_ACCOUNTS = frozenset(
    {"account", "buyer", "challenger", "gateway", "operator", "owner", "producer", "proposer", "seller", "steward"}
)
_JSON_TEXTS = frozenset({"config"})


def hexed(raw: bytes) -> str:
    """Show bytes as `0x` and hexadecimal digits."""
    return f"0x{raw.hex()}"


def plain(value: object, name: str = "") -> object:
    """Turn a value of `runtime_bridge.types` or `facts`, called `name`, into what JSON has.

    A variant of an enum with fields becomes an object that says its `kind`.
    """
    if isinstance(value, IntEnum):
        return value.name.lower()
    if isinstance(value, bytes):
        return _bytes(value, name)
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    if is_dataclass(value):
        kind: dict[str, object] = {"kind": value.variant.lower()} if hasattr(value, "variant") else {}
        return kind | {each.name.rstrip("_"): plain(getattr(value, each.name), each.name) for each in fields(value)}
    return value


def document(value: object, **first: object) -> dict[str, object]:
    """Turn a dataclass into a JSON object with `first` before its own fields."""
    shown = plain(value)
    return {**first, **(shown if isinstance(shown, dict) else {})}


def _bytes(value: bytes, name: str) -> object:
    if name in _ACCOUNTS:
        return address_of(value)
    if name in _JSON_TEXTS:
        try:
            return json.loads(value)
        except ValueError:
            return hexed(value)
    return hexed(value)
