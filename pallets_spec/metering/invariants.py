"""What always holds among meters and readings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from aipchain.pallets_spec import communities
from aipchain.pallets_spec.metering.state import MAX_READINGS, Register
from aipchain.pallets_spec.types import (
    MeterId,
    interval_end,
)
from aipchain.units import UnixSeconds, Wh

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["invariants"]


def invariants(world: World) -> Iterator[str]:
    """What does not hold though it always should."""
    state = world.metering
    if any(meter >= state.next_meter_id for meter in state.meters):
        yield "a meter has an id that was never given"
    if any(facts.connection_limit_w == 0 for facts in state.meters.values()):
        yield "a meter has no connection limit"
    if any(meter not in state.meters for meter in state.registers):
        yield "a register of no meter"
    if len(state.registers) != state.next_meter_id:
        yield "a meter without a register"
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
        yield "a reading of no meter"
        return
    length = communities.interval_s(world, facts.community)
    if length is None:
        yield "a meter of no community"
        return
    reached = Register(UnixSeconds(0), Wh(0), Wh(0))
    for start, each in readings:
        if start < reached.at:
            yield "two readings overlap in time"
        if each.import_register_wh < reached.import_wh:
            yield "two readings overlap in import"
        if each.export_register_wh < reached.export_wh:
            yield "two readings overlap in export"
        reached = Register(
            interval_end(start, length),
            Wh(each.import_register_wh + each.import_wh),
            Wh(each.export_register_wh + each.export_wh),
        )
        if each.final_at <= reached.at:
            yield "a reading is final before the grace period"
    register = world.metering.registers.get(meter)
    if register is None:
        yield "a meter without a register"
    elif not _is_reached(reached, by=register):
        yield "a register is behind a reading"


def _is_reached(register: Register, *, by: Register) -> bool:
    return register.at <= by.at and register.import_wh <= by.import_wh and register.export_wh <= by.export_wh
