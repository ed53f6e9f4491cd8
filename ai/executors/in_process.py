"""Work in this process, one piece after another: the default, and what the other backends are measured by."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from aipchain.ai.executors.settled import Settled, settle

__all__ = ["InProcess"]

Shared = TypeVar("Shared")
Item = TypeVar("Item")
Result = TypeVar("Result")
Actor = TypeVar("Actor")


@dataclass(frozen=True, slots=True)
class InProcess:
    """See `Executor`. Work begins when it is given, and raises when its result is asked for."""

    name: str = "in process"
    workers: int = 1

    def map(self, work: Callable[[Shared, Item], Result], items: Iterable[Item], shared: Shared) -> Iterator[Result]:
        """See `Executor.map`."""
        for item in items:
            yield work(shared, item)

    def submit(self, work: Callable[..., Result], *arguments: object) -> Settled[Result]:
        """See `Executor.submit`."""
        return settle(work, *arguments)

    @contextmanager
    def actors(self, make: Callable[[], Actor]) -> Iterator["_One[Actor]"]:
        """See `Executor.actors`."""
        yield _One(make)


@dataclass(frozen=True, slots=True)
class _One(Generic[Actor]):
    make: Callable[[], Actor]
    made: list[Actor] = field(default_factory=list)

    def map(self, ask: Callable[[Actor, Item], Result], items: Iterable[Item]) -> list[Result]:
        return [ask(self._actor(), item) for item in items]

    def _actor(self) -> Actor:
        if not self.made:
            self.made.append(self.make())
        return self.made[0]
