"""The conformance kit finds what it promises to find, for every hook, and the guide's plugin is fit."""

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from aipchain.plugins.bundle import read_bundle
from aipchain.plugins.cases import conformance_cases
from aipchain.plugins.errors import PluginInvalid
from aipchain.plugins.hookspecs import HOOKS, HookSpecs
from aipchain.plugins.testing import CHECKED_HOOKS, conformance_problems, write_vectors

GUIDE = (Path(__file__).parents[3] / "docs" / "plugin-guide.md").read_text(encoding="utf-8")
MANIFEST = """\
name = "try-out"
release = 1
build = 0
summary = "A try-out"
licence = "Apache-2.0"
authors = ["Ann"]
host_api = [1, 1]
entry = "rule"
vectors_sha256 = "0000000000000000000000000000000000000000000000000000000000000000"

[[hooks]]
hook = "{hook}"
class = "exact"

[budget]
cpu_ms = 1000
memory_mib = 64
"""
NO_VECTORS = b'{"price": [], "clear": []}'
RULE = """\
from aipchain.market.book import Side, Trade, keep_largest
from aipchain.market.auctions.pay_as_bid import clear_pay_as_bid
from aipchain.plugins.hookspecs import Clearing, hookimpl
SEEN = []

@hookimpl
def {hook}(inputs):
    {body}
"""
Writer = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Writer:
    """A bundle whose hook has the given body."""

    def make(hook: str, body: str) -> Path:
        (tmp_path / "plugin.toml").write_text(MANIFEST.format(hook=hook))
        (tmp_path / "rule.py").write_text(RULE.format(hook=hook, body=body))
        return tmp_path

    return make


def problems(folder: Path) -> str:
    """All problems of a bundle whose vectors are empty, as one text."""
    (folder / "vectors.json").write_bytes(NO_VECTORS)
    manifest = folder / "plugin.toml"
    digest = hashlib.sha256(NO_VECTORS).hexdigest()
    manifest.write_text(re.sub(r'vectors_sha256 = ".*"', f'vectors_sha256 = "{digest}"', manifest.read_text()))
    return "\n".join(conformance_problems(folder))


@pytest.mark.parametrize(
    ("hook", "body", "problem"),
    [
        ("price", "return inputs.orders[0].limit_price", "case empty: plugin try-out@1.0 failed in hook 'price'"),
        ("price", "return inputs.orders[0].wh if inputs.orders else 0", "the answer depends on the order"),
        ("price", "SEEN.append(1); return len(SEEN)", "has another answer the second time"),
        ("price", "return max((len(o.owner) for o in inputs.orders), default=0)", "depends on the names of owners"),
        ("price", "object.__setattr__(inputs, 'orders', ()); return 1", "use of __setattr__"),
        ("price", "return 3", "vectors.json has no vectors for the slot Price"),
        ("clear", "return None", "case empty: plugin try-out@1.0 failed in hook 'clear'"),
        (
            "clear",
            "SEEN.append(1); return Clearing(clear_pay_as_bid(inputs.orders)[len(SEEN) % 2:])",
            "the second time",
        ),
        ("clear", "return Clearing(clear_pay_as_bid(inputs.orders))", "case more_trades_than_fit: "),
        (
            "clear",
            "return Clearing([Trade(0, o.number, 1, o.limit_price) for o in inputs.orders[-1:]])",
            "the chain would refuse the whole result",
        ),
        ("clear", "return Clearing(())", "vectors.json has no vectors for the slot Clear"),
    ],
)
def test_the_kit_finds(write: Writer, hook: str, body: str, problem: str) -> None:
    """One fault, one sentence that names the case."""
    try:
        found = problems(write(hook, body))
    except PluginInvalid as error:  # the code is refused before any case is run
        found = str(error)

    assert problem in found


def test_a_wrong_vector_is_found(write: Writer) -> None:
    """The vectors of a plugin that answers 3 do not fit one that answers 4."""
    folder = write("price", "return 3")
    write_vectors(folder)
    assert conformance_problems(folder) == ()
    (folder / "rule.py").write_text((folder / "rule.py").read_text().replace("return 3", "return 4"))

    assert "test vector 0 of slot Price has another answer" in "\n".join(conformance_problems(folder))


def test_vectors_are_the_same_bytes_every_time(write: Writer) -> None:
    """Two authors on two machines get one bundle id."""
    folder = write("clear", "return Clearing(keep_largest(clear_pay_as_bid(inputs.orders), inputs.max_trades, seed=0))")
    write_vectors(folder)
    first = read_bundle(folder).id
    write_vectors(folder)

    assert read_bundle(folder).id == first
    assert conformance_problems(folder) == ()


def test_every_hook_is_checked_documented_and_specified() -> None:
    """A hook in the contract has a check in the kit, a section in the guide, and a docstring."""
    names = {hook.name for hook in HOOKS}

    assert names == CHECKED_HOOKS
    assert names == {name for name in vars(HookSpecs) if not name.startswith("_")}
    for hook in HOOKS:
        assert f"### `{hook.name}`" in GUIDE
        assert f"| `{hook.name}` | `{hook.slot.value}` | {hook.consensus.value} |" in GUIDE
        assert (getattr(HookSpecs, hook.name).__doc__ or "").strip()


def test_every_case_is_documented() -> None:
    """The guide lists the kit's cases by name."""
    assert all(f"`{case.name}`" in GUIDE for case in conformance_cases())


def test_the_plugin_of_the_guide_is_fit(tmp_path: Path) -> None:
    """The files shown in the guide, taken as they stand, make a bundle that passes."""
    blocks = re.findall(r"^`(\S+)`:\n\n```\w*\n(.*?)^```$", GUIDE, flags=re.MULTILINE | re.DOTALL)
    for name, text in blocks:
        (tmp_path / name).write_text(text)

    write_vectors(tmp_path)
    assert {name for name, _ in blocks} == {"plugin.toml", "rule.py"}
    assert conformance_problems(tmp_path) == ()
