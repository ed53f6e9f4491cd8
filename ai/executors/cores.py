"""Work on all cores of this machine, in worker processes that stay warm (joblib with its loky).

What pieces share is written to a file once, and its tables are mapped into the memory of the workers. A worker that
dies (out of memory, killed) takes its pieces with it; they are tried again by fresh workers.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from pickle import loads
from tempfile import TemporaryDirectory
from typing import Any, Final, Generic, TypeVar

import joblib
from joblib.externals.loky import get_reusable_executor
from joblib.externals.loky.backend.reduction import dumps
from joblib.externals.loky.process_executor import TerminatedWorkerError

from aipchain.ai.errors import WorkLost
from aipchain.ai.executors.executor import ENDED, ONE_THREAD, TRIES
from aipchain.ai.executors.settled import Settled, settle

__all__ = ["Cores"]

Shared = TypeVar("Shared")
Item = TypeVar("Item")
Result = TypeVar("Result")
Actor = TypeVar("Actor")

_IDLE_S: Final = 300
"""So long workers wait for the next work [s]."""


@dataclass(frozen=True, slots=True)
class Cores:
    """See `Executor`."""

    workers: int = field(default_factory=lambda: os.cpu_count() or 1)
    name: str = "joblib"

    def map(self, work: Callable[[Shared, Item], Result], items: Iterable[Item], shared: Shared) -> Iterator[Result]:
        """See `Executor.map`."""
        with TemporaryDirectory(prefix="aipchain-") as folder:
            file = Path(folder) / "shared.joblib"
            joblib.dump(shared, file)
            for pending in [self.submit(_with_shared, str(file), work, item) for item in items]:
                yield pending.result()

    def submit(self, work: Callable[..., Result], *arguments: object) -> "_Piece[Result]":
        """See `Executor.submit`."""
        return _Piece(self.workers, work, arguments)

    @contextmanager
    def actors(self, make: Callable[[], Actor]) -> Iterator["_Warm[Actor]"]:
        """See `Executor.actors`; how they are made is written to a file once, as it may hold a whole model."""
        with TemporaryDirectory(prefix="aipchain-") as folder:
            file = Path(folder) / "make.pickle"
            file.write_bytes(dumps(make))
            yield _Warm(self, str(file))


class _Piece(Generic[Result]):
    """One piece of work, given again when its worker is lost."""

    def __init__(self, workers: int, work: Callable[..., Result], arguments: tuple[object, ...]) -> None:
        self._workers, self._work, self._arguments = workers, work, arguments
        self._future = self._begun()

    def _begun(self) -> Future[Settled[Result]]:
        try:
            return self._submitted()
        except TerminatedWorkerError:  # another piece has just ended its worker
            return self._submitted()

    def _submitted(self) -> Future[Settled[Result]]:
        workers: Any = get_reusable_executor(max_workers=self._workers, timeout=_IDLE_S, env=ONE_THREAD)
        begun: Future[Settled[Result]] = workers.submit(settle, self._work, *self._arguments)
        return begun

    def result(self) -> Result:
        for _ in range(TRIES - 1):
            try:
                return self._future.result().result()
            except TerminatedWorkerError:
                self._future = self._begun()
        try:
            return self._future.result().result()
        except TerminatedWorkerError as error:
            raise WorkLost(ENDED) from error


@dataclass(frozen=True, slots=True)
class _Warm(Generic[Actor]):
    """Workers that make the actor, as the file says, when they first need it, and keep it."""

    cores: Cores
    file: str

    def map(self, ask: Callable[[Actor, Item], Result], items: Iterable[Item]) -> list[Result]:
        pending = [self.cores.submit(_ask_kept, self.file, ask, item) for item in items]
        return [each.result() for each in pending]


_kept: dict[str, Any] = {}
"""In a worker: what it last worked with, by the name of its file."""


def _with_shared(file: str, work: Callable[[Any, Item], Result], item: Item) -> Result:
    return work(_keep(file, lambda: joblib.load(file, mmap_mode="r")), item)


def _ask_kept(file: str, ask: Callable[[Any, Item], Result], item: Item) -> Result:
    return ask(_keep(file, partial(_made, file)), item)


def _made(file: str) -> Any:  # noqa: ANN401  # an actor
    return loads(Path(file).read_bytes())()  # noqa: S301  # a file of the process that works with this one


def _keep(name: str, make: Callable[[], Any]) -> Any:  # noqa: ANN401  # whatever is shared
    if name not in _kept:
        _kept.clear()
        _kept[name] = make()
    return _kept[name]
