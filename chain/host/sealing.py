"""When blocks are made: when somebody says so, when a transaction arrives, or on a timer."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import structlog

from aipchain.errors import AipchainError, StateError

__all__ = ["BlockTimer", "Sealing"]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sealing:
    """`MANUAL`: only `author` makes blocks. `ON_DEMAND`: each submission is followed by one. `every(ms)`: a timer
    makes them."""

    on_submission: bool = False
    period_ms: int | None = None

    MANUAL: ClassVar["Sealing"]
    ON_DEMAND: ClassVar["Sealing"]

    @classmethod
    def every(cls, period_ms: int) -> "Sealing":
        """Make a block each `period_ms` of real time [ms], with or without transactions."""
        if period_ms < 1:
            raise ValueError(f"a block period is at least 1 ms, not {period_ms} ms")
        return cls(period_ms=period_ms)


Sealing.MANUAL = Sealing()
Sealing.ON_DEMAND = Sealing(on_submission=True)


class BlockTimer:
    """A thread that makes a block each period; a block that cannot be made is reported and tried again, unless state
    is lost or the fault is one that nobody expected: then `failure` says why no more blocks come."""

    def __init__(self, period_ms: int, make_block: Callable[[], object]) -> None:
        self._period_s = period_ms / 1_000
        self._make_block = make_block
        self.failure: Exception | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="block-timer", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Make no more blocks; waits for the one in the making."""
        self._stopping.set()
        self.join()

    def join(self, patience_s: float | None = None) -> None:
        """Wait until no more blocks come, at most `patience_s` [s]; called from within, it does not wait for itself."""
        if self._thread is not threading.current_thread():
            self._thread.join(patience_s)

    def _run(self) -> None:
        due = time.monotonic() + self._period_s
        while not self._stopping.wait(max(0.0, due - time.monotonic())):
            due = max(due, time.monotonic() - self._period_s) + self._period_s
            try:
                self._make_block()
            except Exception as error:
                if isinstance(error, AipchainError) and not isinstance(error, StateError):
                    _log.error("no block", reason=str(error))
                    continue
                self.failure = error
                _log.exception("no more blocks", reason=str(error) or type(error).__name__)
                return
