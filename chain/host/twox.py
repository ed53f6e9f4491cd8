"""xxHash64 as WebAssembly, for the module beside the runtime.

A runtime hashes the names of its pallets and storage items at nearly every access, so these two host functions are a
third of all that is left once malloc and free are inside. Algorithm: the xxHash specification, XXH64.
"""

__all__ = ["TWOX_WAT"]

_PRIMES = {
    "p1": 0x9E3779B185EBCA87,
    "p2": 0xC2B2AE3D27D4EB4F,
    "p3": 0x165667B19E3779F9,
    "p4": 0x85EBCA77C2B2AE63,
    "p5": 0x27D4EB2F165667C5,
}

_LANES = """
  (local.set $lane{n} (call $round (local.get $lane{n}) (i64.load offset={offset} (local.get $at))))"""

_MERGE = """
  (local.set $hash (i64.add (i64.const {p4}) (i64.mul (i64.const {p1})
    (i64.xor (local.get $hash) (call $round (i64.const 0) (local.get $lane{n}))))))"""

_TEXT = """
(func $round (param $lane i64) (param $input i64) (result i64)
  (i64.mul (i64.const {p1})
    (i64.rotl (i64.add (local.get $lane) (i64.mul (local.get $input) (i64.const {p2}))) (i64.const 31))))

(func $xxh64 (param $at i32) (param $left i32) (param $seed i64) (result i64)
  (local $hash i64) (local $length i64) (local $lane1 i64) (local $lane2 i64) (local $lane3 i64) (local $lane4 i64)
  (local.set $length (i64.extend_i32_u (local.get $left)))
  (local.set $hash (i64.add (local.get $seed) (i64.const {p5})))
  (if (i32.ge_u (local.get $left) (i32.const 32)) (then
    (local.set $lane1 (i64.add (local.get $seed) (i64.add (i64.const {p1}) (i64.const {p2}))))
    (local.set $lane2 (i64.add (local.get $seed) (i64.const {p2})))
    (local.set $lane3 (local.get $seed))
    (local.set $lane4 (i64.sub (local.get $seed) (i64.const {p1})))
    (loop $stripes {lanes}
      (local.set $at (i32.add (local.get $at) (i32.const 32)))
      (local.set $left (i32.sub (local.get $left) (i32.const 32)))
      (br_if $stripes (i32.ge_u (local.get $left) (i32.const 32))))
    (local.set $hash (i64.add
      (i64.add (i64.rotl (local.get $lane1) (i64.const 1)) (i64.rotl (local.get $lane2) (i64.const 7)))
      (i64.add (i64.rotl (local.get $lane3) (i64.const 12)) (i64.rotl (local.get $lane4) (i64.const 18)))))
    {merges}))
  (local.set $hash (i64.add (local.get $hash) (local.get $length)))
  (block $no_words (loop $words
    (br_if $no_words (i32.lt_u (local.get $left) (i32.const 8)))
    (local.set $hash (i64.add (i64.const {p4}) (i64.mul (i64.const {p1}) (i64.rotl
      (i64.xor (local.get $hash) (call $round (i64.const 0) (i64.load (local.get $at)))) (i64.const 27)))))
    (local.set $at (i32.add (local.get $at) (i32.const 8)))
    (local.set $left (i32.sub (local.get $left) (i32.const 8)))
    (br $words)))
  (if (i32.ge_u (local.get $left) (i32.const 4)) (then
    (local.set $hash (i64.add (i64.const {p3}) (i64.mul (i64.const {p2}) (i64.rotl
      (i64.xor (local.get $hash) (i64.mul (i64.load32_u (local.get $at)) (i64.const {p1}))) (i64.const 23)))))
    (local.set $at (i32.add (local.get $at) (i32.const 4)))
    (local.set $left (i32.sub (local.get $left) (i32.const 4)))))
  (block $no_bytes (loop $bytes
    (br_if $no_bytes (i32.eqz (local.get $left)))
    (local.set $hash (i64.mul (i64.const {p1}) (i64.rotl
      (i64.xor (local.get $hash) (i64.mul (i64.load8_u (local.get $at)) (i64.const {p5}))) (i64.const 11))))
    (local.set $at (i32.add (local.get $at) (i32.const 1)))
    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
    (br $bytes)))
  (local.set $hash (i64.mul (i64.const {p2})
    (i64.xor (local.get $hash) (i64.shr_u (local.get $hash) (i64.const 33)))))
  (local.set $hash (i64.mul (i64.const {p3})
    (i64.xor (local.get $hash) (i64.shr_u (local.get $hash) (i64.const 29)))))
  (i64.xor (local.get $hash) (i64.shr_u (local.get $hash) (i64.const 32))))

(func $put_hash (param $to i32) (param $span i64) (param $seed i64)
  (i64.store (local.get $to) (call $xxh64
    (i32.wrap_i64 (local.get $span)) (i32.wrap_i64 (i64.shr_u (local.get $span) (i64.const 32))) (local.get $seed))))

(func (export "ext_hashing_twox_64_version_1") (param $span i64) (result i32) (local $to i32)
  (local.set $to (call $malloc (i32.const 8)))
  (call $put_hash (local.get $to) (local.get $span) (i64.const 0))
  (local.get $to))

(func (export "ext_hashing_twox_128_version_1") (param $span i64) (result i32) (local $to i32)
  (local.set $to (call $malloc (i32.const 16)))
  (call $put_hash (local.get $to) (local.get $span) (i64.const 0))
  (call $put_hash (i32.add (local.get $to) (i32.const 8)) (local.get $span) (i64.const 1))
  (local.get $to))
"""

TWOX_WAT = _TEXT.format(
    **_PRIMES,
    lanes="".join(_LANES.format(n=n, offset=8 * (n - 1)) for n in range(1, 5)),
    merges="".join(_MERGE.format(n=n, **_PRIMES) for n in range(1, 5)),
)
"""The two host functions, exported; they need a memory and a function `$malloc` beside them."""
