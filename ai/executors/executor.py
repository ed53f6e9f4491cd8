"""One interface for three places to work: this process, all cores of this machine (joblib), a cluster (Ray).

The same work gives the same bytes on each, in the order of the items. Work is a function of a module (it travels by
name), takes what all share first, and has no effect but its result, so it may be done again when a worker is lost.
A task should take a tenth of a second or more; each worker computes with one thread.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Final, Protocol, TypeVar

__all__ = ["ENDED", "ONE_THREAD", "TRIES", "ActorPool", "Executor", "Pending"]

TRIES: Final = 4
"""A piece whose worker is lost is given to others, three times again."""

ENDED: Final = f"the work ended its worker {TRIES} times: is there enough memory?"
"""What is said then, wherever that was."""

ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
"""The environment of workers: cores are shared by pieces, not inside of one."""

Shared = TypeVar("Shared")
Item = TypeVar("Item")
Result = TypeVar("Result")
Result_co = TypeVar("Result_co", covariant=True)
Actor = TypeVar("Actor")
Actor_co = TypeVar("Actor_co", covariant=True)


class Pending(Protocol[Result_co]):
    """A result that is being worked on."""

    def result(self) -> Result_co:
        """Wait for it; raises what the work raised, or `WorkLost`."""
        ...


class ActorPool(Protocol[Actor_co]):
    """Workers that keep something warm, such as a loaded model, and are asked one item at a time."""

    def map(self, ask: Callable[[Actor_co, Item], Result], items: Iterable[Item]) -> list[Result]:
        """Results in the order of the items, whichever worker gave them; raises what an ask or making raised.

        :raises WorkLost: an ask ended its worker again and again.
        """
        ...


class Executor(Protocol):
    """A place to work."""

    @property
    def name(self) -> str:
        """As people call it."""
        ...

    @property
    def workers(self) -> int:
        """How many pieces are worked on at a time; of a cluster, the cores that it had when it was joined."""
        ...

    def map(self, work: Callable[[Shared, Item], Result], items: Iterable[Item], shared: Shared) -> Iterator[Result]:
        """Results in the order of the items; `shared` is sent to each worker once.

        :raises WorkLost: a worker went away and so did those that tried again.
        """
        ...

    def submit(self, work: Callable[..., Result], *arguments: object) -> Pending[Result]:
        """Begin one piece of work."""
        ...

    def actors(self, make: Callable[[], Actor]) -> AbstractContextManager[ActorPool[Actor]]:
        """Workers that each make an actor when first asked, and keep it until the end of the block.

        They take all workers of the place: do no other work there inside the block.
        """
        ...
