"""The heap of one runtime call: Substrate's freeing-bump allocator, as WebAssembly beside the runtime.

Two thirds of what a runtime asks of its host is malloc and free, so they never leave WebAssembly: this module owns the
memory (with the runtime's data segments, which a copy-on-write image then serves) and the runtime imports all three,
with two hashes that are called nearly as often.
Behaviour is that of sp-allocator: an 8-byte header before each allocation (size class and an occupied mark, or the next
free header), 23 classes of 8 * 2**n bytes, last freed first reused, growth by doubling, refusal above 32 MiB.
"""

from collections.abc import Callable

import wasmtime

from aipchain.chain.host.engine import PAGE_BYTES
from aipchain.chain.host.twox import TWOX_WAT

__all__ = ["FREE", "MALLOC", "MAX_ALLOCATION", "PROVIDED", "REFUSALS", "heap_wasm"]

MAX_ALLOCATION = 32 * 1024 * 1024
"""Largest single allocation [bytes]."""

MALLOC, FREE = "ext_allocator_malloc_version_1", "ext_allocator_free_version_1"
PROVIDED = frozenset({MALLOC, FREE, "ext_hashing_twox_64_version_1", "ext_hashing_twox_128_version_1"})
"""The host functions that this module exports, under the names by which runtimes import them."""

_CLASSES = 23
_ALIGNMENT = 8
_NIL = -1

REFUSALS = {
    1: "more than 32 MiB asked for at once",
    2: "the memory limit is reached",
    3: "a free block's header was overwritten",
    4: "freeing what is not allocated",
}
"""Why the heap stops a call, by the code it reports to the imported `ext_allocator`."""


def heap_wasm(minimum_pages: int, maximum_pages: int, heap_base: int, data_section: bytes = b"") -> bytes:
    """Return the heap module: imports `env.ext_allocator`, exports `memory` and the functions `PROVIDED`.

    :param heap_base: where the runtime says that its heap starts [address].
    :param data_section: the runtime's data section; data is the last section of a module, so it is simply appended.
    """
    heads = "\n".join(f"(global $head{n} (mut i32) (i32.const {_NIL}))" for n in range(_CLASSES))
    take = _by_class(lambda n: f"(return (global.get $head{n}))")
    put = _by_class(lambda n: f"(global.set $head{n} (local.get $header)) (return)")
    text = _TEXT.format(
        start=-(-heap_base // _ALIGNMENT) * _ALIGNMENT,
        minimum=minimum_pages,
        maximum=maximum_pages,
        limit=maximum_pages * PAGE_BYTES,
        largest=MAX_ALLOCATION,
        classes=_CLASSES,
        page=PAGE_BYTES,
        page_less_one=PAGE_BYTES - 1,
        malloc=MALLOC,
        free=FREE,
        twox=TWOX_WAT,
        heads=heads,
        take=take,
        put=put,
    )
    return bytes(wasmtime.wat2wasm(text)) + data_section


def _by_class(body: Callable[[int], str]) -> str:
    """Write a jump table over the size class; MVP has no way to index globals."""
    text = "(br_table " + " ".join(f"$class{n}" for n in range(_CLASSES)) + f" $class{_CLASSES - 1} (local.get $class))"
    for n in range(_CLASSES):
        text = f"(block $class{n} {text}) {body(n)}"
    return text


_TEXT = """
(module
  (import "env" "ext_allocator" (func $refuse (param i32)))
  (memory (export "memory") {minimum} {maximum})
  (global $bump (mut i64) (i64.const {start}))
  {heads}

  (func $head (param $class i32) (result i32) {take} unreachable)

  (func $set_head (param $class i32) (param $header i32) {put} unreachable)

  (func $pages_for (param $bytes i64) (result i32)
    (i32.wrap_i64 (i64.div_u (i64.add (local.get $bytes) (i64.const {page_less_one})) (i64.const {page}))))

  (func $size (result i64)
    (i64.mul (i64.extend_i32_u (memory.size)) (i64.const {page})))

  ;; Makes room up to `end`: twice the pages, or what is needed if that is more.
  (func $grow (param $end i64) (local $needed i32) (local $next i32)
    (if (i64.gt_u (local.get $end) (i64.const {limit})) (then (call $refuse (i32.const 2)) unreachable))
    (local.set $needed (call $pages_for (local.get $end)))
    (local.set $next (i32.mul (memory.size) (i32.const 2)))
    (if (i32.gt_u (local.get $next) (i32.const {maximum})) (then (local.set $next (i32.const {maximum}))))
    (if (i32.lt_u (local.get $next) (local.get $needed)) (then (local.set $next (local.get $needed))))
    (if (i32.eq (memory.grow (i32.sub (local.get $next) (memory.size))) (i32.const -1))
      (then (call $refuse (i32.const 2)) unreachable)))

  (func $malloc (export "{malloc}") (param $size i32) (result i32)
    (local $class i32) (local $header i32) (local $end i64) (local $word i64)
    (if (i32.gt_u (local.get $size) (i32.const {largest})) (then (call $refuse (i32.const 1)) unreachable))
    (if (i32.lt_u (local.get $size) (i32.const 8)) (then (local.set $size (i32.const 8))))
    (local.set $class (i32.sub (i32.const 29) (i32.clz (i32.sub (local.get $size) (i32.const 1)))))
    (local.set $header (call $head (local.get $class)))
    (if (i32.ne (local.get $header) (i32.const -1))
      (then
        (local.set $end (i64.add (i64.extend_i32_u (local.get $header))
          (i64.add (i64.const 8) (i64.shl (i64.const 8) (i64.extend_i32_u (local.get $class))))))
        (if (i64.gt_u (local.get $end) (call $size)) (then (call $refuse (i32.const 3)) unreachable))
        (local.set $word (i64.load (local.get $header)))
        (if (i64.ne (i64.and (local.get $word) (i64.const 0x100000000)) (i64.const 0))
          (then (call $refuse (i32.const 3)) unreachable))
        (call $set_head (local.get $class) (i32.wrap_i64 (local.get $word))))
      (else
        (local.set $end (i64.add (global.get $bump)
          (i64.add (i64.const 8) (i64.shl (i64.const 8) (i64.extend_i32_u (local.get $class))))))
        (if (i64.gt_u (local.get $end) (call $size)) (then (call $grow (local.get $end))))
        (local.set $header (i32.wrap_i64 (global.get $bump)))
        (global.set $bump (local.get $end))))
    (i64.store (local.get $header) (i64.or (i64.extend_i32_u (local.get $class)) (i64.const 0x100000000)))
    (i32.add (local.get $header) (i32.const 8)))

  (func (export "{free}") (param $pointer i32) (local $header i32) (local $word i64) (local $class i32)
    (local.set $header (i32.sub (local.get $pointer) (i32.const 8)))
    (if (i32.or (i32.lt_u (local.get $pointer) (i32.const 8))
                (i64.gt_u (i64.extend_i32_u (local.get $pointer)) (call $size)))
      (then (call $refuse (i32.const 4)) unreachable))
    (local.set $word (i64.load (local.get $header)))
    (local.set $class (i32.wrap_i64 (local.get $word)))
    (if (i32.or (i64.eqz (i64.and (local.get $word) (i64.const 0x100000000)))
                (i32.ge_u (local.get $class) (i32.const {classes})))
      (then (call $refuse (i32.const 4)) unreachable))
    (i64.store (local.get $header) (i64.extend_i32_u (call $head (local.get $class))))
    (call $set_head (local.get $class) (local.get $header)))
{twox})
"""
