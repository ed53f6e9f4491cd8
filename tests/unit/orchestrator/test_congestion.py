"""Alarms of zones, from readings as the chain tells them."""

from collections.abc import Iterator

import numpy as np
import pytest

from aipchain.ai.panel import DAY_S
from aipchain.orchestrator.projection import Projection
from aipchain.orchestrator.suspicion.errors import DaysNotThere, ZoneUnknown
from aipchain.orchestrator.suspicion.zones import Feeder, congestion
from aipchain.runtime_bridge import facts
from aipchain.runtime_bridge.facts import Fact
from aipchain.runtime_bridge.types import CommunityId, MeterId
from aipchain.units import UnixSeconds, Wh

HERE = CommunityId(0)
MONDAY = UnixSeconds(1_475_452_800)
DAYS = 70
NORTH = frozenset({MeterId(0), MeterId(1)})
NEWCOMER, SOUTH = MeterId(1), MeterId(2)


def midnight(day: int) -> UnixSeconds:
    """The first second of a day."""
    return UnixSeconds(MONDAY + day * DAY_S)


@pytest.fixture(scope="module")
def projection() -> Iterator[Projection]:
    """Seventy days of hourly readings, ten of them of the newcomer: an evening peak near 2 kWh, exports at noon."""
    opened = Projection(None, bytes(32))
    meters = [facts.MeterEnrolled(meter, HERE, bytes([meter]) * 32) for meter in (*sorted(NORTH), SOUTH)]
    opened.fold(1, b"1" * 32, MONDAY, [Fact(0, 0, each) for each in meters])
    rng = np.random.default_rng(2)
    usual = np.where(np.arange(24) == 19, 1_800, 400)
    for day in range(DAYS):
        drawn = np.rint(usual * rng.uniform(0.9, 1.1, 24)).astype(int).tolist()
        told = [_hour(day, hour, wh) for hour, wh in enumerate(drawn)]
        opened.fold(day + 2, day.to_bytes(32, "big"), midnight(day + 1), [Fact(0, 0, each) for each in told])
    yield opened
    opened.close()


def _hour(day: int, hour: int, drawn: int) -> facts.ReadingsAccepted:
    """The newcomer gives 300 Wh at noon, and takes 100 Wh in the evening; the south draws a hundred times the north."""
    read = [(MeterId(0), Wh(drawn), Wh(0)), (SOUTH, Wh(100 * drawn), Wh(0))]
    if day >= DAYS - 10:
        read.append((NEWCOMER, Wh(100 if hour == 19 else 0), Wh(300 if hour == 12 else 0)))
    return facts.ReadingsAccepted(HERE, UnixSeconds(midnight(day) + hour * 3_600), tuple(read))


def feeder(limit_wh: int, meters: frozenset[MeterId] = NORTH) -> Feeder:
    """The zone in the north."""
    return Feeder(HERE, 3_600, "north", meters, Wh(limit_wh))


def test_a_zone_is_told_a_day_ahead(projection: Projection) -> None:
    """Of its own meters, and of a day without readings yet: the limit decides, and the evening is named."""
    (low,), (high,) = (congestion(projection, feeder(limit), midnight(DAYS), 1, 0.05) for limit in (1_000, 4_000))

    assert (low.raised, high.raised) == (True, False)
    assert low.step == 19
    assert low.reason.startswith("import of north is 100% likely to go above 1,000 Wh a step, most so at 19:00")
    assert high.reason.endswith(", and too unlikely for an alarm")


def test_what_comes_later_changes_no_earlier_day(projection: Projection) -> None:
    """A day is told as it was to be expected the day before, whenever it is asked for."""
    alone = congestion(projection, feeder(1_900), midnight(DAYS - 2), 1, 0.05)

    assert congestion(projection, feeder(1_900), midnight(DAYS - 2), 3, 0.05)[:1] == alone


def test_too_little_is_told_as_such(projection: Projection) -> None:
    """Of a zone without readings, or with less than eight weeks of them."""
    with pytest.raises(ZoneUnknown, match="zone 'north', as none of its meters was read before"):
        congestion(projection, feeder(9, frozenset({MeterId(9)})), midnight(60), 1, 0.05)
    with pytest.raises(ZoneUnknown, match="zone 'north', as 10 days are too few"):
        congestion(projection, feeder(9), midnight(10), 1, 0.05)


def test_days_after_tomorrow_are_refused(projection: Projection) -> None:
    """The day before must be over."""
    with pytest.raises(DaysNotThere):
        congestion(projection, feeder(9), midnight(DAYS), 2, 0.05)
