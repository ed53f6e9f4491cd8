"""The call in progress, as host functions see it: the runtime's memory, the overlay, and where words go."""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass

from aipchain.chain.host.overlay import Overlay
from aipchain.chain.host.scale import compact
from aipchain.chain.host.state import Changes

__all__ = ["Guest", "LogLine", "Memory"]

_LOW = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line the runtime logged; levels are 1 error, 2 warn, 3 info, 4 debug, 5 trace."""

    level: int
    target: str
    message: str


class Memory:
    """The runtime's memory. It grows while a call runs, so a range past the known end is looked at again first.

    :param address: where the memory starts in this process; the engine never moves it.
    :param size: gives the present size [bytes].
    :param allocate: the runtime's malloc.
    """

    __slots__ = ("_address", "_bytes", "_chars", "_size", "allocate")

    def __init__(self, address: int, size: Callable[[], int], allocate: Callable[[int], int]) -> None:
        self._address = address
        self._size = size
        self.allocate = allocate
        self._map()

    def read(self, at: int, length: int) -> bytes:
        """Return `length` bytes at `at`.

        :raises ValueError: they are not all inside the memory.
        """
        content: bytes = self._chars[at : at + length]  # type: ignore[assignment]
        if len(content) != length:
            self._map()
            content = self._chars[at : at + length]  # type: ignore[assignment]
            if len(content) != length:
                raise ValueError(f"{length} bytes at {at} lie outside the runtime's memory")
        return content

    def write(self, at: int, content: bytes) -> None:
        """Put `content` at `at`.

        :raises ValueError: it does not fit inside the memory.
        """
        end = at + len(content)
        if end > len(self._bytes):
            self._map()
            if end > len(self._bytes):
                raise ValueError(f"{len(content)} bytes at {at} lie outside the runtime's memory")
        self._bytes[at:end] = content

    def _map(self) -> None:
        self._chars = (ctypes.c_char * self._size()).from_address(self._address)
        self._bytes = memoryview(self._chars).cast("B")


class Guest:
    """What the call in progress works on; between calls there is no memory, overlay or root to work on.

    :param version_of: gives the encoded version of other code, or None when it is no runtime.
    :param entropy: gives so many random bytes, for keys without a seed.
    :param max_level: log lines above this level are not wanted by the host.
    """

    __slots__ = ("entropy", "keys", "lines", "max_level", "memory", "overlay", "root", "version_of")

    memory: Memory
    overlay: Overlay
    root: Callable[[Changes], bytes] | None

    def __init__(
        self,
        version_of: Callable[[bytes], bytes | None],
        entropy: Callable[[int], bytes],
        max_level: int,
    ) -> None:
        self.version_of = version_of
        self.entropy = entropy
        self.max_level = max_level
        self.keys: dict[tuple[bytes, bytes], bytes] = {}
        self.lines: list[LogLine] = []

    def begin(self, memory: Memory, overlay: Overlay, root: Callable[[Changes], bytes] | None) -> None:
        """Start a call."""
        self.memory, self.overlay, self.root = memory, overlay, root
        self.lines.clear()

    def end(self) -> None:
        """Let go of everything that belongs to the call, if it got so far as to begin."""
        if hasattr(self, "memory"):
            del self.memory, self.overlay, self.root

    def state_root(self) -> bytes:
        """Return the state root with the changes so far."""
        return self.overlay.root() if self.root is None else self.root(self.overlay.changes())

    def read(self, span: int) -> bytes:
        """Return the bytes a span names."""
        return self.memory.read(span & _LOW, span >> 32)

    def give(self, content: bytes) -> int:
        """Put bytes into a new allocation that the runtime will free; returns the pointer."""
        memory = self.memory
        pointer = memory.allocate(len(content)) & _LOW
        memory.write(pointer, content)
        return pointer

    def give_span(self, content: bytes) -> int:
        """Like `give`; returns the span."""
        return len(content) << 32 | self.give(content)

    def give_option(self, content: bytes | None) -> int:
        """Give an optional byte vector, encoded; returns the span."""
        return self.give_span(b"\x00" if content is None else b"\x01" + compact(len(content)) + content)

    def log(self, level: int, target: str, message: str) -> None:
        """Keep a line; the executor passes it on when the call is over."""
        if level <= self.max_level or level == 1:
            self.lines.append(LogLine(level, target, message))
