"""`aip ai`: forecasts of homes: how good they are, and what trained models say of a day."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from aipchain.ai.errors import PartMissing
from aipchain.cli.ai_advice import advise
from aipchain.cli.ai_community import community
from aipchain.cli.ai_federation import app as federation
from aipchain.cli.ai_models import forecast, serve, train
from aipchain.cli.ai_parts import RayOption, at_work
from aipchain.cli.output import AsJson, console, refuse_unwritable, show_json, show_table, write_file
from aipchain.errors import InputError
from aipchain.metering.packs import load_pack

try:
    from aipchain.ai.benchmark.homes import year_of
    from aipchain.ai.benchmark.machine import measured_run
    from aipchain.ai.benchmark.page import page
    from aipchain.ai.benchmark.suite import (
        SUITES,
        Result,
        Rows,
        committed,
        documented,
        result_file,
        suite_named,
        tables,
    )
    from aipchain.ai.executors.choose import choose_executor
except ModuleNotFoundError as error:
    raise PartMissing(error.name or "a package", "ai") from error

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)
app.command()(train)
app.command()(forecast)
app.command()(serve)
app.add_typer(federation, name="federation")
app.command()(community)
app.command()(advise)


@app.command()
def bench(
    suite: Annotated[str, typer.Option(help=f"What to measure: {', '.join(SUITES)}.")],
    show: Annotated[bool, typer.Option("--show", help="Print the result of this release; nothing is run.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Keep the result as that of this release.")] = False,
    seed: Annotated[int | None, typer.Option(help="Other seeds make other draws; 0 without it.")] = None,
    ray: RayOption = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes of this machine that share the work; 1 without it.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write an HTML page with plots here.")] = None,
    as_json: AsJson = False,
) -> None:
    """Measure a suite on the homes that ship with the package, and hold it against its goals.

    Ends with exit code 0 also where a goal is missed: the table says so.
    """
    if show and write:
        raise InputError("--show prints what is kept and --write keeps what is run: give one of them")
    if show and any(option is not None for option in (seed, ray, workers)):
        raise InputError("--show prints what is kept: --seed, --ray and --workers are for a run")
    if report is not None:
        refuse_unwritable(report)
    document = committed(suite) if show else _run(suite, seed or 0, ray, workers or 1, write)
    if report is not None:
        write_file(report, page(suite, document))
    if as_json:
        show_json(document)
    else:
        _show(suite, document)


def _run(name: str, seed: int, ray: str | None, workers: int, write: bool) -> Result:
    suite = suite_named(name)
    if write:
        refuse_unwritable(result_file(name))
    executor = choose_executor(ray, workers)
    with at_work(f"{name}: {executor.name}") as told, measured_run() as surroundings:
        result = suite.run(year_of(load_pack()), executor, seed, told)
    where = {"seed": seed, "executor": executor.name, "workers": executor.workers}
    document = documented(suite, result, {**where, **surroundings})
    if write:
        write_file(result_file(name), json.dumps(document, indent=2) + "\n")
    return document


MOST_COLUMNS = 7


def _show(name: str, document: Mapping[str, Any]) -> None:
    """Rows of the document as tables, goals last; the rest is for `--json`."""
    for key, rows in tables(document):
        if key != "goals" and not key.endswith("_weeks"):
            _show_rows(f"{name}: {key.replace('_', ' ')}", rows)
    figures = [(key, _joined(value)) for key, value in document.items() if _is_figure(value) and key != "run"]
    if figures:
        show_table(f"{name}: figures", ("figure", "measured"), figures)
    goals = [
        (goal["figure"], goal["goal"], goal["measured"], "met" if goal["met"] else "MISSED")
        for goal in document["goals"]
    ]
    show_table(f"{name}: goals", ("figure", "goal", "measured", ""), goals)
    run = document["run"]
    versions = ", ".join(f"{package} {version}" for package, version in run["versions"].items())
    console.print(
        f"Seed {run['seed']}, {run['executor']}, {run['cpu_s']} CPU s, {run['wall_s']} s, at most "
        f"{run['peak_rss_mb']} MB; {run['processor']}, Python {run['python']}, {versions}",
        markup=False,
    )


def _show_rows(title: str, rows: Rows) -> None:
    """A row for each; where they have many columns, a column for each, so that a terminal has room for names."""
    columns = list(dict.fromkeys(column for row in rows for column in row))
    told = [[_told(row.get(column, "")) for column in columns] for row in rows]
    names = [column.replace("_", " ") for column in columns]
    if len(columns) <= MOST_COLUMNS:
        show_table(title, names, told)
    else:
        show_table(
            title, [names[0], *(row[0] for row in told)], zip(names[1:], *(row[1:] for row in told), strict=True)
        )


def _is_figure(value: object) -> bool:
    return isinstance(value, str | int | float) or (
        isinstance(value, dict) and all(isinstance(part, str | int | float) for part in value.values())
    )


def _joined(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_told(part)}" for name, part in value.items())
    return _told(value)


def _told(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
