"""`aip spec`: is the compiled runtime the one that the specification describes?"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import platformdirs
import typer

from aipchain.cli.output import console, show_table, write_file
from aipchain.errors import InputError
from aipchain.orchestrator.twin.campaign import Campaign, FoundDifference, Tally
from aipchain.orchestrator.twin.chain import Program
from aipchain.orchestrator.twin.compare import Difference
from aipchain.orchestrator.twin.moves.choice import MOVES
from aipchain.orchestrator.twin.shrink import replayed, shrunk
from aipchain.orchestrator.twin.steps import Step
from aipchain.orchestrator.twin.vectors import as_document, read_steps

__all__ = ["app"]

app = typer.Typer(help="Hold the specification against the compiled runtime.", no_args_is_help=True)

_EVERY = 100
"""Sequences between two lines of progress."""

WasmOption = Annotated[
    Path | None, typer.Option("--wasm", help="Another compiled runtime than the one that comes with this program.")
]


@app.callback()
def _spec() -> None:
    """Hold the specification against the compiled runtime."""


@app.command()
def fuzz(
    pallet: Annotated[
        list[str] | None,
        typer.Option(help="The pallet the calls are mostly about; give it again for more; all without it."),
    ] = None,
    sequences: Annotated[int, typer.Option(min=1, help="Sequences of calls for each pallet.")] = 100,
    seed: Annotated[int, typer.Option(help="Other seeds make other sequences.")] = 0,
    vector: Annotated[Path, typer.Option(help="Where the calls are written that lead to a difference.")] = Path(
        "difference.json"
    ),
    wasm: WasmOption = None,
) -> None:
    """Make up sequences of calls, run each call on both, and compare everything after it.

    Ends with exit code 1 at the first difference; the calls that lead to it are made as few as possible and written
    to a file.
    """
    program = _program(wasm)
    total = Tally()
    for each in _known(pallet):
        try:
            total.add(Campaign(program).run(each, sequences, seed, partial(_progress, each)))
        except FoundDifference as found:
            raise _written(program, found, vector) from found
    show_table(
        "Outcomes of calls",
        ("call", "outcome", "times"),
        [(*pair, times) for pair, times in sorted(total.pairs.items())],
    )
    console.print(
        f"{total.calls} calls in {total.sequences} sequences, {total.share:.0%} of them accepted: no difference"
    )


@app.command()
def replay(
    vector: Annotated[Path, typer.Argument(help="A file that `aip spec fuzz` wrote.")], wasm: WasmOption = None
) -> None:
    """Run the calls of a file on both again; ends with exit code 1 where they still differ."""
    steps = read_steps(vector)
    difference = replayed(_program(wasm), steps)
    if difference is not None:
        raise difference
    console.print(f"{len(steps)} steps: no difference")


def _program(wasm: Path | None) -> Program:
    try:
        code = None if wasm is None else wasm.read_bytes()
    except OSError as fault:
        raise InputError(f"{wasm} cannot be read ({fault.strerror}): give a compiled runtime") from fault
    return Program(code, platformdirs.user_cache_path("aipchain") / "compiled")


def _known(pallets: Sequence[str] | None) -> Sequence[str]:
    for pallet in pallets or ():
        if pallet not in MOVES:
            raise InputError(f"there is no pallet {pallet} to make up calls for: choose from {', '.join(MOVES)}")
    return pallets or list(MOVES)


def _progress(pallet: str, tally: Tally) -> None:
    if tally.sequences % _EVERY == 0:
        console.print(f"{pallet}: {tally.sequences} sequences, {tally.calls} calls, {tally.share:.0%} accepted")


def _written(program: Program, found: FoundDifference, vector: Path) -> Difference:
    def differs(steps: Sequence[Step]) -> bool:
        return replayed(program, steps) is not None

    steps = shrunk(found.steps, differs)
    difference = replayed(program, steps) or found.difference
    write_file(vector, as_document(steps, difference))
    console.print(f"{len(steps)} of {len(found.steps)} steps lead to it; they are in {vector}")
    return difference
