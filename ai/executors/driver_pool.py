"""Actors on a Ray cluster, as its driver sees them: idle ones are asked, lost ones are replaced."""

from collections import deque
from collections.abc import Sequence
from typing import Any

import ray

from aipchain.ai.errors import WorkLost
from aipchain.ai.executors.driver_pieces import first_of, got
from aipchain.ai.executors.executor import ENDED, TRIES
from aipchain.ai.executors.packing import packed, unpacked
from aipchain.ai.executors.settled import settle

__all__ = ["Pool"]

_Asked = tuple[int, int]
"""The place of an item, and how often it was asked."""


class Pool:
    """Actors that are asked one item at a time; one that is lost is replaced, and its item asked of another."""

    def __init__(self, make: bytes, workers: int) -> None:
        self._make, self._patience = ray.put(make), TRIES * workers
        self._idle: deque[Any] = deque()
        self._busy: dict[Any, tuple[Any, _Asked | None]] = {}
        for _ in range(workers):
            self._begin()

    def answers(self, ask: bytes, items: Sequence[bytes]) -> list[bytes]:
        """In the order of the items."""
        put, told = ray.put(ask), dict[int, bytes]()
        left: deque[_Asked] = deque((place, 1) for place in range(len(items)))
        try:
            while len(told) < len(items):
                while left and self._idle:
                    keeper, asked = self._idle.popleft(), left.popleft()
                    self._busy[keeper.ask.remote(put, items[asked[0]])] = keeper, asked
                self._hear(left, told)
        finally:  # what is still asked is of no use to the next
            self._busy = {begun: (keeper, None) for begun, (keeper, _) in self._busy.items()}
        return [told[place] for place in range(len(items))]

    def end(self) -> None:
        """Give the cores back."""
        for keeper in [*self._idle, *(keeper for keeper, _ in self._busy.values())]:
            ray.kill(keeper)

    def _begin(self) -> None:
        """One more actor; it is asked when it is there, since a cluster that lost a node may have no core for it."""
        remote: Any = ray.remote(num_cpus=1)(_Keeper)
        keeper = remote.remote(self._make)
        self._busy[keeper.there.remote()] = keeper, None

    def _hear(self, left: "deque[_Asked]", told: dict[int, bytes]) -> None:
        """Wait for one actor: keep its answer, or replace it and put back what it was asked."""
        done = first_of(list(self._busy))
        keeper, asked = self._busy.pop(done)
        try:
            answer = got(done)
        except ray.exceptions.RayActorError as error:
            self._replace(keeper, asked)
            if asked is not None and asked[1] == TRIES:
                raise WorkLost(ENDED) from error
            left.extendleft([] if asked is None else [(asked[0], asked[1] + 1)])
            return
        self._idle.append(keeper)
        if asked is not None:
            told[asked[0]] = answer

    def _replace(self, keeper: Any, asked: _Asked | None) -> None:  # noqa: ANN401  # Ray has no types
        ray.kill(keeper)
        self._patience -= asked is None
        if self._patience < 0:
            raise WorkLost("actors on the cluster end before they can be asked: has every machine the same aipchain?")
        self._begin()


class _Keeper:
    """In a worker: an actor, made when it is first asked."""

    def __init__(self, make: bytes) -> None:
        self._make, self._made = make, list[Any]()

    def there(self) -> bytes:
        return b""

    def ask(self, ask: bytes, item: bytes) -> bytes:
        return packed(settle(self._answer, ask, item))

    def _answer(self, ask: bytes, item: bytes) -> object:
        if not self._made:
            self._made.append(unpacked(self._make)())
        return unpacked(ask)(self._made[0], unpacked(item))
