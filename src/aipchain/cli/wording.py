"""Proposals in words: what a change does, what a ballot binds to, how a vote stands and what comes next."""

from aipchain.cli.documents import hexed
from aipchain.cli.grid import describe_terms
from aipchain.cli.lookup import find_community, plugin_label
from aipchain.cli.quantities import format_time
from aipchain.cli.terms import describe_parameters, describe_track
from aipchain.governance.proposals import is_passing, is_step_due
from aipchain.runtime_bridge import reads
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.keys import address_of
from aipchain.runtime_bridge.types import (
    ApprovedState,
    Change,
    Deciding,
    ParametersChange,
    PluginChange,
    Proposal,
    ScheduledState,
    TrackChange,
)
from aipchain.units import UnixSeconds

__all__ = ["describe_change", "describe_content", "describe_progress", "state_name"]

NO_HEAD = bytes(32)


def describe_content(connection: Connection, proposal: Proposal) -> list[tuple[str, object]]:
    """List what the binding hash covers, in words."""
    change, rows = proposal.change, []
    if isinstance(change, PluginChange):
        binding = change.binding
        rows += [
            (
                "settings",
                "all as the plugin has them" if binding.config == b"{}" else binding.config.decode(errors="replace"),
            ),
            ("bundle", hexed(binding.bundle)),
            ("capabilities", hexed(binding.grants) if binding.grants else "none"),
            ("migration", hexed(binding.migration) if binding.migration else "none"),
            *describe_terms(binding.terms),
        ]
    return [
        ("community", f"{proposal.community}, {find_community(connection, proposal.community).name}"),
        ("change", describe_change(connection, change)),
        *rows,
        ("replaces", _replaced(connection, proposal)),
        ("binding hash", hexed(proposal.binding_hash)),
    ]


def describe_change(connection: Connection, change: Change) -> str:
    """Tell what a change does."""
    match change:
        case PluginChange(slot=slot, binding=binding):
            build = reads.build(connection, binding.bundle)
            name = f"{build.name}@{build.release}.{build.build}" if build else f"plugin {hexed(binding.bundle)}"
            return f"put {name} into the slot {slot.name.lower()}"
        case ParametersChange(parameters=wanted):
            return f"set the parameters: {describe_parameters(wanted)}"
        case TrackChange(kind=kind, settings=settings):
            return f"decide on {kind.name.lower()} changes so: {describe_track(settings)}"


def describe_progress(proposal: Proposal, epoch_s: int, now: UnixSeconds) -> list[tuple[str, object]]:
    """Tell how a vote stands at chain time `now` [s] and what comes next; an epoch lasts `epoch_s`."""
    settings = proposal.settings
    opens = proposal.opened_at + settings.notice_s
    return [
        ("proposer", address_of(proposal.proposer)),
        ("opened", format_time(proposal.opened_at)),
        ("voting", f"{format_time(opens)} to {format_time(opens + settings.decide_s)}"),
        ("decided by", describe_track(settings)),
        ("votes", f"{proposal.ayes} for, {proposal.nays} against of {proposal.electorate}"),
        ("state", _state_in_words(proposal, epoch_s)),
        ("step due", "yes: `aip propose advance`" if is_step_due(proposal, now) else "no"),
    ]


def state_name(proposal: Proposal) -> str:
    """Give the one word for where a proposal stands."""
    return proposal.state.variant.lower()


def _replaced(connection: Connection, proposal: Proposal) -> str:
    if proposal.predecessor == NO_HEAD:
        return "what the founding set"
    if isinstance(proposal.change, PluginChange):
        return f"{plugin_label(connection, proposal.predecessor)}, bound as {hexed(proposal.predecessor)}"
    return f"what {hexed(proposal.predecessor)} set"


def _state_in_words(proposal: Proposal, epoch_s: int) -> str:
    match proposal.state:
        case Deciding(confirming_since=None):
            return "deciding" if is_passing(proposal) else "deciding, it would not pass now"
        case Deciding(confirming_since=int(since)):
            until = format_time(since + proposal.settings.confirm_s)
            return f"deciding, passes since {format_time(since)}, confirmed if it still does at {until}"
        case ApprovedState(at=at):
            return f"approved at {format_time(at)}, enacted after {format_time(at + proposal.settings.timelock_s)}"
        case ScheduledState(epoch=epoch):
            return f"scheduled, in force from epoch {epoch} on, {format_time(epoch * epoch_s)}"
        case _:
            return state_name(proposal)
