"""The mutation run stays alive: some mutants of the specification are tried."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

from aipchain.chain.artifact import load_artifact
from aipchain.orchestrator.twin.result import Subject

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


def test_the_last_whole_run_meets_the_goal_and_every_survivor_has_its_reason() -> None:
    """At least 95 % are killed. If it was about the present sources, no reason is missing, too many, or another."""
    result = json.loads((HERE / "result.json").read_text(encoding="utf-8"))
    groups = tomllib.loads((HERE / "equivalent.toml").read_text(encoding="utf-8"))["equivalent"]
    subject = Subject(result["runtime"], result["specification"], result["generator"])
    verdicts = result["verdicts"]
    killed = verdicts["told"] + verdicts["stopped"] + verdicts["hung"]

    assert "no reason is known" not in result["survivors"].values()
    if subject == Subject.of(load_artifact().manifest.code_hash):
        assert result["survivors"] == {name: group["reason"] for group in groups for name in group["mutants"]}
    assert len(result["survivors"]) == verdicts["survived"]
    assert killed >= 0.95 * (killed + verdicts["survived"])
