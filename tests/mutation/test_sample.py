"""The mutation run stays alive: some mutants of the specification are tried, and the last whole run is sound."""

import json
import subprocess
import sys
import tomllib
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


def test_the_last_whole_run_reached_its_goal() -> None:
    """At least 95 of 100 mutants were told from the runtime, and each other one has the reason that is on file."""
    result = json.loads((HERE / "result.json").read_text(encoding="utf-8"))
    groups = tomllib.loads((HERE / "equivalent.toml").read_text(encoding="utf-8"))["equivalent"]

    assert result["survivors"] == {name: group["reason"] for group in groups for name in group["mutants"]}
    assert len(result["survivors"]) == result["verdicts"]["survived"]
    killed = result["verdicts"]["told"] + result["verdicts"]["stopped"] + result["verdicts"]["hung"]
    assert killed >= 0.95 * (killed + result["verdicts"]["survived"])
