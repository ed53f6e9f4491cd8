"""What is large is loaded only by whoever asks for it."""

import subprocess
import sys

LARGE = {"torch", "ray", "lightgbm", "numba", "highspy"}


def test_the_package_and_its_commands_load_nothing_large() -> None:
    """A household that places an order waits for no neural network."""
    told = "import sys, aipchain, aipchain.cli.app, aipchain.ai.forecast; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)

    assert not LARGE & {name.split(".")[0] for name in done.stdout.split()}
