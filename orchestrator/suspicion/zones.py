"""Will a zone draw more than its feeder carries? Peak-hour alarms for days to come or past, from the zone's meters.

What a zone draws is the import of its meters less their export, never below zero. A meter counts from its first reading
on; before, the zone was without it. Nothing here knows what a feeder carries: whoever asks says it.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from aipchain.ai.errors import UnusablePanel
from aipchain.ai.forecasting.aggregate import import_of
from aipchain.ai.forecasting.aggregate_total import CommunityTotal
from aipchain.ai.forecasting.congestion import Alarm, Zone, zone_alarms
from aipchain.ai.panel import DAY_S, Panel
from aipchain.orchestrator.projection import Projection
from aipchain.orchestrator.suspicion.errors import DaysNotThere, ZoneUnknown
from aipchain.orchestrator.suspicion.panels import metered
from aipchain.runtime_bridge.types import CommunityId, MeterId
from aipchain.units import UnixSeconds, Wh

__all__ = ["Feeder", "congestion"]

_LEAST_CHANCE_PPM: Final = 10_000
"""Below one in a hundred nobody is alarmed, though it be more than calm days had."""


@dataclass(frozen=True, slots=True)
class Feeder:
    """A zone of a community with intervals of `interval_s`: its meters, and what its feeder carries in one [Wh]."""

    community: CommunityId
    interval_s: int
    zone: str
    meters: frozenset[MeterId]
    limit_wh: Wh


def congestion(
    projection: Projection, feeder: Feeder, first_day: UnixSeconds, days: int, false_alarms: float
) -> list[Alarm]:
    """What is said of each day, a day ahead: an alarm or none. The last may be the day that is not over.

    :param false_alarms: share of calm days on which an alarm may be raised.
    :raises DaysNotThere: a day is later, so that the day before it is not known.
    :raises ZoneUnknown: the zone was read for too few days before, or not at all in the last weeks.
    """
    last = UnixSeconds(projection.rows("SELECT max(at) FROM blocks")[0][0])
    midnight = UnixSeconds(last // DAY_S * DAY_S)
    until = UnixSeconds(min(midnight, first_day + days * DAY_S))
    found = metered(projection, feeder.community, feeder.interval_s, until, feeder.meters)
    if found is None or first_day <= found[0].start:
        raise ZoneUnknown(feeder.zone, "none of its meters was read before")
    if first_day + (days - 1) * DAY_S > midnight:
        raise DaysNotThere(found[0].start, last)
    drawn = import_of(*(_since_joined(panel) for panel in found))
    first = (first_day - drawn.start) // DAY_S
    zone = Zone(feeder.zone, found[0].homes, feeder.limit_wh)
    try:
        fitted = CommunityTotal().fit(drawn.until(first))
        return [_likely(each) for each in zone_alarms(zone, fitted, drawn, range(first, first + days), false_alarms)]
    except UnusablePanel as fault:
        raise ZoneUnknown(feeder.zone, str(fault)) from fault


def _likely(alarm: Alarm) -> Alarm:
    """The alarm, taken back where its chance is next to nothing."""
    if not alarm.raised or alarm.chance_ppm >= _LEAST_CHANCE_PPM:
        return alarm
    return replace(alarm, raised=False, reason=f"{alarm.reason}, and too unlikely for an alarm")


def _since_joined(panel: Panel) -> Panel:
    """The panel with nothing drawn before a meter's first reading, in place of gaps."""
    read = ~panel.missing.reshape(len(panel.homes), -1)
    joined = np.maximum.accumulate(read, axis=1).reshape(panel.missing.shape)
    return Panel(panel.homes, panel.start, panel.energy_wh, panel.missing & joined)
