"""Host functions bound through wasmtime's unchecked C functions: a third of the time of its Python API per call.

The binding is wasmtime-py's own generated one, but not part of its promises: hence the exact version pin, and
`usable()`, which tries every use made of it here on a toy module; where it says no, the public API serves instead.
A Python exception must not cross the C frames: it is kept in `failures`, and the module sees a trap.
"""

import ctypes
from collections.abc import Callable
from functools import cache
from typing import NoReturn, TypeAlias

import wasmtime
from wasmtime import _bindings as c_api
from wasmtime._extern import wrap_extern
from wasmtime._ffi import dll

__all__ = ["Failures", "HostFunction", "UncheckedCall", "define", "define_checked", "export", "usable"]

HostFunction: TypeAlias = Callable[..., int | None]
"""Takes and returns WebAssembly integers as unsigned Python integers."""

Failures: TypeAlias = list[tuple[str, BaseException]]
"""Exceptions raised by host functions, each with the function's import name."""

_SLOT_WORDS = 2
"""A raw value slot is 16 bytes, integers lie in its first 64-bit word."""

_MASK_32 = 0xFFFF_FFFF
_MASK_64 = 0xFFFF_FFFF_FFFF_FFFF
_MAX_VIEWS = 4_096

_Callback = ctypes.CFUNCTYPE(ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t)
_define = ctypes.CFUNCTYPE(
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_char_p,
    ctypes.c_size_t,
    ctypes.c_char_p,
    ctypes.c_size_t,
    ctypes.c_void_p,
    _Callback,
    ctypes.c_void_p,
    ctypes.c_void_p,
)(("wasmtime_linker_define_func_unchecked", dll))
_call = ctypes.CFUNCTYPE(
    ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p
)(("wasmtime_func_call_unchecked", dll))
_new_trap = ctypes.CFUNCTYPE(ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t)(("wasmtime_trap_new", dll))
_delete_error = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(("wasmtime_error_delete", dll))


def define(
    linker: wasmtime.Linker,
    wanted: wasmtime.ImportType,
    signature: wasmtime.FuncType,
    function: HostFunction,
    failures: Failures,
) -> object:
    """Bind `function` to an import; the caller keeps the returned object alive as long as the linker is used."""
    module, name = str(wanted.module), str(wanted.name)
    callback = _Callback(_adapter(name, signature, function, failures))
    encoded_module, encoded_name = module.encode(), name.encode()
    error = _define(
        ctypes.addressof(linker.ptr().contents),
        encoded_module,
        len(encoded_module),
        encoded_name,
        len(encoded_name),
        ctypes.addressof(signature.ptr().contents),
        callback,
        None,
        None,
    )
    if error:
        _delete_error(error)
        raise RuntimeError(f"the engine refused the host function {module}.{name}")
    return callback


def define_checked(
    linker: wasmtime.Linker,
    wanted: wasmtime.ImportType,
    signature: wasmtime.FuncType,
    function: HostFunction,
    failures: Failures,
) -> object:
    """Bind `function` through the public API; same behaviour as `define`, slower."""
    module, name = str(wanted.module), str(wanted.name)
    masks = [_mask(kind) for kind in signature.params]
    wrap = 32 if signature.results and str(signature.results[0]) == "i32" else 64

    def checked(*arguments: int) -> int | None:
        try:
            result = function(*[argument & mask for argument, mask in zip(arguments, masks, strict=True)])
        except BaseException as error:
            failures.append((name, error))
            raise wasmtime.Trap("host function failed") from None
        if result is None:
            return None
        return result - (1 << wrap) if result >> (wrap - 1) else result

    linker.define_func(module, name, signature, checked)
    return checked


class UncheckedCall:
    """Calls a function of integers, from inside a host function too.

    :param count: how many integers it takes.
    """

    __slots__ = ("_arguments", "_kept", "_trap", "_words")

    def __init__(self, store: wasmtime.Store, function: wasmtime.Func, count: int) -> None:
        self._words = (ctypes.c_uint64 * (_SLOT_WORDS * max(count, 1)))()
        self._trap = ctypes.c_void_p()
        self._kept = (store, function)  # their addresses are below
        self._arguments = (
            ctypes.cast(store._context(), ctypes.c_void_p),
            ctypes.addressof(function._func),
            ctypes.addressof(self._words),
            max(count, 1),
            ctypes.addressof(self._trap),
        )

    def __call__(self, first: int = 0, *more: int) -> int:
        """Return the result's slot, 64 bits; for an i32 result only the low half means anything.

        :raises wasmtime.Trap, wasmtime.WasmtimeError: the call did not come to its end.
        """
        words = self._words
        words[0] = first
        for index, value in enumerate(more, 1):
            words[index * _SLOT_WORDS] = value
        error = _call(*self._arguments)
        if error or self._trap.value:
            self._raise(error)
        return words[0]

    def _raise(self, error: int | None) -> NoReturn:
        if error:
            raise wasmtime.WasmtimeError._from_ptr(ctypes.cast(error, ctypes.POINTER(c_api.wasmtime_error_t)))
        trap, self._trap.value = self._trap.value or 0, None
        raise wasmtime.Trap._from_ptr(ctypes.cast(trap, ctypes.POINTER(c_api.wasm_trap_t)))


