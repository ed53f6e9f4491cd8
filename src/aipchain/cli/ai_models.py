"""`aip ai train`, `forecast` and `serve`: models of homes' load that are kept in a folder."""

from pathlib import Path
from typing import Annotated, Any

import typer

from aipchain.cli.ai_parts import (
    PackOption,
    RayOption,
    UntilOption,
    WorkersOption,
    at_work,
    panel_of_pack,
    part,
    show_card,
    without_net_meters,
)
from aipchain.cli.complaints import remark
from aipchain.cli.output import AsJson, console, show_json, show_table
from aipchain.cli.quantities import parse_day
from aipchain.errors import InputError

__all__ = ["forecast", "serve", "train"]

ModelOption = Annotated[Path, typer.Option("--model", help="Folder of a trained model.")]


def train(
    out: Annotated[Path, typer.Option(help="Folder to write the model to; a model that is there is replaced.")],
    pack: PackOption = None,
    until: UntilOption = "",
    ray: RayOption = None,
    workers: WorkersOption = 1,
) -> None:
    """Learn the load of homes from a data pack, score it on the last four weeks, and keep the model with its card.

    Homes whose meters seem to see the net only are left out. Takes about a minute for a year of 17 homes. --ray and
    --workers spread levels of trees and seeds of nets; the model has the same bytes.
    """
    folder, trained = part("models.folder"), part("models.trained")
    folder.refuse_unwritable_folder(out)
    panel = panel_of_pack(pack, until)
    trained.refuse_few_days(panel)
    panel = without_net_meters(panel)
    executor = part("executors.choose").choose_executor(ray, workers)
    remark(f"{executor.name}: learning from {panel.days} days, homes: {len(panel.homes)}")
    with at_work("learning") as told:
        model = trained.train(panel, part("forecasting.load").load_blend(), executor, told)
    card = folder.save_model(model, out)
    show_card(out, card)


def forecast(
    model: ModelOption,
    day: Annotated[
        str,
        typer.Option(help="A day that the model did not learn from, YYYY-MM-DD, up to the one after the pack's last."),
    ],
    pack: PackOption = None,
    home: Annotated[list[str] | None, typer.Option(help="Give it again for more homes; all without it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what homes will use on a day, from nothing but what was measured before it.

    Energy is in whole Wh at quantiles 0.1 to 0.9 of each step. Where the model cannot say, the answer is climatology
    and is marked as such.
    """
    wanted = parse_day("--day", day)
    kept = part("models.folder").load_model(model)
    answers = part("models.answer").forecast_day(kept, panel_of_pack(pack), wanted, home and list(dict.fromkeys(home)))
    if as_json:
        show_json(part("models.service").answer_document(wanted, answers))
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
    kept, panel = part("models.folder").load_model(model), panel_of_pack(pack)
    _, day = part("models.answer").days_to_ask(kept, panel)
    try:
        server = part("models.service").model_service(kept, panel, port)
    except OSError as fault:
        raise InputError(f"port {port} cannot be listened on ({fault.strerror}): choose another") from fault
    with server:
        console.print(f"http://127.0.0.1:{server.server_address[1]}/forecast?day={day}", markup=False)
        server.serve_forever()


def _sums(answer: Any) -> tuple[object, object, object]:  # noqa: ANN401
    if not answer.quantiles_wh:
        return ("", "", "")
    low, median, high = (sum(step[place] for step in answer.quantiles_wh) for place in (0, 4, 8))
    return (low, median, high)
