"""What all tests share: how Hypothesis searches, another runtime to upgrade to, and the stock node as a test partner.

Hypothesis has no time limit per example, since speed is measured in tests/bench alone; in CI it repeats the same
examples, elsewhere it looks for new ones.

The stock node is looked for in the variable `AIPCHAIN_OMNI_NODE`, on PATH, and packed in `$AIPCHAIN_SHARED/bin`
(`../shared/bin` when the variable is not set), from where it is unpacked into the user's cache. Tests that need it
carry the marker `omni_node`. Where it is missing they fail in CI; elsewhere they are left out, and the summary says so.
"""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import platformdirs
import pytest
import zstandard
from hypothesis import settings

from aipchain.chain.host.engine import plain_code

settings.register_profile("searching", deadline=None)
settings.register_profile("repeating", deadline=None, derandomize=True)
settings.load_profile("repeating" if os.environ.get("CI") else "searching")

NAME = "polkadot-omni-node"
COMPRESSED = bytes.fromhex("52bc537646db8e05")
CUSTOM_SECTION = b"\x00\x06\x04noteX"
ROOT = Path(__file__).resolve().parents[1]
NEEDS_IT = Path(__file__).parent / "contract" / "node"
MISSING = (
    f"no {NAME} was found: set AIPCHAIN_OMNI_NODE to one, or put one on PATH. "
    "docs/node-guide.md says which version and where from"
)


def find_omni_node() -> Path | None:
    """Return the stock node or its packed form; None where there is neither."""
    named = os.environ.get("AIPCHAIN_OMNI_NODE") or shutil.which(NAME)
    if named:
        return Path(named)
    packed = Path(os.environ.get("AIPCHAIN_SHARED", ROOT.parent / "shared")) / "bin" / "unpack.sh"
    return packed if packed.is_file() else None


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", f"omni_node: needs a {NAME}; left out where there is none, except in CI")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs the stock node where there is none; in CI it stays and fails."""
    if find_omni_node() is not None or os.environ.get("CI"):
        return
    left_out = [item for item in items if item.get_closest_marker("omni_node")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say loudly which suite did not run."""
    if find_omni_node() is None and not os.environ.get("CI") and _asked_for(config.args):
        terminalreporter.section("THE STOCK NODE SUITE DID NOT RUN", red=True, bold=True)
        terminalreporter.line(f"Tests marked omni_node (tests/contract/node) were left out, because {MISSING}.")


def _asked_for(arguments: Iterable[str]) -> bool:
    asked = [Path(argument.split("::")[0]).resolve() for argument in arguments]
    return any(path.is_relative_to(NEEDS_IT) or NEEDS_IT.is_relative_to(path) for path in asked)


@pytest.fixture(scope="session")
def another_build() -> Callable[[bytes], bytes]:
    """Puts a note into a runtime: other bytes, other hash, same behaviour."""

    def build(code: bytes) -> bytes:
        return COMPRESSED + zstandard.ZstdCompressor().compress(plain_code(code) + CUSTOM_SECTION)

    return build


@pytest.fixture(scope="session")
def omni_node_binary() -> Path:
    """The stock node, unpacked if need be."""
    found = find_omni_node()
    if found is None:
        pytest.fail(MISSING)
    return _unpacked(found) if found.name == "unpack.sh" else found


def _unpacked(script: Path) -> Path:
    """Unpack once per machine; the script checks what is there already, and one process at a time does it."""
    cache = platformdirs.user_cache_path("aipchain") / "stock-node"
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run([script, cache], check=True, stdout=subprocess.DEVNULL)
    return cache / NAME
