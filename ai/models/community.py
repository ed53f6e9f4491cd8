"""What all homes of a panel together will use on a day, and when their peak comes; learned anew from the days before.

Homes whose meters seem to see the net only are left out: their load is not known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from aipchain.ai.errors import UnusablePanel
from aipchain.ai.forecasting.aggregate_total import FEWEST_DAYS, CommunityTotal
from aipchain.ai.forecasting.peak import Peak, peaks
from aipchain.ai.forecasting.quantiles import LEVELS, whole_wh
from aipchain.ai.models.meters import without_homes_seen_net
from aipchain.ai.panel import Panel

__all__ = ["CommunityDay", "community_day", "community_document"]


@dataclass(frozen=True, slots=True)
class CommunityDay:
    """The energy of `homes` together by step at quantiles 0.1 to 0.9 [Wh], and their peak."""

    day: date
    homes: tuple[str, ...]
    left_out: Sequence[str]
    quantiles_wh: tuple[tuple[int, ...], ...]
    peak: Peak


def community_day(panel: Panel, day: date) -> CommunityDay:
    """Forecast a day of the panel or the one after its last, reading only what lies before it.

    :raises UnusablePanel: the day cannot be forecast, or no home is left.
    """
    place = _place(panel, day)
    past, left_out = without_homes_seen_net(panel.until(place))
    fitted = CommunityTotal().fit(past)
    told = whole_wh(fitted.forecast(past, [place])[0, 0])
    (peak,) = peaks(fitted, past, [place])
    return CommunityDay(day, past.homes, left_out, tuple(tuple(step) for step in told.tolist()), peak)


def community_document(told: CommunityDay) -> dict[str, object]:
    """A community's day as JSON: energy [Wh] by step of the day, at each of the levels."""
    peak = {"step": told.peak.step, "chance_ppm": told.peak.chance_ppm, "size_wh": told.peak.size_wh}
    return {
        "day": told.day.isoformat(),
        "levels": LEVELS,
        "homes": told.homes,
        "left_out": list(told.left_out),
        "quantiles_wh": told.quantiles_wh,
        "peak": peak,
    }


def _place(panel: Panel, day: date) -> int:
    place, first, last = panel.day_of(day), panel.date_of(FEWEST_DAYS), panel.date_of(panel.days)
    if first > last:
        raise UnusablePanel(f"{panel.days} days are too few to forecast a community: give {FEWEST_DAYS}")
    if not FEWEST_DAYS <= place <= panel.days:
        raise UnusablePanel(f"{day} cannot be forecast from what was measured: choose a day from {first} to {last}")
    return place
