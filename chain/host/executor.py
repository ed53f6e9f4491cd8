"""Runs a runtime: one fresh instance per call, and what the runtime says when it stops.

A call either ends well and leaves its changes in the overlay, or raises and leaves the overlay as it was.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import NoReturn

import structlog
import wasmtime

from aipchain.chain.host.errors import HostCallFailed, RuntimePanicked, UnknownFunction, UnusableRuntime
from aipchain.chain.host.fast_linker import Failures
from aipchain.chain.host.host_functions import Guest, all_functions
from aipchain.chain.host.host_functions.guest import LogLine
from aipchain.chain.host.instance import Program
from aipchain.chain.host.overlay import Overlay
from aipchain.chain.host.state import Changes, State
from aipchain.chain.host.trie import blake2_256
from aipchain.chain.host.version import RuntimeVersion, decode_version

__all__ = ["Runtime"]

_ERROR, _WARN = 1, 2
_LOG_METHODS = {_ERROR: "error", _WARN: "warning", 3: "info"}

_log = structlog.get_logger("aipchain.runtime")


class Runtime:
    """A compiled runtime, ready for calls, one at a time.

    :param code: the runtime as it stands under `:code`, compressed or not.
    :param cache_dir: where compiled code is kept between processes; None compiles anew (seconds).
    :param log_level: the most talkative level wanted from the runtime, 1 error to 5 trace.
    :param entropy: where session keys without a seed come from.
    :param fast: False binds host functions through the public API even where the faster way works.
    :raises UnusableRuntime: the code is not WebAssembly as production nodes accept it, or is no runtime.
    """

    def __init__(
        self,
        code: bytes,
        cache_dir: Path | None,
        *,
        log_level: int = _WARN,
        entropy: Callable[[int], bytes] = secrets.token_bytes,
        fast: bool = True,
    ) -> None:
        self.code_hash = blake2_256(code)
        self._cache_dir = cache_dir
        self._lock = RLock()
        self._running: str | None = None
        self._failures: Failures = []
        self._guest = Guest(self._version_of, entropy, log_level)
        self._program = Program(code, all_functions(self._guest), self._failures, cache_dir, fast=fast)

    @cached_property
    def version(self) -> RuntimeVersion:
        """What the runtime says about itself."""
        return decode_version(self.call("Core_version", b"", Overlay(State())))

    @property
    def functions(self) -> frozenset[str]:
        """Names of the functions that can be called."""
        return self._program.functions

    def call(
        self,
        function: str,
        argument: bytes,
        overlay: Overlay,
        root: Callable[[Changes], bytes] | None = None,
    ) -> bytes:
        """Call a runtime function with its SCALE-encoded arguments and return its encoded result.

        :param overlay: what the call reads and changes; unchanged when the call fails.
        :param root: gives the state root after changes; None asks the overlay's state.
        :raises RuntimePanicked: the runtime stopped itself.
        :raises HostCallFailed: it asked the host for something refused or unknown.
        :raises UnknownFunction: it has no such function.
        """
        if function not in self.functions:
            raise UnknownFunction(function)
        with self._alone(function), _kept_on_success(overlay):
            instance = self._program.instantiate()
            self._guest.begin(instance.memory, overlay, root)
            try:
                result = instance.call(function, argument)
            except (wasmtime.Trap, wasmtime.WasmtimeError, ValueError) as trap:
                self._explain(function, trap)
            _pass_on(self._guest.lines)
            return result

    @contextmanager
    def _alone(self, function: str) -> Iterator[None]:
        with self._lock:
            if self._running is not None:
                raise RuntimeError(f"{function} called from inside {self._running} of the same runtime")
            self._running = function
            self._failures.clear()
            try:
                yield
            finally:
                self._running = None
                self._guest.end()

    def _explain(self, function: str, trap: Exception) -> NoReturn:
        """Say why a call stopped: a failed host function if there was one, else the runtime's last words."""
        lines = self._guest.lines
        if self._failures:
            _pass_on(lines)
            host_function, failure = self._failures[0]
            if not isinstance(failure, Exception):
                raise failure
            raise HostCallFailed(function, host_function, str(failure) or repr(failure)) from failure
        last_error = next((index for index in reversed(range(len(lines))) if lines[index].level == _ERROR), None)
        if last_error is None:
            raise RuntimePanicked(function, _reason(trap)) from trap
        panic = lines.pop(last_error).message
        _pass_on(lines)
        raise RuntimePanicked(function, panic) from trap

    def _version_of(self, code: bytes) -> bytes | None:
        try:
            return Runtime(code, self._cache_dir).version.encoded
        except (UnusableRuntime, UnknownFunction, RuntimePanicked, HostCallFailed):
            return None


@contextmanager
def _kept_on_success(overlay: Overlay) -> Iterator[None]:
    """Keep what the block changes in the overlay if it ends well; transactions it left open are undone."""
    overlay.start_transaction()
    outer = overlay.enter_runtime()
    try:
        yield
    except BaseException:
        overlay.exit_runtime(outer)
        overlay.rollback_transaction()
        raise
    overlay.exit_runtime(outer)
    overlay.commit_transaction()


def _pass_on(lines: list[LogLine]) -> None:
    for line in lines:
        getattr(_log, _LOG_METHODS.get(line.level, "debug"))(line.message, target=line.target)


def _reason(trap: Exception) -> str:
    """Return the last line of the engine's report that is not empty: the cause."""
    lines = [line.strip() for line in str(trap).splitlines() if line.strip()]
    return lines[-1] if lines else repr(trap)
