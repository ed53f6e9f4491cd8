"""What the commands of `aip ai` share: parts that take seconds to load, homes from a pack, where the work runs."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn

from aipchain.ai.errors import PartMissing
from aipchain.cli.complaints import remark
from aipchain.cli.output import console, printable
from aipchain.cli.quantities import parse_day
from aipchain.errors import InputError
from aipchain.metering.packs import choose_names, load_measured

__all__ = [
    "PackOption",
    "RayOption",
    "UntilOption",
    "WorkersOption",
    "at_work",
    "panel_of_pack",
    "part",
    "show_card",
    "tell_left_out",
    "without_net_meters",
]

PackOption = Annotated[
    Path | None, typer.Option("--pack", help="Data pack of the homes; those that ship with the package without it.")
]
UntilOption = Annotated[str, typer.Option(help="Last day to learn from, YYYY-MM-DD; all of them without it.")]
RayOption = Annotated[
    str | None, typer.Option("--ray", help="Address of a Ray cluster; AIPCHAIN_RAY_ADDRESS without it.")
]
WorkersOption = Annotated[int, typer.Option("--workers", min=1, help="Processes of this machine that share the work.")]

_COUNTED: Final = re.compile(r"([0-9]{1,6}) of ([0-9]{1,6}): ")


def part(module: str) -> Any:  # noqa: ANN401  # a module; torch and LightGBM take seconds to load, so only when needed
    """Load a module of the ai room.

    :raises PartMissing: a package of the extra is not installed.
    """
    try:
        return import_module(f"aipchain.ai.{module}")
    except ModuleNotFoundError as error:
        raise PartMissing(error.name or module, "ai") from error


@contextmanager
def at_work(on: str, screen: Console | None = None) -> Iterator[Callable[[str], None]]:
    """Give somebody who says how far long work is.

    On a terminal that is one line that goes in the end: a bar, the latest sentence, and the time since the beginning. A
    sentence that begins with "2 of 7: " moves the bar there; without one it only shows that there is life. Elsewhere
    each sentence is a line.

    :param on: what the line says until the first sentence.
    :param screen: standard error without it.
    """
    shown = screen or Console(stderr=True)
    if not shown.is_interactive:
        yield remark
        return
    sentence = TextColumn("{task.description}", markup=False)
    columns = (SpinnerColumn(), BarColumn(), TaskProgressColumn(), sentence, TimeElapsedColumn())
    with Progress(*columns, console=shown, transient=True) as line:
        task = line.add_task(on, total=None)
        yield partial(_show_progress, line, task)


def _show_progress(line: Progress, task: TaskID, sentence: str) -> None:
    line.update(task, description=printable(sentence))
    if counted := _COUNTED.match(sentence):
        line.update(task, completed=int(counted[1]), total=int(counted[2]))


def panel_of_pack(pack: Path | None, until: str = "", homes: str = "") -> Any:  # noqa: ANN401  # a panel
    """The load of homes of a pack, up to a day.

    :param homes: how many, or names parted by commas; all without it.
    :raises InputError: the pack, the homes or the day cannot be used.
    """
    last = parse_day("--until", until) if until else None
    found = load_measured(pack)
    chosen = choose_names(tuple(found.columns), homes) if homes else found.columns
    panel = part("panel").panel_of(found.start, found.step_s, [(home, found.columns[home]) for home in chosen])
    if last is None:
        return panel
    days = panel.day_of(last) + 1
    if not 1 <= days <= panel.days:
        raise InputError(f"--until {last} is not in the pack, which has {panel.days} days: choose one of them")
    return panel.until(days)


def without_net_meters(panel: Any) -> Any:  # noqa: ANN401
    """The homes that a model of load can learn from; says which are left out.

    :raises InputError: no home is left.
    """
    kept, left_out = part("models.meters").without_homes_seen_net(panel)
    tell_left_out(left_out)
    return kept


def tell_left_out(homes: Sequence[str]) -> None:
    """Say which homes are left out, if any, and why."""
    if homes:
        cause = "no load in more than a quarter of all steps, as where a meter sees the net only"
        remark(f"left out: {', '.join(homes)} ({cause})")


def show_card(out: Path, card: Any) -> None:  # noqa: ANN401  # a card of the ai room
    """Say what a model learned from, and how good it is."""
    learned = f"{len(card.homes)} homes, {card.first_day} to {card.last_day}, " if card.homes else ""
    console.print(f"{out}: {learned}{card.steps_per_day} steps a day", markup=False)
    if card.taught is not None:
        told = f"Learned in {card.taught.rounds} rounds of {card.taught.federation}: {', '.join(card.taught.clients)}"
        console.print(told, markup=False)
    if not card.homes:
        console.print("Gateways do not tell what their homes used: the card has no scores.")
    elif card.held_out is None:
        console.print("The span was too short to hold days out, or the days were all the same: the card has no scores.")
    else:
        held = card.held_out
        console.print(
            f"On {held.first_day} to {held.last_day}, without having learned from them: MASE {held.mase:.3f}, WQL "
            f"{held.wql:.3f}, coverage of 0.8 from {held.cov80_min:.2f} to {held.cov80_max:.2f} by home"
        )
