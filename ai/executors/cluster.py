"""Work on a Ray cluster: pieces go wherever there is a free core, shared tables are put into the object store once.

A piece whose worker or node is lost is done again elsewhere, three times at most, so it must have no effect but its
result. Actors are made anew on another node and asked again. Ray itself is driven by another process: see `drive`.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from aipchain.ai.errors import ClusterUnreachable, WorkLost
from aipchain.ai.executors.address import probe
from aipchain.ai.executors.drive import Drive
from aipchain.ai.executors.packing import packed, packed_apart, unpacked
from aipchain.ai.executors.settled import Settled

__all__ = ["Cluster"]

Shared = TypeVar("Shared")
Item = TypeVar("Item")
Result = TypeVar("Result")
Actor = TypeVar("Actor")


@dataclass(frozen=True, slots=True)
class Cluster:
    """See `Executor`; made by `Cluster.at`."""

    workers: int
    drive: Drive
    name: str = "ray"

    @staticmethod
    def at(address: str) -> "Cluster":
        """Join the cluster at an address; it is left when nothing refers to this any more.

        :param address: `host:port` of the head node or `auto`, on a machine of the cluster; `local` begins one of this
            machine alone, which ends when it is left.
        :raises ClusterUnreachable: nobody answers there.
        :raises InputError: it is an address for Ray's client.
        """
        probe(address)
        drive = Drive(address)
        try:
            return Cluster(drive.joined(), drive)
        except WorkLost as error:
            raise ClusterUnreachable(address, "Ray gave up while it joined") from error

    def map(self, work: Callable[[Shared, Item], Result], items: Iterable[Item], shared: Shared) -> Iterator[Result]:
        """See `Executor.map`."""
        begun = self.drive.ask("begin", packed(work), [packed(item) for item in items], packed_apart(shared))
        try:
            for number in begun:
                yield _settled(self.drive, number).result()
        finally:
            self.drive.forget(begun)

    def submit(self, work: Callable[..., Result], *arguments: object) -> "_Begun[Result]":
        """See `Executor.submit`."""
        (number,) = self.drive.ask("begin", packed(_given), [packed((work, arguments))], packed_apart(None))
        return _Begun(self.drive, number)

    @contextmanager
    def actors(self, make: Callable[[], Actor]) -> Iterator["_Actors[Actor]"]:
        """See `Executor.actors`."""
        pool = self.drive.ask("open", packed(make), self.workers)
        try:
            yield _Actors(self.drive, pool)
        finally:
            with suppress(WorkLost):  # nothing is left to be ended then
                self.drive.ask("close", pool)


class _Begun(Generic[Result]):
    def __init__(self, drive: Drive, number: int) -> None:
        self._drive, self._number = drive, number
        self._settled: Settled[Result] | None = None

    def result(self) -> Result:
        if self._settled is None:
            self._settled = _settled(self._drive, self._number)
            self._drive.forget([self._number])
        return self._settled.result()


@dataclass(frozen=True, slots=True)
class _Actors(Generic[Actor]):
    drive: Drive
    pool: int

    def map(self, ask: Callable[[Actor, Item], Result], items: Iterable[Item]) -> list[Result]:
        answers = self.drive.ask("answers", self.pool, packed(ask), [packed(item) for item in items])
        settled: list[Settled[Result]] = [unpacked(answer) for answer in answers]
        return [each.result() for each in settled]


def _settled(drive: Drive, number: int) -> Settled[Any]:
    found: Settled[Any] = unpacked(drive.ask("hand_over", number))
    return found


def _given(_: None, piece: tuple[Callable[..., Result], tuple[object, ...]]) -> Result:
    work, arguments = piece
    return work(*arguments)
