"""Peak-hour alarms of zones on the test days: how many that were due were raised, and how many on calm days.

Zones are made for the benchmark, of five homes each in the order of the pack. Their limit is what one in ten days of
the first half year went above, by the import of the zone after its own generation.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from aipchain.ai.benchmark.homes import HomesYear
from aipchain.ai.benchmark.walk_forward import TEST, Fold, folds
from aipchain.ai.executors.executor import Executor
from aipchain.ai.forecasting.aggregate import import_of
from aipchain.ai.forecasting.aggregate_total import CommunityTotal
from aipchain.ai.forecasting.congestion import Alarm, Zone, zone_alarms
from aipchain.ai.panel import Panel
from aipchain.units import Wh

__all__ = ["FALSE_ALARM_RATE", "zone_scores", "zones_of"]

FALSE_ALARM_RATE: Final = 0.05
"""On so many calm days an alarm may be raised."""

_BASE_DAYS: Final = 182
_ZONE_HOMES: Final = 5
_LIMIT: Final = 0.9
"""Quantile of the daily peaks of the base days."""

_Shared = tuple[CommunityTotal, list[tuple[Zone, Panel]]]


def zone_scores(year: HomesYear, executor: Executor, days: range = TEST, seed: int = 0) -> dict[str, object]:
    """Shares over the days of all zones, and the area under the curve of the chance, mean over zones."""
    zones, parts = zones_of(year), list(folds(days))
    pieces = [(place, fold) for place in range(len(zones)) for fold in parts]
    told = list(executor.map(_alarms, pieces, (CommunityTotal(seed=seed), zones)))
    over = np.stack([drawn.energy_wh[0, days.start : days.stop].max(axis=1) > zone.limit_wh for zone, drawn in zones])
    alarms = [alarm for part in told for alarm in part]
    raised = np.array([alarm.raised for alarm in alarms]).reshape(over.shape)
    chance = np.array([alarm.chance_ppm for alarm in alarms]).reshape(over.shape)
    return {
        "limits_wh": {zone.name: int(zone.limit_wh) for zone, _ in zones},
        "days_above": int(over.sum()),
        "days_calm": int((~over).sum()),
        "stated_false_alarm_rate": FALSE_ALARM_RATE,
        "false_alarm_rate": _share(raised[~over]),
        "recall": _share(raised[over]),
        "auc": round(float(np.mean([_auc(said, was) for said, was in zip(chance, over, strict=True)])), 4),
    }


def zones_of(year: HomesYear) -> list[tuple[Zone, Panel]]:
    """Zones, each with its import."""
    homes = year.core_load.homes
    parts = [homes[first : first + _ZONE_HOMES] for first in range(0, len(homes), _ZONE_HOMES)]
    return [_zone(year, f"zone {number}", part) for number, part in enumerate(parts, start=1)]


def _zone(year: HomesYear, name: str, homes: tuple[str, ...]) -> tuple[Zone, Panel]:
    drawn = import_of(year.load.of_homes(homes), year.generation.of_homes(homes))
    highest = drawn.energy_wh[0, :_BASE_DAYS].max(axis=1)
    return Zone(name, homes, Wh(int(np.quantile(highest, _LIMIT)))), drawn


def _alarms(shared: _Shared, piece: tuple[int, Fold]) -> list[Alarm]:
    (forecaster, zones), (place, fold) = shared, piece
    zone, drawn = zones[place]
    fitted = forecaster.fit(drawn.until(fold.days.start))
    return zone_alarms(zone, fitted, drawn.until(fold.days.stop), fold.days, FALSE_ALARM_RATE)


def _share(raised: NDArray[np.bool_]) -> float:
    return round(float(raised.mean()), 4) if len(raised) else 0.0


def _auc(said: NDArray[np.int64], was: NDArray[np.bool_]) -> float:
    """Chance that a day above the limit was given more than a calm one (Mann and Whitney 1947)."""
    above, calm = said[was][:, None], said[~was][None]
    return float(np.mean((above > calm) + (above == calm) / 2)) if above.size and calm.size else 0.5
