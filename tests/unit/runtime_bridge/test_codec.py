"""SCALE against the examples of its definition, and every layout against itself."""

from typing import Annotated, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aipchain.errors import InputError
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.codec import (
    BOOL,
    BYTES,
    TEXT,
    U8,
    U16,
    U64,
    U128,
    Layout,
    compact,
    decode_all,
    fixed,
    option,
    read_compact,
    vector,
)
from aipchain.runtime_bridge.errors import Undecodable, Unencodable
from aipchain.runtime_bridge.layouts import layout_of
from aipchain.units import Price, UnixSeconds, Wh


@pytest.mark.parametrize(
    ("number", "encoded"),
    [
        (0, "00"),
        (1, "04"),
        (42, "a8"),
        (63, "fc"),
        (64, "0101"),
        (69, "1501"),
        (16_383, "fdff"),
        (16_384, "02000100"),
        (65_535, "feff0300"),
        (2**30 - 1, "feffffff"),
        (2**30, "0300000040"),
        (100_000_000_000_000, "0b00407a10f35a"),
        (2**64 - 1, "13ffffffffffffffff"),
    ],
)
def test_compact_numbers_are_the_published_ones(number: int, encoded: str) -> None:
    """The examples of the SCALE specification, and the borders between its four forms."""
    assert compact(number).hex() == encoded
    assert read_compact(bytes.fromhex(encoded), 0) == (number, len(encoded) // 2)


@given(st.integers(min_value=0, max_value=2**536 - 1))
def test_a_compact_number_comes_back(number: int) -> None:
    """Any number that the compact form can hold is read as it was written."""
    assert read_compact(compact(number), 0)[0] == number


def test_a_negative_number_has_no_compact_form() -> None:
    """The compact form knows no sign."""
    with pytest.raises(OverflowError):
        compact(-1)


def test_basic_layouts_are_little_endian_and_tight() -> None:
    """Fixed integers, booleans, options, vectors and text as SCALE has them."""
    assert U16.encode(42).hex() == "2a00"
    assert U64.encode(1).hex() == "0100000000000000"
    assert U128.encode(2**127).hex() == "00" * 15 + "80"
    assert BOOL.encode(True) + BOOL.encode(False) == b"\x01\x00"
    assert option(U8).encode(None) + option(U8).encode(7) == b"\x00\x01\x07"
    assert vector(U16).encode([4, 8, 15, 16, 23, 42]).hex() == "18040008000f00100017002a00"
    assert TEXT.encode("Wh é") == b"\x14Wh \xc3\xa9"
    assert BYTES.encode(b"") == b"\x00"


def test_text_that_is_no_utf_8_is_shown_escaped() -> None:
    """A name is bytes on chain; odd bytes must not stop a reader."""
    assert decode_all(TEXT, b"\x08\xffa", "a name") == "\\xffa"


@pytest.mark.parametrize("raw", [b"", b"\x2a", b"\x2a\x00\x00"])
def test_too_little_or_too_much_is_refused(raw: bytes) -> None:
    """A value is read only from exactly its bytes."""
    with pytest.raises(Undecodable, match="a count cannot be decoded"):
        decode_all(U16, raw, "a count")


@pytest.mark.parametrize(("layout", "raw"), [(BOOL, b"\x02"), (option(U8), b"\x02\x00")])
def test_a_flag_is_zero_or_one(layout: Layout[object], raw: bytes) -> None:
    """Booleans and options know no third value."""
    with pytest.raises(Undecodable):
        decode_all(layout, raw, "a flag")


def test_a_vector_that_claims_more_items_than_bytes_is_refused() -> None:
    """A count is not believed beyond what is there."""
    with pytest.raises(Undecodable):
        decode_all(vector(U8), compact(2**40), "a list")


def test_an_enum_without_that_variant_is_refused() -> None:
    """An unknown variant is not another one."""
    with pytest.raises(Undecodable):
        decode_all(layout_of(t.Side), b"\x02", "a side")


@pytest.mark.parametrize(
    ("order", "field"),
    [
        (t.NewOrder(2**64, t.MeterId(1), t.Side.BID, Wh(1), Price(1)), "NewOrder.id"),
        (t.NewOrder(1, t.MeterId(-1), t.Side.BID, Wh(1), Price(1)), "NewOrder.meter"),
        (t.NewOrder(1, t.MeterId(1), t.Side.BID, Wh(1), cast(Price, 1.5)), "NewOrder.limit_price"),
        (t.NewOrder(1, t.MeterId(1), cast(t.Side, 2), Wh(1), Price(1)), "NewOrder.side"),
    ],
)
def test_a_value_that_does_not_fit_is_named(order: t.NewOrder, field: str) -> None:
    """A number out of range, a float and an unknown side are input errors that name the field."""
    with pytest.raises(Unencodable) as refused:
        layout_of(t.NewOrder).encode(order)
    assert refused.value.field == field
    assert isinstance(refused.value, InputError)


def test_a_hash_of_another_length_is_refused() -> None:
    """32 bytes are 32 bytes."""
    with pytest.raises(ValueError, match="31 bytes, 32 needed"):
        fixed(32).encode(bytes(31))


def test_a_value_of_another_kind_is_refused() -> None:
    """An enum with fields takes only its own variants."""
    with pytest.raises(ValueError, match="Trade is none of PluginChange, ParametersChange, TrackChange"):
        layout_of(t.Change).encode(t.Trade(t.OrderNumber(1), t.OrderNumber(2), Wh(1), Price(1)))


def test_what_the_runtime_bounds_is_refused_before_it_is_signed() -> None:
    """The chain could not even decode it; here the field and the bound are named."""
    with pytest.raises(Unencodable, match=r"Binding\.config: .* 2049 are too many, at most 2048 are taken"):
        layout_of(t.Binding).encode(t.Binding(bytes(32), bytes(2_049)))
    assert layout_of(t.Binding).encode(t.Binding(bytes(32), bytes(2_048)))
    name = layout_of(Annotated[str, TEXT, t.AtMost(4)])
    assert name.encode("éé") == b"\x10" + "éé".encode()
    with pytest.raises(ValueError, match="5 are too many"):
        name.encode("ééa")


hashes = st.binary(min_size=32, max_size=32)
u16, u32, u64 = (st.integers(0, 2**bits - 1) for bits in (16, 32, 64))
parameters = st.builds(t.Parameters, u32, u32, u32, u32)
settings = st.builds(t.TrackSettings, u32, u32, u32, u32, u32, u32)
u16 = st.integers(0, 2**16 - 1)
terms = st.builds(
    t.Terms,
    st.sampled_from(t.Proof),
    st.lists(st.builds(t.ZoneCharge, u16, u16, u64), max_size=3).map(tuple),
    st.lists(st.builds(t.LineLimit, u16, u64, u64), max_size=3).map(tuple),
)
texts = st.binary(max_size=80)
bindings = st.builds(t.Binding, hashes, texts, texts, terms, st.none() | hashes)
changes = (
    st.builds(t.PluginChange, st.sampled_from(t.Slot), bindings)
    | st.builds(t.ParametersChange, parameters)
    | st.builds(t.TrackChange, st.sampled_from(t.TrackKind), settings)
)
states = (
    st.builds(t.Deciding, st.none() | u64)
    | st.builds(t.ApprovedState, u64)
    | st.builds(t.ScheduledState, u32)
    | st.sampled_from([t.RejectedState(), t.CancelledState(), t.StaleState()])
)
proposals = st.builds(t.Proposal, u32, changes, hashes, hashes, hashes, u32, u32, u64, settings, u32, u32, states)


@given(proposals)
def test_a_proposal_comes_back_as_it_was_written(proposal: t.Proposal) -> None:
    """The deepest of our types holds all kinds of layouts."""
    layout = layout_of(t.Proposal)
    assert decode_all(layout, layout.encode(proposal), "a proposal") == proposal


@given(st.lists(st.builds(t.Trade, u64, u64, u64, u64), max_size=70))
def test_a_trade_list_comes_back_as_a_tuple(trades: list[t.Trade]) -> None:
    """Vectors are read as tuples."""
    layout = layout_of(tuple[t.Trade, ...])
    assert decode_all(layout, layout.encode(trades), "trades") == tuple(trades)


def test_every_declared_type_has_a_layout() -> None:
    """Nothing in `types` is left without SCALE bytes."""
    kinds = [getattr(t, name) for name in t.__all__ if name != "AtMost"]
    dataclasses = [kind for kind in kinds if isinstance(kind, type) and not hasattr(kind, "variant")]
    assert all(layout_of(kind).shape for kind in dataclasses)


def test_what_is_pending_rules_from_its_epoch_on() -> None:
    """A slot and a parameter set are read at an epoch, as the chain reads them."""
    slot = t.SlotState(b"a" * 32, (b"b" * 32, t.Epoch(7)), None, b"f" * 32)
    assert [slot.at(t.Epoch(epoch)) for epoch in (6, 7)] == [b"a" * 32, b"b" * 32]
    assert slot.head == b"b" * 32
    old, now, new = (t.Parameters(seconds, 10, 10, t.Permill(0)) for seconds in (1, 2, 3))
    parameter_set = t.ParameterSet(now, b"h" * 32, (new, b"n" * 32, t.Epoch(9)), (old, t.Epoch(5)))
    assert [parameter_set.at(t.Epoch(epoch)) for epoch in (4, 5, 8, 9)] == [old, now, now, new]
    assert parameter_set.next_predecessor == b"n" * 32


def test_a_set_of_roles_is_bits() -> None:
    """Bit 0 is the steward, bit 7 the grid operator."""
    assert t.roles_of(0b1000_1001) == {t.Role.STEWARD, t.Role.GATEWAY, t.Role.GRID_OPERATOR}
    assert t.roles_of(0) == frozenset()
    assert UnixSeconds(0) == 0
