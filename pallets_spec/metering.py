"""Metering: what the meters of a community measured, and what of it is believed.

A *meter* is enrolled with the public key of its device and counts two registers that only ever rise: energy taken
(import) and energy delivered (export), both in watt-hours. When an interval is over, a gateway submits a *batch*: for
many meters the registers at the end of that interval, each signed by its device. The difference to the last trusted
register is the energy of the interval.

A reading is believed when the device signed it, it came before the grace period ended, and its registers go on from
the last ones at a power the connection can carry. Any other reading is kept in *quarantine* with the reason: visible,
never dropped, never guessed, never turned into energy tokens. A believed reading is *final* when the grace period is
over; until then nothing is built on it.

A batch names a meter once. If it does not, the second reading meets the first as any other batch would, and of two
quarantined ones the later is kept. The same batch may come twice; the second time changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from aipchain.pallets_spec import communities
from aipchain.pallets_spec.errors import Metering
from aipchain.pallets_spec.origin import Origin, ensure_signed
from aipchain.pallets_spec.scale import batch_content, reading_message
from aipchain.pallets_spec.types import (
    U32_MAX,
    U64_MAX,
    AccountId,
    CommunityId,
    Event,
    FinalReading,
    Hash,
    MeterFacts,
    MeterId,
    Role,
    SignedReading,
    Source,
    interval_end,
    is_aligned,
)
from aipchain.units import UnixSeconds, Wh

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = [
    "MAX_READINGS",
    "Batch",
    "BatchAlreadyRecorded",
    "BatchRecorded",
    "Meter",
    "MeterEnrolled",
    "MeteringEvent",
    "MeteringState",
    "QuarantinedReading",
    "Reading",
    "ReadingQuarantined",
    "ReadingsAccepted",
    "Reason",
    "Register",
    "connection_limit_wh",
    "enrol_meter",
    "final_reading",
    "invariants",
    "meter_facts",
    "submit_batch",
]

MAX_READINGS = 500
"""The most readings in a batch; a longer list cannot be encoded as a call."""

_HOUR_S = 3_600
"""A watt-hour is a watt for so long [s]."""

_FIRST = MeterId(0)


class Reason(Enum):
    """Why a reading was not believed: the first that applies, in this order."""

    UNKNOWN_METER = "UnknownMeter"
    """No such meter in this community."""
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
    """An enrolled meter."""

    community: CommunityId
    owner: AccountId
    """The member whose energy it counts."""
    device_key: bytes
    """The ed25519 public key of the device, 32 bytes."""
    zone: int
    """Index into the community's zones."""
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


# Calls.


def enrol_meter(
    world: World,
    origin: Origin,
    *,
    community: CommunityId,
    owner: AccountId,
    device_key: bytes,
    zone: int,
    source: Source,
    connection_limit_w: int,
    import_register_wh: Wh,
    export_register_wh: Wh,
    reads_from: UnixSeconds,
) -> None:
    """Enrol a meter of a member; its registers show the given values at `reads_from`. Signed by a steward.

    :param reads_from: the start of the first interval it measures; that interval is not over yet [s].
    :raises Metering.UnknownCommunity: there is no such community.
    :raises Metering.NotSteward: the signer is no steward of it.
    :raises Metering.OwnerNotMember: the owner is no member of it.
    :raises Metering.UnknownZone: it has no such zone.
    :raises Metering.NoConnectionLimit: a connection carries at least one watt.
    :raises Metering.BadInterval: no interval starts at `reads_from`, or it is over.
    :raises Metering.Overflow: no number is left for a meter.
    """
    signer = ensure_signed(origin)
    interval_s = _ensure_role(world, community, signer, Role.STEWARD)
    if communities.member_index(world, community, owner) is None:
        raise Metering.OwnerNotMember(owner=owner, community=community)
    if not communities.zone_exists(world, community, zone):
        raise Metering.UnknownZone(zone=zone, community=community)
    if connection_limit_w == 0:
        raise Metering.NoConnectionLimit
    if not is_aligned(reads_from, interval_s) or interval_end(reads_from, interval_s) <= world.now:
        raise Metering.BadInterval(reads_from=reads_from, now=world.now)

    state = world.metering
    meter = state.next_meter_id
    if meter == U32_MAX:
        raise Metering.Overflow(meters=meter)
    state.next_meter_id = MeterId(meter + 1)
    state.registers[meter] = Register(reads_from, import_register_wh, export_register_wh)
    state.meters[meter] = Meter(community, owner, device_key, zone, source, connection_limit_w, enrolled_at=world.now)
    world.emit(MeterEnrolled(meter, community, owner))


