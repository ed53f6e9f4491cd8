"""Ray's driver, in a process of its own: Ray ends the process that drives it when the head node is lost.

`Cluster` begins this process and asks it, through a pipe, to begin pieces of work and to hand over what came of them.
Work, items and results pass through as bytes; only workers read them. It ends when the pipe is closed.
"""

import logging
import os
import signal
import sys
from collections.abc import Sequence
from itertools import count
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread, get_ident, main_thread
from typing import Any, Final

import ray

from aipchain.ai.errors import ClusterUnreachable, WorkLost
from aipchain.ai.executors.driver_pieces import apart, cores, first_of, got, piece
from aipchain.ai.executors.driver_pool import Pool
from aipchain.ai.executors.executor import ONE_THREAD, TRIES
from aipchain.ai.executors.packing import Parcel, packed, unpacked
from aipchain.ai.executors.settled import settle

__all__ = ["main"]

_RETRIES: Final = TRIES - 1


def main() -> None:
    """Serve the pipe whose number is the first argument; the second is the program that this works for."""
    pipe, address = Connection(int(sys.argv[1])), sys.argv[3]
    sys.argv = [sys.argv[2]]
    os.set_inheritable(pipe.fileno(), False)
    os.environ.update(RAY_USAGE_STATS_ENABLED="0", RAY_IGNORE_UNHANDLED_ERRORS="1")
    asked: SimpleQueue[bytes | None] = SimpleQueue()
    Thread(target=_listen, args=(pipe, asked), daemon=True).start()
    try:
        joined = settle(_joined, address)
        pipe.send_bytes(packed(joined))
        driver = _Driver()
        while joined.error is None and (request := asked.get()) is not None:
            pipe.send_bytes(packed(settle(driver.answered, request)))
    except (KeyboardInterrupt, OSError):  # who asks has gone
        pass


def _listen(pipe: Connection, asked: "SimpleQueue[bytes | None]") -> None:
    """Pass requests on; when the pipe is closed, interrupt what is waited for."""
    try:
        while True:
            asked.put(pipe.recv_bytes())
    except (EOFError, OSError):
        asked.put(None)
        signal.pthread_kill(main_thread().ident or get_ident(), signal.SIGINT)


def _joined(address: str) -> int:
    """Join the cluster, and count its cores."""
    try:
        ray.init(
            address=address, log_to_driver=False, logging_level=logging.ERROR, runtime_env={"env_vars": ONE_THREAD}
        )
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise ClusterUnreachable(address, str(error).splitlines()[0]) from error
    return max(1, int(cores()))


class _Driver:
    """Pieces that were begun and pools of actors, each under a number."""

    def __init__(self) -> None:
        self._numbers = count()
        self._begun: dict[int, Any] = {}
        self._pools: dict[int, Pool] = {}

    def answered(self, request: bytes) -> Any:  # noqa: ANN401  # what the verb returns
        """Do what is asked for: a verb, what it is given, and the pieces that nobody waits for any more."""
        verb, given, forgotten = unpacked(request)
        for number in forgotten:
            self._begun.pop(number, None)
        try:
            return getattr(self, verb)(*given)
        except WorkLost:
            raise
        except Exception as error:  # Ray has many, and some of them say nothing
            raise WorkLost(f"the cluster could not do the work: {' '.join(repr(error).split())}") from error

    def begin(self, work: bytes, items: Sequence[bytes], shared: Parcel) -> list[int]:
        """Put what pieces share into the object store, and give all pieces to the cluster."""
        remote, put = ray.remote(num_cpus=1, max_retries=_RETRIES)(piece), ray.put((work, apart(shared)))
        begun = {next(self._numbers): remote.remote(put, item) for item in items}
        self._begun.update(begun)
        return list(begun)

    def hand_over(self, number: int) -> bytes:
        """Wait for what came of a piece."""
        return got(first_of([self._begun[number]]))

    def open(self, make: bytes, workers: int) -> int:
        """Begin a pool of actors."""
        number = next(self._numbers)
        self._pools[number] = Pool(make, workers)
        return number

    def answers(self, pool: int, ask: bytes, items: Sequence[bytes]) -> list[bytes]:
        """What actors of a pool answer."""
        return self._pools[pool].answers(ask, items)

    def close(self, pool: int) -> None:
        """End a pool."""
        self._pools.pop(pool).end()
