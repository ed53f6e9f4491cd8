"""From signed registers to energy tokens: what is set aside and why, and what can be minted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from aipchain.runtime_bridge import facts, reads
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.types import QuarantineReason
from aipchain.units import UnixSeconds, Wh

if TYPE_CHECKING:
    from tests.integration.orchestrator.village import Village

    Faulty = Callable[[Village], t.SignedReading]

HOUR = 3_600


def reasons(events: tuple[facts.Event, ...]) -> list[QuarantineReason]:
    """Why readings were set aside."""
    return [event.reason for event in events if isinstance(event, facts.ReadingQuarantined)]


def next_interval(village: Village) -> UnixSeconds:
    """The interval after the village's."""
    return UnixSeconds(village.interval + HOUR)


FAULTS: dict[QuarantineReason, Faulty] = {
    QuarantineReason.UNKNOWN_METER: lambda village: replace(village.reading(village.seller), meter=t.MeterId(99)),
    QuarantineReason.BAD_SIGNATURE: lambda village: replace(
        village.reading(village.seller, export_wh=50), export_register_wh=Wh(2_051)
    ),
    QuarantineReason.REGISTER_FELL: lambda village: village.reading(village.seller, export_wh=-1),
    QuarantineReason.ABOVE_CONNECTION_LIMIT: lambda village: village.reading(village.seller, export_wh=10_001),
}


@pytest.mark.parametrize("reason", FAULTS, ids=lambda reason: reason.name)
def test_a_faulty_reading_is_set_aside_and_never_minted(village: Village, reason: QuarantineReason) -> None:
    """The reason is told and kept with the claimed registers; the register stays, and nothing can be minted."""
    faulty = FAULTS[reason](village)

    told = village.delivers(faulty)

    assert reasons(told) == [reason]
    kept = reads.quarantine(village.connection, faulty.meter)
    claimed = (faulty.import_register_wh, faulty.export_register_wh)
    assert list(kept.values()) == [t.QuarantinedReading(reason, *claimed)]
    register = reads.register(village.connection, village.seller.meter)
    assert register == t.Register(village.interval, Wh(1_000), Wh(2_000))
    village.becomes_final()
    village.does(village.stranger, village.minting(village.seller.meter))
    assert reads.total_minted(village.connection) == 0


def test_the_connection_limit_itself_is_allowed(village: Village) -> None:
    """10 kW for an hour is 10,000 Wh, not one less."""
    told = village.delivers(village.reading(village.seller, import_wh=10_000, export_wh=10_000))

    assert reasons(told) == []


def test_a_late_reading_is_never_minted(village: Village) -> None:
    """When the grace period is over, an interval without a reading has none."""
    village.becomes_final()

    told = village.delivers(village.reading(village.seller, export_wh=50))

    assert reasons(told) == [QuarantineReason.LATE]
    village.does(village.stranger, village.minting(village.seller.meter))
    assert reads.total_minted(village.connection) == 0


def test_a_second_reading_of_an_interval_must_be_the_same(village: Village) -> None:
    """Equal registers in another batch are taken as known; others are a conflict, and the first reading stays."""
    village.delivers(village.reading(village.seller, export_wh=50))

    same = village.delivers(village.reading(village.seller, export_wh=50), village.reading(village.buyer))
    other = village.delivers(village.reading(village.seller, export_wh=60))

    assert (reasons(same), reasons(other)) == ([], [QuarantineReason.CONFLICT])
    first = reads.reading(village.connection, village.interval, village.seller.meter)
    assert first is not None
    assert first.export_wh == 50


def test_an_interval_behind_the_register_is_stale(village: Village) -> None:
    """What a meter counted before it was enrolled is not read."""
    earlier = UnixSeconds(village.interval - HOUR)

    told = village.delivers(village.reading(village.seller, export_wh=20, interval=earlier), interval=earlier)

    assert reasons(told) == [QuarantineReason.STALE]


def test_a_gap_moves_the_register_and_mints_nothing_for_the_hole(village: Village) -> None:
    """After a missed interval the sum of two hours is known and no hour of them; the next hour counts again."""
    later = next_interval(village)
    gap = village.delivers(village.reading(village.seller, export_wh=70, interval=later), interval=later)
    after = UnixSeconds(later + HOUR)
    village.delivers(village.reading(village.seller, export_wh=100, interval=after), interval=after)

    assert reasons(gap) == [QuarantineReason.GAP]
    assert reads.reading(village.connection, later, village.seller.meter) is None
    counted = reads.reading(village.connection, after, village.seller.meter)
    assert counted is not None
    assert counted.export_wh == 30


def test_a_batch_is_recorded_once(village: Village) -> None:
    """The same batch again is told as known; other content under its id is refused."""
    village.waits_until(village.interval + HOUR)
    batch = village.sealed(village.reading(village.seller, export_wh=50), village.reading(village.buyer, import_wh=9))
    village.does(village.service, village.delivering(batch))
    before = village.state()

    again = village.does(village.service, village.delivering(batch))

    assert [event for event in again if not isinstance(event, facts.OtherEvent)] == [
        facts.BatchAlreadyRecorded(batch.batch_id)
    ]
    assert village.state() == before
    other = replace(batch, readings=batch.readings[:1])
    assert village.is_refused(village.service, village.delivering(other)).name == "BatchIdReused"


def test_readings_come_from_the_gateway_after_the_interval(village: Village) -> None:
    """A batch before the end of its interval, or from another account, is refused."""
    batch = village.sealed(village.reading(village.seller))
    assert village.is_refused(village.service, village.delivering(batch)).name == "IntervalNotOver"
    village.waits_until(village.interval + HOUR)

    assert village.is_refused(village.seller.key, village.delivering(batch)).name == "NotGateway"


def test_a_watt_hour_is_minted_once(village: Village) -> None:
    """Minting waits until the reading is final, gives its producer exactly the export, and does so once."""
    village.delivers(village.reading(village.seller, export_wh=50), village.reading(village.buyer, import_wh=9))
    meters = (village.seller.meter, village.buyer.meter)
    assert village.is_refused(village.stranger, village.minting(*meters)).name == "NotFinal"
    village.becomes_final()

    told = village.does(village.stranger, village.minting(*meters))
    again = village.does(village.stranger, village.minting(*meters))

    owner = village.seller.key.public
    assert [event for event in told + again if isinstance(event, facts.Minted)] == [
        facts.Minted(village.seller.meter, village.interval, owner, Wh(2_000), Wh(50))
    ]
    assert reads.energy(village.connection, owner) == t.EnergySums(Wh(50), Wh(0), Wh(0))
    assert reads.total_minted(village.connection) == 50
