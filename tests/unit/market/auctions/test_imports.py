"""What a plugin imports inside the sandbox is plain Python; arrays work without numba, too."""

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from aipchain.market import auctions

WITH_NUMPY = {"array_book", "array_check", "arrays", "merge"}
PLAIN = sorted({path.stem for path in Path(auctions.__path__[0]).glob("[a-z]*.py")} - WITH_NUMPY)


def run(code: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_plain_kernels_load_no_array_library() -> None:
    """All modules but those of the array form, together."""
    names = ", ".join(f"aipchain.market.auctions.{name}" for name in PLAIN)
    found = run(
        f"import {names}, sys; print([n for n in ('numpy', 'numba', 'highspy', 'pydantic') if n in sys.modules])"
    )

    assert found == "[]"


def test_arrays_work_without_numba() -> None:
    """Where numba is not installed the array form says so and gives the same trades."""
    code = """
import sys
sys.modules["numba"] = None
from aipchain.market.auctions.array_book import array_book
from aipchain.market.auctions.array_check import verify_arrays
from aipchain.market.auctions.arrays import HAS_NUMBA, clear_arrays
book = array_book([0, 1, 2, 3], [0, 1, 0, 2], [False, False, True, True], [5, 5, 5, 5], [20, 18, 5, 6])
clearing = clear_arrays(book)
print(HAS_NUMBA, clearing.price, clearing.trades.bid_rows.tolist(), clearing.trades.offer_rows.tolist(),
      verify_arrays(book, clearing))
"""

    assert run(code) == "False 12 [0, 1] [1, 0] None"


@pytest.mark.parametrize("name", [*PLAIN, *sorted(WITH_NUMPY)])
def test_the_public_surface_is_what_is_there(name: str) -> None:
    """Every name in `__all__` exists and has a docstring or is a plain value."""
    module = import_module(f"aipchain.market.auctions.{name}")

    assert module.__doc__
    assert all(hasattr(module, public) for public in module.__all__)
