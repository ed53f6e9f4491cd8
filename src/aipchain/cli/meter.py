"""`aip meter`: the register of meters, what they read, and what was set aside."""

from collections.abc import Iterable
from typing import Annotated

import typer

from aipchain.cli.chains import BasePathOption, UrlOption, reading
from aipchain.cli.documents import document, hexed, plain
from aipchain.cli.errors import Misread
from aipchain.cli.lookup import find_community, find_meter, interval_start, of_community, read_hash
from aipchain.cli.output import AsJson, show_json, show_table
from aipchain.cli.quantities import format_energy, format_time, parse_energy
from aipchain.cli.signing import SigningOptions, event_of, read_account, signing, signs, tell
from aipchain.cli.terms import U32_MAX, AccountArgument, CommunityArgument, SourceName
from aipchain.errors import InputError
from aipchain.runtime_bridge import calls, facts, reads
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.keys import address_of
from aipchain.runtime_bridge.types import Community, CommunityId, MeterId, Reading
from aipchain.units import UnixSeconds

__all__ = ["app"]

DEFAULT_INTERVALS = 24
MOST_INTERVALS = 5_000
"""Intervals in one answer: more than half a year of hours, seven weeks of quarter hours."""

app = typer.Typer(no_args_is_help=True)

MeterArgument = Annotated[int, typer.Argument(min=0, max=U32_MAX, help="The number of the meter.")]


@app.command("list")
def list_(
    community: Annotated[int | None, typer.Option(min=0, max=U32_MAX, help="Only of this community.")] = None,
    url: UrlOption = None,
    base_path: BasePathOption = None,
    as_json: AsJson = False,
) -> None:
    """List the enrolled meters."""
    with reading(url, base_path) as connection:
        found = of_community(connection, community, reads.meters(connection))
    if as_json:
        show_json([document(each, meter=number) for number, each in found])
        return
    show_table(
        "Meters",
        ("id", "community", "owner", "source", "zone", "limit W"),
        (
            (
                number,
                each.community,
                address_of(each.owner),
                each.source.name.lower(),
                each.zone,
                each.connection_limit_w,
            )
            for number, each in found
        ),
    )


@app.command()
def show(
    meter: MeterArgument, url: UrlOption = None, base_path: BasePathOption = None, as_json: AsJson = False
) -> None:
    """Show a meter and its last trusted registers."""
    with reading(url, base_path) as connection:
        found = find_meter(connection, meter)
        register = reads.register(connection, MeterId(meter))
        aside = len(reads.quarantine(connection, MeterId(meter)))
        zones = find_community(connection, found.community).zones
    if as_json:
        show_json({**document(found, meter=meter), "register": plain(register), "quarantined": aside})
        return
    rows = [
        ("community", found.community),
        ("owner", address_of(found.owner)),
        ("device key", hexed(found.device_key)),
        ("source", found.source.name.lower()),
        ("zone", zones[found.zone] if found.zone < len(zones) else found.zone),
        ("connection limit", f"{found.connection_limit_w} W"),
        ("enrolled", format_time(found.enrolled_at)),
        ("readings set aside", aside),
    ]
    if register is not None:
        rows += [
            ("registers at", format_time(register.at)),
            ("import register", format_energy(register.import_wh)),
            ("export register", format_energy(register.export_wh)),
        ]
    show_table(f"Meter {meter}", ("what", "value"), rows)


