"""The queue between the chain and one client: the chain never waits for a client, a client too slow is let go."""

import threading
from collections import deque
from collections.abc import Callable

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
        self._messages: deque[str] = deque()
        self._bytes = 0
        self._closed = False
        self._changed = threading.Condition()

    @property
    def is_closed(self) -> bool:
        """Whether it takes nothing any more."""
        return self._closed

    def put(self, message: str) -> None:
        """Add a message, never waiting; after the end it is lost."""
        with self._changed:
            if self._closed:
                return
            fits = len(self._messages) < self._max_messages and self._bytes + len(message) <= self._max_bytes
            if fits:
                self._messages.append(message)
                self._bytes += len(message)
            else:
                self._end()
            self._changed.notify_all()
        if not fits:
            self._overflowed()

    def take(self, timeout: float | None = None) -> str | None:
        """Wait for the next message [s]; None when none came in time or the outbox has ended."""
        with self._changed:
            self._changed.wait_for(lambda: self._messages or self._closed, timeout)
            if not self._messages:
                return None
            message = self._messages.popleft()
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

    def _has_room(self) -> bool:
        return 2 * len(self._messages) < self._max_messages and 2 * self._bytes < self._max_bytes

    def _end(self) -> None:
        self._closed = True
        self._messages.clear()
        self._bytes = 0
