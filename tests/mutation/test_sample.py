"""The mutation run stays alive: some mutants of the specification are tried."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def test_most_mutants_of_a_sample_are_told_from_the_runtime() -> None:
    """Sixty mutants against few sequences: the tool works, and most are killed; reasons name mutants that exist."""
    command = [sys.executable, str(HERE / "measure.py"), "--sample", "60", "--sequences", "2", "--workers", "1"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")

    (row,) = [line for line in run.stdout.splitlines() if line.startswith("| all |")]
    _, _, mutants, viable, killed, survived, *_ = row.split("|")

    assert int(mutants) == 60
    assert int(killed) + int(survived) == int(viable)
    assert int(killed) >= 0.75 * int(viable)
