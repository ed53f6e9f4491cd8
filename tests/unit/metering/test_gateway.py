"""The gateway: what a device signs, and what a batch's id depends on."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from aipchain.metering.gateway import MAX_BATCH, Registers, Seat, in_batches, seal, sign_registers
from aipchain.runtime_bridge.bindings import reading_message
from aipchain.runtime_bridge.keys import device_from_seed, verify_device_signature
from aipchain.runtime_bridge.types import CommunityId, MeterId, SignedReading
from aipchain.units import UnixSeconds, Wh

AT = UnixSeconds(7_200)
DEVICE = device_from_seed(b"\x01" * 32)
SEAT = Seat(genesis_hash=b"\x02" * 32, community=CommunityId(3), gateway=b"\x04" * 32)


@pytest.fixture
def readings() -> list[SignedReading]:
    """Readings of three meters, not in order."""
    return [sign_registers(SEAT, DEVICE, MeterId(meter), AT, Registers(Wh(10), Wh(20))) for meter in (5, 2, 9)]


def test_a_device_signs_what_it_shows(readings: Sequence[SignedReading]) -> None:
    """The signature fits exactly these registers, this meter, interval, community and chain."""
    message = reading_message(
        genesis_hash=SEAT.genesis_hash,
        community=SEAT.community,
        meter=MeterId(5),
        interval_start=AT,
        import_register_wh=Wh(10),
        export_register_wh=Wh(20),
    )

    assert verify_device_signature(DEVICE.public, message, readings[0].signature)
    assert not verify_device_signature(DEVICE.public, message, readings[1].signature)


def test_a_batch_is_the_same_in_any_order(readings: Sequence[SignedReading]) -> None:
    """Sealing sorts by meter, so the same readings give the same id."""
    batch = seal(SEAT, AT, readings)

    assert [reading.meter for reading in batch.readings] == [2, 5, 9]
    assert seal(SEAT, AT, reversed(readings)) == batch


def test_the_id_follows_from_all_that_is_sent(readings: Sequence[SignedReading]) -> None:
    """Another chain, community, gateway, interval, register or number of readings is another batch."""
    changed = [replace(readings[0], import_register_wh=Wh(11)), *readings[1:]]
    batches = [
        seal(SEAT, AT, readings),
        seal(replace(SEAT, genesis_hash=bytes(32)), AT, readings),
        seal(replace(SEAT, community=CommunityId(4)), AT, readings),
        seal(replace(SEAT, gateway=bytes(32)), AT, readings),
        seal(SEAT, UnixSeconds(AT + 900), readings),
        seal(SEAT, AT, readings[:2]),
        seal(SEAT, AT, changed),
    ]

    assert len({batch.batch_id for batch in batches}) == len(batches)


@pytest.mark.parametrize(
    ("count", "sizes"),
    [(0, []), (1, [1]), (MAX_BATCH, [MAX_BATCH]), (MAX_BATCH + 1, [MAX_BATCH, 1]), (1_200, [500, 500, 200])],
)
def test_no_batch_is_larger_than_the_chain_takes(count: int, sizes: list[int]) -> None:
    """Readings are parted in their order, and none is lost."""
    readings = [SignedReading(MeterId(meter), Wh(0), Wh(0), bytes(64)) for meter in range(count)]

    parts = [list(part) for part in in_batches(readings)]

    assert [len(part) for part in parts] == sizes
    assert [reading for part in parts for reading in part] == readings
