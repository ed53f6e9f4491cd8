"""What the chapter of metering tells."""

from __future__ import annotations

from dataclasses import dataclass

from aipchain.pallets_spec.metering.state import Reason
from aipchain.pallets_spec.types import (
    AccountId,
    CommunityId,
    Event,
    Hash,
    MeterId,
)
from aipchain.units import UnixSeconds, Wh

__all__ = [
    "BatchAlreadyRecorded",
    "BatchRecorded",
    "MeterEnrolled",
    "MeteringEvent",
    "ReadingQuarantined",
    "ReadingsAccepted",
]


class MeteringEvent(Event):
    """A fact about meters and readings."""

    __slots__ = ()
    pallet = "Metering"


@dataclass(frozen=True, slots=True)
class MeterEnrolled(MeteringEvent):
    """A meter was enrolled."""

    meter: MeterId
    community: CommunityId
    owner: AccountId


@dataclass(frozen=True, slots=True)
class BatchRecorded(MeteringEvent):
    """A batch was recorded."""

    batch_id: Hash
    community: CommunityId
    interval_start: UnixSeconds
    gateway: AccountId
    accepted: int
    """Readings accepted, those known before included."""
    quarantined: int


@dataclass(frozen=True, slots=True)
class BatchAlreadyRecorded(MeteringEvent):
    """The same batch came again; nothing changed."""

    batch_id: Hash


@dataclass(frozen=True, slots=True)
class ReadingsAccepted(MeteringEvent):
    """New readings were accepted: meter, import and export [Wh] of each."""

    community: CommunityId
    interval_start: UnixSeconds
    readings: tuple[tuple[MeterId, Wh, Wh], ...]


@dataclass(frozen=True, slots=True)
class ReadingQuarantined(MeteringEvent):
    """A reading was not believed."""

    batch_id: Hash
    meter: MeterId
    """The meter it names, which may not exist."""
    interval_start: UnixSeconds
    reason: Reason
