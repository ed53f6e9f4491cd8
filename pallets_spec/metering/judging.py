"""Judging the readings of a batch, one by one: what is believed, what is not, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aipchain.pallets_spec import communities
from aipchain.pallets_spec.errors import Metering
from aipchain.pallets_spec.metering.events import ReadingQuarantined
from aipchain.pallets_spec.metering.state import Meter, QuarantinedReading, Reading, Reason, Register
from aipchain.pallets_spec.scale import reading_message
from aipchain.pallets_spec.types import (
    HOUR_S,
    U64_MAX,
    CommunityId,
    Hash,
    MeterId,
    SignedReading,
    interval_end,
    is_aligned,
)
from aipchain.units import UnixSeconds, Wh

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["Round", "connection_limit_wh"]


def connection_limit_wh(connection_limit_w: int, elapsed_s: int) -> Wh:
    """The most energy a connection can carry in `elapsed_s` [s]: power times hours, rounded up [Wh]."""
    return Wh(-(-min(connection_limit_w * elapsed_s, U64_MAX) // HOUR_S))


class Round:
    """One batch while its readings are judged, one after the other; each sees what those before it did."""

    def __init__(
        self, world: World, community: CommunityId, interval_start: UnixSeconds, interval_s: int, batch_id: Hash
    ) -> None:
        if not is_aligned(interval_start, interval_s):
            raise Metering.BadInterval(interval_start=interval_start)
        self.interval_end = interval_end(interval_start, interval_s)
        if self.interval_end > world.now:
            raise Metering.IntervalNotOver(ends=self.interval_end, now=world.now)
        in_force = communities.in_force_at(world, community, interval_start)
        if in_force is None:
            raise Metering.UnknownCommunity(community=community)
        self.final_at = in_force.final_at(interval_start)
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
        register = self.world.metering.registers.get(signed.meter)
        if register is None:
            return Reason.UNKNOWN_METER
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