def submit_batch(
    world: World,
    origin: Origin,
    *,
    community: CommunityId,
    interval_start: UnixSeconds,
    batch_id: Hash,
    readings: Sequence[SignedReading],
) -> None:
    """Record the signed readings of an interval that is over. Signed by a gateway.

    :param batch_id: the gateway's own name for this batch; the same batch again changes nothing.
    :raises Metering.UnknownCommunity: there is no such community.
    :raises Metering.NotGateway: the signer is no gateway of it.
    :raises Metering.EmptyBatch: there are no readings.
    :raises Metering.BatchIdReused: another batch has this id.
    :raises Metering.BadInterval: no interval starts then.
    :raises Metering.IntervalNotOver: the interval lasts longer than now.
    """
    gateway = ensure_signed(origin)
    interval_s = _ensure_role(world, community, gateway, Role.GATEWAY)
    if not readings:
        raise Metering.EmptyBatch
    content = batch_content(community, interval_start, readings)
    known = world.metering.batches.get(batch_id)
    if known:
        if known.content != content:
            raise Metering.BatchIdReused(batch_id=batch_id)
        world.emit(BatchAlreadyRecorded(batch_id))
        return
    batch = _Round(world, community, interval_start, interval_s, batch_id)
    for signed in readings:
        batch.record(signed)
    quarantined = len(readings) - batch.accepted
    world.metering.batches[batch_id] = Batch(gateway, community, interval_start, content, batch.accepted, quarantined)
    world.emit(BatchRecorded(batch_id, community, interval_start, gateway, batch.accepted, quarantined))
    if batch.new:
        world.emit(ReadingsAccepted(community, interval_start, tuple(batch.new)))


# Judging a reading.


