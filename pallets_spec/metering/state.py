"""What the chapter of metering remembers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from aipchain.pallets_spec.types import (
    AccountId,
    CommunityId,
    Hash,
    MeterId,
    SignedReading,
    Source,
)
from aipchain.units import UnixSeconds, Wh

__all__ = ["MAX_READINGS", "Batch", "Meter", "MeteringState", "QuarantinedReading", "Reading", "Reason", "Register"]

MAX_READINGS = 500
"""The most readings in a batch; a longer list cannot be encoded as a call."""
_FIRST = MeterId(0)


class Reason(Enum):
    """Why a reading was not believed: the first that applies, in this order."""

    UNKNOWN_METER = "UnknownMeter"
    """No such meter in this community, or one without a register."""
    BAD_SIGNATURE = "BadSignature"
    """The device did not sign this."""
    LATE = "Late"
    """The grace period was over."""
    CONFLICT = "Conflict"
    """The interval has another reading."""
    STALE = "Stale"
    """A later interval was read before."""
    REGISTER_FELL = "RegisterFell"
    """A register ran backwards."""
    ABOVE_CONNECTION_LIMIT = "AboveConnectionLimit"
    """More energy than the connection can carry in the time."""
    GAP = "Gap"
    """Intervals before this one are missing: the register moves on, the energy belongs to no interval."""


@dataclass(frozen=True, slots=True)
class Meter:
    """An enrolled meter. Nothing of it ever changes: a new owner, device or connection needs a new meter."""

    community: CommunityId
    owner: AccountId
    """The account whose energy it counts: a member when the meter was enrolled, perhaps none any more."""
    device_key: bytes
    """The ed25519 public key of the device, 32 bytes."""
    zone: int
    """Index into the community's zones. A label: it must exist, and no other rule asks for it."""
    source: Source
    """What stands behind the export register."""
    connection_limit_w: int
    """The most power the connection can carry, in either direction [W]."""
    enrolled_at: UnixSeconds


@dataclass(frozen=True, slots=True)
class Register:
    """The last trusted registers of a meter, and the time they stand for."""

    at: UnixSeconds
    import_wh: Wh
    export_wh: Wh


@dataclass(frozen=True, slots=True)
class Reading:
    """An accepted reading: the energy of one interval and the registers before it."""

    import_wh: Wh
    """Energy taken in the interval."""
    export_wh: Wh
    """Energy delivered in the interval."""
    import_register_wh: Wh
    """The import register before the interval."""
    export_register_wh: Wh
    """The export register before the interval."""
    final_at: UnixSeconds
    """It stands from this time on."""

    def ends_at(self, signed: SignedReading) -> bool:
        """Whether the registers after the interval are the signed ones."""
        after = (self.import_register_wh + self.import_wh, self.export_register_wh + self.export_wh)
        return after == (signed.import_register_wh, signed.export_register_wh)


@dataclass(frozen=True, slots=True)
class QuarantinedReading:
    """A reading that was not believed, with the registers it claims for the end of the interval."""

    reason: Reason
    import_register_wh: Wh
    export_register_wh: Wh


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch that was recorded."""

    gateway: AccountId
    """Who submitted it first."""
    community: CommunityId
    interval_start: UnixSeconds
    content: Hash
    """Tells it from another batch under the same id: a hash over community, interval and readings."""
    accepted: int
    """Readings accepted, those known before included."""
    quarantined: int
    """Readings in quarantine."""


@dataclass(slots=True)
class MeteringState:
    """Everything this chapter stores, named as in the runtime's metadata."""

    next_meter_id: MeterId = _FIRST
    meters: dict[MeterId, Meter] = field(default_factory=dict)
    registers: dict[MeterId, Register] = field(default_factory=dict)
    readings: dict[tuple[UnixSeconds, MeterId], Reading] = field(default_factory=dict)
    """The accepted readings, by the start of the interval and the meter."""
    quarantine: dict[tuple[MeterId, UnixSeconds, Hash], QuarantinedReading] = field(default_factory=dict)
    """The readings that were not believed, by meter, start of the interval and batch."""
    batches: dict[Hash, Batch] = field(default_factory=dict)
    """The recorded batches, by the id the gateway made."""
