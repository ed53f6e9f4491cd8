"""`aip audit` and `aip doctor`: is the chain sound, and does every clearing come out again as it is recorded?"""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from aipchain.chain.node import Node
from aipchain.chain.rpc.local import LocalTransport
from aipchain.cli.chains import open_chain_file
from aipchain.cli.output import complain, console, show_json
from aipchain.orchestrator.audit import ReplayReport, replay
from aipchain.plugins.catalogue import Catalogue
from aipchain.runtime_bridge.connection import connect

__all__ = ["app", "doctor"]

UNSAFE_STATE = 3

app = typer.Typer(help="Audit a chain.", no_args_is_help=True)

BasePath = Annotated[Path, typer.Option(help="Where the chain is kept.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def _audit() -> None:
    """Audit a chain."""


@app.command("replay")
def replay_command(
    base_path: BasePath,
    plugins: Annotated[list[Path] | None, typer.Option(help="Folders with more plugin bundles.")] = None,
    as_json: AsJson = False,
) -> None:
    """Decide every clearing again from the chain file alone and compare the hashes."""
    catalogue = Catalogue.discover(plugins or ())
    with open_chain_file(base_path) as node:
        report = _replay(node, catalogue)
    if as_json:
        show_json(_document(report))
    else:
        _tell(report)
    if report.differing:
        raise typer.Exit(UNSAFE_STATE)


def doctor(
    base_path: BasePath,
    re_execute: Annotated[int, typer.Option(help="Run the last so many blocks again.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Check the chain file: integrity, state root, headers, bodies, and the last blocks run again."""
    with open_chain_file(base_path) as node:
        found = node.verify(max(0, re_execute))
    if as_json:
        document = {
            "height": found.head.number,
            "state_root": f"0x{found.head.state_root.hex()}",
            "blocks": found.blocks,
            "re_executed": found.re_executed,
            "problems": list(found.problems),
        }
        show_json(document)
    else:
        console.print(
            f"block {found.head.number}, state root 0x{found.head.state_root.hex()}\n"
            f"{found.blocks} headers and bodies read, the last {found.re_executed} blocks run again"
        )
        for problem in found.problems:
            complain(problem)
        if found.is_sound:
            console.print("the chain is sound")
    if not found.is_sound:
        raise typer.Exit(UNSAFE_STATE)


def _replay(node: Node, catalogue: Catalogue) -> ReplayReport:
    with connect(LocalTransport(node)) as connection, Progress(console=console, transient=True) as bar:
        task = bar.add_task("replay")
        return replay(connection, catalogue, lambda block, height: bar.update(task, completed=block, total=height))


def _document(report: ReplayReport) -> dict[str, object]:
    return {
        "height": report.height,
        "replayed": len(report.intervals),
        "equal": len(report.intervals) - len(report.differing),
        "differing": [
            {
                "block": interval.block,
                "community": interval.community,
                "interval_start": interval.interval_start,
                "recorded": interval.recorded,
                "replayed": interval.replayed,
                "fault": interval.fault,
            }
            for interval in report.differing
        ],
    }


def _tell(report: ReplayReport) -> None:
    equal = len(report.intervals) - len(report.differing)
    console.print(f"{equal} of {len(report.intervals)} clearings in {report.height} blocks come out equal")
    for interval in report.differing:
        reason = interval.fault or f"recorded {interval.recorded}, replayed {interval.replayed}"
        complain(f"interval {interval.interval_start} of community {interval.community} differs: {reason}")
