"""The chapter of metering: enrolment, batches, and why a reading is or is not believed."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from aipchain.pallets_spec import communities, metering
from aipchain.pallets_spec.errors import BadOrigin, Metering, SpecError
from aipchain.pallets_spec.metering import (
    Batch,
    BatchAlreadyRecorded,
    BatchRecorded,
    Meter,
    MeterEnrolled,
    QuarantinedReading,
    Reading,
    ReadingQuarantined,
    ReadingsAccepted,
    Reason,
    Register,
)
from aipchain.pallets_spec.origin import Root
from aipchain.pallets_spec.scale import batch_content, blake2_256
from aipchain.pallets_spec.types import (
    U32_MAX,
    CommunityId,
    FinalReading,
    MeterFacts,
    MeterId,
    Role,
    SignedReading,
    Source,
)
from aipchain.units import UnixSeconds, Wh

if TYPE_CHECKING:
    from tests.spec.conftest import Town

START = UnixSeconds(1_800_000_000)
HOUR = 3_600
GRACE = 1_800
END = START + HOUR
FINAL = UnixSeconds(END + GRACE)
BATCH = blake2_256(b"batch")
ADA, BEN = MeterId(0), MeterId(1)


def _enrolment(town: "Town", **changed: object) -> dict[str, Any]:
    return {
        "community": town.community,
        "owner": town.account("ben"),
        "device_key": bytes(32),
        "zone": 0,
        "source": Source.WIND,
        "connection_limit_w": 1,
        "import_register_wh": Wh(7),
        "export_register_wh": Wh(9),
        "reads_from": START,
        **changed,
    }


def _batch(town: "Town", *readings: SignedReading, **changed: object) -> dict[str, Any]:
    return {
        "community": town.community,
        "interval_start": START,
        "batch_id": BATCH,
        "readings": readings,
        **changed,
    }


def _reason(town: "Town", signed: SignedReading, start: int = START, batch: str = "batch") -> Reason:
    """Submit one reading that goes into quarantine; gives the reason after checking where it is kept."""
    told = town.submit(signed, batch=batch, start=start)
    quarantined, recorded = told
    assert isinstance(quarantined, ReadingQuarantined)
    assert isinstance(recorded, BatchRecorded)
    assert (recorded.accepted, recorded.quarantined) == (0, 1)
    reason = quarantined.reason
    kept = QuarantinedReading(reason, signed.import_register_wh, signed.export_register_wh)
    assert town.world.metering.quarantine[signed.meter, UnixSeconds(start), blake2_256(batch.encode())] == kept
    return reason


def test_a_steward_enrols_a_meter_of_a_member(town: "Town") -> None:
    """Its registers stand for the time it reads from."""
    told = town.does("steward", metering.enrol_meter, **_enrolment(town))

    meter, ben = MeterId(2), town.account("ben")
    state = town.world.metering
    assert told == [MeterEnrolled(meter, town.community, ben)]
    assert state.meters[meter] == Meter(town.community, ben, bytes(32), 0, Source.WIND, 1, town.world.now)
    assert state.registers[meter] == Register(START, Wh(7), Wh(9))
    assert state.next_meter_id == 3
    assert metering.meter_facts(town.world, meter) == MeterFacts(town.community, ben, Source.WIND, 0, 1)
    assert metering.meter_facts(town.world, MeterId(3)) is None


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"community": CommunityId(9)}, Metering.UnknownCommunity),
        ({"zone": 2}, Metering.UnknownZone),
        ({"connection_limit_w": 0}, Metering.NoConnectionLimit),
        ({"reads_from": START + 900}, Metering.BadInterval),
        ({"zone": 2, "connection_limit_w": 0}, Metering.UnknownZone),
        ({"connection_limit_w": 0, "reads_from": START + 900}, Metering.NoConnectionLimit),
    ],
)
def test_a_bad_enrolment_is_refused_for_the_first_fault(
    town: "Town", changed: dict[str, object], refusal: type[SpecError]
) -> None:
    """Community, zone, connection and interval are checked in this order."""
    assert type(town.refused("steward", metering.enrol_meter, **_enrolment(town, **changed))) is refusal


def test_who_enrols_and_who_owns_is_checked_first(town: "Town") -> None:
    """Root and a member cannot enrol; a service cannot own a meter."""
    stranger = _enrolment(town, owner=town.account("gateway"), zone=2)
    assert isinstance(town.refused(Root(), metering.enrol_meter, **stranger), BadOrigin)
    assert isinstance(town.refused("ada", metering.enrol_meter, **stranger), Metering.NotSteward)
    assert isinstance(town.refused("steward", metering.enrol_meter, **stranger), Metering.OwnerNotMember)


def test_a_meter_is_not_read_from_the_past(town: "Town") -> None:
    """It may begin in the current interval, up to its last second."""
    town.at(END - 1)
    town.does("steward", metering.enrol_meter, **_enrolment(town))
    town.at(END)
    assert isinstance(town.refused("steward", metering.enrol_meter, **_enrolment(town)), Metering.BadInterval)


def test_meters_run_out_of_numbers(town: "Town") -> None:
    """The last number is not given."""
    town.world.metering.next_meter_id = MeterId(U32_MAX)
    assert isinstance(town.refused("steward", metering.enrol_meter, **_enrolment(town)), Metering.Overflow)
    town.world.metering.next_meter_id = MeterId(2)


def test_a_believed_reading_is_the_energy_between_two_registers(town: "Town") -> None:
    """The register moves to the end of the interval, and the energy is told once for the batch."""
    town.at(END)
    readings = [town.signed(ADA, 1_400, 500), town.signed(BEN, 1_000, 2_500)]
    told = town.submit(*readings)

    state, gateway = town.world.metering, town.account("gateway")
    assert told == [
        BatchRecorded(BATCH, town.community, START, gateway, 2, 0),
        ReadingsAccepted(town.community, START, ((ADA, Wh(400), Wh(0)), (BEN, Wh(0), Wh(2_000)))),
    ]
    assert state.readings[START, BEN] == Reading(Wh(0), Wh(2_000), Wh(1_000), Wh(500), FINAL)
    assert state.registers[BEN] == Register(UnixSeconds(END), Wh(1_000), Wh(2_500))
    content = batch_content(town.community, START, readings)
    assert state.batches[BATCH] == Batch(gateway, town.community, START, content, 2, 0)


def test_a_reading_is_final_when_the_grace_period_is_over(town: "Town") -> None:
    """One second earlier nobody may build on it; a missing one never comes."""
    town.at(END)
    town.submit(town.signed(BEN, 1_000, 2_500))
    town.at(FINAL - 1)
    assert metering.final_reading(town.world, BEN, START) is None
    town.at(FINAL)
    assert metering.final_reading(town.world, BEN, START) == FinalReading(Wh(0), Wh(2_000), Wh(500))
    assert metering.final_reading(town.world, ADA, START) is None


def test_the_same_batch_again_changes_nothing(town: "Town") -> None:
    """Neither another gateway's role nor the time matters; only the event tells of it."""
    town.at(END)
    signed = town.signed(BEN, 1_000, 2_500)
    town.submit(signed)
    before = replace(town.world.metering)
    town.at(FINAL + HOUR)
    assert town.submit(signed) == [BatchAlreadyRecorded(BATCH)]
    assert town.world.metering == before


