"""Worlds that a check of the metering must notice. The meters 0 and 1 were read twice, 2 once, 3 and 4 never."""

from dataclasses import replace

from tests.spec.invariants.spoilt import LATER, NO_METER, NOWHERE, OTHER_HASH, START, Checks

from aipchain.pallets_spec.metering import MAX_READINGS, QuarantinedReading, Reading, Reason
from aipchain.pallets_spec.types import MeterId
from aipchain.pallets_spec.world import World
from aipchain.units import UnixSeconds, Wh

CHECKS = Checks()
READ, READ_ONCE, UNREAD = MeterId(0), MeterId(2), MeterId(3)


def _change_last_reading(world: World, **changed: int) -> None:
    readings = world.metering.readings
    last: Reading = readings[LATER, READ]
    readings[LATER, READ] = replace(last, **changed)  # type: ignore[arg-type]


@CHECKS.notice("a meter has an id that was never given")
def a_meter_is_smuggled_in(world: World) -> None:
    """A copy of a meter under a number that nobody gave."""
    meters = world.metering.meters
    meters[NO_METER] = meters[UNREAD]


@CHECKS.notice("a meter has no connection limit")
def a_connection_carries_nothing(world: World) -> None:
    """Every meter is enrolled with a limit."""
    meters = world.metering.meters
    meters[UNREAD] = replace(meters[UNREAD], connection_limit_w=0)


@CHECKS.notice("a register of no meter")
def a_register_is_another_meters(world: World) -> None:
    """As many registers as meters, but one is nobody's."""
    registers = world.metering.registers
    registers[NO_METER] = registers.pop(UNREAD)


@CHECKS.notice("a meter without a register")
def a_register_is_gone(world: World) -> None:
    """A meter that was never read."""
    del world.metering.registers[UNREAD]


@CHECKS.notice("a reading in quarantine of no batch")
def a_quarantined_reading_came_from_nowhere(world: World) -> None:
    """Nobody recorded a batch with this id."""
    world.metering.quarantine[READ, START, OTHER_HASH] = QuarantinedReading(Reason.LATE, Wh(0), Wh(0))


@CHECKS.notice("a batch has an impossible number of readings")
def an_empty_batch(world: World) -> None:
    """A batch has at least one reading."""
    batches = world.metering.batches
    first = next(iter(batches))
    batches[first] = replace(batches[first], accepted=0, quarantined=0)


@CHECKS.notice("a batch has an impossible number of readings")
def a_batch_too_large_to_send(world: World) -> None:
    """One reading more than a call carries."""
    batches = world.metering.batches
    first = next(iter(batches))
    batches[first] = replace(batches[first], accepted=MAX_READINGS, quarantined=1)


@CHECKS.notice("a reading of no meter")
def a_reading_without_a_meter(world: World) -> None:
    """Nobody enrolled this meter."""
    readings = world.metering.readings
    readings[START, NO_METER] = readings[START, READ]


@CHECKS.notice("a meter of no community")
def a_meter_nowhere(world: World) -> None:
    """Nobody founded this community, so nobody knows how long its intervals are."""
    meters = world.metering.meters
    meters[READ] = replace(meters[READ], community=NOWHERE)


@CHECKS.notice("two readings overlap in time")
def a_reading_begins_within_another(world: World) -> None:
    """Half an interval later, it begins before the other ends."""
    readings = world.metering.readings
    readings[UnixSeconds(START + 1_800), READ] = readings.pop((LATER, READ))


@CHECKS.notice("two readings overlap in import")
def an_import_counts_twice(world: World) -> None:
    """The last watt-hour of the reading before belongs to the next one, too."""
    _change_last_reading(world, import_register_wh=1_099)


@CHECKS.notice("two readings overlap in export")
def an_export_counts_twice(world: World) -> None:
    """The last watt-hour of the reading before belongs to the next one, too."""
    _change_last_reading(world, export_register_wh=499)


@CHECKS.notice("a reading is final before the grace period")
def a_reading_is_final_at_once(world: World) -> None:
    """When its interval ends."""
    _change_last_reading(world, final_at=LATER + 3_600)


@CHECKS.notice("a register is behind a reading")
def a_register_is_behind_in_time(world: World) -> None:
    """The next reading could begin a second too early."""
    registers = world.metering.registers
    registers[READ] = replace(registers[READ], at=UnixSeconds(registers[READ].at - 1))


@CHECKS.notice("a register is behind a reading")
def a_register_is_behind_in_import(world: World) -> None:
    """The next reading could count a watt-hour again."""
    registers = world.metering.registers
    registers[READ] = replace(registers[READ], import_wh=Wh(registers[READ].import_wh - 1))


@CHECKS.notice("a register is behind a reading")
def a_register_is_behind_in_export(world: World) -> None:
    """The next reading could count a watt-hour again."""
    registers = world.metering.registers
    registers[READ] = replace(registers[READ], export_wh=Wh(registers[READ].export_wh - 1))
