"""Meters, their readings, and what was wrong with those set aside."""

from dataclasses import dataclass
from enum import IntEnum

from aipchain.runtime_bridge.types.scalars import U16, U32, AccountId, CommunityId, Hash, MeterId, Signature
from aipchain.units import UnixSeconds, Wh

__all__ = ["Batch", "Meter", "QuarantineReason", "QuarantinedReading", "Reading", "Register", "SignedReading", "Source"]


class Source(IntEnum):
    """What stands behind a meter's export register."""

    CONSUMPTION = 0
    SOLAR = 1
    WIND = 2
    HYDRO = 3
    BIOMASS = 4
    STORAGE = 5
    OTHER = 6


class QuarantineReason(IntEnum):
    """Why a reading was set aside, in the order the chain checks."""

    UNKNOWN_METER = 0
    BAD_SIGNATURE = 1
    LATE = 2
    CONFLICT = 3
    STALE = 4
    REGISTER_FELL = 5
    ABOVE_CONNECTION_LIMIT = 6
    GAP = 7


@dataclass(frozen=True, slots=True)
class Meter:
    """An enrolled meter."""

    community: CommunityId
    owner: AccountId
    device_key: Hash
    zone: U16
    source: Source
    connection_limit_w: U32
    enrolled_at: UnixSeconds


@dataclass(frozen=True, slots=True)
class Register:
    """The last trusted registers [Wh] and the time they stand for."""

    at: UnixSeconds
    import_wh: Wh
    export_wh: Wh


@dataclass(frozen=True, slots=True)
class Reading:
    """Energy of one interval [Wh], the registers before it [Wh], and when it becomes final."""

    import_wh: Wh
    export_wh: Wh
    import_register_wh: Wh
    export_register_wh: Wh
    final_at: UnixSeconds


@dataclass(frozen=True, slots=True)
class QuarantinedReading:
    """A reading set aside, with the registers it claimed [Wh]."""

    reason: QuarantineReason
    import_register_wh: Wh
    export_register_wh: Wh


@dataclass(frozen=True, slots=True)
class Batch:
    """A recorded batch of readings."""

    gateway: AccountId
    community: CommunityId
    interval_start: UnixSeconds
    content: Hash
    accepted: U32
    quarantined: U32


@dataclass(frozen=True, slots=True)
class SignedReading:
    """Registers at the end of an interval [Wh] and the device's signature over `bindings.reading_message`."""

    meter: MeterId
    import_register_wh: Wh
    export_register_wh: Wh
    signature: Signature