@pytest.mark.parametrize("changed", [{"interval_start": UnixSeconds(START + HOUR)}, {"readings": "other"}])
def test_a_batch_id_names_one_batch(town: "Town", changed: dict[str, object]) -> None:
    """The same id with another interval or other readings is refused."""
    town.at(END + HOUR)
    town.submit(town.signed(BEN, 1_000, 2_500))
    if "readings" in changed:
        changed = {"readings": [town.signed(BEN, 1_000, 2_501)]}
    batch = _batch(town, town.signed(BEN, 1_000, 2_500), **changed)
    assert isinstance(town.refused("gateway", metering.submit_batch, **batch), Metering.BatchIdReused)


def test_only_a_gateway_submits_and_only_readings(town: "Town") -> None:
    """Origin, community, role and emptiness are checked in this order."""
    town.at(END)
    batch = _batch(town)
    assert isinstance(town.refused(Root(), metering.submit_batch, **batch), BadOrigin)
    unknown = {**batch, "community": CommunityId(9)}
    assert isinstance(town.refused("gateway", metering.submit_batch, **unknown), Metering.UnknownCommunity)
    assert isinstance(town.refused("operator", metering.submit_batch, **batch), Metering.NotGateway)
    assert isinstance(town.refused("gateway", metering.submit_batch, **batch), Metering.EmptyBatch)


def test_a_batch_is_of_an_interval_that_is_over(town: "Town") -> None:
    """An interval starts on the hour here, and its last second must be past."""
    town.at(END - 1)
    early = _batch(town, town.signed(BEN, 1_000, 2_500))
    assert isinstance(town.refused("gateway", metering.submit_batch, **early), Metering.IntervalNotOver)
    crooked = {**early, "interval_start": UnixSeconds(START + 1)}
    assert isinstance(town.refused("gateway", metering.submit_batch, **crooked), Metering.BadInterval)
    town.at(END)
    town.does("gateway", metering.submit_batch, **early)


