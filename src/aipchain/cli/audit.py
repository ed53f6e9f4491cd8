"""`aip audit` and `aip doctor`: is the chain sound, does it come out again as recorded, and who looks odd on it?"""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from aipchain.chain.artifact import load_artifact
from aipchain.chain.host.engine import COMPILED
from aipchain.chain.node import Node
from aipchain.chain.rpc.local import LocalTransport
from aipchain.chain.spec import DEFAULT_PRESET, ChainSpec
from aipchain.cli.chains import DEFAULT_URL, open_chain_file
from aipchain.cli.complaints import complain
from aipchain.cli.congestion import congestion
from aipchain.cli.genesis_patch import read_patch
from aipchain.cli.output import AsJson, console, show_json
from aipchain.cli.suspicions import suspicions
from aipchain.cli.validate import validate
from aipchain.errors import InputError, StateError
from aipchain.orchestrator.audit import ReplayedInterval, ReplayReport, replay
from aipchain.orchestrator.chain_source import ChainSource, FirstBlock, first_block_built_here, first_block_read
from aipchain.orchestrator.reexecution import FollowReport, follow
from aipchain.plugins.catalogue import Catalogue
from aipchain.runtime_bridge.connection import Connection, connect

__all__ = ["app", "doctor"]

UNSAFE_STATE = 3

app = typer.Typer(no_args_is_help=True)

BasePath = Annotated[Path, typer.Option(help="Where the chain is kept.")]


@app.command("replay")
def replay_command(
    base_path: BasePath,
    plugins: Annotated[list[Path] | None, typer.Option(help="Folders with more plugin bundles.")] = None,
    as_json: AsJson = False,
) -> None:
    """Run every block of a chain file again, then decide every clearing again, and compare the hashes."""
    catalogue = Catalogue.discover(plugins or ())
    with open_chain_file(base_path) as node:
        _refuse_unsound(node)
        report = _replay(node, catalogue)
    if as_json:
        show_json(_document(report))
    else:
        _tell(report)
    if report.differing:
        raise typer.Exit(UNSAFE_STATE)


@app.command("follow")
def follow_command(
    url: Annotated[str, typer.Option(help="JSON-RPC address of the node that is not trusted.")] = DEFAULT_URL,
    blocks: Annotated[
        int | None, typer.Option(help="Run blocks 1 to this one, waiting for those not made yet; else all final ones.")
    ] = None,
    chain: Annotated[
        str | None, typer.Option(help="Build the first state here, from this preset; else it is read and checked.")
    ] = None,
    patch: Annotated[Path | None, typer.Option(help="JSON file merged over the preset (RFC 7386).")] = None,
    as_json: AsJson = False,
) -> None:
    """Run every block of a node's chain again in the embedded host and compare the state roots."""
    if blocks is not None and blocks < 1:
        raise InputError(f"--blocks {blocks} is no number of blocks: give at least 1")
    with connect(url, pallets=()) as connection:
        report = _follow(connection, blocks, _expected(chain, patch))
    if as_json:
        show_json(_follow_document(report))
    else:
        _tell_followed(report)
    if not report.is_sound:
        raise typer.Exit(UNSAFE_STATE)


app.command()(validate)
app.command()(suspicions)
app.command()(congestion)


def doctor(
    base_path: BasePath,
    re_execute: Annotated[int | None, typer.Option(min=0, help="Run only the last so many blocks again.")] = None,
    as_json: AsJson = False,
) -> None:
    """Check the chain file: integrity, state root, headers, bodies, and every block and its history run again."""
    with open_chain_file(base_path) as node:
        found = node.verify(node.head.number if re_execute is None else re_execute)
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
            f"{found.blocks} headers and bodies read, {found.re_executed} of {found.head.number} blocks run again"
        )
        for problem in found.problems:
            complain(problem)
        if found.is_sound:
            console.print("the chain is sound")
    if not found.is_sound:
        raise typer.Exit(UNSAFE_STATE)


def _refuse_unsound(node: Node) -> None:
    """A replay reads past states, so the file must first prove them."""
    found = node.verify(node.head.number)
    if not found.is_sound:
        raise StateError(f"the chain file cannot be audited: {found.problems[0]}. `aip doctor` lists all it finds")


