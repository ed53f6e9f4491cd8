"""One trial for each mutant: a process of its own takes the change in and plays the tapes that reach it."""

import multiprocessing
import signal
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from mutants import PACKAGE, Mutant, NotViable, put_in
from tapes import Line, Recording

from aipchain.orchestrator.twin.findings import Difference

__all__ = ["Trial", "Verdict", "trials"]

_LIMIT_S = 10.0
"""Processor time for one tape [s]; without a change it takes a few hundredths of a second."""
_ENOUGH = 60
"""A mutant survives when no corner shows it, and no one of so many sequences that reach the change."""


class Verdict(Enum):
    """What became of a mutant. All but the last two are killed."""

    TOLD = "told"
    """The runtime did something else."""
    STOPPED = "stopped"
    """The specification ended with another error than a refusal."""
    HUNG = "hung"
    """The specification did not come to an end."""
    SURVIVED = "survived"
    """No tape shows the change."""
    NOT_VIABLE = "not viable"
    """The changed specification cannot be imported."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A mutant, its verdict, and what showed it."""

    mutant: Mutant
    verdict: Verdict
    told: str = ""
    reached: int = 0
    """How many tapes were there to show it."""


def trials(
    mutants: Iterable[Mutant], recording: Recording, reach: Mapping[Line, Mapping[int, int]], workers: int
) -> Iterator[Trial]:
    """Try every mutant, `workers` at a time; the results come as they are ready."""
    forking = multiprocessing.get_context("fork")
    waiting = iter(mutants)
    running: dict[Connection, tuple[Mutant, BaseProcess, int]] = {}
    while True:
        while len(running) < workers and (mutant := next(waiting, None)) is not None:
            tapes = _tapes_for(mutant, recording, reach)
            answer, question = forking.Pipe(duplex=False)
            process = forking.Process(target=_try, args=(mutant, recording, tapes, question))
            process.start()
            question.close()
            running[answer] = (mutant, process, len(tapes))
        if not running:
            return
        ready = wait(running)
        for answer in [each for each in running if each in ready]:
            yield _result(answer, *running.pop(answer))


def _result(answer: Connection, mutant: Mutant, process: BaseProcess, reached: int) -> Trial:
    try:
        verdict, told = answer.recv()
    except EOFError:
        verdict, told = Verdict.HUNG, f"longer than {_LIMIT_S} s for one sequence"
    process.join()
    if verdict is Verdict.HUNG and process.exitcode != -signal.SIGVTALRM:
        raise RuntimeError(f"the trial of {mutant.name} ended with {process.exitcode} and no answer")
    return Trial(mutant, verdict, told, reached)


def _tapes_for(mutant: Mutant, recording: Recording, reach: Mapping[Line, Mapping[int, int]]) -> Sequence[int]:
    """The tapes that reach the change: all corners first, then sequences, those that reach it soonest."""
    if mutant.lines is None:
        every = len(recording.tapes) // _ENOUGH + 1
        return [*range(recording.corners), *range(recording.corners, len(recording.tapes), every)]
    lines = [reach.get((f"{PACKAGE}.{mutant.module}", line), {}) for line in mutant.lines]
    soonest = {number: min(line[number] for line in lines if number in line) for number in set().union(*lines)}
    ordered = sorted(soonest, key=soonest.__getitem__)
    corners = [number for number in ordered if number < recording.corners]
    return [*corners, *[number for number in ordered if number >= recording.corners][:_ENOUGH]]


def _try(mutant: Mutant, recording: Recording, tapes: Sequence[int], question: Connection) -> None:
    try:
        put_in(mutant)
        question.send(_played(recording, tapes))
    except NotViable as error:
        question.send((Verdict.NOT_VIABLE, str(error)))


def _played(recording: Recording, numbers: Sequence[int]) -> tuple[Verdict, str]:
    name = recording.founding.name
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, _LIMIT_S)
        town = recording.beginning()
        for _ in recording.founding.play(town):
            pass
        for number in numbers:
            if number >= 0:
                name = recording.tapes[number].name
                signal.setitimer(signal.ITIMER_VIRTUAL, _LIMIT_S)
                for _ in recording.tapes[number].play(town.fork()):
                    pass
    except Difference as difference:
        stopped = any(finding.kind == "stop" for finding in difference.found)
        return Verdict.STOPPED if stopped else Verdict.TOLD, f"{name}: {difference}"
    except Exception as error:
        return Verdict.STOPPED, f"{name}: {error!r}"
    return Verdict.SURVIVED, ""
