"""`aip community`: who belongs to a community, what it lives by, and what its stewards do."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import typer

from aipchain.cli.chains import BasePathOption, UrlOption, reading
from aipchain.cli.documents import document, plain
from aipchain.cli.lookup import find_community, plugin_label
from aipchain.cli.output import AsJson, show_json, show_table
from aipchain.cli.quantities import format_span, format_time, parse_share, parse_span
from aipchain.cli.signing import (
    SigningOptions,
    YesOption,
    confirm,
    event_of,
    read_account,
    signing,
    signs,
    tell,
)
from aipchain.cli.terms import (
    AccountArgument,
    CommunityArgument,
    RoleName,
    TrackName,
    describe_parameters,
    describe_track,
    track_settings,
)
from aipchain.errors import InputError
from aipchain.runtime_bridge import calls, facts, reads
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.keys import address_of
from aipchain.runtime_bridge.metadata import Call
from aipchain.runtime_bridge.outcomes import Outcome
from aipchain.runtime_bridge.types import Community, CommunityId, Epoch, Parameters, Role, Slot, TrackKind

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)

RoleArgument = Annotated[RoleName, typer.Argument(help="What the account may do.")]


@dataclass(frozen=True, slots=True)
class Person:
    """An account of a community: a member with its index, or a service without one."""

    account: bytes
    member: int | None
    since: int | None
    roles: tuple[str, ...]


@app.command("list")
def list_(url: UrlOption = None, base_path: BasePathOption = None, as_json: AsJson = False) -> None:
    """List the communities of a chain."""
    with reading(url, base_path) as connection:
        found = sorted(reads.communities(connection).items())
    if as_json:
        show_json([document(each, community=number) for number, each in found])
        return
    show_table(
        "Communities",
        ("id", "name", "members", "stewards", "interval", "epoch", "founded"),
        (
            (
                number,
                each.name,
                each.members,
                each.stewards,
                format_span(each.interval_s),
                format_span(each.epoch_s),
                format_time(each.founded_at),
            )
            for number, each in found
        ),
    )


@app.command()
def show(
    community: CommunityArgument, url: UrlOption = None, base_path: BasePathOption = None, as_json: AsJson = False
) -> None:
    """Show what a community lives by: its parameters, its tracks, and the plugins in force."""
    with reading(url, base_path) as connection:
        number, found = CommunityId(community), find_community(connection, community)
        if as_json:
            show_json(_whole_document(connection, number, found))
        else:
            show_table(f"Community {community}", ("what", "value"), _whole_table(connection, number, found))


@app.command()
def members(
    community: CommunityArgument, url: UrlOption = None, base_path: BasePathOption = None, as_json: AsJson = False
) -> None:
    """List members, and the accounts that serve the community without being members."""
    with reading(url, base_path) as connection:
        find_community(connection, community)
        listed = _everybody(connection, CommunityId(community))
    if as_json:
        show_json([document(each) for each in listed])
        return
    show_table(
        f"Members and services of community {community}",
        ("member", "account", "roles", "since"),
        (
            (
                "-" if each.member is None else each.member,
                address_of(each.account),
                ", ".join(each.roles),
                "-" if each.since is None else format_time(each.since),
            )
            for each in listed
        ),
    )


@app.command()
@signs
def found(
    name: Annotated[str, typer.Argument(help="Its name, at most 64 bytes.")],
    zones: Annotated[list[str] | None, typer.Option("--zone", help="A zone of the grid; may be repeated.")] = None,
    interval: Annotated[str, typer.Option(help="Length of a delivery interval: 15min or 1h.")] = "1h",
    epoch: Annotated[str, typer.Option(help="Votes take effect at the start of an epoch of this length.")] = "1d",
    gate_closure: Annotated[str, typer.Option(help="Orders are taken until so long before delivery.")] = "15min",
    clearing_window: Annotated[str, typer.Option(help="A clearing is taken for so long from then on.")] = "5min",
    grace: Annotated[str, typer.Option(help="Readings become final so long after the interval.")] = "15min",
    collateral: Annotated[str, typer.Option(help="Share of its value that an offer holds back.")] = "10%",
    *,
    by: SigningOptions,
    as_json: AsJson = False,
) -> None:
    """Found a community; the account that signs becomes its steward."""
    if not name.strip():
        raise InputError("a community needs a name")
    interval_s, epoch_s = parse_span("--interval", interval), parse_span("--epoch", epoch)
    parameters = Parameters(
        gate_closure_s=parse_span("--gate-closure", gate_closure),
        clearing_window_s=parse_span("--clearing-window", clearing_window),
        grace_s=parse_span("--grace", grace),
        collateral=parse_share("--collateral", collateral),
    )
    with signing(by) as signatory:
        call = calls.found(
            signatory.connection.metadata,
            name=name,
            interval_s=interval_s,
            epoch_s=epoch_s,
            zones=tuple(zones or ("main",)),
            parameters=parameters,
            steward=signatory.key.public,
        )
        outcome = signatory.submit(call)
    event = event_of(outcome, facts.Founded)
    number = "" if event is None else f" {event.community}"
    tell(outcome, f"community{number} {name!r} is founded, its steward is {signatory.key.address}", as_json)


@app.command()
@signs
def admit(
    community: CommunityArgument,
    account: AccountArgument,
    roles: Annotated[list[RoleName] | None, typer.Option("--role", help="Consumer if none is given.")] = None,
    *,
    by: SigningOptions,
    as_json: AsJson = False,
) -> None:
    """Make an account a member; a steward signs."""
    wanted = tuple(dict.fromkeys(roles or (RoleName.CONSUMER,)))
    make = partial(calls.admit, roles=[role.role for role in wanted])
    who, outcome = _about_account(by, community, account, make)
    told = ", ".join(role.value for role in wanted)
    tell(outcome, f"{who} is a member of community {community} ({told})", as_json)


@app.command()
@signs
def grant(
    community: CommunityArgument,
    account: AccountArgument,
    role: RoleArgument,
    *,
    by: SigningOptions,
    as_json: AsJson = False,
) -> None:
    """Give an account a role; it need not be a member. A steward signs."""
    who, outcome = _about_account(by, community, account, partial(calls.grant_role, role=role.role))
    tell(outcome, f"{who} has the role {role.value} in community {community}", as_json)


@app.command()
@signs
def revoke(
    community: CommunityArgument,
    account: AccountArgument,
    role: RoleArgument,
    *,
    by: SigningOptions,
    as_json: AsJson = False,
) -> None:
    """Take a role from an account; a steward signs."""
    who, outcome = _about_account(by, community, account, partial(calls.revoke_role, role=role.role))
    tell(outcome, f"{who} no longer has the role {role.value} in community {community}", as_json)


@app.command()
@signs
def leave(
    community: CommunityArgument,
    yes: YesOption = False,
    *,
    by: SigningOptions,
    as_json: AsJson = False,
) -> None:
    """Give up your membership and all your roles."""
    with signing(by) as signatory:
        name = find_community(signatory.connection, community).name
        confirm(f"{signatory.key.address} gives up its membership of {name!r} and all its roles there. Sign?", yes)
        outcome = signatory.submit(calls.leave(signatory.connection.metadata, community=CommunityId(community)))
    tell(outcome, f"{signatory.key.address} has left community {community}", as_json)


@app.command("set-track")
@signs
def set_track(
    community: CommunityArgument,
    kind: Annotated[TrackName, typer.Argument(help="The decisions it is for.")],
    notice: Annotated[str, typer.Option(help="Voting begins so long after a proposal.")] = "1h",
    decide: Annotated[str, typer.Option(help="Voting lasts so long.")] = "1d",
    confirm_for: Annotated[str, typer.Option("--confirm", help="A vote must pass for so long without a break.")] = "1h",
    timelock: Annotated[str, typer.Option(help="What is approved waits so long.")] = "1h",
    min_turnout: Annotated[str, typer.Option(help="Share of the members that must vote.")] = "30%",
    min_approval: Annotated[str, typer.Option(help="More than this share of the votes must be for it.")] = "50%",
    *,
    by: SigningOptions,
    as_json: AsJson = False,
) -> None:
    """Say how decisions of one kind are voted on, once; later a vote changes it. A steward signs."""
    settings = track_settings(
        notice=notice,
        decide=decide,
        confirm=confirm_for,
        timelock=timelock,
        min_turnout=min_turnout,
        min_approval=min_approval,
    )
    with signing(by) as signatory:
        find_community(signatory.connection, community)
        metadata = signatory.connection.metadata
        call = calls.set_track(metadata, community=CommunityId(community), kind=kind.kind, settings=settings)
        outcome = signatory.submit(call)
    tell(outcome, f"community {community} votes on {kind.value} decisions: {describe_track(settings)}", as_json)


def _about_account(by: SigningOptions, community: int, account: str, make: Callable[..., Call]) -> tuple[str, Outcome]:
    """Sign what `make` makes of a community and an account; gives the account's address with what became of it."""
    with signing(by) as signatory:
        connection, number = signatory.connection, CommunityId(community)
        find_community(connection, community)
        who = read_account(connection, account)
        return address_of(who), signatory.submit(make(connection.metadata, community=number, account=who))


