"""`aip market`: which rule would do what for the homes of a community, and is a clearing what it claims to be?"""

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from aipchain.cli.bundles import PluginsOption, configs_of
from aipchain.cli.challenge import challenge
from aipchain.cli.comparison import show_comparison
from aipchain.cli.complaints import complain, remark
from aipchain.cli.grid import NO_GRID, ChargesOption, GridTerms, LinesOption, read_grid
from aipchain.cli.output import console, printable, refuse_unwritable, show_json, write_file
from aipchain.cli.places import read_zones, refuse_empty_zones, remark_unmetered
from aipchain.cli.quantities import parse_day
from aipchain.errors import InputError
from aipchain.market.terms import Proof
from aipchain.metering.packs import choose_homes, load_pack
from aipchain.orchestrator.comparison.contest import compare as replay_all
from aipchain.orchestrator.comparison.outcome import Comparison, as_json
from aipchain.orchestrator.comparison.report import render
from aipchain.orchestrator.comparison.rules import ALL, MarketRule, choose_rules, rules_of
from aipchain.orchestrator.comparison.scenario import Settings
from aipchain.orchestrator.foresight import PERFECT
from aipchain.orchestrator.proofs import terms_from_chain
from aipchain.plugins.catalogue import Catalogue
from aipchain.runtime_bridge.types import Proof as ChainProof
from aipchain.runtime_bridge.types import Terms

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)
app.command()(challenge)

DEFAULT_FIRST_DAY = "2016-10-03"
STANDARD_OUTPUT = Path("-")


@app.command()
def compare(
    rules: Annotated[
        str, typer.Option(help="Names of rules or of plugins in them, parted by commas; all of them without it.")
    ] = ALL,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="A setting as PLUGIN.KEY=VALUE; the rest has its default. May be repeated."),
    ] = None,
    homes: Annotated[str, typer.Option(help="How many homes, or their names parted by commas.")] = "",
    weeks: Annotated[int, typer.Option(help="Weeks to live through.")] = 4,
    first: Annotated[str, typer.Option("--from", help="First day, YYYY-MM-DD.")] = DEFAULT_FIRST_DAY,
    forecast: Annotated[
        str, typer.Option(help="How homes know ahead: perfect, recent as in the demo, or an installed forecaster.")
    ] = PERFECT,
    zones: Annotated[
        list[str] | None,
        typer.Option("--zone", help="ZONE=HOMES, homes in a grid zone, parted by commas; others are in 0. Repeatable."),
    ] = None,
    charges: ChargesOption = None,
    lines: LinesOption = None,
    accept_price: Annotated[
        bool,
        typer.Option("--accept-price", help="Homes take the price of a price plugin even where the grid is better."),
    ] = False,
    seed: Annotated[int, typer.Option(help="Draws which home places its order first in an interval.")] = 1,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the results here; - prints them.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write an HTML report with plots here.")] = None,
    data: Annotated[Path | None, typer.Option(help="Another data pack of the same layout.")] = None,
    plugins: PluginsOption = None,
) -> None:
    """Let real homes live the same weeks under each rule, and compare bills, energy and fairness.

    Runs without a chain, with the orders of the demo's homes. Every result is held to the chain's envelope; ends with
    exit code 1 if energy or money does not add up. Ratios in the JSON are in permille, money in base units.
    """
    started = time.monotonic()
    grid = read_grid(charges or (), lines or ())
    chosen = _chosen(Catalogue.discover(plugins or ()), rules, settings or (), grid)
    pack = load_pack(data)
    told = choose_homes(pack, homes or str(len(pack.homes)))
    places = read_zones(told, zones or ())
    refuse_empty_zones(grid, places)
    weeks_of_homes = Settings(pack, told, parse_day("--from", first), weeks, seed, forecast, accept_price, places)
    _refuse_unwritable(json_file, report)
    remark_unmetered(chosen, len(told))
    comparison = _compared(weeks_of_homes, chosen)
    _write(comparison, json_file, report)
    _remark_voids(comparison)
    if json_file == STANDARD_OUTPUT:
        show_json(as_json(comparison))
    else:
        show_comparison(comparison)
        console.print(f"{time.monotonic() - started:.1f} s" + (f"; report: {printable(str(report))}" if report else ""))
    _end_of(comparison)


def _chosen(catalogue: Catalogue, rules: str, settings: Sequence[str], grid: GridTerms) -> tuple[MarketRule, ...]:
    """The rules to compare, with their settings; a setting that none of them has is a slip of the pen."""
    configs = configs_of(catalogue, settings)
    terms = terms_from_chain(Terms(ChainProof.OPTIMUM, grid.charges, grid.limits))
    chosen = choose_rules(rules_of(catalogue, configs, terms), rules)
    if grid != NO_GRID and not any(rule.clear_plugin.terms.proof is Proof.OPTIMUM for rule in chosen):
        raise InputError(f"--charge and --line are for rules that prove an optimum, and none of {rules} does")
    names = {name for rule in chosen for name in rule.plugin_names}
    for bundle in map(catalogue.with_id, configs):
        if bundle.manifest.name not in names:
            raise InputError(f"--set names {bundle.manifest.name}, which is in none of the rules compared: {rules}")
    return chosen


def _compared(settings: Settings, chosen: Sequence[MarketRule]) -> Comparison:
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console, transient=True
    ) as bar:
        task = bar.add_task("", total=len(chosen) + 1)
        return replay_all(settings, chosen, lambda name: bar.update(task, description=name, advance=1))


def _refuse_unwritable(json_file: Path | None, report: Path | None) -> None:
    if report == STANDARD_OUTPUT:
        raise InputError("--report - would put a page on the terminal: give it a file")
    files = [file for file in (json_file, report) if file not in (None, STANDARD_OUTPUT)]
    if len({os.path.realpath(file) for file in files}) < len(files):
        raise InputError(f"--json and --report both name {report}: give each a file of its own")
    for file in files:
        refuse_unwritable(file)


def _write(comparison: Comparison, json_file: Path | None, report: Path | None) -> None:
    if report is not None:
        write_file(report, render(comparison))
    if json_file not in (None, STANDARD_OUTPUT):
        write_file(json_file, json.dumps(as_json(comparison), indent=2) + "\n")


def _end_of(comparison: Comparison) -> None:
    """A rule that never had a result is a failure of the run, whatever the others came to."""
    void = [each.name for each in comparison.rules if 0 < each.void_intervals == comparison.intervals]
    if void:
        complain(f"no interval had a result under {', '.join(void)}: the plugin does not work as it is set")
        raise typer.Exit(1)


def _remark_voids(comparison: Comparison) -> None:
    for outcome in comparison.rules:
        if outcome.void_intervals:
            remark(
                f"{outcome.name}: {outcome.void_intervals} intervals ended without a result ({outcome.first_failure})"
            )
