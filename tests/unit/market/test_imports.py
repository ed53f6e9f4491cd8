"""What a plugin imports inside the sandbox is plain Python; arrays give the same bytes without numba."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest

from aipchain import market

WITH_PACKAGES = {
    "allocation.arrays",
    "auctions.array_book",
    "auctions.array_check",
    "auctions.array_curves",
    "auctions.array_orders",
    "auctions.array_pieces",
    "auctions.arrays",
    "auctions.conditions_arrays",
    "auctions.continuous_arrays",
    "auctions.merge",
    "auctions.trade_reduction_arrays",
    "bilateral.array_book",
    "bilateral.array_check",
    "bilateral.array_solve",
    "bilateral.arrays",
    "bilateral.check_kernel",
    "bilateral.dense_kernel",
    "bilateral.dual_kernel",
    "bilateral.heap",
    "bilateral.rows",
    "bilateral.sparse_kernel",
    "compiled",
    "network.arrays",
    "network.lp",
    "words",
}
"""Modules that need numpy, numba or highspy; all others are plain."""

ALL = sorted(each.name.removeprefix("aipchain.market.") for each in walk_packages(market.__path__, "aipchain.market."))
ROOT = Path(__file__).parents[3]
SAME_BYTES = Path(__file__).parent / "same_bytes.py"


def run(code: str, **environment: str) -> str:
    """What a fresh interpreter prints that finds `tests` from the root of the repository."""
    variables = {**os.environ, **environment}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, env=variables
    )
    return done.stdout.strip()


def test_plain_modules_load_no_package() -> None:
    """All modules of the market but the ones above, together."""
    names = ", ".join(f"aipchain.market.{name}" for name in ALL if name not in WITH_PACKAGES)
    found = run(
        f"import {names}, sys; print([n for n in ('numpy', 'numba', 'highspy', 'pydantic') if n in sys.modules])"
    )

    assert found == "[]"


def test_the_list_of_modules_with_packages_is_complete() -> None:
    """None that is listed is gone."""
    assert set(ALL) > WITH_PACKAGES


@pytest.mark.parametrize("name", ALL)
def test_the_public_surface_is_what_is_there(name: str) -> None:
    """Every module says what it is; every name in its `__all__` exists."""
    module = import_module(f"aipchain.market.{name}")

    assert module.__doc__
    assert [public for public in getattr(module, "__all__", ()) if not hasattr(module, public)] == []


def test_arrays_give_the_same_bytes_without_numba() -> None:
    """Auctions, bilateral clearing, feeders and keys: numpy alone agrees with the compiled loops."""
    script = SAME_BYTES.read_text(encoding="utf-8")
    with_numba = run(script)
    without = run(f"import sys; sys.modules['numba'] = None\n{script}")

    assert with_numba.splitlines()[0] == "numba: True"
    assert without.splitlines()[0] == "numba: False"
    assert without.splitlines()[1:] == with_numba.splitlines()[1:]
    assert len(with_numba.splitlines()) == 6
