"""The calls of the chapter of metering."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aipchain.pallets_spec import communities
from aipchain.pallets_spec.errors import Metering
from aipchain.pallets_spec.metering.events import BatchAlreadyRecorded, BatchRecorded, MeterEnrolled, ReadingsAccepted
from aipchain.pallets_spec.metering.judging import Round
from aipchain.pallets_spec.metering.state import Batch, Meter, Register
from aipchain.pallets_spec.origin import Origin, ensure_signed
from aipchain.pallets_spec.scale import batch_content
from aipchain.pallets_spec.types import (
    U32_MAX,
    AccountId,
    CommunityId,
    Hash,
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

__all__ = ["enrol_meter", "submit_batch"]


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
    batch = Round(world, community, interval_start, interval_s, batch_id)
    for signed in readings:
        batch.record(signed)
    quarantined = len(readings) - batch.accepted
    world.metering.batches[batch_id] = Batch(gateway, community, interval_start, content, batch.accepted, quarantined)
    world.emit(BatchRecorded(batch_id, community, interval_start, gateway, batch.accepted, quarantined))
    if batch.new:
        world.emit(ReadingsAccepted(community, interval_start, tuple(batch.new)))


def _ensure_role(world: World, community: CommunityId, signer: AccountId, role: Role) -> int:
    """The interval length of the community [s], if the signer holds the role in it."""
    interval_s = communities.interval_s(world, community)
    if interval_s is None:
        raise Metering.UnknownCommunity(community=community)
    if not communities.has_role(world, community, signer, role):
        refusal = Metering.NotSteward if role is Role.STEWARD else Metering.NotGateway
        raise refusal(account=signer, community=community)
    return interval_s