def test_an_unknown_meter_is_quarantined(town: "Town") -> None:
    """A meter that was never enrolled; it is not even asked for a signature."""
    town.at(END)
    assert _reason(town, town.signed(2, 1_000, 2_500)) is Reason.UNKNOWN_METER


def test_a_meter_of_another_community_is_unknown_here(town: "Town") -> None:
    """A meter counts for one community only."""
    town.does(
        "steward",
        communities.found,
        name=b"Hill",
        interval_s=HOUR,
        epoch_s=HOUR,
        zones=[b"all"],
        parameters=town.parameters,
        steward=town.account("steward"),
    )
    hill = CommunityId(1)
    for call, account in ((communities.admit, "ben"), (communities.admit, "gateway")):
        town.does("steward", call, community=hill, account=town.account(account), roles=[])
    town.does("steward", metering.enrol_meter, **_enrolment(town, community=hill))
    town.at(END)
    assert _reason(town, town.signed(2, 7, 9)) is Reason.UNKNOWN_METER


@pytest.mark.parametrize("forged", [{"import_register_wh": Wh(1_001)}, {"signature": bytes(64)}, {"meter": ADA}])
def test_what_the_device_did_not_sign_is_quarantined(town: "Town", forged: dict[str, Any]) -> None:
    """Other registers, no signature, and another device's signature, even after the grace period."""
    signed = replace(town.signed(BEN, 1_000, 2_500), **forged)
    town.at(FINAL)
    assert _reason(town, signed) is Reason.BAD_SIGNATURE


def test_a_signature_holds_for_one_interval(town: "Town") -> None:
    """The same registers in the next interval need a signature of their own."""
    town.at(END + HOUR)
    assert _reason(town, town.signed(BEN, 1_000, 2_500), start=START + HOUR) is Reason.BAD_SIGNATURE


def test_a_reading_is_late_when_the_grace_period_is_over(town: "Town") -> None:
    """The last second before is in time; the register stays where it was for a late one."""
    town.at(FINAL)
    assert _reason(town, town.signed(BEN, 1_000, 2_500)) is Reason.LATE
    assert town.world.metering.registers[BEN].at == START
    town.at(FINAL - 1)
    assert isinstance(town.submit(town.signed(BEN, 1_000, 2_500), batch="in time")[-1], ReadingsAccepted)


def test_a_known_reading_is_accepted_again_and_not_told(town: "Town") -> None:
    """Another batch with the same registers counts it as accepted; other registers conflict."""
    town.at(END)
    town.submit(town.signed(BEN, 1_000, 2_500))
    told = town.submit(town.signed(BEN, 1_000, 2_500), batch="second")
    second = blake2_256(b"second")
    assert told == [BatchRecorded(second, town.community, START, town.account("gateway"), 1, 0)]
    assert _reason(town, town.signed(BEN, 1_000, 2_600), batch="third") is Reason.CONFLICT
    assert _reason(town, town.signed(BEN, 1_001, 2_500), batch="fourth") is Reason.CONFLICT
    assert town.world.metering.readings[START, BEN].export_wh == 2_000


def test_a_late_repetition_is_late(town: "Town") -> None:
    """The grace period is looked at before what is known."""
    town.at(END)
    town.submit(town.signed(BEN, 1_000, 2_500))
    town.at(FINAL)
    assert _reason(town, town.signed(BEN, 1_000, 2_500), batch="second") is Reason.LATE


def test_a_hole_is_a_gap_and_the_register_moves_on(town: "Town") -> None:
    """The energy of a hole belongs to no interval; what follows is believed again, what it skipped is stale."""
    town.at(END + HOUR)
    later = START + HOUR
    assert _reason(town, town.signed(BEN, 1_000, 2_500, later), start=later) is Reason.GAP
    assert town.world.metering.registers[BEN] == Register(UnixSeconds(END + HOUR), Wh(1_000), Wh(2_500))
    assert town.world.metering.readings == {}
    town.at(FINAL - 1)
    assert _reason(town, town.signed(BEN, 1_000, 2_400), batch="skipped") is Reason.STALE
    town.at(END + 2 * HOUR)
    after = START + 2 * HOUR
    told = town.submit(town.signed(BEN, 1_000, 2_700, after), batch="after", start=after)
    assert told[-1] == ReadingsAccepted(town.community, UnixSeconds(after), ((BEN, Wh(0), Wh(200)),))


