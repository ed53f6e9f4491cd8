"""`aip ai community`: what all homes together will use on a day, and when their peak comes."""

from typing import Annotated, Any

import typer

from aipchain.cli.ai_parts import PackOption, at_work, panel_of_pack, part, tell_left_out
from aipchain.cli.output import AsJson, console, show_json, show_table
from aipchain.cli.quantities import format_energy, parse_day

__all__ = ["community"]


def community(
    day: Annotated[str, typer.Option(help="A day of the pack or the one after its last, YYYY-MM-DD.")],
    pack: PackOption = None,
    as_json: AsJson = False,
) -> None:
    """Say what all homes together will use on a day, and when their peak comes, from the days before it.

    The sum is forecast itself: a sum of homes' medians is too low. Learns all days before it, at least eight weeks,
    which takes some seconds.
    """
    wanted, panel, made = parse_day("--day", day), panel_of_pack(pack), part("models.community")
    with at_work(f"learning from the days before {wanted}"):
        told = made.community_day(panel, wanted)
    tell_left_out(told.left_out)
    if as_json:
        show_json(made.community_document(told))
        return
    show_table(
        f"Load of {len(told.homes)} homes on {wanted} [Wh]",
        ("from", "low (0.1)", "median", "high (0.9)", ""),
        [_row(told, step) for step in range(len(told.quantiles_wh))],
    )
    console.print(
        f"The peak is {told.peak.chance_ppm // 10_000} % likely to come within an hour of "
        f"{_clock(told, told.peak.step)}, at about {format_energy(told.peak.size_wh)} a step."
    )


def _row(told: Any, step: int) -> tuple[object, ...]:  # noqa: ANN401  # a day of the ai room
    energy_wh = told.quantiles_wh[step]
    return (_clock(told, step), energy_wh[0], energy_wh[4], energy_wh[8], "peak" if step == told.peak.step else "")


def _clock(told: Any, step: int) -> str:  # noqa: ANN401
    minute = step * 1_440 // len(told.quantiles_wh)
    return f"{minute // 60:02}:{minute % 60:02}"
