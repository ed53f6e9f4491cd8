"""`aip ai advise`: when to run an appliance or charge a car."""

from dataclasses import asdict
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from aipchain.ai.errors import PartMissing
from aipchain.cli.output import AsJson, console, show_json, show_table
from aipchain.cli.quantities import format_span, parse_energy, parse_span, parse_time
from aipchain.metering.packs import load_pack
from aipchain.units import UnixSeconds, format_aip

__all__ = ["advise"]


def advise(
    home: Annotated[str, typer.Option(help="Name of the home.")],
    energy: Annotated[str, typer.Option(help="What the appliance takes, for example 1.2kWh.")],
    runs: Annotated[str, typer.Option(help="How long it runs, for example 2h.")],
    at: Annotated[
        str,
        typer.Option(help="Now: the start of a step of the data, for example 2016-10-03T08:00; its end without it."),
    ] = "",
    within: Annotated[str, typer.Option(help="Until when it has to be done, from now on.")] = "24h",
    forecast: Annotated[
        str, typer.Option(help="An installed forecaster, a trained model's folder, recent, or perfect.")
    ] = "climatology",
    pack: Annotated[
        Path | None, typer.Option("--pack", help="Data pack of the homes; those that ship with the package without it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say when a home should begin, what that saves against now, and how sure it is.

    By the grid's tariffs and by what the home is expected to use and generate, from nothing but what was measured
    before, up to a day after the end of the data. What neighbours will pay is not known ahead and does not count.
    """
    advising: Any = _advising()
    asked, ahead = parse_time("--at", at) if at else None, parse_span("--within", within)
    takes, lasts = parse_energy("--energy", energy), parse_span("--runs", runs)
    found = load_pack(pack)
    now = found.interval(found.steps).start if asked is None else asked
    told = advising.advise(found, home, forecast, now, advising.Appliance(takes, lasts, UnixSeconds(now + ahead)))
    begin, advice = told.begin, told.advice
    if as_json:
        show_json({"home": home, "at": now, **asdict(advice), "begin_s": begin, "remarks": told.remarks})
        return
    facts = (
        ("begin", f"{_clock(begin)}, {format_span(begin - now)} from now"),
        ("cost", f"{format_aip(advice.cost, 4)} AIP"),
        ("saving against now", f"{format_aip(advice.saving, 4)} AIP"),
        ("chance that now is no cheaper", _percent(advice.confidence_ppm)),
        ("own surplus in it", _percent(advice.own_ppm)),
    )
    show_table(f"{home} at {_clock(now)}: {energy} for {runs}, done within {within}", ("what", "expected"), facts)
    for sentence in (advice.reason, *told.remarks):
        console.print(sentence, markup=False)


def _clock(at: int) -> str:
    """As the clock of the homes has it: packs tell no zone."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M}"


def _percent(ppm: int) -> str:
    return f"{ppm // 10_000} %"


def _advising() -> Any:  # noqa: ANN401  # a module that needs an extra
    try:
        return import_module("aipchain.orchestrator.advising")
    except ModuleNotFoundError as error:
        raise PartMissing(error.name or "a package", "ai") from error