def test_an_interval_before_the_first_is_stale(town: "Town") -> None:
    """A meter has no reading from before it was enrolled."""
    town.at(START)
    before = START - HOUR
    assert _reason(town, town.signed(BEN, 1_000, 500, before), start=before) is Reason.STALE


@pytest.mark.parametrize("registers", [(999, 2_500), (1_000, 499), (999, 99_999_999)])
def test_a_falling_register_is_quarantined(town: "Town", registers: tuple[int, int]) -> None:
    """Either register falling by 1 Wh is a fault of the meter, whatever the other one says."""
    town.at(END)
    assert _reason(town, town.signed(BEN, *registers)) is Reason.REGISTER_FELL


@pytest.mark.parametrize("registers", [(11_000, 500), (1_000, 10_500)])
def test_a_connection_carries_its_limit(town: "Town", registers: tuple[int, int]) -> None:
    """10 kW carry 10,000 Wh in an hour, in either direction, and not 1 Wh more."""
    town.at(END)
    more = town.signed(BEN, registers[0] + (registers[0] > 1_000), registers[1] + (registers[1] > 500))
    assert _reason(town, more) is Reason.ABOVE_CONNECTION_LIMIT
    assert isinstance(town.submit(town.signed(BEN, *registers), batch="fits")[-1], ReadingsAccepted)


def test_a_hole_gives_the_connection_more_time(town: "Town") -> None:
    """Over two hours 10 kW carry 20,000 Wh; more is impossible before it is a gap."""
    town.at(END + HOUR)
    later = START + HOUR
    above = town.signed(BEN, 1_000, 20_501, later)
    assert _reason(town, above, start=later) is Reason.ABOVE_CONNECTION_LIMIT
    assert _reason(town, town.signed(BEN, 1_000, 20_500, later), start=later, batch="fits") is Reason.GAP


def test_a_connection_carries_its_limit_rounded_up(town: "Town") -> None:
    """7 W carry 1.75 Wh in a quarter of an hour: 2 Wh are believed, 3 Wh are not."""
    town.does(
        "steward",
        communities.found,
        name=b"Hill",
        interval_s=HOUR // 4,
        epoch_s=HOUR,
        zones=[b"east", b"west"],
        parameters=town.parameters,
        steward=town.account("steward"),
    )
    town.community = CommunityId(1)
    town.admit("ben")
    gateway = {"community": town.community, "account": town.account("gateway"), "role": Role.GATEWAY}
    town.does("steward", communities.grant_role, **gateway)  # type: ignore[arg-type]
    meter = town.enrol("ben", limit_w=7)
    town.at(START + HOUR // 4)
    assert _reason(town, town.signed(meter, 1_000, 503)) is Reason.ABOVE_CONNECTION_LIMIT
    assert isinstance(town.submit(town.signed(meter, 1_000, 502), batch="fits")[-1], ReadingsAccepted)


@pytest.mark.parametrize(
    ("power_w", "time_s", "energy_wh"), [(1, 3_600, 1), (1, 3_601, 2), (1, 1, 1), (1, 0, 0), (7, 900, 2)]
)
def test_a_connection_limit_is_rounded_up(power_w: int, time_s: int, energy_wh: int) -> None:
    """Power times time, in whole watt-hours, never less than physics allows."""
    assert metering.connection_limit_wh(power_w, time_s) == energy_wh


@pytest.mark.parametrize(
    ("power_w", "time_s", "energy_wh"), [(1, 3_600, 1), (1, 900, 0), (4, 900, 1), (7, 900, 1), (8, 900, 2)]
)
def test_what_a_connection_carries_is_rounded_down(town: "Town", power_w: int, time_s: int, energy_wh: int) -> None:
    """Power times time, in whole watt-hours that can flow."""
    facts = metering.meter_facts(town.world, town.enrol("ben", limit_w=power_w))
    assert facts is not None
    assert facts.carries_wh(time_s) == energy_wh


def test_the_second_reading_of_a_meter_in_a_batch_meets_the_first(town: "Town") -> None:
    """Equal ones are known, other ones conflict, as if they came in two batches."""
    town.at(END)
    told = town.submit(*(town.signed(BEN, 1_000, export) for export in (2_500, 2_500, 2_600)))
    assert told == [
        ReadingQuarantined(BATCH, BEN, START, Reason.CONFLICT),
        BatchRecorded(BATCH, town.community, START, town.account("gateway"), 2, 1),
        ReadingsAccepted(town.community, START, ((BEN, Wh(0), Wh(2_000)),)),
    ]
