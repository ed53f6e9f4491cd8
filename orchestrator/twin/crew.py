"""Sequences by several processes at once: a run in parts, and what each part reached kept, so that a run can go on.

Sequence `number` of a pallet is the same whoever runs it. So neither the number of processes nor the parts show in what
is found, and of several differences the first in the order of the parts is told.
"""

import json
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import astuple, dataclass
from functools import cache
from multiprocessing import connection, get_context, parent_process
from pathlib import Path
from threading import Thread

from aipchain.errors import OperationError
from aipchain.orchestrator.twin.campaign import SEQUENCE_STEPS, Campaign, FoundDifference, Tally
from aipchain.orchestrator.twin.chain import Program

__all__ = ["Kept", "Part", "parts_of", "run_parts"]

_SEQUENCES = 25
"""Sequences of a part: some seconds of work."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some sequences of a run, one after the other."""

    focus: str
    first: int
    sequences: int
    seed: int
    steps: int


def parts_of(focuses: Sequence[str], sequences: int, seed: int, steps: int = SEQUENCE_STEPS) -> list[Part]:
    """So many sequences about each pallet, in parts that take the pallets in turn."""
    return [
        Part(focus, first, min(_SEQUENCES, sequences - first), seed, steps)
        for first in range(0, sequences, _SEQUENCES)
        for focus in focuses
    ]


class Kept:
    """What finished parts reached, in a file with a line for each; a line that was cut off counts for nothing.

    :param path: the file, named after all that decides what sequences are and how they end.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tallies = dict(self._read())

    def get(self, part: Part) -> Tally | None:
        """What the part reached, if it is finished."""
        return self._tallies.get(part)

    def add(self, part: Part, tally: Tally) -> None:
        """Take in a finished part."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"\n{json.dumps([astuple(part), tally.to_json()])}")
        self._tallies[part] = tally

    def _read(self) -> Iterator[tuple[Part, Tally]]:
        for line in self._path.read_text(encoding="utf-8").splitlines() if self._path.is_file() else ():
            try:
                part, tally = json.loads(line)
            except ValueError:
                continue
            yield Part(*part), Tally.from_json(tally)


def run_parts(
    wasm: Path | None, compiled: Path, parts: Sequence[Part], workers: int, kept: Kept | None = None
) -> Iterator[tuple[Part, Tally | FoundDifference]]:
    """Run the parts in so many processes; gives each with what it reached or found, in their order.

    :param wasm: the runtime; the committed artifact when not given.
    :param compiled: the folder where compiled code is kept.
    :param kept: parts that are in it are not run again, and those that finish are added to it.
    :raises OperationError: a process was ended from outside.
    """
    known = {part: tally for part in parts if kept and (tally := kept.get(part))}
    crew = ProcessPoolExecutor(workers, get_context("spawn"), _begin)
    under_way = {part: crew.submit(_run, wasm, compiled, part) for part in parts if part not in known}
    try:
        for part in parts:
            if part in known:
                yield part, known[part]
                continue
            reached = _answer(under_way.pop(part))
            if kept and isinstance(reached, Tally):
                kept.add(part, reached)
            yield part, reached
    finally:
        crew.shutdown(cancel_futures=True)


def _answer(part: "Future[Tally | FoundDifference]") -> Tally | FoundDifference:
    try:
        return part.result()
    except BrokenProcessPool as fault:
        raise OperationError(f"A process of the run was ended from outside ({fault}); run it again.") from fault


# in the processes


def _begin() -> None:
    """A process of the crew leaves Ctrl-C to the one that began it, and ends with that one whatever ended it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)


def _run(wasm: Path | None, compiled: Path, part: Part) -> Tally | FoundDifference:
    try:
        return _campaign(wasm, compiled).run(part.focus, part.sequences, part.seed, first=part.first, steps=part.steps)
    except FoundDifference as found:
        return found


@cache
def _campaign(wasm: Path | None, compiled: Path) -> Campaign:
    return Campaign(Program(None if wasm is None else wasm.read_bytes(), compiled))
