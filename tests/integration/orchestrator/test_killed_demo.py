"""`aip demo --base-path` killed at any moment: the chain stays sound and the demo ends as if nothing had happened."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from aipchain.chain.node import Node, SystemClock
from aipchain.orchestrator.results import as_json

if TYPE_CHECKING:
    from tests.integration.orchestrator.conftest import Lived

AIP = (sys.executable, "-c", "from aipchain.cli.app import main; main()")


def demo(folder: Path) -> list[str]:
    """The command of the shared day of three homes."""
    options = ["--days", "1", "--homes", "3", "--seed", "1", "--from", "2016-10-03"]
    files = ["--base-path", str(folder / "chain"), "--json", str(folder / "results.json")]
    return [*AIP, "demo", *options, *files, "--report", str(folder / "report.html")]


def height(folder: Path) -> int:
    """Number of the newest block in the chain file; -1 while there is none."""
    file = folder / "chain" / "chain.sqlite"
    with suppress(sqlite3.OperationalError), closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        return int(database.execute("SELECT max(number) FROM block").fetchone()[0])
    return -1


@contextmanager
def killed_afterwards(command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command and kill it at the end of the block, wherever it is."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def kill_at(folder: Path, block: int) -> None:
    """Run the demo and kill it as soon as its chain has this block."""
    with killed_afterwards(demo(folder)) as process:
        while height(folder) < block:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.005)
                raise AssertionError(f"the demo ended before block {block}")
    assert process.returncode == -9


def problems(folder: Path) -> tuple[str, ...]:
    """What is wrong with the chain file, the newest blocks run again."""
    with Node.open(folder / "chain", clock=SystemClock(), preset=None, create=False) as node:
        return node.verify(5).problems


def test_a_killed_demo_goes_on_where_its_chain_stopped(one_day: Lived, tmp_path: Path) -> None:
    """Killed at the first block, while founding and while trading: sound each time, and the same results."""
    for block in (0, 4, 60):
        kill_at(tmp_path, block)
        assert problems(tmp_path) == ()

    subprocess.run(demo(tmp_path), stdout=subprocess.DEVNULL, check=True)
    doctor = [*AIP, "doctor", "--base-path", str(tmp_path / "chain")]
    diagnosis = subprocess.run(doctor, capture_output=True, check=True, text=True).stdout

    assert diagnosis.endswith("the chain is sound\n")
    assert (tmp_path / "report.html").read_text().startswith("<!doctype html>")
    results = json.loads((tmp_path / "results.json").read_text())
    assert results == json.loads(json.dumps(as_json(one_day.results, results["seconds"])))
