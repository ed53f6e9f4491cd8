"""The queue between the chain and one client: the chain never waits for a client, a client too slow is let go."""

import heapq
import threading
import time
from collections.abc import Callable
from itertools import count

__all__ = ["MAX_BYTES", "MAX_MESSAGES", "Outbox"]

MAX_MESSAGES = 4096
MAX_BYTES = 64 * 1024 * 1024
"""Most characters that wait for one client."""


class Outbox:
    """Guards: at most `max_messages` and `max_bytes` wait; one more ends the outbox and calls `overflowed` once."""

    def __init__(
        self,
        *,
        max_messages: int = MAX_MESSAGES,
        max_bytes: int = MAX_BYTES,
        overflowed: Callable[[], None] = lambda: None,
    ) -> None:
        self._max_messages = max_messages
        self._max_bytes = max_bytes
        self._overflowed = overflowed
        self._messages: list[tuple[float, int, str]] = []
        self._order = count()
        self._bytes = 0
        self._closed = False
        self._changed = threading.Condition()

    @property
    def is_closed(self) -> bool:
        """Whether it takes nothing any more."""
        return self._closed

    def put(self, message: str, delay_s: float = 0.0) -> None:
        """Add a message that leaves after `delay_s` [s], without waiting for the client; after the end it is lost."""
        due = time.monotonic() + delay_s if delay_s else 0.0
        with self._changed:
            if self._closed:
                return
            fits = len(self._messages) < self._max_messages and self._bytes + len(message) <= self._max_bytes
            if fits:
                heapq.heappush(self._messages, (due, next(self._order), message))
                self._bytes += len(message)
            else:
                self._end()
            self._changed.notify_all()
        if not fits:
            self._overflowed()

    def take(self, timeout: float | None = None) -> str | None:
        """Wait for the next message [s]; None when none came in time or the outbox has ended."""
        patience_ends = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while not self._is_due():
                if self._closed or (patience_ends is not None and time.monotonic() >= patience_ends):
                    return None
                self._changed.wait(self._until_due(patience_ends))
            message = heapq.heappop(self._messages)[2]
            self._bytes -= len(message)
            self._changed.notify_all()
            return message

    def wait_for_room(self) -> bool:
        """Wait until the outbox is less than half full; False when it has ended."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._has_room())
            return not self._closed

    def close(self) -> None:
        """End it; what waits can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _is_due(self) -> bool:
        return bool(self._messages) and (self._closed or self._messages[0][0] <= time.monotonic())

    def _until_due(self, patience_ends: float | None) -> float | None:
        moments = [moment for moment in (patience_ends, self._messages[0][0] if self._messages else None) if moment]
        return max(0.0, min(moments) - time.monotonic()) if moments else None

    def _has_room(self) -> bool:
        return 2 * len(self._messages) < self._max_messages and 2 * self._bytes < self._max_bytes

    def _end(self) -> None:
        self._closed = True
        self._messages.clear()
        self._bytes = 0
