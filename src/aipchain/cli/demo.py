"""`aip demo`: recorded homes trade their days again on a chain of their own, and vote in a new price rule."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from aipchain.chain.node import Node
from aipchain.chain.rpc.server import serve
from aipchain.cli.complaints import complain, remark
from aipchain.cli.output import console, refuse_unwritable, show_json, show_table, write_file
from aipchain.cli.quantities import parse_day
from aipchain.cli.tastes import read_tastes
from aipchain.errors import InputError
from aipchain.metering.packs import choose_homes, load_pack
from aipchain.orchestrator import rehearsal
from aipchain.orchestrator.cast import Agent, Settings
from aipchain.orchestrator.foresight import RECENT
from aipchain.orchestrator.rehearsal import Rehearsal
from aipchain.orchestrator.report import render
from aipchain.orchestrator.results import Results, as_json
from aipchain.units import format_aip, format_price

__all__ = ["demo"]

DEFAULT_FIRST_DAY = "2016-10-03"
STANDARD_OUTPUT = Path("-")


def demo(
    days: Annotated[int, typer.Option(help="Days to live through.")] = 7,
    homes: Annotated[str, typer.Option(help="How many homes, or their names parted by commas.")] = "",
    first: Annotated[str, typer.Option("--from", help="First day, YYYY-MM-DD.")] = DEFAULT_FIRST_DAY,
    forecast: Annotated[
        str,
        typer.Option(
            help="How homes know ahead: recent, perfect, an installed forecaster, or a trained model's folder."
        ),
    ] = RECENT,
    agent: Annotated[Agent, typer.Option(help="Who runs the homes' batteries: nobody, a rule, or an agent's plan.")] = (
        Agent.NONE
    ),
    taste: Annotated[
        list[str] | None,
        typer.Option(help="What agents that plan are told: risk=30%,reserve=20%,green=10%, or HOME:reserve=50%."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Makes keys and ballots; the same seed gives the same results.")] = 1,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the results here; - prints them.")] = None,
    report: Annotated[Path, typer.Option(help="Where the HTML report goes.")] = Path("aip-demo-report.html"),
    base_path: Annotated[Path | None, typer.Option(help="Keep the chain here, or go on with it.")] = None,
    ws: Annotated[int | None, typer.Option(help="Serve JSON-RPC on this port while the demo runs.")] = None,
    data: Annotated[Path | None, typer.Option(help="Another data pack of the same layout.")] = None,
) -> None:
    """Found a community of real homes, trade, vote, and show what it came to."""
    started = time.monotonic()
    pack = load_pack(data)
    chosen = choose_homes(pack, homes or str(len(pack.homes)))
    for file in (report, json_file):
        if file is not None and file != STANDARD_OUTPUT:
            refuse_unwritable(file)
    if taste and agent is not Agent.PLAN:
        raise InputError("--taste is what agents are told that plan: give --agent plan with it")
    tastes = read_tastes(taste, [home.name for home in chosen]) if taste else ()
    settings = Settings(pack, chosen, parse_day("--from", first), days, seed, forecast, agent, tastes)
    stage = Rehearsal(settings, base_path)
    try:
        with _served(stage.node, ws), _bar() as bar:
            results = stage.run(lambda now: _show(bar, now))
    finally:
        stage.close()
    document = as_json(results, time.monotonic() - started)
    write_file(report, render(results))
    if json_file == STANDARD_OUTPUT:
        show_json(document)
        return
    if json_file is not None:
        write_file(json_file, json.dumps(document, indent=2) + "\n")
    _tables(results, document["seconds"], report)


@contextmanager
def _served(node: Node, port: int | None) -> Iterator[None]:
    if port is None:
        yield
        return
    server = serve(node, port=port)
    console.print(f"JSON-RPC at {server.url}")
    try:
        yield
    finally:
        server.stop()


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=console, transient=True)


def _show(bar: Progress, now: rehearsal.Progress) -> None:
    if not bar.tasks:
        bar.add_task("", total=now.total)
    price = "-" if now.price is None else format_price(now.price)
    text = f"day {now.day}  block {now.block}  {price} AIP/kWh  {now.plugin}"
    bar.update(bar.tasks[0].id, completed=now.done, description=text)


def _tables(results: Results, seconds: float, report: Path) -> None:
    show_table(
        "Bills [AIP], negative is income",
        ("home", "import kWh", "export kWh", "without trade", "with trade", "saved"),
        (
            (
                bill.home,
                f"{bill.import_wh / 1000:.1f}",
                f"{bill.export_wh / 1000:.1f}",
                format_aip(bill.without_trade),
                format_aip(bill.with_trade),
                format_aip(bill.without_trade - bill.with_trade),
            )
            for bill in results.bills
        ),
    )
    saved = sum(bill.without_trade - bill.with_trade for bill in results.bills)
    console.print(
        f"{results.delivered_wh / 1000:,.1f} kWh delivered in {results.trades} trades from {results.orders} orders; "
        f"{format_aip(saved)} AIP stay in the community"
    )
    _forecast_lines(results)
    _vote_line(results)
    console.print(
        f"block {results.chain.height}, state root {results.chain.state_root}\n"
        f"conservation: {results.conservation.energy_difference_wh} Wh and "
        f"{results.conservation.money_difference} base units missing or too many"
    )
    console.print(f"{seconds} s; report: {report}")
    if results.conservation.energy_difference_wh or results.conservation.money_difference:
        complain("energy or money does not add up: this is a fault of the program, please report it")
        raise typer.Exit(3)


def _forecast_lines(results: Results) -> None:
    """How well homes knew ahead, and what more or less knowledge would have been worth."""
    if results.forecast_failures:
        days, why = len(results.forecast_failures), results.forecast_failures[0]
        remark(f"on {days} of the days climatology stood in, at least for some homes: {why}")
    error, naive = (sum(getattr(day, each) for day in results.skill) for each in ("error_wh", "naive_error_wh"))
    if naive:
        console.print(
            f"known ahead by {results.forecast}: orders missed {error / 1000:,.1f} kWh, "
            f"yesterday's readings would have missed {naive / 1000:,.1f} kWh"
        )
    if results.value:
        show_table(
            "Had all homes known ahead by",
            ("forecast", "delivered kWh", "without trade", "with trade"),
            (
                (
                    way.forecast,
                    f"{way.delivered_wh / 1000:.1f}",
                    format_aip(way.without_trade),
                    format_aip(way.with_trade),
                )
                for way in results.value
            ),
        )


def _vote_line(results: Results) -> None:
    rules = ", then ".join(f"{use.name}" for use in results.price_plugins) or "none"
    vote = results.proposal
    told = f"; vote: {vote.ayes} for, {vote.nays} against of {vote.electorate}, {vote.state}" if vote else ""
    console.print(f"price plugins: {rules}{told}")
