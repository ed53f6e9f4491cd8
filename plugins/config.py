"""A plugin's settings: the bytes that a vote binds, and the values the plugin gets.

The bytes are canonical JSON: one object, keys sorted, no spaces, UTF-8, at most 2,048 bytes (docs/protocol.md,
`Binding`). Settings that are left out have the manifest's default, which the bundle id covers.
"""

import json
from collections.abc import Mapping
from typing import Final

from aipchain.plugins.errors import ConfigInvalid, near
from aipchain.plugins.hookspecs import ConfigValue
from aipchain.plugins.manifest import Manifest

__all__ = ["MAX_CONFIG_BYTES", "encode_config", "read_config"]

MAX_CONFIG_BYTES: Final = 2_048
_TOO_LONG: Final = 10**MAX_CONFIG_BYTES
"""Python refuses to write or read numbers of some thousand digits; no binding has room for so many."""


def encode_config(manifest: Manifest, config: Mapping[str, ConfigValue]) -> bytes:
    """Check settings and give the canonical bytes to vote on.

    :raises ConfigInvalid: they do not fit the manifest.
    """
    _check(manifest, config)
    content = _canonical(config)
    _check_length(manifest, content)
    return content


def read_config(manifest: Manifest, content: bytes) -> dict[str, ConfigValue]:
    """The settings in `content`, defaults filled in.

    :raises ConfigInvalid: longer than a binding, not canonical JSON, or not fit for the manifest.
    """
    _check_length(manifest, content)
    try:
        config = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ConfigInvalid(manifest.label, f"not JSON in UTF-8: {error}") from error
    if not isinstance(config, dict):
        raise ConfigInvalid(manifest.label, "not a JSON object")
    if encode_config(manifest, config) != content:
        raise ConfigInvalid(manifest.label, "not canonical JSON (keys sorted, each once, no spaces)")
    return {key: config.get(key, field.default) for key, field in sorted(manifest.config.items())}


def _check(manifest: Manifest, config: Mapping[str, object]) -> None:
    for key, value in config.items():
        if key not in manifest.config:
            raise ConfigInvalid(manifest.label, f"there is no setting {key!r}: {near(key, list(manifest.config))}")
        problem = _unwritable(value) or manifest.config[key].problem_with(value)
        if problem:
            raise ConfigInvalid(manifest.label, f"{key} {problem}")


def _check_length(manifest: Manifest, content: bytes) -> None:
    if len(content) > MAX_CONFIG_BYTES:
        raise ConfigInvalid(manifest.label, f"{len(content)} bytes are more than the {MAX_CONFIG_BYTES} of a binding")


def _unwritable(value: object) -> str | None:
    """Why a text or a number has no canonical bytes, or None: half a surrogate pair, more digits than a binding has."""
    if isinstance(value, str) and any("\ud800" <= letter <= "\udfff" for letter in value):
        return f"must be text that UTF-8 can hold, not {value!r}"
    if isinstance(value, int) and abs(value) >= _TOO_LONG:
        return f"must have at most {MAX_CONFIG_BYTES} digits"
    return None


def _canonical(config: Mapping[str, ConfigValue]) -> bytes:
    return json.dumps(config, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
