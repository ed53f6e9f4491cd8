"""`aip node`: run the embedded chain as a node of its own, or write what the stock node needs to run the same chain."""

import json
import signal
import threading
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from aipchain.chain import metrics
from aipchain.chain.errors import MetricsPortInUse
from aipchain.chain.metrics import RunningMetrics, serve_metrics
from aipchain.chain.node import Node, Sealing, SystemClock
from aipchain.chain.rpc.server import DEFAULT_HOST, DEFAULT_PORT, serve
from aipchain.chain.spec import DEFAULT_PRESET
from aipchain.chain.stock_spec import DEFAULT_RELAY_CHAIN, stock_spec
from aipchain.cli.chains import open_chain_file
from aipchain.cli.complaints import complain
from aipchain.cli.genesis_patch import read_patch
from aipchain.cli.output import console, write_file
from aipchain.errors import InputError

__all__ = ["app"]

EVERYWHERE = "0.0.0.0"  # noqa: S104 - only when the operator asks for it

app = typer.Typer(no_args_is_help=True)


class RpcMethods(StrEnum):
    """Which methods are served; none here is unsafe."""

    AUTO = "auto"
    SAFE = "safe"
    UNSAFE = "unsafe"


def _refuse_network(option: typer.CallbackParam, value: str | None) -> None:
    if value is not None:
        raise InputError(
            f"{option.opts[0]} is for a node with a network, and the embedded node has none: leave it out, or run the "
            "stock node from the file that `aip node spec` writes"
        )


OfANetwork = Annotated[str | None, typer.Option(hidden=True, callback=_refuse_network)]
"""An option of the stock node's command lines that cannot mean anything here."""


@app.command()
def run(
    base_path: Annotated[Path | None, typer.Option(help="Where the chain is kept.")] = None,
    chain: Annotated[str, typer.Option(help="Genesis preset: development or local.")] = DEFAULT_PRESET,
    name: Annotated[str, typer.Option(help="What the node calls itself in its log.")] = "aipchain",
    dev: Annotated[bool, typer.Option("--dev", help="Development preset; a block follows each transaction.")] = False,
    tmp: Annotated[bool, typer.Option("--tmp", help="Keep the chain in memory.")] = False,
    rpc_port: Annotated[int, typer.Option(help="JSON-RPC port.")] = DEFAULT_PORT,
    rpc_external: Annotated[bool, typer.Option("--rpc-external", help="Listen on all interfaces.")] = False,
    rpc_methods: Annotated[RpcMethods, typer.Option(help="All methods served are safe ones.")] = RpcMethods.AUTO,
    prometheus_port: Annotated[int | None, typer.Option(help=f"Port for metrics; {metrics.DEFAULT_PORT}.")] = None,
    prometheus_external: Annotated[
        bool, typer.Option("--prometheus-external", help="Metrics on all interfaces.")
    ] = False,
    no_prometheus: Annotated[bool, typer.Option("--no-prometheus", help="Serve no metrics.")] = False,
    validator: Annotated[bool, typer.Option("--validator", help="Make blocks; this node always does.")] = False,
    no_telemetry: Annotated[bool, typer.Option("--no-telemetry", help="Send nothing; this node never does.")] = False,
    block_time: Annotated[int | None, typer.Option(help="One block each so many ms of real time.")] = None,
    self_check: Annotated[bool, typer.Option("--self-check", help="Run every authored block again.")] = False,
    port: OfANetwork = None,
    node_key: OfANetwork = None,
    telemetry_url: OfANetwork = None,
) -> None:
    """Run the embedded node: one author, no network, every block final at once. For production use the stock node."""
    if tmp and base_path is not None:
        raise InputError("--tmp and --base-path exclude each other: give one of them")
    if not tmp and base_path is None and not dev:
        raise InputError("there is no place for the chain: give --base-path, --tmp or --dev")
    if block_time is not None and block_time < 1:
        raise InputError(f"--block-time {block_time} is no time: give at least 1 ms")
    node = Node.open(
        base_path,
        clock=SystemClock(),
        preset=DEFAULT_PRESET if dev else chain,
        self_check=self_check,
    )
    stopped = _stopped_by_signals()
    with ExitStack() as running:
        running.enter_context(node)
        # A development node answers each transaction with a block and keeps time moving when none comes.
        node.seal(Sealing(on_submission=dev and block_time is None, period_ms=block_time or node.slot_ms))
        server = serve(node, host=EVERYWHERE if rpc_external else DEFAULT_HOST, port=rpc_port)
        running.callback(server.stop)
        measured = None if no_prometheus else _metrics(node, prometheus_port, external=prometheus_external)
        if measured is not None:
            running.callback(measured.stop)
        version = node.runtime_version()
        console.print(
            f"{name}: {node.chain_name}, {version.spec_name} {version.spec_version}, block {node.head.number}, "
            f"genesis 0x{node.genesis_hash.hex()}\nJSON-RPC at {server.url}; stop with Ctrl-C"
        )
        stopped.wait()


@app.command()
def spec(
    out: Annotated[Path, typer.Option(help="The JSON file to write.")],
    chain: Annotated[str | None, typer.Option(help="Genesis preset: development or local.")] = None,
    patch: Annotated[Path | None, typer.Option(help="JSON file merged over the preset (RFC 7386).")] = None,
    base_path: Annotated[Path | None, typer.Option(help="Take the genesis of the chain kept here instead.")] = None,
    raw: Annotated[bool, typer.Option("--raw", help="List the first state key by key.")] = False,
    relay_chain: Annotated[str, typer.Option(help="The relay chain that the stock node names.")] = DEFAULT_RELAY_CHAIN,
) -> None:
    """Write the chain specification with which `polkadot-omni-node` runs this chain, from the same genesis block."""
    if base_path is not None and (chain is not None or patch is not None):
        raise InputError("--base-path excludes --chain and --patch: the chain there has its genesis")
    with _founded(chain, patch) if base_path is None else open_chain_file(base_path) as node:
        document = stock_spec(node, raw=raw, relay_chain=relay_chain)
        genesis = node.genesis_hash
    write_file(out, json.dumps(document, indent=2) + "\n")
    console.print(f"{out}: {document['name']}, para id {document['para_id']}, genesis 0x{genesis.hex()}")


def _founded(chain: str | None, patch: Path | None) -> Node:
    return Node.open(
        None,
        clock=SystemClock(),
        preset=chain or DEFAULT_PRESET,
        genesis_patch=None if patch is None else read_patch(patch),
    )


def _metrics(node: Node, port: int | None, *, external: bool) -> RunningMetrics | None:
    """Serve metrics; only a port that was asked for must be free."""
    host = EVERYWHERE if external else DEFAULT_HOST
    try:
        return serve_metrics(node, host, metrics.DEFAULT_PORT if port is None else port)
    except MetricsPortInUse as taken:
        if port is not None:
            raise
        complain(f"{taken} Going on without metrics.")
        return None


def _stopped_by_signals() -> threading.Event:
    """Take Ctrl-C and a polite kill as wishes from here on."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    return stopped
