"""`aip market`: which rule would do what for the homes of a community, and is a clearing what it claims to be?"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from aipchain.cli.bundles import PluginsOption
from aipchain.cli.challenge import challenge
from aipchain.cli.complaints import remark
from aipchain.cli.output import console, refuse_unwritable, show_json, show_table, write_file
from aipchain.errors import InputError
from aipchain.market.measures import permille
from aipchain.metering.packs import choose_homes, load_pack
from aipchain.orchestrator.comparison.contest import compare as replay_all
from aipchain.orchestrator.comparison.outcome import Comparison, RuleOutcome, as_json
from aipchain.orchestrator.comparison.report import render
from aipchain.orchestrator.comparison.rules import ALL, choose_rules, rules_of
from aipchain.orchestrator.comparison.scenario import Forecast, Settings
from aipchain.plugins.catalogue import Catalogue
from aipchain.units import format_aip

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)
app.command()(challenge)

DEFAULT_FIRST_DAY = "2016-10-03"
STANDARD_OUTPUT = Path("-")

FEW = 4
"""So many rules have a column each in the table of bills."""

HOW_TO_READ = (
    "How to read it: saved is what all homes together pay less than without a market. Rules that deliver the same "
    "energy save the same and differ in who gets it: Gini tells how unequally it is shared (0: each home saves the "
    "same); homes that are worse off have a higher bill than without the market. Own use is the share of solar energy "
    "that stays in the community, own supply the share of consumption that comes from it; peak is the most that homes "
    "buy outside at a time."
)


@app.command()
def compare(
    rules: Annotated[
        str, typer.Option(help="Names of rules or of plugins in them, parted by commas; all of them without it.")
    ] = ALL,
    homes: Annotated[str, typer.Option(help="How many homes, or their names parted by commas.")] = "",
    weeks: Annotated[int, typer.Option(help="Weeks to live through.")] = 4,
    first: Annotated[str, typer.Option("--from", help="First day, YYYY-MM-DD.")] = DEFAULT_FIRST_DAY,
    forecast: Annotated[
        Forecast, typer.Option(help="What homes know of their energy: all of it, or what the demo's forecast says.")
    ] = Forecast.PERFECT,
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
    chosen = choose_rules(rules_of(Catalogue.discover(plugins or ())), rules)
    pack = load_pack(data)
    told = choose_homes(pack, homes or str(len(pack.homes)))
    settings = Settings(pack, told, _day(first), weeks, seed, forecast, accept_price)
    _refuse_unwritable(json_file, report)
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=console, transient=True
    ) as bar:
        task = bar.add_task("", total=len(chosen) + 1)
        comparison = replay_all(settings, chosen, lambda name: bar.update(task, description=name, advance=1))
    document = as_json(comparison)
    if report is not None:
        write_file(report, render(comparison))
    if json_file not in (None, STANDARD_OUTPUT):
        write_file(json_file, json.dumps(document, indent=2) + "\n")
    _remark_voids(comparison)
    if json_file == STANDARD_OUTPUT:
        show_json(document)
        return
    _show(comparison)
    console.print(f"{time.monotonic() - started:.1f} s" + (f"; report: {report}" if report else ""))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise InputError(f"--from {text!r} is no day ({fault}): write YYYY-MM-DD") from fault


def _refuse_unwritable(json_file: Path | None, report: Path | None) -> None:
    files = [file for file in (json_file, report) if file not in (None, STANDARD_OUTPUT)]
    if len({file.resolve() for file in files}) < len(files):
        raise InputError(f"--json and --report both name {report}: give each a file of its own")
    for file in files:
        refuse_unwritable(file)


def _remark_voids(comparison: Comparison) -> None:
    for outcome in comparison.rules:
        if outcome.void_intervals:
            remark(
                f"{outcome.name}: {outcome.void_intervals} intervals ended without a result ({outcome.first_failure})"
            )


def _show(comparison: Comparison) -> None:
    show_table(
        f"{_counted(len(comparison.homes), 'home')}, {_counted(comparison.weeks, 'week')} from {comparison.first_day}",
        ("rule", "saved\nAIP", "delivered\nkWh", "own use/\nsupply %", "peak\nkW", "Gini", "worse\noff"),
        (tuple(_row(outcome)) for outcome in (comparison.without_market, *comparison.rules)),
    )
    console.print(HOW_TO_READ)
    _tell_idle(comparison)
    if len(comparison.rules) <= FEW:
        _show_bills(comparison)
    else:
        _show_range_of_bills(comparison)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" + ("" if number == 1 else "s")


def _row(outcome: RuleOutcome) -> Iterator[object]:
    shares = (outcome.energy.self_consumption, outcome.energy.self_sufficiency)
    yield _spaced(outcome.name)
    yield format_aip(outcome.welfare)
    yield f"{outcome.delivered_wh / 1_000:,.0f}"
    yield "/".join(f"{permille(share) / 10:.1f}" for share in shares)
    yield f"{outcome.peak_import_w / 1_000:,.1f}"
    yield f"{permille(outcome.gini) / 1_000:.3f}"
    yield len(outcome.losers)


def _spaced(name: str) -> str:
    """A rule's name that a narrow table breaks between its plugins."""
    return name.replace("+", " + ")


def _tell_idle(comparison: Comparison) -> None:
    idle = [outcome.name for outcome in comparison.rules if outcome.delivered_wh == 0]
    if idle and not comparison.accept_price:
        console.print(
            f"Nothing was traded under {', '.join(idle)}: homes ask for no less than the feed-in tariff and pay "
            "no more than retail. --accept-price lets them take whatever price the rule sets."
        )


def _show_bills(comparison: Comparison) -> None:
    columns = (comparison.without_market, *comparison.rules)
    show_table(
        "Bills [AIP], negative is income",
        ("home", *(_spaced(outcome.name) for outcome in columns)),
        (
            (home, *(format_aip(outcome.bills[place].with_trade) for outcome in columns))
            for place, home in enumerate(comparison.homes)
        ),
    )


def _show_range_of_bills(comparison: Comparison) -> None:
    trading = [outcome for outcome in comparison.rules if outcome.delivered_wh] or comparison.rules
    show_table(
        "Bills [AIP], negative is income; lowest and highest under the rules that trade",
        ("home", "no\nmarket", "lowest", "highest"),
        (
            (
                home,
                format_aip(comparison.without_market.bills[place].with_trade),
                _extreme(min, place, trading),
                _extreme(max, place, trading),
            )
            for place, home in enumerate(comparison.homes)
        ),
    )
    console.print("--json and --report have the bill of every home under every rule.")


def _extreme(choose: Callable[[Iterable[int]], int], place: int, outcomes: Sequence[RuleOutcome]) -> str:
    """A home's lowest or highest bill, and the first rule that leads to it."""
    bill = choose(outcome.bills[place].with_trade for outcome in outcomes)
    names = [_spaced(outcome.name) for outcome in outcomes if outcome.bills[place].with_trade == bill]
    return f"{format_aip(bill):>7} {names[0]}" + (f" and {len(names) - 1} more" if len(names) > 1 else "")