def _everybody(connection: Connection, community: CommunityId) -> list[Person]:
    """List members in the order they joined, then the services that are no members."""
    joined, held = reads.members(connection, community), reads.role_holders(connection, community)
    ordered = sorted(joined.items(), key=lambda entry: entry[1].index)
    members = [Person(account, each.index, each.since, _names(held.get(account))) for account, each in ordered]
    services = sorted(account for account in held if account not in joined)
    return members + [Person(account, None, None, _names(held[account])) for account in services]


def _names(roles: frozenset[Role] | None) -> tuple[str, ...]:
    return tuple(role.name.lower().replace("_", "-") for role in sorted(roles or ()))


def _whole_document(connection: Connection, number: CommunityId, community: Community) -> dict[str, object]:
    return {
        **document(community, community=number),
        "chain_time": reads.chain_time(connection),
        "parameters": plain(reads.parameter_set(connection, number)),
        "tracks": {kind.name.lower(): plain(reads.track(connection, number, kind)) for kind in TrackKind},
        "slots": {slot.name.lower(): plain(reads.slot(connection, number, slot)) for slot in Slot},
    }


def _whole_table(connection: Connection, number: CommunityId, community: Community) -> list[tuple[str, str]]:
    rows = [
        ("name", community.name),
        ("members, stewards", f"{community.members}, {community.stewards}"),
        ("interval, epoch", f"{format_span(community.interval_s)}, {format_span(community.epoch_s)}"),
        ("zones", ", ".join(community.zones)),
        ("founded", format_time(community.founded_at)),
    ]
    epoch = Epoch(reads.chain_time(connection) // community.epoch_s)
    parameters = reads.parameter_set(connection, number)
    if parameters is not None:
        rows.append(("parameters", describe_parameters(parameters.at(epoch))))
        if parameters.pending is not None and epoch < parameters.pending[2]:
            from_time = format_time(parameters.pending[2] * community.epoch_s)
            rows.append((f"parameters from {from_time}", describe_parameters(parameters.pending[0])))
    for kind in TrackKind:
        track = reads.track(connection, number, kind)
        rows.append((f"{kind.name.lower()} track", describe_track(track.settings) if track else "not set"))
    for slot in Slot:
        state = reads.slot(connection, number, slot)
        rows.append((f"{slot.name.lower()} plugin", plugin_label(connection, state.at(epoch)) if state else "none"))
    return rows
