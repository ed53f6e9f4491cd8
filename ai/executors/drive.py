"""The process that drives Ray, seen from the one that works with it: requests and answers through a pipe.

Ray ends the process that drives it, from C++, when the head node or this machine's own node is lost. It would take a
market, a training or a report with it, so it has a process of its own (`driver`), and its end is an error like others.
"""

import subprocess
import sys
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from os import environ, pathsep
from threading import Lock
from typing import Any, Final
from weakref import finalize

from aipchain.ai.errors import WorkLost
from aipchain.ai.executors.packing import packed, unpacked
from aipchain.ai.executors.settled import Settled

__all__ = ["Drive"]

_FAREWELL_S: Final = 5.0
"""So long Ray may take to leave a cluster [s]."""

_DRIVER: Final = "from aipchain.ai.executors.driver import main; main()"


class Drive:
    """One request at a time, each with an answer; the process ends when nothing refers to this any more."""

    def __init__(self, address: str) -> None:
        self._address, self._forgotten, self._alone = address, list[int](), Lock()
        self._pipe, theirs = Pipe()
        with theirs:
            process = _begun(theirs.fileno(), address)
        finalize(self, _leave, self._pipe, process)

    def joined(self) -> int:
        """How many cores the cluster has, as soon as it is joined; to be called once, and first.

        :raises ClusterUnreachable: nobody answers at the address.
        :raises WorkLost: the process ended.
        """
        cores: int = self._answer().result()
        return cores

    def ask(self, verb: str, *given: object) -> Any:  # noqa: ANN401  # what the verb returns
        """What the driver's method of that name returns, or raises.

        :raises WorkLost: the cluster, and with it the process, is lost.
        """
        with self._alone:
            forgotten = [self._forgotten.pop() for _ in range(len(self._forgotten))]
            answer = self._answer(packed((verb, given, forgotten)))
        return answer.result()

    def forget(self, numbers: list[int]) -> None:
        """Nobody waits for these pieces any more; said with the next request, since this may be called at any time."""
        self._forgotten.extend(numbers)

    def _answer(self, request: bytes | None = None) -> Settled[Any]:
        try:
            if request is not None:
                self._pipe.send_bytes(request)
            answer = self._pipe.recv_bytes()
        except (EOFError, OSError) as error:
            raise WorkLost(self._lost()) from error
        except BaseException:  # an answer that nobody waited for would be taken for the next one
            self._pipe.close()
            raise
        settled: Settled[Any] = unpacked(answer)
        return settled

    def _lost(self) -> str:
        return (
            f"the Ray cluster at {self._address} was lost before the work was done (its head node, or the node of this "
            "machine, has gone): look at `ray status` and begin again, or leave --ray and AIPCHAIN_RAY_ADDRESS out to "
            "work on this machine"
        )


def _begun(pipe: int, address: str) -> "subprocess.Popen[bytes]":
    """Ray prints much; it keeps logs of its own. What stops this program (Ctrl-C) is not meant for the driver."""
    return subprocess.Popen(  # noqa: S603  # this Python, and a program of ours
        [sys.executable, "-c", _DRIVER, str(pipe), sys.argv[0], address],
        env={**environ, "PYTHONPATH": pathsep.join(sys.path)},
        pass_fds=(pipe,),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _leave(pipe: Connection, process: "subprocess.Popen[bytes]") -> None:
    pipe.close()
    try:
        process.wait(_FAREWELL_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
