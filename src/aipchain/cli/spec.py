"""`aip spec`: is the compiled runtime the one that the specification describes?"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated

import platformdirs
import typer

from aipchain.chain.host.engine import COMPILED
from aipchain.cli.complaints import remark
from aipchain.cli.output import console, refuse_unwritable, show_table, write_file
from aipchain.errors import InputError
from aipchain.orchestrator.twin.campaign import SEQUENCE_STEPS, FoundDifference, Tally
from aipchain.orchestrator.twin.chain import Program
from aipchain.orchestrator.twin.compare import Difference
from aipchain.orchestrator.twin.crew import Kept, Part, parts_of, run_parts
from aipchain.orchestrator.twin.moves.choice import MOVES
from aipchain.orchestrator.twin.replay import replay as take_vector
from aipchain.orchestrator.twin.result import Subject, result_text
from aipchain.orchestrator.twin.shrink import replayed, shortened
from aipchain.orchestrator.twin.vectors import as_document

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)

_RUNS = platformdirs.user_cache_path("aipchain") / "spec-runs"
"""Where it is kept how far a run with a result file came."""
_LINES = 50
"""Lines of progress of a run, at most."""

WasmOption = Annotated[
    Path | None, typer.Option("--wasm", help="Another compiled runtime than the one that comes with this program.")
]


@app.command()
def fuzz(
    pallet: Annotated[
        list[str] | None,
        typer.Option(help="The pallet the calls are mostly about; give it again for more; all without it."),
    ] = None,
    sequences: Annotated[int, typer.Option(min=1, help="Sequences of calls for each pallet.")] = 100,
    steps: Annotated[int, typer.Option(min=1, help="Steps of a sequence, after its beginning.")] = SEQUENCE_STEPS,
    seed: Annotated[int, typer.Option(help="Other seeds make other sequences.")] = 0,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that share the work; as many as there are cores without it.")
    ] = None,
    result: Annotated[
        Path | None,
        typer.Option(help="Where it is written what was reached; with it a run that was ended goes on when run again."),
    ] = None,
    vector: Annotated[Path, typer.Option(help="Where the calls are written that lead to a difference.")] = Path(
        "difference.json"
    ),
    wasm: WasmOption = None,
) -> None:
    """Make up sequences of calls, run each call on both, and compare everything after it.

    Ends with exit code 1 at the first difference; the calls that lead to it are made as few as possible and written
    to a file.
    """
    pallets, crew = _known(pallet), workers or os.cpu_count() or 1
    for file in (vector, *([result] if result else [])):
        refuse_unwritable(file)
    program = _program(wasm)
    subject = Subject.of(program.runtime.code_hash)
    kept = Kept(_RUNS / f"{subject.name}.jsonl") if result else None
    parts = parts_of(pallets, sequences, seed, steps)
    reached = {each: Tally() for each in pallets}
    for part, tally in _followed(parts, crew, run_parts(wasm, COMPILED, parts, crew, kept)):
        if isinstance(tally, FoundDifference):
            raise _written(program, tally, vector) from tally
        reached[part.focus].add(tally)
    if result:
        write_file(result, result_text(subject, seed, steps, crew, reached))
    _show(reached)


@app.command()
def replay(
    vector: Annotated[Path, typer.Argument(help="A file that `aip spec fuzz` wrote, or a vector.")],
    wasm: WasmOption = None,
) -> None:
    """Run the calls of a file on both again; ends with exit code 1 where they still differ."""
    console.print(f"{take_vector(_program(wasm), vector)} steps: no difference")


def _program(wasm: Path | None) -> Program:
    try:
        code = None if wasm is None else wasm.read_bytes()
    except OSError as fault:
        raise InputError(f"{wasm} cannot be read ({fault.strerror}): give a compiled runtime") from fault
    return Program(code, COMPILED)


def _known(pallets: Sequence[str] | None) -> Sequence[str]:
    for pallet in pallets or ():
        if pallet not in MOVES:
            raise InputError(f"there is no pallet {pallet} to make up calls for: choose from {', '.join(MOVES)}")
    return pallets or list(MOVES)


def _followed(
    parts: Sequence[Part], workers: int, done: Iterable[tuple[Part, Tally | FoundDifference]]
) -> Iterator[tuple[Part, Tally | FoundDifference]]:
    """Say now and then on standard error how far the run is, and how long it may still take."""
    total, every = Tally(), max(len(parts) // _LINES, 1)
    for number, (part, tally) in enumerate(done, 1):
        if isinstance(tally, Tally):
            total.add(tally)
        if total.calls and number % every == 0 and number < len(parts):
            left = round(total.seconds / number * (len(parts) - number) / workers / 60)
            share = f"{number / len(parts):.0%}, {total.sequences:,} sequences, {total.calls:,} calls"
            remark(f"{share}, {total.share:.0%} of them accepted; about {left} min to go")
        yield part, tally


def _show(reached: Mapping[str, Tally]) -> None:
    total = Tally()
    for tally in reached.values():
        total.add(tally)
    outcomes = [(*pair, times) for pair, times in sorted(total.pairs.items())]
    show_table("Outcomes of calls", ("call", "outcome", "times"), outcomes)
    console.print(
        f"{total.calls} calls in {total.sequences} sequences, {total.share:.0%} of them accepted: no difference"
    )


def _written(program: Program, found: FoundDifference, vector: Path) -> Difference:
    """Write the steps that are needed for the difference; gives the difference they end in."""
    remark("a difference was found; leaving out the steps that are not needed for it")
    short = shortened(found.steps, found.difference, partial(replayed, program))
    write_file(vector, as_document(program, short.steps, short.difference))
    console.print(f"{len(short.steps)} of {len(found.steps)} steps lead to it; they are in {vector}")
    for other in short.others:
        console.print(f"with other steps left out another one shows up: {other}", markup=False)
    return short.difference
