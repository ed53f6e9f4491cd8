"""Work in this process, one piece after another: the default, and what the other backends are measured by."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

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

    def submit(self, work: Callable[..., Result], *arguments: object) -> "_Settled[Result]":
        """See `Executor.submit`."""
        try:
            return _Settled(work(*arguments), None)
        except Exception as error:  # whatever the work raises is its result
            return _Settled(None, error)

    @contextmanager
    def actors(self, make: Callable[[], Actor]) -> Iterator["_One[Actor]"]:
        """See `Executor.actors`."""
        yield _One(make())


@dataclass(frozen=True, slots=True)
class _Settled(Generic[Result]):
    value: Result | None
    error: Exception | None

    def result(self) -> Result:
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]  # there is a value where there is no error


@dataclass(frozen=True, slots=True)
class _One(Generic[Actor]):
    actor: Actor

    def map(self, ask: Callable[[Actor, Item], Result], items: Iterable[Item]) -> list[Result]:
        return [ask(self.actor, item) for item in items]
