"""The gateway's part of a reading: the device signs its registers, the gateway seals them into a batch.

A batch's id follows from who sends what for which interval, so sending it again is harmless and sending something else
under the same id is impossible.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aipchain.runtime_bridge.bindings import blake2_256, reading_message
from aipchain.runtime_bridge.keys import DeviceKey
from aipchain.runtime_bridge.layouts import layout_of
from aipchain.runtime_bridge.types import CommunityId, Hash, MeterId, SignedReading
from aipchain.units import UnixSeconds, Wh

__all__ = ["MAX_BATCH", "Registers", "SealedBatch", "Seat", "in_batches", "seal", "sign_registers"]

MAX_BATCH = 500
"""Most readings the chain takes in one batch."""

BATCH_CONTEXT = b"aipchain/batch/v1"


@dataclass(frozen=True, slots=True)
class Registers:
    """What a meter shows [Wh]."""

    import_wh: Wh
    export_wh: Wh


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a gateway stands: the chain, the community, and its own account."""

    genesis_hash: Hash
    community: CommunityId
    gateway: bytes


@dataclass(frozen=True, slots=True)
class SealedBatch:
    """Readings of one interval, ready to be submitted."""

    batch_id: Hash
    interval_start: UnixSeconds
    readings: tuple[SignedReading, ...]


def sign_registers(
    seat: Seat, device: DeviceKey, meter: MeterId, interval_start: UnixSeconds, shown: Registers
) -> SignedReading:
    """Let the device sign what it shows at the end of the interval that starts at `interval_start`."""
    message = reading_message(
        genesis_hash=seat.genesis_hash,
        community=seat.community,
        meter=meter,
        interval_start=interval_start,
        import_register_wh=shown.import_wh,
        export_register_wh=shown.export_wh,
    )
    return SignedReading(meter, shown.import_wh, shown.export_wh, device.sign(message))


def seal(seat: Seat, interval_start: UnixSeconds, readings: Iterable[SignedReading]) -> SealedBatch:
    """Seal up to `MAX_BATCH` readings of one interval, sorted by meter."""
    ordered = tuple(sorted(readings, key=lambda reading: reading.meter))
    content = layout_of(tuple[SignedReading, ...]).encode(ordered)
    place = (
        seat.genesis_hash + seat.gateway + seat.community.to_bytes(4, "little") + interval_start.to_bytes(8, "little")
    )
    return SealedBatch(blake2_256(BATCH_CONTEXT + place + blake2_256(content)), interval_start, ordered)


def in_batches(readings: Sequence[SignedReading]) -> Iterable[Sequence[SignedReading]]:
    """Part readings into groups the chain takes in one batch."""
    return (readings[at : at + MAX_BATCH] for at in range(0, len(readings), MAX_BATCH))
