"""Proposals: what a change is, which head it replaces, the hash its ballots bind to, and when its next step is due.

The chain decides; this room reads the same facts, so that a person sees before signing what the chain will say.
"""

from dataclasses import dataclass

from aipchain.governance.errors import EmptySlot, NoProposal, NothingChanges
from aipchain.runtime_bridge import calls, reads
from aipchain.runtime_bridge.bindings import binding_hash
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.metadata import Call
from aipchain.runtime_bridge.types import (
    ApprovedState,
    Change,
    CommunityId,
    Deciding,
    Hash,
    ParametersChange,
    PluginChange,
    Proposal,
    ProposalId,
)
from aipchain.units import UnixSeconds

__all__ = [
    "Draft",
    "draft",
    "is_passing",
    "is_step_due",
    "predecessor_of",
    "read_proposal",
    "vote_call",
]

PERMILL = 1_000_000
NO_HEAD = bytes(32)


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposal before it is signed: the change, what it replaces, and the hash that ballots will bind to."""

    community: CommunityId
    change: Change
    predecessor: Hash
    binding_hash: Hash

    def call(self, connection: Connection) -> Call:
        """Return the call that proposes it."""
        return calls.propose(
            connection.metadata, community=self.community, change=self.change, predecessor=self.predecessor
        )


def draft(connection: Connection, community: CommunityId, change: Change) -> Draft:
    """Draft a proposal against what the chain has in force now.

    :raises EmptySlot: the slot has no plugin to replace.
    :raises NothingChanges: the very same is in force.
    """
    predecessor = predecessor_of(connection, community, change)
    if _in_force(connection, community, change, predecessor):
        raise NothingChanges(_name(change))
    return Draft(community, change, predecessor, binding_hash(community, change, predecessor))


def predecessor_of(connection: Connection, community: CommunityId, change: Change) -> Hash:
    """Return the head that a change replaces: what is pending, else what is active; zero when the founding set it."""
    if isinstance(change, PluginChange):
        state = reads.slot(connection, community, change.slot)
        if state is None:
            raise EmptySlot(community, change.slot.name.lower())
        return state.head
    if isinstance(change, ParametersChange):
        parameters = reads.parameter_set(connection, community)
        return parameters.next_predecessor if parameters else NO_HEAD
    track = reads.track(connection, community, change.kind)
    return track.head if track else NO_HEAD


def read_proposal(connection: Connection, proposal: ProposalId) -> Proposal:
    """Read a proposal.

    :raises NoProposal: the chain has none of that number.
    """
    found = reads.proposal(connection, proposal)
    if found is None:
        raise NoProposal(proposal, reads.next_proposal_id(connection))
    return found


def vote_call(connection: Connection, proposal: ProposalId, aye: bool) -> Call:
    """Return the call that votes on a proposal, bound to the content it has on chain."""
    content = read_proposal(connection, proposal).binding_hash
    return calls.vote(connection.metadata, proposal=proposal, binding_hash=content, aye=aye)


def is_passing(proposal: Proposal) -> bool:
    """Tell whether turnout and approval are reached, as the chain computes them."""
    votes = proposal.ayes + proposal.nays
    settings = proposal.settings
    enough_turnout = votes * PERMILL >= settings.min_turnout * proposal.electorate
    return votes > 0 and enough_turnout and proposal.ayes * PERMILL > settings.min_approval * votes


def is_step_due(proposal: Proposal, now: UnixSeconds) -> bool:
    """Tell whether `advance` would find a step to take at chain time `now` [s]."""
    settings, state = proposal.settings, proposal.state
    if isinstance(state, ApprovedState):
        return now >= state.at + settings.timelock_s
    if not isinstance(state, Deciding):
        return False
    since = state.confirming_since
    if since is not None and is_passing(proposal):
        return now >= since + settings.confirm_s
    return now >= proposal.opened_at + settings.notice_s + settings.decide_s


def _in_force(connection: Connection, community: CommunityId, change: Change, head: Hash) -> bool:
    if isinstance(change, PluginChange):
        bound = reads.binding(connection, head)
        return bound is not None and bound.binding == change.binding
    if isinstance(change, ParametersChange):
        found = reads.parameter_set(connection, community)
        return found is not None and (found.pending[0] if found.pending else found.active) == change.parameters
    track = reads.track(connection, community, change.kind)
    return track is not None and track.settings == change.settings


def _name(change: Change) -> str:
    if isinstance(change, PluginChange):
        return f"plugin 0x{change.binding.bundle.hex()} with this configuration"
    return "this set of parameters" if isinstance(change, ParametersChange) else "this track"