def export(store: wasmtime.Store, instance: wasmtime.Instance, name: str) -> object:
    """Return one export by name, or None; the public API would first build all of them."""
    item, encoded = c_api.wasmtime_extern_t(), name.encode()
    found = c_api.wasmtime_instance_export_get(
        store._context(), ctypes.byref(instance._instance), encoded, len(encoded), ctypes.byref(item)
    )
    return wrap_extern(item) if found else None


@cache
def usable() -> bool:
    """Whether the unchecked functions behave as this module expects, tried once per process."""
    try:
        return _trial() == [(0xFFFF_FFFF, 0x8000_0000_0000_0001, 7), "ValueError", 42]
    except (AttributeError, RuntimeError, TypeError, wasmtime.WasmtimeError):
        return False


def _adapter(
    name: str, signature: wasmtime.FuncType, function: HostFunction, failures: Failures
) -> Callable[[int, int, int, int], int]:
    """Wrap `function` for the C side, by number of parameters because a general one would double the cost of a call."""
    masks = [_mask(kind) for kind in signature.params]
    views: dict[int, ctypes.Array[ctypes.c_uint64]] = {}
    view_type = ctypes.c_uint64 * (_SLOT_WORDS * max(len(masks), 1))
    invoke = _invoker(function, masks)

    def adapted(_environment: int, _caller: int, slots: int, _count: int) -> int:
        try:
            words = views.get(slots)
            if words is None:
                if len(views) > _MAX_VIEWS:
                    views.clear()
                words = views[slots] = view_type.from_address(slots)
            result = invoke(words)
            if result is not None:
                words[0] = result & _MASK_64
        except BaseException as error:
            failures.append((name, error))
            return int(_new_trap(b"host function failed", 20))
        return 0

    return adapted


def _invoker(function: HostFunction, masks: list[int]) -> Callable[["ctypes.Array[ctypes.c_uint64]"], int | None]:
    if not masks:
        return lambda _words: function()
    if len(masks) == 1:
        mask = masks[0]
        return lambda words: function(words[0] & mask)
    if len(masks) == 2:
        first, second = masks
        return lambda words: function(words[0] & first, words[2] & second)
    places = [(index * _SLOT_WORDS, mask) for index, mask in enumerate(masks)]
    return lambda words: function(*[words[place] & mask for place, mask in places])


def _mask(kind: wasmtime.ValType) -> int:
    if str(kind) not in {"i32", "i64"}:
        raise TypeError(f"host functions take integers, not {kind}")
    return _MASK_32 if str(kind) == "i32" else _MASK_64


_TOY = """
(module
  (import "toy" "seen" (func $seen (param i32 i64 i32) (result i64)))
  (import "toy" "fails" (func $fails))
  (func (export "forty_more") (param i32) (result i32) (i32.add (local.get 0) (i32.const 40)))
  (func (export "pass") (result i64) (call $seen (i32.const -1) (i64.const 0x8000000000000001) (i32.const 7)))
  (func (export "fail") (call $fails)))
"""


def _trial() -> list[object]:
    """Pass wide integers, raise inside a callback, and call back into the module from one."""
    toy_engine = wasmtime.Engine()
    store, module = wasmtime.Store(toy_engine), wasmtime.Module(toy_engine, _TOY)
    linker = wasmtime.Linker(toy_engine)
    outcome: list[object] = []
    failures: Failures = []
    calls: list[UncheckedCall] = []

    def seen(first: int, second: int, third: int) -> int:
        outcome.append((first, second, third))
        return calls[0](2) & _MASK_32 | 1 << 40

    def fails() -> None:
        raise ValueError

    functions: tuple[HostFunction, ...] = (seen, fails)
    keep = []
    for wanted, function in zip(module.imports, functions, strict=True):
        if isinstance(wanted.type, wasmtime.FuncType):
            keep.append(define(linker, wanted, wanted.type, function, failures))
    instance = linker.instantiate(store, module)
    calls.append(UncheckedCall(store, _function(export(store, instance, "forty_more")), 1))
    returned = UncheckedCall(store, _function(export(store, instance, "pass")), 0)()
    try:
        UncheckedCall(store, _function(export(store, instance, "fail")), 0)()
    except (wasmtime.Trap, wasmtime.WasmtimeError):
        outcome.append(type(failures[0][1]).__name__)
    outcome.append(returned - (1 << 40))
    keep.clear()
    return outcome


def _function(export: object) -> wasmtime.Func:
    if not isinstance(export, wasmtime.Func):
        raise TypeError(f"expected an exported function, got {export!r}")
    return export
