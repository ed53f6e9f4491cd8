"""What other chapters ask about meters and their readings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aipchain.pallets_spec.types import (
    FinalReading,
    MeterFacts,
    MeterId,
)
from aipchain.units import UnixSeconds

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["final_reading", "meter_facts"]


def meter_facts(world: World, meter: MeterId) -> MeterFacts | None:
    """What others need to know of a meter; nothing for one that is not enrolled."""
    enrolled = world.metering.meters.get(meter)
    if enrolled is None:
        return None
    return MeterFacts(enrolled.community, enrolled.owner, enrolled.source, enrolled.zone, enrolled.connection_limit_w)


def final_reading(world: World, meter: MeterId, interval_start: UnixSeconds) -> FinalReading | None:
    """The accepted reading of an interval, once it is final."""
    reading = world.metering.readings.get((interval_start, meter))
    if reading is None or world.now < reading.final_at:
        return None
    return FinalReading(reading.import_wh, reading.export_wh, reading.export_register_wh)