@app.command()
def readings(
    meter: MeterArgument,
    first: Annotated[str | None, typer.Option("--from", help="Start of the first interval.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="End of the last interval; chain time if not given.")] = None,
    url: UrlOption = None,
    base_path: BasePathOption = None,
    as_json: AsJson = False,
) -> None:
    """Show a meter's accepted readings by interval: a day's worth of hours unless told otherwise."""
    with reading(url, base_path) as connection:
        community = find_community(connection, find_meter(connection, meter).community)
        now = reads.chain_time(connection)
        starts = _intervals(community, now, first, last)
        block = connection.finalised().hash
        every = [(start, reads.reading(connection, start, MeterId(meter), block)) for start in starts]
    found = [(start, each) for start, each in every if each is not None]
    if as_json:
        show_json([{**document(each, interval_start=start), "state": _state(each, now)} for start, each in found])
        return
    show_table(
        f"Readings of meter {meter}",
        ("interval", "import Wh", "export Wh", "state"),
        ((format_time(start), each.import_wh, each.export_wh, _state(each, now)) for start, each in found),
    )


@app.command()
def quarantine(
    meter: MeterArgument, url: UrlOption = None, base_path: BasePathOption = None, as_json: AsJson = False
) -> None:
    """Show a meter's readings that were set aside, and why."""
    with reading(url, base_path) as connection:
        find_meter(connection, meter)
        found = sorted(reads.quarantine(connection, MeterId(meter)).items())
    rows = [
        {
            "interval_start": start,
            "batch_id": hexed(batch),
            "reason": each.reason.name.lower(),
            "import_register_wh": each.import_register_wh,
            "export_register_wh": each.export_register_wh,
        }
        for (start, batch), each in found
    ]
    if as_json:
        show_json(rows)
        return
    show_table(
        f"Readings of meter {meter} set aside",
        ("interval", "reason", "import register Wh", "export register Wh"),
        (
            (
                format_time(start),
                each.reason.name.lower().replace("_", " "),
                each.import_register_wh,
                each.export_register_wh,
            )
            for (start, _), each in found
        ),
    )


@app.command()
@signs
def enrol(
    community: CommunityArgument,
    owner: AccountArgument,
    device_key: Annotated[str, typer.Option(help="The device's public key, ed25519: 0x and 64 digits.")],
    connection_limit: Annotated[int, typer.Option(min=0, max=U32_MAX, help="What the connection carries [W].")],
    source: Annotated[SourceName, typer.Option(help="What stands behind its export.")] = SourceName.SOLAR,
    zone: Annotated[str | None, typer.Option(help="Its zone by name; the first one if not given.")] = None,
    import_register: Annotated[str, typer.Option(help="The import register then.")] = "0Wh",
    export_register: Annotated[str, typer.Option(help="The export register then.")] = "0Wh",
    reads_from: Annotated[
        str | None, typer.Option(help="Start of its first interval; the next one if not given.")
    ] = None,
    *,
    by: SigningOptions,
    as_json: AsJson = False,
) -> None:
    """Enrol a member's meter; a steward signs."""
    device = read_hash("--device-key", device_key)
    imported = parse_energy("--import-register", import_register)
    exported = parse_energy("--export-register", export_register)
    with signing(by) as signatory:
        connection = signatory.connection
        found = find_community(connection, community)
        start = _reads_from(connection, found, reads_from)
        call = calls.enrol_meter(
            connection.metadata,
            community=CommunityId(community),
            owner=read_account(connection, owner),
            device_key=device,
            zone=_zone(found, zone),
            source=source.source,
            connection_limit_w=connection_limit,
            import_register_wh=imported,
            export_register_wh=exported,
            reads_from=start,
        )
        outcome = signatory.submit(call)
    event = event_of(outcome, facts.MeterEnrolled)
    number = "" if event is None else f" {event.meter}"
    tell(outcome, f"meter{number} is enrolled in community {community} and counts from {format_time(start)}", as_json)


def _state(reading: Reading, now: UnixSeconds) -> str:
    return "final" if now >= reading.final_at else "provisional"


def _intervals(community: Community, now: UnixSeconds, first: str | None, last: str | None) -> Iterable[UnixSeconds]:
    """List the starts of the intervals asked for; without a first one, the last `DEFAULT_INTERVALS`."""
    step = community.interval_s
    end = now - now % step if last is None else interval_start(community, "--to", last)
    start = end - DEFAULT_INTERVALS * step if first is None else interval_start(community, "--from", first)
    if first is not None and start >= end:
        raise InputError(
            f"there is no interval between --from {first} and {format_time(end)}: choose an earlier --from"
        )
    if end - start > MOST_INTERVALS * step:
        raise InputError(f"that is more than {MOST_INTERVALS} intervals: give --from and --to closer together")
    return (UnixSeconds(at) for at in range(max(start, 0), end, step))


def _zone(community: Community, name: str | None) -> int:
    if name is None:
        return 0
    if name not in community.zones:
        raise Misread("--zone", name, f"the zones of this community are {', '.join(community.zones)}")
    return community.zones.index(name)


def _reads_from(connection: Connection, community: Community, text: str | None) -> UnixSeconds:
    if text is not None:
        return interval_start(community, "--reads-from", text)
    now = reads.chain_time(connection)
    return UnixSeconds(now - now % community.interval_s + community.interval_s)
