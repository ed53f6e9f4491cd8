"""Work on a Ray cluster: pieces go wherever there is a free core, shared tables are put into the object store once.

A piece whose worker or node is lost is done again elsewhere, three times at most, so it must have no effect but its
result. Actors are made anew on another node and asked again.
"""

import os
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import ray

from aipchain.ai.errors import ClusterUnreachable, WorkLost
from aipchain.ai.executors.executor import ONE_THREAD, TRIES
from aipchain.ai.executors.signals import crash_handlers_kept

__all__ = ["Cluster"]

Shared = TypeVar("Shared")
Item = TypeVar("Item")
Result = TypeVar("Result")
Actor = TypeVar("Actor")

_RETRIES: Final = TRIES - 1

_PROBE_S: Final = 5.0
"""So long a head node may take for each step of being probed [s]. Ray itself would go on asking for many minutes."""

_SETTINGS: Final = bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))
"""An empty frame of HTTP/2 (RFC 9113, section 6.5), with which both sides begin; Ray's head nodes speak gRPC on it."""

_PREFACE: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _SETTINGS


@dataclass(frozen=True, slots=True)
class Cluster:
    """See `Executor`; made by `Cluster.at`."""

    workers: int
    name: str = "ray"

    @staticmethod
    def at(address: str) -> "Cluster":
        """Join the cluster at an address, `auto` for the one of this machine, or `local` to start one here.

        :param address: may also be `host:port`, where a connection is tried first, or `ray://host:port`.
        :raises ClusterUnreachable: nobody answers there.
        """
        _probed(address)
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        place, environment = None if address == "local" else address, {"env_vars": ONE_THREAD}
        try:
            with crash_handlers_kept():
                ray.init(address=place, ignore_reinit_error=True, log_to_driver=False, runtime_env=environment)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise ClusterUnreachable(address, str(error).splitlines()[0]) from error
        return Cluster(max(1, int(_resources().get("CPU", 1))))

    def map(self, work: Callable[[Shared, Item], Result], items: Iterable[Item], shared: Shared) -> Iterator[Result]:
        """See `Executor.map`."""
        remote, kept = self._remote(work), ray.put(shared)
        for begun in [remote.remote(kept, item) for item in items]:
            yield self._got(begun)

    def submit(self, work: Callable[..., Result], *arguments: object) -> "_Begun[Result]":
        """See `Executor.submit`."""
        return _Begun(self, self._remote(work).remote(*arguments))

    @contextmanager
    def actors(self, make: Callable[[], Actor]) -> Iterator["_Actors[Actor]"]:
        """See `Executor.actors`."""
        remote = ray.remote(num_cpus=1, max_restarts=_RETRIES, max_task_retries=_RETRIES)(_Keeper)
        keepers: list[Any] = [remote.remote(make) for _ in range(self.workers)]
        try:
            yield _Actors(self, keepers)
        finally:
            for keeper in keepers:
                ray.kill(keeper)

    def _remote(self, work: Callable[..., Result]) -> Any:  # noqa: ANN401  # Ray has no types
        return ray.remote(num_cpus=1, max_retries=_RETRIES)(work)

    def _got(self, begun: Any) -> Any:  # noqa: ANN401  # Ray has no types
        try:
            return ray.get(begun)
        except ray.exceptions.RayTaskError as error:
            raise error.cause from error
        except ray.exceptions.RayError as error:
            raise WorkLost(f"the cluster lost the work {TRIES} times: {str(error).splitlines()[0]}") from error


def _probed(address: str) -> None:
    """Connect to `host:port`, say hello and hang up; other addresses are left to Ray, which answers for them soon."""
    host, _, port = address.rpartition(":")
    if not host or "://" in address or not port.isdecimal():
        return
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=_PROBE_S) as connection:
            known = os.environ.get("RAY_USE_TLS") == "1" or _greeted(connection)
    except (OSError, OverflowError) as error:
        raise ClusterUnreachable(address, getattr(error, "strerror", None) or str(error)) from error
    if not known:
        raise ClusterUnreachable(address, "what listens there is no head node")


def _greeted(connection: socket.socket) -> bool:
    """Whether the other side speaks HTTP/2."""
    connection.sendall(_PREFACE)
    with connection.makefile("rb") as told:
        return told.read(len(_SETTINGS))[3:4] == _SETTINGS[3:4]


def _resources() -> dict[str, float]:
    told: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]  # Ray's own
    return told


class _Keeper:
    def __init__(self, make: Callable[[], object]) -> None:
        self._actor = make()

    def ask(self, ask: Callable[[Any, Any], object], item: object) -> object:
        return ask(self._actor, item)


@dataclass(frozen=True, slots=True)
class _Begun(Generic[Result]):
    cluster: Cluster
    reference: Any

    def result(self) -> Result:
        return self.cluster._got(self.reference)  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class _Actors(Generic[Actor]):
    cluster: Cluster
    keepers: list[Any]

    def map(self, ask: Callable[[Actor, Item], Result], items: Iterable[Item]) -> list[Result]:
        pool = ray.util.ActorPool(self.keepers)
        return list(pool.map(lambda keeper, item: keeper.ask.remote(ask, item), list(items)))
