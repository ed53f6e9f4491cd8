"""How values become bytes: the same bytes as the runtime's, spelled out."""

from dataclasses import replace
from hashlib import blake2b

import pytest

from aipchain.pallets_spec.scale import (
    batch_content,
    binding_hash,
    compact,
    reading_message,
    trades_hash,
)
from aipchain.pallets_spec.types import (
    NO_HASH,
    PLAIN_TERMS,
    Binding,
    Change,
    CommunityId,
    Hash,
    LineLimit,
    MeterId,
    OrderNumber,
    Parameters,
    ParametersChange,
    PartsPerMillion,
    PluginChange,
    Proof,
    SignedReading,
    Slot,
    Terms,
    TrackChange,
    TrackKind,
    TrackSettings,
    Trade,
    ZoneCharge,
)
from aipchain.units import Price, UnixSeconds, Wh

NINES = Hash(b"\x09" * 32)
PLAIN = b"\x00" + b"\x00" + b"\x00"
TERMS = Terms(
    Proof.OPTIMUM, (ZoneCharge(0, 1, Price(5)), ZoneCharge(1, 0, Price(2**40))), (LineLimit(1, Wh(3), Wh(4)),)
)
SIGNED = SignedReading(MeterId(3), Wh(1_000), Wh(2**40), b"s" * 64)
TIMES = (600).to_bytes(4, "little") + (300).to_bytes(4, "little") + (900).to_bytes(4, "little")


def _hash(encoded: bytes) -> bytes:
    return blake2b(encoded, digest_size=32).digest()


@pytest.mark.parametrize(
    ("length", "encoded"),
    [(0, "00"), (1, "04"), (63, "fc"), (64, "0101"), (16_383, "fdff"), (16_384, "02000100")],
)
def test_the_length_of_a_list_takes_one_two_or_four_bytes(length: int, encoded: str) -> None:
    """The lowest two bits say how many."""
    assert compact(length).hex() == encoded


@pytest.mark.parametrize(
    ("change", "encoded"),
    [
        (
            PluginChange(Slot.CLEAR, Binding(NINES, b"{}", b"", PLAIN_TERMS, None)),
            b"\x00\x01" + NINES + b"\x08{}" + b"\x00" + PLAIN + b"\x00",
        ),
        (
            PluginChange(Slot.PRICE, Binding(NINES, b"", b"net", PLAIN_TERMS, NO_HASH)),
            b"\x00\x00" + NINES + b"\x00" + b"\x0cnet" + PLAIN + b"\x01" + bytes(32),
        ),
        (
            PluginChange(Slot.CLEAR, Binding(NINES, b"", b"", TERMS, None)),
            b"\x00\x01"
            + NINES
            + b"\x00\x00"
            + b"\x02"
            + b"\x08\x00\x00\x01\x00\x05\0\0\0\0\0\0\0\x01\x00\x00\x00\0\0\0\0\0\x01\0\0"
            + b"\x04\x01\x00\x03\0\0\0\0\0\0\0\x04\0\0\0\0\0\0\0"
            + b"\x00",
        ),
        (
            ParametersChange(Parameters(600, 300, 900, PartsPerMillion(100_000))),
            b"\x01" + TIMES + (100_000).to_bytes(4, "little"),
        ),
        (
            TrackChange(TrackKind.GOVERNANCE, TrackSettings(600, 300, 900, 7, PartsPerMillion(1), PartsPerMillion(2))),
            b"\x02\x02" + TIMES + b"\x07\0\0\0" + b"\x01\0\0\0" + b"\x02\0\0\0",
        ),
    ],
)
def test_the_binding_hash_is_the_documented_bytes(change: Change, encoded: bytes) -> None:
    """Context, community, change and predecessor, in this order."""
    expected = _hash(b"aipchain/binding/v1" + b"\x07\0\0\0" + encoded + NINES)
    assert binding_hash(CommunityId(7), change, NINES) == expected


def test_a_device_signs_the_documented_bytes() -> None:
    """Context, chain, community, meter, interval and both registers."""
    place = b"\x07\0\0\0" + b"\x03\0\0\0" + (900).to_bytes(8, "little")
    registers = (1_000).to_bytes(8, "little") + (2**40).to_bytes(8, "little")
    message = reading_message(NINES, CommunityId(7), UnixSeconds(900), SIGNED)
    assert message == b"aipchain/reading/v1" + NINES + place + registers


def test_the_content_of_a_batch_covers_every_reading() -> None:
    """Community, interval, and the list of readings with their signatures."""
    reading = b"\x03\0\0\0" + (1_000).to_bytes(8, "little") + (2**40).to_bytes(8, "little") + b"s" * 64
    place = b"\x07\0\0\0" + (900).to_bytes(8, "little")
    assert batch_content(CommunityId(7), UnixSeconds(900), [SIGNED, SIGNED]) == _hash(place + b"\x08" + reading * 2)
    other = replace(SIGNED, signature=bytes(64))
    assert batch_content(CommunityId(7), UnixSeconds(900), [other]) != batch_content(
        CommunityId(7), UnixSeconds(900), [SIGNED]
    )


def test_the_result_of_a_clearing_is_the_hash_of_its_trades() -> None:
    """Bid, offer, energy and price, eight bytes each."""
    trade = Trade(OrderNumber(1), OrderNumber(2), Wh(3), Price(4))
    encoded = b"".join(number.to_bytes(8, "little") for number in (1, 2, 3, 4))
    assert trades_hash([trade]) == _hash(b"\x04" + encoded)
    assert trades_hash([]) == _hash(b"\x00")
