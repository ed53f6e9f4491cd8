"""`aip audit congestion`: will a zone draw more than its feeder carries?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from aipchain.ai.errors import PartMissing
from aipchain.cli.chains import BasePathOption, UrlOption, reading
from aipchain.cli.lookup import find_community
from aipchain.cli.output import AsJson, console, show_json, show_table
from aipchain.cli.quantities import format_energy, format_share, format_time, parse_energy
from aipchain.cli.suspicions import DAY_S, read_midnight, read_rate
from aipchain.cli.terms import CommunityArgument
from aipchain.errors import InputError
from aipchain.orchestrator.follow import catch_up
from aipchain.orchestrator.projection import Projection
from aipchain.runtime_bridge import reads
from aipchain.runtime_bridge.types import CommunityId, Permill
from aipchain.units import UnixSeconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aipchain.ai.forecasting.congestion import Alarm
    from aipchain.orchestrator.suspicion.zones import Feeder
    from aipchain.runtime_bridge.connection import Connection
    from aipchain.units import Wh

__all__ = ["congestion", "tell"]


def congestion(
    community: CommunityArgument,
    limit: Annotated[str, typer.Option(help="What the zone's feeder carries in one interval: 25kWh.")],
    first: Annotated[str, typer.Option("--from", help="First day, YYYY-MM-DD in UTC; today's is the last there is.")],
    days: Annotated[int, typer.Option(min=1, help="So many days, each as it was to be expected the day before.")] = 1,
    zone: Annotated[str, typer.Option(help="Name of the zone; needed if the community has several.")] = "",
    false_alarms: Annotated[str, typer.Option(help="Share of calm days on which an alarm may be raised.")] = "5%",
    url: UrlOption = None,
    base_path: BasePathOption = None,
    as_json: AsJson = False,
) -> None:
    """Say a day ahead whether the import of a zone goes above what its feeder carries, from finalised readings.

    Needs eight weeks of readings before the first day. Ends with exit code 0, whatever is to be expected.
    """
    start, share, limit_wh = read_midnight(first), read_rate(false_alarms), parse_energy("--limit", limit)
    with reading(url, base_path) as connection:
        feeder, alarms = _asked(connection, CommunityId(community), zone, limit_wh, start, days, share)
    if as_json:
        show_json(document(feeder, start, share, alarms))
    else:
        tell(feeder, start, share, alarms)


def document(feeder: Feeder, start: UnixSeconds, share: Permill, alarms: Sequence[Alarm]) -> dict[str, object]:
    """The alarms for programs."""
    return {
        "community": feeder.community,
        "zone": feeder.zone,
        "meters": len(feeder.meters),
        "limit_wh": feeder.limit_wh,
        "class": "observed",
        "false_alarms": share,
        "days": [
            {
                "day": at,
                "peak": at + alarm.step * feeder.interval_s,
                "chance": alarm.chance_ppm,
                "threshold": alarm.threshold_ppm,
                "alarm": alarm.raised,
                "reason": alarm.reason,
            }
            for at, alarm in _dated(start, alarms)
        ],
    }


def tell(feeder: Feeder, start: UnixSeconds, share: Permill, alarms: Sequence[Alarm]) -> None:
    """The alarms for people."""
    show_table(
        f"Zone {feeder.zone} of community {feeder.community}: {len(feeder.meters)} meters, "
        f"{format_energy(feeder.limit_wh)} in {feeder.interval_s // 60} minutes",
        ("most at", "chance", "alarm above", "alarm"),
        (
            (
                format_time(at + alarm.step * feeder.interval_s),
                _percent(alarm.chance_ppm),
                _percent(alarm.threshold_ppm),
                "ALARM" if alarm.raised else "",
            )
            for at, alarm in _dated(start, alarms)
        ),
    )
    console.print(f"Of class observed. {format_share(share)} of calm days may have an alarm, over months.")


def _asked(
    connection: Connection,
    community: CommunityId,
    zone: str,
    limit_wh: Wh,
    start: UnixSeconds,
    days: int,
    share: Permill,
) -> tuple[Feeder, list[Alarm]]:
    try:
        from aipchain.orchestrator.suspicion import zones  # noqa: PLC0415  # LightGBM comes with an extra
    except ModuleNotFoundError as error:
        raise PartMissing(error.name or "lightgbm", "ai") from error
    found = find_community(connection, community)
    name = _zone(found.zones, zone)
    meters = reads.meters(connection, connection.finalised().hash)
    feeder = zones.Feeder(
        community,
        found.interval_s,
        name,
        frozenset(
            number
            for number, each in meters.items()
            if (each.community, each.zone) == (community, found.zones.index(name))
        ),
        limit_wh,
    )
    projection = Projection(None, connection.genesis_hash)
    try:
        catch_up(connection, projection)
        return feeder, zones.congestion(projection, feeder, start, days, share / 1_000_000)
    finally:
        projection.close()


def _zone(zones: Sequence[str], name: str) -> str:
    if name in zones:
        return name
    if not name and len(zones) == 1:
        return zones[0]
    raise InputError(f"--zone {name!r} is no zone of this community: choose from {', '.join(zones)}")


def _dated(start: UnixSeconds, alarms: Sequence[Alarm]) -> list[tuple[UnixSeconds, Alarm]]:
    """Each alarm with the first second of its day."""
    return [(UnixSeconds(start + place * DAY_S), alarm) for place, alarm in enumerate(alarms)]


def _percent(ppm: int) -> str:
    return f"{ppm / 10_000:.1f} %"
