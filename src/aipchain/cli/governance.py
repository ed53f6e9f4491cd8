"""`aip propose` and `aip vote`: what a community may change, and what a ballot binds its voter to."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from aipchain.cli.bundles import BundleArgument, PluginsOption, SettingsOption, SlotOption, plugin_change
from aipchain.cli.chains import BasePathOption, UrlOption, reading
from aipchain.cli.documents import document, hexed
from aipchain.cli.grid import ChargesOption, LinesOption, read_grid
from aipchain.cli.lookup import find_community, of_community, read_hash
from aipchain.cli.output import AsJson, show_json, show_table
from aipchain.cli.quantities import parse_share, parse_span
from aipchain.cli.signing import (
    Signatory,
    SigningOptions,
    YesOption,
    confirm,
    event_of,
    signing,
    signs,
    tell,
)
from aipchain.cli.terms import (
    U32_MAX,
    CommunityArgument,
    TrackName,
)
from aipchain.cli.wording import describe_change, describe_content, describe_progress, state_name
from aipchain.errors import InputError, StateError
from aipchain.governance.proposals import draft, read_proposal, vote_call
from aipchain.runtime_bridge import calls, facts, reads
from aipchain.runtime_bridge.bindings import binding_hash
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.keys import address_of
from aipchain.runtime_bridge.outcomes import Outcome
from aipchain.runtime_bridge.types import (
    Change,
    CommunityId,
    Parameters,
    ParametersChange,
    Proposal,
    ProposalId,
    TrackChange,
    TrackSettings,
)

__all__ = ["propose", "vote"]

propose = typer.Typer(no_args_is_help=True)

T = TypeVar("T")

ProposalArgument = Annotated[int, typer.Argument(min=0, max=U32_MAX, help="The number of the proposal.")]
ReplacesOption = Annotated[
    str | None,
    typer.Option(help="Binding hash that the change replaces; refused unless it stands then. Read now if not given."),
]


@propose.command()
@signs
def plugin(
    community: CommunityArgument,
    name: BundleArgument,
    slot: SlotOption = None,
    settings: SettingsOption = None,
    charges: ChargesOption = None,
    lines: LinesOption = None,
    plugins: PluginsOption = None,
    replaces: ReplacesOption = None,
    *,
    by: SigningOptions,
    as_json: AsJson = False,
) -> None:
    """Propose to put a plugin into its slot; a member signs."""
    _, change = plugin_change(name, plugins or (), slot, settings or (), read_grid(charges or (), lines or ()))
    with signing(by) as signatory:
        find_community(signatory.connection, community)
        _propose(signatory, CommunityId(community), change, replaces, as_json)


@propose.command()
@signs
def parameters(
    community: CommunityArgument,
    gate_closure: Annotated[str | None, typer.Option(help="Orders are taken until so long before delivery.")] = None,
    clearing_window: Annotated[str | None, typer.Option(help="A clearing is taken for so long from then on.")] = None,
    grace: Annotated[str | None, typer.Option(help="Readings become final so long after the interval.")] = None,
    collateral: Annotated[str | None, typer.Option(help="Share of its value that an offer holds back.")] = None,
    replaces: ReplacesOption = None,
    *,
    by: SigningOptions,
    as_json: AsJson = False,
) -> None:
    """Propose other parameters; what is not given stays as it is. A member signs."""
    with signing(by) as signatory:
        number = CommunityId(community)
        find_community(signatory.connection, community)
        now = _newest_parameters(signatory.connection, number)
        wanted = Parameters(
            gate_closure_s=_given(parse_span, "--gate-closure", gate_closure, now.gate_closure_s),
            clearing_window_s=_given(parse_span, "--clearing-window", clearing_window, now.clearing_window_s),
            grace_s=_given(parse_span, "--grace", grace, now.grace_s),
            collateral=_given(parse_share, "--collateral", collateral, now.collateral),
        )
        _propose(signatory, number, ParametersChange(wanted), replaces, as_json)


@propose.command()
@signs
def track(
    community: CommunityArgument,
    kind: Annotated[TrackName, typer.Argument(help="The decisions it is for.")],
    notice: Annotated[str | None, typer.Option(help="Voting begins so long after a proposal.")] = None,
    decide: Annotated[str | None, typer.Option(help="Voting lasts so long.")] = None,
    confirm_for: Annotated[
        str | None, typer.Option("--confirm", help="A vote must pass for so long without a break.")
    ] = None,
    timelock: Annotated[str | None, typer.Option(help="What is approved waits so long.")] = None,
    min_turnout: Annotated[str | None, typer.Option(help="Share of the members that must vote.")] = None,
    min_approval: Annotated[str | None, typer.Option(help="More than this share of the votes must be for it.")] = None,
    replaces: ReplacesOption = None,
    *,
    by: SigningOptions,
    as_json: AsJson = False,
) -> None:
    """Propose another way to decide; what is not given stays as it is. A member signs."""
    with signing(by) as signatory:
        number = CommunityId(community)
        find_community(signatory.connection, community)
        found = reads.track(signatory.connection, number, kind.kind)
        if found is None:
            raise InputError(f"the {kind.value} track is not set yet: its steward runs `aip community set-track` first")
        now = found.settings
        wanted = TrackSettings(
            notice_s=_given(parse_span, "--notice", notice, now.notice_s),
            decide_s=_given(parse_span, "--decide", decide, now.decide_s),
            confirm_s=_given(parse_span, "--confirm", confirm_for, now.confirm_s),
            timelock_s=_given(parse_span, "--timelock", timelock, now.timelock_s),
            min_turnout=_given(parse_share, "--min-turnout", min_turnout, now.min_turnout),
            min_approval=_given(parse_share, "--min-approval", min_approval, now.min_approval),
        )
        _propose(signatory, number, TrackChange(kind.kind, wanted), replaces, as_json)


@propose.command("list")
def list_(
    community: Annotated[int | None, typer.Option(min=0, max=U32_MAX, help="Only of this community.")] = None,
    url: UrlOption = None,
    base_path: BasePathOption = None,
    as_json: AsJson = False,
) -> None:
    """List proposals."""
    with reading(url, base_path) as connection:
        found = of_community(connection, community, reads.proposals(connection))
        if as_json:
            show_json([document(each, proposal=number) for number, each in found])
            return
        rows = [
            (
                number,
                each.community,
                describe_change(connection, each.change),
                f"{each.ayes} for, {each.nays} against of {each.electorate}",
                state_name(each),
            )
            for number, each in found
        ]
    show_table("Proposals", ("id", "community", "change", "votes", "state"), rows)


@propose.command()
def show(
    proposal: ProposalArgument, url: UrlOption = None, base_path: BasePathOption = None, as_json: AsJson = False
) -> None:
    """Show a proposal: what it changes, what its votes bind to, how it stands and what comes next."""
    with reading(url, base_path) as connection:
        found = read_proposal(connection, ProposalId(proposal))
        if as_json:
            ballots = reads.ballots(connection, ProposalId(proposal))
            voted = {address_of(account): aye for account, aye in sorted(ballots.items())}
            show_json({**document(found, proposal=proposal), "ballots": voted})
            return
        epoch_s = find_community(connection, found.community).epoch_s
        rows = [*describe_content(connection, found), *describe_progress(found, epoch_s, reads.chain_time(connection))]
    show_table(f"Proposal {proposal}", ("what", "value"), rows)


@propose.command()
@signs
def advance(
    proposal: ProposalArgument,
    *,
    by: SigningOptions,
    as_json: AsJson = False,
) -> None:
    """Take the step of a proposal that is due: approve, reject or enact it. Anyone may sign."""
    with signing(by) as signatory:
        read_proposal(signatory.connection, ProposalId(proposal))
        outcome = signatory.submit(calls.advance(signatory.connection.metadata, proposal=ProposalId(proposal)))
        stands = read_proposal(signatory.connection, ProposalId(proposal))
    tell(outcome, f"proposal {proposal} is {state_name(stands)}", as_json)


@propose.command()
@signs
def cancel(
    proposal: ProposalArgument,
    *,
    by: SigningOptions,
    as_json: AsJson = False,
) -> None:
    """Take a proposal of yours back before it is approved."""
    with signing(by) as signatory:
        read_proposal(signatory.connection, ProposalId(proposal))
        outcome = signatory.submit(calls.cancel(signatory.connection.metadata, proposal=ProposalId(proposal)))
    tell(outcome, f"proposal {proposal} is cancelled", as_json)


@signs
def vote(
    proposal: ProposalArgument,
    aye: Annotated[bool | None, typer.Option("--aye/--nay", help="For or against it; one must be given.")] = None,
    yes: YesOption = False,
    *,
    by: SigningOptions,
    as_json: AsJson = False,
) -> None:
    """Vote on a proposal, once. Shows first what the vote binds to, in words."""
    if aye is None:
        raise InputError("say how you vote: --aye or --nay")
    with signing(by) as signatory:
        found = read_proposal(signatory.connection, ProposalId(proposal))
        _check_binding(proposal, found)
        if not as_json:
            rows = describe_content(signatory.connection, found)
            show_table(f"Proposal {proposal}: your vote binds to exactly this", ("what", "value"), rows)
        side = "for" if aye else "against"
        confirm(f"{signatory.key.address} votes {side} proposal {proposal}, which cannot be taken back. Sign?", yes)
        outcome = signatory.submit(vote_call(signatory.connection, ProposalId(proposal), aye))
        stands = read_proposal(signatory.connection, ProposalId(proposal))
    tell(
        outcome,
        f"voted {side} proposal {proposal}: {stands.ayes} for, {stands.nays} against of {stands.electorate}",
        as_json,
    )


def _given(parse: Callable[[str, str], T], option: str, text: str | None, now: T) -> T:
    """Read what an option says; without it things stay as they are `now`."""
    return now if text is None else parse(option, text)


def _propose(signatory: Signatory, community: CommunityId, change: Change, replaces: str | None, as_json: bool) -> None:
    connection = signatory.connection
    if replaces is None:
        drafted = draft(connection, community, change)
        outcome = signatory.submit(drafted.call(connection))
    else:
        predecessor = read_hash("--replaces", replaces)
        call = calls.propose(connection.metadata, community=community, change=change, predecessor=predecessor)
        outcome = signatory.submit(call)
    words = describe_change(connection, change)
    tell(outcome, f"{_opened(outcome)}: {words}", as_json)


def _opened(outcome: Outcome) -> str:
    event = event_of(outcome, facts.Proposed)
    if event is None:
        return "proposed"
    return f"proposal {event.proposal} is open, {event.electorate} may vote, binding {hexed(event.binding_hash)}"


def _newest_parameters(connection: Connection, community: CommunityId) -> Parameters:
    found = reads.parameter_set(connection, community)
    if found is None:
        raise StateError(f"community {community} has no parameters: this chain is damaged, run `aip doctor`")
    return found.active if found.pending is None else found.pending[0]


def _check_binding(number: int, proposal: Proposal) -> None:
    """Refuse to sign for a hash that the shown content does not have."""
    shown = binding_hash(proposal.community, proposal.change, proposal.predecessor)
    if shown != proposal.binding_hash:
        raise StateError(
            f"proposal {number} says its binding hash is {hexed(proposal.binding_hash)}, but its content has "
            f"{hexed(shown)}: do not vote, this node does not tell the truth"
        )
