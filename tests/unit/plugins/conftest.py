"""Small bundles on disk, changed one thing at a time."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

BundleMaker = Callable[..., Path]

VECTORS = b'{"price": [], "clear": []}\n'
MANIFEST = f"""\
name = "flat-price"
release = 1
build = 2
summary = "One voted price"
licence = "Apache-2.0"
authors = ["Ann"]
host_api = [1, 1]
entry = "rule"
vectors_sha256 = "{sha256(VECTORS).hexdigest()}"

[[hooks]]
hook = "price"
class = "exact"

[budget]
cpu_ms = 100
memory_mib = 64

[config.level]
default = 7
minimum = 1
maximum = 9
unit = "base units per Wh"
label = "Level"
affects = "all who trade"
help = "The price."
"""
RULE = """\
from aipchain.plugins.hookspecs import PriceInputs, hookimpl


@hookimpl
def price(inputs: PriceInputs):
    return inputs.config["level"]
"""


@pytest.fixture
def make_bundle(tmp_path: Path) -> BundleMaker:
    """Write a bundle; `manifest` replaces text in plugin.toml, other keywords are not taken."""

    def make(
        rule: str = RULE,
        *,
        manifest: tuple[str, str] = ("", ""),
        files: dict[str, bytes] | None = None,
        folder: str = "flat_price",
    ) -> Path:
        home = tmp_path / folder
        content = {
            "plugin.toml": MANIFEST.replace(*manifest).encode() if manifest[0] else MANIFEST.encode(),
            "rule.py": rule.encode(),
            "vectors.json": VECTORS,
        }
        for path, text in (content | (files or {})).items():
            (home / path).parent.mkdir(parents=True, exist_ok=True)
            (home / path).write_bytes(text)
        return home

    return make
