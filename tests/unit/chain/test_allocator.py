"""The heap module against a plain model of the freeing-bump allocator."""

from dataclasses import dataclass, field

import pytest
import wasmtime
from hypothesis import given, settings
from hypothesis import strategies as st

from aipchain.chain.host.allocator import FREE, MALLOC, MAX_ALLOCATION, REFUSALS, heap_wasm
from aipchain.chain.host.engine import PAGE_BYTES, engine

HEAP_BASE = 1_021
"""Not a multiple of 8 on purpose [address]."""

PAGES, MOST_PAGES = 1, 1_600


class Refused(Exception):
    """The model's allocator stopped, with the reason the heap reports."""


@dataclass
class Model:
    """What sp-allocator does, over a dict of header words."""

    pages: int = PAGES
    most_pages: int = MOST_PAGES
    bump: int = (HEAP_BASE + 7) // 8 * 8
    words: dict[int, int] = field(default_factory=dict)
    free_lists: list[list[int]] = field(default_factory=lambda: [[] for _ in range(23)])

    def malloc(self, size: int) -> int:
        """Return the address of a new block."""
        if size > 32 * 1024 * 1024:
            raise Refused(REFUSALS[1])
        order = 0
        while 8 << order < size:
            order += 1
        if self.free_lists[order]:
            header = self.free_lists[order].pop()
        else:
            header, end = self.bump, self.bump + 8 + (8 << order)
            needed = -(-end // PAGE_BYTES)
            if needed > self.most_pages:
                raise Refused(REFUSALS[2])
            if needed > self.pages:
                self.pages = max(needed, min(2 * self.pages, self.most_pages))
            self.bump = end
        self.words[header] = 1 << 32 | order
        return header + 8

    def free(self, pointer: int) -> None:
        """Give a block back."""
        header = pointer - 8
        if not self.words.get(header, 0) >> 32:
            raise Refused(REFUSALS[4])
        free_list = self.free_lists[self.words[header] & 0xFFFF_FFFF]
        self.words[header] = free_list[-1] if free_list else 0xFFFF_FFFF
        free_list.append(header)


class Heap:
    """The real module, called through the public API."""

    def __init__(self, pages: int = PAGES, most_pages: int = MOST_PAGES, data: bytes = b"") -> None:
        self.store = wasmtime.Store(engine())
        self.refusal = ""
        linker = wasmtime.Linker(engine())
        signature = wasmtime.FuncType([wasmtime.ValType.i32()], [])
        linker.define_func("env", "ext_allocator", signature, self._refuse)
        module = wasmtime.Module(engine(), heap_wasm(pages, most_pages, HEAP_BASE, data))
        self.exports = linker.instantiate(self.store, module).exports(self.store)
        memory = self.exports["memory"]
        assert isinstance(memory, wasmtime.Memory)
        self.memory = memory

    def _refuse(self, reason: int) -> None:
        self.refusal = REFUSALS[reason]

    def _call(self, name: str, argument: int) -> int:
        function = self.exports[name]
        assert isinstance(function, wasmtime.Func)
        try:
            result = function(self.store, argument - (1 << 32) if argument >= 1 << 31 else argument)
        except wasmtime.Trap:
            raise Refused(self.refusal) from None
        return 0 if result is None else int(result) & 0xFFFF_FFFF

    def malloc(self, size: int) -> int:
        """Return the address of a new block."""
        return self._call(MALLOC, size)

    def free(self, pointer: int) -> None:
        """Give a block back."""
        self._call(FREE, pointer)

    @property
    def pages(self) -> int:
        """How large the memory is now."""
        return self.memory.size(self.store)

    def word(self, header: int) -> int:
        """Return the header word at an address."""
        return int.from_bytes(self.memory.read(self.store, header, header + 8), "little")


SIZES = st.one_of(
    st.integers(0, 40), st.integers(0, 23).flatmap(lambda n: st.sampled_from([(8 << n) - 1, 8 << n, (8 << n) + 1]))
)


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(st.one_of(st.tuples(st.just("malloc"), SIZES), st.tuples(st.just("free"), st.integers(0, 50)))))
def test_it_places_every_block_where_the_model_does(steps: list[tuple[str, int]]) -> None:
    """Same pointers, same header words, same growth, same refusals, step by step."""
    heap, model = Heap(), Model()
    live: list[int] = []
    for verb, amount in steps:
        if verb == "malloc":
            try:
                expected = model.malloc(amount)
            except Refused as refusal:
                with pytest.raises(Refused, match=str(refusal)):
                    heap.malloc(amount)
                return  # a refusal ends a call, and with it the heap
            assert heap.malloc(amount) == expected
            live.append(expected)
        elif live:
            pointer = live.pop(amount % len(live))
            model.free(pointer)
            heap.free(pointer)
        assert heap.pages == model.pages
        assert {header: heap.word(header) for header in model.words} == model.words


def test_the_largest_block_is_32_mib() -> None:
    """One byte more is refused."""
    assert Heap().malloc(MAX_ALLOCATION) == 1_032
    with pytest.raises(Refused, match="more than 32 MiB"):
        Heap().malloc(MAX_ALLOCATION + 1)
    with pytest.raises(Refused, match="more than 32 MiB"):
        Heap().malloc(0xFFFF_FFFF)


def test_growth_doubles_or_takes_what_is_needed() -> None:
    """One page becomes two for a little more, and many at once for a large block."""
    heap = Heap()
    heap.malloc(PAGE_BYTES - 2_000 - 1_032)
    assert heap.pages == 2
    heap.malloc(16 * PAGE_BYTES)
    assert heap.pages == 18


def test_the_memory_limit_ends_the_call() -> None:
    """Past the limit there is no more, even in small pieces."""
    heap = Heap(1, 2)
    heap.malloc(PAGE_BYTES)
    with pytest.raises(Refused, match="memory limit"):
        heap.malloc(PAGE_BYTES)


@pytest.mark.parametrize("pointer", [0, 7, 8, 2_000, PAGE_BYTES, PAGE_BYTES + 8, 0xFFFF_FFF8])
def test_freeing_what_is_not_allocated_is_refused(pointer: int) -> None:
    """A wrong pointer never becomes a free block."""
    heap = Heap()
    heap.malloc(8)
    with pytest.raises(Refused, match="not allocated"):
        heap.free(pointer)


def test_freeing_twice_is_refused() -> None:
    """The header says that the block is free already."""
    heap = Heap()
    pointer = heap.malloc(8)
    heap.free(pointer)
    with pytest.raises(Refused, match="not allocated"):
        heap.free(pointer)


def test_a_free_block_with_an_overwritten_header_is_refused() -> None:
    """A write past the end of a neighbour is found before it does harm."""
    heap = Heap()
    pointer = heap.malloc(8)
    heap.free(pointer)
    heap.memory.write(heap.store, (1 << 32).to_bytes(8, "little"), pointer - 8)
    with pytest.raises(Refused, match="overwritten"):
        heap.malloc(8)


def test_the_runtimes_data_section_fills_the_memory() -> None:
    """The section is taken over as it is."""
    section = bytes.fromhex("0b09" + "01" + "00" + "4110" + "0b" + "03") + b"abc"
    heap = Heap(data=section)
    assert bytes(heap.memory.read(heap.store, 16, 19)) == b"abc"
