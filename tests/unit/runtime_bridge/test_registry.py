"""The metadata's type registry: reading values of any type, and naming what differs from ours."""

from typing import Any

import pytest

from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.codec import Layout, decode_all
from aipchain.runtime_bridge.errors import Undecodable
from aipchain.runtime_bridge.layouts import layout_of
from aipchain.runtime_bridge.metadata_v14 import (
    ArrayDef,
    CompactDef,
    CompositeDef,
    Field,
    Primitive,
    PrimitiveDef,
    SequenceDef,
    TupleDef,
    TypeDef,
    TypeInfo,
    VariantCase,
    VariantDef,
)
from aipchain.runtime_bridge.registry import Registry, Variant, differences


def field(type_id: int, name: str | None = None) -> Field:
    """One field, as metadata has it."""
    return Field(name, type_id, None, ())


def enum(*variants: tuple[str, int, list[Field]]) -> VariantDef:
    """An enum, as metadata has it."""
    return VariantDef(tuple(VariantCase(name, tuple(fields), index, ()) for name, index, fields in variants))


TYPES: list[tuple[str, TypeDef]] = [
    ("", PrimitiveDef(Primitive.U8)),  # 0
    ("", PrimitiveDef(Primitive.U64)),  # 1
    ("", ArrayDef(32, 0)),  # 2
    ("AccountId32", CompositeDef((field(2),))),  # 3
    ("", SequenceDef(0)),  # 4
    ("Option", enum(("None", 0, []), ("Some", 1, [field(1)]))),  # 5
    ("", TupleDef((1, 5))),  # 6
    ("", SequenceDef(6)),  # 7
    ("", CompactDef(1)),  # 8
    ("Call", enum(("Nothing", 0, []), ("Batch", 2, [field(10, "calls")]), ("Pay", 4, [field(3), field(8)]))),  # 9
    ("", SequenceDef(9)),  # 10
    ("Trade", CompositeDef((field(1, "bid"), field(1, "offer"), field(1, "wh"), field(1, "price")))),  # 11
    ("Slot", enum(("Price", 0, []), ("Clear", 1, []))),  # 12
    ("", PrimitiveDef(Primitive.I256)),  # 13
]


@pytest.fixture
def registry() -> Registry:
    """A small registry with one of each kind of type."""
    return Registry([TypeInfo(i, (path,) if path else (), (), body, ()) for i, (path, body) in enumerate(TYPES)])


def read(registry: Registry, type_id: int, raw: str) -> object:
    """Read a whole value."""
    layout: Layout[Any] = Layout((), lambda value: b"", registry.decoder(type_id))
    return decode_all(layout, bytes.fromhex(raw), "the value")


def test_values_of_unknown_types_become_plain_ones(registry: Registry) -> None:
    """Wrappers vanish, bytes are bytes, options are values or None, vectors are tuples."""
    assert read(registry, 3, "11" * 32) == b"\x11" * 32
    assert read(registry, 4, "080102") == b"\x01\x02"
    assert read(registry, 7, "080100000000000000000200000000000000010300000000000000") == ((1, None), (2, 3))
    assert read(registry, 8, "0b00407a10f35a") == 100_000_000_000_000


def test_an_enum_that_contains_itself_is_read(registry: Registry) -> None:
    """Calls hold calls."""
    batch = read(registry, 9, "02080004" + "11" * 32 + "04")
    assert batch == Variant("Batch", {"calls": ("Nothing", Variant("Pay", (b"\x11" * 32, 1)))})


@pytest.mark.parametrize(("type_id", "raw"), [(9, "01"), (2, "11" * 31), (4, "0c0102"), (13, "04")])
def test_what_is_not_a_value_of_the_type_is_refused(registry: Registry, type_id: int, raw: str) -> None:
    """Unknown variants, short arrays and types that are not read here stop with an error."""
    with pytest.raises(Undecodable):
        read(registry, type_id, raw)


def test_an_equal_layout_has_no_differences(registry: Registry) -> None:
    """Our dataclasses and the registry's structs are compared field by field."""
    assert differences(layout_of(t.Trade).shape, registry.shape(11), "Trade") == []
    assert differences(layout_of(t.Slot).shape, registry.shape(12), "Slot") == []
    assert differences(layout_of(t.AccountId).shape, registry.shape(3), "account") == []


def test_each_difference_says_where_and_what(registry: Registry) -> None:
    """Another field, another variant, another width, another kind."""
    trade, slot = registry.shape(11), registry.shape(12)
    assert differences(layout_of(t.ReferencePrice).shape, trade, "Price") == [
        "Price has the fields (bid, offer, wh, price), not (retail, feed_in)"
    ]
    assert differences(layout_of(t.Side).shape, slot, "side") == [
        "side has the variants Price = 0, Clear = 1, not Bid = 0, Offer = 1"
    ]
    narrow = ("struct", tuple((name, ("u32",)) for name in ("bid", "offer", "wh", "price")))
    assert differences(narrow, trade, "Trade")[0] == "Trade.bid is u64, not u32"
    assert differences(("vec", ("u8",)), registry.shape(2), "key") == ["key is array of 32, not vec"]
    assert differences(("tuple", (("u64",),)), registry.shape(6), "pair") == ["pair has 2 parts, not 1"]
    assert differences(("array", 64, ("u8",)), registry.shape(2), "key") == ["key is array of 32, not array of 64"]