def _replay(node: Node, catalogue: Catalogue) -> ReplayReport:
    with connect(LocalTransport(node)) as connection, Progress(console=console, transient=True) as bar:
        task = bar.add_task("replay")
        return replay(connection, catalogue, lambda block, height: bar.update(task, completed=block, total=height))


def _expected(chain: str | None, patch: Path | None) -> ChainSpec | None:
    """Give the genesis that the auditor builds; None takes the node's own, checked against its first block."""
    if chain is None and patch is None:
        return None
    return ChainSpec.of(chain or DEFAULT_PRESET, None if patch is None else read_patch(patch))


def _follow(connection: Connection, blocks: int | None, expected: ChainSpec | None) -> FollowReport:
    first: FirstBlock
    if expected is None:
        first = first_block_read(connection)
    else:
        first = first_block_built_here(connection, expected, load_artifact().code, COMPILED)
    source = ChainSource(connection)
    wanted = source.height() if blocks is None else blocks
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("follow", total=wanted)
        return follow(
            source, first, wanted, cache_dir=COMPILED, on_block=lambda number: bar.update(task, completed=number)
        )


def _follow_document(report: FollowReport) -> dict[str, object]:
    fault = report.fault
    return {
        "genesis_hash": f"0x{report.genesis_hash.hex()}",
        "code_hash": f"0x{report.code_hash.hex()}",
        "is_our_runtime": report.code_hash == load_artifact().manifest.code_hash,
        "blocks": report.wanted,
        "equal": report.equal,
        "extrinsics": report.extrinsics,
        "head": f"0x{report.head.hex()}",
        "state_root": f"0x{report.state_root.hex()}",
        "upgrades": [
            {"block": upgrade.block, "before": f"0x{upgrade.before.hex()}", "after": f"0x{upgrade.after.hex()}"}
            for upgrade in report.upgrades
        ],
        "fault": fault and {"block": fault.block, "kind": fault.kind.value, "reason": fault.reason},
    }


def _tell_followed(report: FollowReport) -> None:
    ours = report.code_hash == load_artifact().manifest.code_hash
    runtime = "the one of this release" if ours else "not the one of this release"
    console.print(
        f"genesis 0x{report.genesis_hash.hex()}, runtime 0x{report.code_hash.hex()}: {runtime}\n"
        f"{report.equal} of {report.wanted} blocks with {report.extrinsics} extrinsics give the state root they claim"
    )
    for upgrade in report.upgrades:
        console.print(
            f"after block {upgrade.block} the runtime changes from 0x{upgrade.before.hex()} to 0x{upgrade.after.hex()}"
        )
    if report.fault is not None:
        complain(f"block {report.fault.block}, {report.fault.kind.value}: {report.fault.reason}")


def _document(report: ReplayReport) -> dict[str, object]:
    return {
        "height": report.height,
        "replayed": len(report.intervals),
        "equal": len(report.intervals) - len(report.differing),
        "overturned": sum(interval.overturned for interval in report.intervals),
        "differing": [
            {
                "block": interval.block,
                "community": interval.community,
                "interval_start": interval.interval_start,
                "recorded": interval.recorded,
                "replayed": interval.replayed,
                "recorded_commitment": interval.recorded_commitment,
                "replayed_commitment": interval.replayed_commitment,
                "fault": interval.fault,
            }
            for interval in report.differing
        ],
    }


def _tell(report: ReplayReport) -> None:
    equal = len(report.intervals) - len(report.differing)
    console.print(f"{equal} of {len(report.intervals)} clearings in {report.height} blocks come out equal")
    for interval in report.differing:
        reason = interval.fault or _difference(interval)
        complain(f"interval {interval.interval_start} of community {interval.community} differs: {reason}")


def _difference(interval: ReplayedInterval) -> str:
    """Tell the two hashes that differ: of the trades, or where they are equal, of what proves them."""
    if interval.recorded != interval.replayed:
        return f"recorded {interval.recorded}, replayed {interval.replayed}"
    return f"duals recorded {interval.recorded_commitment}, replayed {interval.replayed_commitment}"
