"""The bytes that are voted for and signed, against docs/protocol.md written out by hand."""

from hashlib import blake2b

from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.bindings import binding_hash, reading_message, trade_list_hash
from aipchain.units import Price, UnixSeconds, Wh

PARAMETERS = t.Parameters(600, 300, 900, t.Permill(100_000))


def blake(raw: bytes) -> bytes:
    """Hash as the chain does."""
    return blake2b(raw, digest_size=32).digest()


def test_a_parameter_change_hashes_the_documented_bytes() -> None:
    """Context, community, variant 1, four numbers, predecessor: the example of the Rust tests."""
    raw = b"aipchain/binding/v1" + bytes.fromhex("0700000001580200002c01000084030000a0860100") + b"\x09" * 32
    assert binding_hash(t.CommunityId(7), t.ParametersChange(PARAMETERS), b"\x09" * 32) == blake(raw)


def test_a_plugin_change_hashes_its_whole_binding() -> None:
    """Slot, bundle, configuration, grants, terms and migration are all part of what is voted for."""
    binding = t.Binding(b"\x01" * 32, b'{"a":1}', b"\x02", migration=b"\x03" * 32)
    raw = b"".join(
        (
            b"aipchain/binding/v1",
            bytes.fromhex("000000000001"),
            b"\x01" * 32,
            b'\x1c{"a":1}',
            b"\x04\x02",
            b"\x00\x00\x00",
            b"\x01" + b"\x03" * 32,
            bytes(32),
        )
    )
    assert binding_hash(t.CommunityId(0), t.PluginChange(t.Slot.CLEAR, binding), bytes(32)) == blake(raw)


def test_a_track_change_hashes_kind_and_settings() -> None:
    """Variant 2, the kind, six numbers."""
    settings = t.TrackSettings(1, 2, 3, 4, t.Permill(5), t.Permill(6))
    numbers = b"".join(number.to_bytes(4, "little") for number in range(1, 7))
    raw = b"aipchain/binding/v1" + bytes.fromhex("010000000202") + numbers + bytes(32)
    assert binding_hash(t.CommunityId(1), t.TrackChange(t.TrackKind.GOVERNANCE, settings), bytes(32)) == blake(raw)


def test_the_result_of_a_clearing_is_the_hash_of_its_trades_in_order() -> None:
    """The order of trades decides how deliveries are shared, so it is part of the result."""
    first = t.Trade(t.OrderNumber(1), t.OrderNumber(2), Wh(3), Price(4))
    second = t.Trade(t.OrderNumber(5), t.OrderNumber(6), Wh(7), Price(8))
    raw = b"\x08" + b"".join(number.to_bytes(8, "little") for number in range(1, 9))
    assert trade_list_hash([first, second]) == blake(raw)
    assert trade_list_hash([second, first]) != blake(raw)
    assert trade_list_hash([]) == blake(b"\x00")


def test_a_device_signs_the_documented_bytes() -> None:
    """Context, genesis hash, community, meter, interval start, both registers."""
    raw = b"aipchain/reading/v1" + b"\xaa" * 32 + bytes.fromhex("0100000002000000")
    raw += b"".join(number.to_bytes(8, "little") for number in (1_475_452_800, 5, 6))
    message = reading_message(
        genesis_hash=b"\xaa" * 32,
        community=t.CommunityId(1),
        meter=t.MeterId(2),
        interval_start=UnixSeconds(1_475_452_800),
        import_register_wh=Wh(5),
        export_register_wh=Wh(6),
    )
    assert message == raw
