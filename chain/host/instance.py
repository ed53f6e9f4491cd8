"""A runtime's code linked to its host functions and its heap, and fresh instances of the pair.

Each call gets a new instance, as in production. Two things keep that cheap: host functions are bound once per program,
and the runtime's data segments live in the heap module, which owns its memory and so starts from a shared image.
"""

import ctypes
from collections.abc import Callable, Mapping
from pathlib import Path

import wasmtime

from aipchain.chain.host import fast_linker
from aipchain.chain.host.allocator import MALLOC, PROVIDED, REFUSALS, heap_wasm
from aipchain.chain.host.engine import EXTRA_PAGES, compiled, engine, plain_code, split_data
from aipchain.chain.host.errors import UnusableRuntime
from aipchain.chain.host.fast_linker import Failures, HostFunction
from aipchain.chain.host.host_functions.guest import Memory

__all__ = ["Instance", "Program"]

_SOURCE = "env"
_LOW = 0xFFFF_FFFF


class Program:
    """Compiled and linked code.

    :param functions: the host functions by import name; an import not among them is refused when it is called.
    :param failures: where exceptions of host functions are kept, as (import name, exception).
    :param fast: False binds through the public API even where the faster way works.
    """

    def __init__(
        self,
        code: bytes,
        functions: Mapping[str, HostFunction],
        failures: Failures,
        cache_dir: Path | None,
        *,
        fast: bool = True,
    ) -> None:
        wasm, data_section = split_data(plain_code(code))
        self._failures = failures
        self._fast = fast and fast_linker.usable()
        self._bindings: list[object] = []
        self._module = compiled(wasm, cache_dir)
        self._linker = self._linked(self._module, functions)
        self._heap = wasmtime.Module(engine(), heap_wasm(*_pages(self._module), 0))
        self._heap_linker = self._linked(self._heap, {"ext_allocator": _refuse})
        self._heap = wasmtime.Module(engine(), heap_wasm(*_pages(self._module), self._heap_base(), data_section))
        self.functions = frozenset(
            str(export.name) for export in self._module.exports if isinstance(export.type, wasmtime.FuncType)
        )

    def instantiate(self) -> "Instance":
        """Return a new instance with the memory its data segments describe and an empty heap."""
        store = wasmtime.Store(engine())
        heap = self._heap_linker.instantiate(store, self._heap)
        self._linker.define_instance(store, _SOURCE, heap)
        memory, malloc = self._export(store, heap, "memory"), self._export(store, heap, MALLOC)
        if not isinstance(memory, wasmtime.Memory) or not isinstance(malloc, wasmtime.Func):
            raise TypeError("the heap module exports its memory and malloc")
        return Instance(store, self._linker.instantiate(store, self._module), memory, malloc, fast=self._fast)

    def _linked(self, module: wasmtime.Module, functions: Mapping[str, HostFunction]) -> wasmtime.Linker:
        linker = wasmtime.Linker(engine())
        linker.allow_shadowing = True
        define = fast_linker.define if self._fast else fast_linker.define_checked
        for wanted in module.imports:
            name = str(wanted.name)
            if wanted.module != _SOURCE:
                raise UnusableRuntime(f"it imports {wanted.module}.{name}, and hosts give {_SOURCE}.* only")
            if isinstance(wanted.type, wasmtime.FuncType) and name not in PROVIDED:
                function = functions.get(name) or _unknown(name)
                self._bindings.append(define(linker, wanted, wanted.type, function, self._failures))
        return linker

    def _export(self, store: wasmtime.Store, instance: wasmtime.Instance, name: str) -> object:
        return (fast_linker.export if self._fast else _export)(store, instance, name)

    def _heap_base(self) -> int:
        """Ask an instance on a throwaway heap where the runtime's own heap starts."""
        instance = self.instantiate()
        base = instance.exported("__heap_base")
        if not isinstance(base, wasmtime.Global):
            raise UnusableRuntime("it does not say where its heap starts (__heap_base)")
        return int(base.value(instance.store))


class Instance:
    """One instance, for one call."""

    __slots__ = ("_fast", "_instance", "memory", "store")

    def __init__(
        self,
        store: wasmtime.Store,
        instance: wasmtime.Instance,
        memory: wasmtime.Memory,
        malloc: wasmtime.Func,
        *,
        fast: bool,
    ) -> None:
        self.store = store
        self._instance = instance
        self._fast = fast
        address = ctypes.cast(memory.data_ptr(store), ctypes.c_void_p).value or 0
        self.memory = Memory(address, lambda: memory.data_len(store), self._callable(malloc, 1))

    def exported(self, name: str) -> object:
        """Return an export, or None."""
        return (fast_linker.export if self._fast else _export)(self.store, self._instance, name)

    def call(self, function: str, argument: bytes) -> bytes:
        """Call a function of the runtime's calling convention: bytes in, bytes out.

        :raises wasmtime.Trap, wasmtime.WasmtimeError: the call did not come to its end.
        """
        pointer = self.memory.allocate(len(argument)) & _LOW
        self.memory.write(pointer, argument)
        span = self._callable(self.exported(function), 2)(pointer, len(argument))
        return self.memory.read(span & _LOW, span >> 32 & _LOW)

    def _callable(self, function: object, count: int) -> Callable[..., int]:
        if not isinstance(function, wasmtime.Func):
            raise TypeError(f"not a function: {function!r}")
        if self._fast:
            return fast_linker.UncheckedCall(self.store, function, count)
        return lambda *values: int(function(self.store, *values))


def _export(store: wasmtime.Store, instance: wasmtime.Instance, name: str) -> object:
    return instance.exports(store).get(name)


def _pages(module: wasmtime.Module) -> tuple[int, int]:
    """Return the pages the runtime starts with, and the most it may have."""
    for wanted in module.imports:
        if isinstance(wanted.type, wasmtime.MemoryType) and (wanted.module, wanted.name) == (_SOURCE, "memory"):
            minimum = wanted.type.limits.min
            return minimum, minimum + EXTRA_PAGES
    raise UnusableRuntime("it does not import its memory")


def _refuse(reason: int) -> None:
    raise MemoryError(REFUSALS[reason])


def _unknown(name: str) -> HostFunction:
    def refuse(*_arguments: int) -> int:
        raise NotImplementedError(f"this host has no function {name}")

    return refuse
