"""`aip ai train`, `forecast` and `serve`: models of homes' load that are kept in a folder."""

from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from aipchain.ai.errors import PartMissing
from aipchain.cli.complaints import remark
from aipchain.cli.output import AsJson, console, show_json, show_table
from aipchain.errors import InputError
from aipchain.metering.packs import load_pack

__all__ = ["forecast", "serve", "train"]

PackOption = Annotated[
    Path | None, typer.Option("--pack", help="Data pack of the homes; those that ship with the package without it.")
]
ModelOption = Annotated[Path, typer.Option("--model", help="Folder of a trained model.")]


def train(
    out: Annotated[Path, typer.Option(help="Folder to write the model to; a model that is there is replaced.")],
    pack: PackOption = None,
    until: Annotated[str, typer.Option(help="Last day to learn from, YYYY-MM-DD; all of them without it.")] = "",
) -> None:
    """Learn the load of homes from a data pack, score it on the last four weeks, and keep the model with its card.

    Takes about a minute for a year of 17 homes.
    """
    folder, trained = _part("models.folder"), _part("models.trained")
    folder.refuse_unwritable_folder(out)
    panel = _panel(pack, _day("--until", until) if until else None)
    card = folder.save_model(trained.train(panel, _part("forecasting.load").load_blend(), remark), out)
    _show_card(out, card)


def forecast(
    model: ModelOption,
    day: Annotated[str, typer.Option(help="Day to forecast, YYYY-MM-DD: one of the pack, or the one after its last.")],
    pack: PackOption = None,
    home: Annotated[list[str] | None, typer.Option(help="Give it again for more homes; all without it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what homes will use on a day, from nothing but what was measured before it.

    Energy is in whole Wh at quantiles 0.1 to 0.9 of each step. Where the model cannot say, the answer is climatology
    and is marked as such.
    """
    wanted = _day("--day", day)
    kept = _part("models.folder").load_model(model)
    answers = _part("models.answer").forecast_day(kept, _panel(pack), wanted, home)
    if as_json:
        show_json(_part("models.service").answer_document(wanted, answers))
        return
    show_table(
        f"Load on {wanted} [Wh]: sums of steps, which are no quantiles of the day",
        ("home", "method", "low (0.1)", "median", "high (0.9)", ""),
        [(answer.home, answer.method, *_sums(answer), answer.why) for answer in answers],
    )
    console.print("--json has every step.")


def serve(
    model: ModelOption,
    pack: PackOption = None,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port on this machine; 0 takes a free one.")] = 8_090,
) -> None:
    """Answer GET /forecast?home=NAME&day=YYYY-MM-DD and GET /card in JSON, on this machine only, until stopped."""
    kept, panel = _part("models.folder").load_model(model), _panel(pack)
    try:
        server = _part("models.service").model_service(kept, panel, port)
    except OSError as fault:
        raise InputError(f"port {port} cannot be listened on ({fault.strerror}): choose another") from fault
    with server:
        console.print(f"http://127.0.0.1:{server.server_address[1]}/forecast?day={kept.card.last_day}", markup=False)
        server.serve_forever()


def _part(module: str) -> Any:  # noqa: ANN401  # a module; torch and LightGBM take seconds to load, so only when needed
    try:
        return import_module(f"aipchain.ai.{module}")
    except ModuleNotFoundError as error:
        raise PartMissing(error.name or module, "ai") from error


def _panel(pack: Path | None, until: date | None = None) -> Any:  # noqa: ANN401  # a panel
    found = load_pack(pack)
    panel = _part("panel").panel_of(found.start, found.step_s, [(home.name, home.load_wh) for home in found.homes])
    if until is None:
        return panel
    days = (until - datetime.fromtimestamp(panel.start, UTC).date()).days + 1
    if not 1 <= days <= panel.days:
        raise InputError(f"--until {until} is not in the pack, which has {panel.days} days: choose one of them")
    return panel.until(days)


def _day(option: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise InputError(f"{option} {text!r} is no day ({fault}): write YYYY-MM-DD") from fault


def _sums(answer: Any) -> tuple[object, object, object]:  # noqa: ANN401
    if not answer.quantiles_wh:
        return ("", "", "")
    low, median, high = (sum(step[place] for step in answer.quantiles_wh) for place in (0, 4, 8))
    return (low, median, high)


def _show_card(out: Path, card: Any) -> None:  # noqa: ANN401
    console.print(
        f"{out}: {len(card.homes)} homes, {card.first_day} to {card.last_day}, {card.steps_per_day} steps a day",
        markup=False,
    )
    if card.held_out is None:
        console.print("The span was too short to hold days out: the card has no scores.")
        return
    held = card.held_out
    console.print(
        f"On {held.first_day} to {held.last_day}, without having learned from them: MASE {held.mase:.3f}, WQL "
        f"{held.wql:.3f}, coverage of 0.8 from {held.cov80_min:.2f} to {held.cov80_max:.2f} by home"
    )
