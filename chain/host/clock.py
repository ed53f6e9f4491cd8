"""Chain time comes from a clock that is given, never from the machine behind one's back.

A block stands at the clock's time, or at the start of the slot after its parent's when the clock is not there yet
(`aipchain.chain.host.authoring`), so chain time always rises, and may run ahead of a clock when blocks come faster
than slots.
"""

import time
from typing import Protocol

__all__ = ["Clock", "SimulatedClock", "SystemClock"]


class Clock(Protocol):
    """Tells the time that the next block should stand at."""

    def now_ms(self) -> int:
        """Return the time since 1970 [ms]."""
        ...


class SystemClock:
    """The time of the machine."""

    def now_ms(self) -> int:
        """Return the machine's time since 1970 [ms]."""
        return time.time_ns() // 1_000_000


class SimulatedClock:
    """A clock that stands still until it is set or advanced; it never goes back."""

    def __init__(self, start_ms: int) -> None:
        if start_ms < 0:
            raise ValueError(f"a clock starts at 0 ms or later, not at {start_ms} ms")
        self._now_ms = start_ms

    def now_ms(self) -> int:
        """Return the simulated time since 1970 [ms]."""
        return self._now_ms

    def set(self, at_ms: int) -> None:
        """Move to a time that is not before the present one [ms]."""
        if at_ms < self._now_ms:
            raise ValueError(f"a clock does not go back: it shows {self._now_ms} ms, asked for was {at_ms} ms")
        self._now_ms = at_ms

    def advance(self, by_ms: int) -> None:
        """Move on by a span of time [ms]."""
        self.set(self._now_ms + by_ms)
