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

from aipchain.pallets_spec.metering.calls import enrol_meter, submit_batch
from aipchain.pallets_spec.metering.events import (
    BatchAlreadyRecorded,
    BatchRecorded,
    MeterEnrolled,
    MeteringEvent,
    ReadingQuarantined,
    ReadingsAccepted,
)
from aipchain.pallets_spec.metering.facts import final_reading, meter_facts
from aipchain.pallets_spec.metering.invariants import invariants
from aipchain.pallets_spec.metering.judging import connection_limit_wh
from aipchain.pallets_spec.metering.state import (
    MAX_READINGS,
    Batch,
    Meter,
    MeteringState,
    QuarantinedReading,
    Reading,
    Reason,
    Register,
)

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