def connection_limit_wh(connection_limit_w: int, elapsed_s: int) -> Wh:
    """The most energy a connection can carry in `elapsed_s` [s]: power times hours, rounded up [Wh]."""
    return Wh(-(-min(connection_limit_w * elapsed_s, U64_MAX) // _HOUR_S))


class _Round:
    """One batch while its readings are judged, one after the other; each sees what those before it did."""

    def __init__(
        self, world: World, community: CommunityId, interval_start: UnixSeconds, interval_s: int, batch_id: Hash
    ) -> None:
        if not is_aligned(interval_start, interval_s):
            raise Metering.BadInterval(interval_start=interval_start)
        self.interval_end = interval_end(interval_start, interval_s)
        if self.interval_end > world.now:
            raise Metering.IntervalNotOver(ends=self.interval_end, now=world.now)
        parameters = communities.parameters_at(world, community, interval_start)
        if parameters is None:
            raise Metering.UnknownCommunity(community=community)
        self.final_at = parameters.final_at(interval_start, interval_s)
        self.world = world
        self.community = community
        self.interval_start = interval_start
        self.batch_id = batch_id
        self.accepted = 0
        self.new: list[tuple[MeterId, Wh, Wh]] = []

    def record(self, signed: SignedReading) -> None:
        """Judge one reading and keep it where it belongs."""
        verdict = self._judge(signed)
        if isinstance(verdict, Reason):
            self._quarantine(signed, verdict)
            return
        self.accepted += 1
        if isinstance(verdict, Reading):
            self._move_register(signed)
            self.world.metering.readings[self.interval_start, signed.meter] = verdict
            self.new.append((signed.meter, verdict.import_wh, verdict.export_wh))

    def _judge(self, signed: SignedReading) -> Reading | Reason | None:
        """The energy of the interval, or why it is not believed, or nothing: the same reading is here already."""
        meter = self.world.metering.meters.get(signed.meter)
        if meter is None or meter.community != self.community:
            return Reason.UNKNOWN_METER
        message = reading_message(self.world.genesis_hash, self.community, self.interval_start, signed)
        if not self.world.verify(meter.device_key, message, signed.signature):
            return Reason.BAD_SIGNATURE
        if self.world.now >= self.final_at:
            return Reason.LATE
        register = self.world.metering.registers[signed.meter]
        if self.interval_start < register.at:
            return self._judge_again(signed)
        return self._judge_registers(meter, register, signed)

    def _judge_again(self, signed: SignedReading) -> Reason | None:
        """The register stands for a later time already: this interval was read before, or passed over."""
        known = self.world.metering.readings.get((self.interval_start, signed.meter))
        if known is None:
            return Reason.STALE
        return None if known.ends_at(signed) else Reason.CONFLICT

    def _judge_registers(self, meter: Meter, register: Register, signed: SignedReading) -> Reading | Reason:
        import_wh = Wh(signed.import_register_wh - register.import_wh)
        export_wh = Wh(signed.export_register_wh - register.export_wh)
        if import_wh < 0 or export_wh < 0:
            return Reason.REGISTER_FELL
        elapsed_s = self.interval_end - register.at
        if max(import_wh, export_wh) > connection_limit_wh(meter.connection_limit_w, elapsed_s):
            return Reason.ABOVE_CONNECTION_LIMIT
        if self.interval_start > register.at:
            return Reason.GAP
        return Reading(import_wh, export_wh, register.import_wh, register.export_wh, self.final_at)

    def _quarantine(self, signed: SignedReading, reason: Reason) -> None:
        if reason is Reason.GAP:
            self._move_register(signed)
        kept = QuarantinedReading(reason, signed.import_register_wh, signed.export_register_wh)
        self.world.metering.quarantine[signed.meter, self.interval_start, self.batch_id] = kept
        self.world.emit(ReadingQuarantined(self.batch_id, signed.meter, self.interval_start, reason))

    def _move_register(self, signed: SignedReading) -> None:
        register = Register(self.interval_end, signed.import_register_wh, signed.export_register_wh)
        self.world.metering.registers[signed.meter] = register


# What other chapters ask.


def meter_facts(world: World, meter: MeterId) -> MeterFacts | None:
    """The community, owner, source and zone of a meter; nothing for one that is not enrolled."""
    enrolled = world.metering.meters.get(meter)
    if enrolled is None:
        return None
    return MeterFacts(enrolled.community, enrolled.owner, enrolled.source, enrolled.zone)


def final_reading(world: World, meter: MeterId, interval_start: UnixSeconds) -> FinalReading | None:
    """The accepted reading of an interval, once it is final."""
    reading = world.metering.readings.get((interval_start, meter))
    if reading is None or world.now < reading.final_at:
        return None
    return FinalReading(reading.import_wh, reading.export_wh, reading.export_register_wh)


# What always holds.


def invariants(world: World) -> Iterator[str]:
    """What does not hold though it always should."""
    state = world.metering
    if any(meter >= state.next_meter_id for meter in state.meters):
        yield "a meter has a number that was never given"
    if any(facts.connection_limit_w == 0 for facts in state.meters.values()):
        yield "a meter has no connection limit"
    if state.registers.keys() != state.meters.keys() or len(state.meters) != state.next_meter_id:
        yield "a register of no meter, or a meter without a register"
    if any(batch_id not in state.batches for _, _, batch_id in state.quarantine):
        yield "a reading in quarantine of no batch"
    if any(not 1 <= batch.accepted + batch.quarantined <= MAX_READINGS for batch in state.batches.values()):
        yield "a batch has an impossible number of readings"
    for meter in sorted({meter for _, meter in state.readings}):
        yield from _chain_invariants(world, meter)


def _chain_invariants(world: World, meter: MeterId) -> Iterator[str]:
    """The readings of a meter in the order of time: each begins where none before it reached."""
    kept = world.metering.readings.items()
    readings = sorted((start, each) for (start, named), each in kept if named == meter)
    facts = world.metering.meters.get(meter)
    if facts is None:
        yield f"a reading of no meter: {meter}"
        return
    length = communities.interval_s(world, facts.community) or 0
    reached = Register(UnixSeconds(0), Wh(0), Wh(0))
    for start, each in readings:
        before = (start, each.import_register_wh, each.export_register_wh)
        if not _is_behind(reached, before):
            yield f"two readings of meter {meter} overlap in time or energy"
        reached = Register(
            interval_end(start, length),
            Wh(each.import_register_wh + each.import_wh),
            Wh(each.export_register_wh + each.export_wh),
        )
        if each.final_at <= reached.at:
            yield f"a reading of meter {meter} is final before the grace period"
    register = world.metering.registers[meter]
    if not _is_behind(reached, (register.at, register.import_wh, register.export_wh)):
        yield f"the register of meter {meter} is behind a reading"


def _is_behind(register: Register, later: tuple[UnixSeconds, Wh, Wh]) -> bool:
    at, import_wh, export_wh = later
    return register.at <= at and register.import_wh <= import_wh and register.export_wh <= export_wh


# Helpers.


def _ensure_role(world: World, community: CommunityId, signer: AccountId, role: Role) -> int:
    """The interval length of the community [s], if the signer holds the role in it."""
    interval_s = communities.interval_s(world, community)
    if interval_s is None:
        raise Metering.UnknownCommunity(community=community)
    if not communities.has_role(world, community, signer, role):
        refusal = Metering.NotSteward if role is Role.STEWARD else Metering.NotGateway
        raise refusal(account=signer, community=community)
    return interval_s
