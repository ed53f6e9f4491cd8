"""The call in progress, as host functions see it: the runtime's memory, the overlay, and where words go."""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field

from aipchain.chain.host.overlay import Overlay
from aipchain.chain.host.scale import option, vec
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


@dataclass(slots=True)
class Guest:
    """State of one call into the runtime; between calls there is none.

    :param version_of: gives the encoded version of other code, or None when it is no runtime.
    :param max_level: log lines above this level are not wanted by the host.
    """

    version_of: Callable[[bytes], bytes | None]
    entropy: Callable[[int], bytes]
    max_level: int
    keys: dict[tuple[bytes, bytes], bytes] = field(default_factory=dict)
    lines: list[LogLine] = field(default_factory=list)
    _memory: Memory | None = None
    _overlay: Overlay | None = None
    _root: Callable[[Changes], bytes] | None = None

    def begin(self, memory: Memory, overlay: Overlay, root: Callable[[Changes], bytes] | None) -> None:
        """Start a call."""
        self._memory, self._overlay, self._root = memory, overlay, root
        self.lines.clear()

    def end(self) -> None:
        """Let go of everything that belongs to the call."""
        self._memory = self._overlay = self._root = None

    @property
    def memory(self) -> Memory:
        """The memory of the running call."""
        if self._memory is None:
            raise RuntimeError("no call into the runtime is running")
        return self._memory

    @property
    def overlay(self) -> Overlay:
        """The overlay of the running call."""
        if self._overlay is None:
            raise RuntimeError("no call into the runtime is running")
        return self._overlay

    def state_root(self) -> bytes:
        """Return the state root with the changes so far."""
        return self.overlay.root() if self._root is None else self._root(self.overlay.changes())

    def read(self, span: int) -> bytes:
        """Return the bytes a span names."""
        return self._memory.read(span & _LOW, span >> 32)  # type: ignore[union-attr]

    def read_at(self, pointer: int, length: int) -> bytes:
        """Return `length` bytes at `pointer`."""
        return self._memory.read(pointer, length)  # type: ignore[union-attr]

    def write_at(self, pointer: int, content: bytes) -> None:
        """Put bytes where the runtime wants them."""
        self.memory.write(pointer, content)

    def give(self, content: bytes) -> int:
        """Put bytes into a new allocation that the runtime will free; returns the pointer."""
        memory = self._memory
        pointer = memory.allocate(len(content)) & _LOW  # type: ignore[union-attr]
        memory.write(pointer, content)  # type: ignore[union-attr]
        return pointer

    def give_span(self, content: bytes) -> int:
        """Like `give`; returns the span."""
        return len(content) << 32 | self.give(content)

    def give_option(self, content: bytes | None) -> int:
        """Give an optional byte vector, encoded; returns the span."""
        return self.give_span(b"\x00" if content is None else option(vec(content)))

    def log(self, level: int, target: str, message: str) -> None:
        """Keep a line; the executor passes it on when the call is over."""
        if level <= self.max_level or level == 1:
            self.lines.append(LogLine(level, target, message))
