"""Proposals: what exactly would replace what, and who may vote on it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aipchain.pallets_spec import communities, plugin_registry
from aipchain.pallets_spec.community_governance.events import Proposed
from aipchain.pallets_spec.community_governance.state import Proposal, ProposalState
from aipchain.pallets_spec.community_governance.tracks import ensure_sound
from aipchain.pallets_spec.errors import CommunityGovernance, PluginRegistryError
from aipchain.pallets_spec.origin import Origin, ensure_signed
from aipchain.pallets_spec.scale import binding_hash
from aipchain.pallets_spec.types import (
    NO_HASH,
    U32_MAX,
    Change,
    CommunityId,
    Hash,
    ParametersChange,
    PluginChange,
    ProposalId,
    TrackChange,
)

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["enter_state", "get_proposal", "head_of", "propose"]


def propose(world: World, origin: Origin, *, community: CommunityId, change: Change, predecessor: Hash) -> None:
    """Propose a change of what stands under `predecessor`. Signed by a member.

    :param predecessor: the binding hash of the pending change of the same thing, else of the active one; zero when the
        founding or a steward set the parameters or the track.
    :raises CommunityGovernance.UnknownCommunity: there is no such community.
    :raises CommunityGovernance.NotMember: the signer is not a member.
    :raises CommunityGovernance.NoTrack: the track that decides such a change is not set.
    :raises CommunityGovernance.UnknownBuild: the build is not registered or is deprecated.
    :raises PluginRegistry.BadTerms: the terms are not sound, see :func:`are_terms_sound`.
    :raises CommunityGovernance.BadParameters: the parameters are out of bounds.
    :raises CommunityGovernance.BadSettings: see :func:`are_settings_sound`.
    :raises CommunityGovernance.StalePredecessor: something else stands now, or the slot is empty.
    :raises CommunityGovernance.Overflow: no number is left for a proposal.
    """
    proposer = ensure_signed(origin)
    electorate = communities.electorate(world, community)
    if electorate is None:
        raise CommunityGovernance.UnknownCommunity(community=community)
    if communities.member_index(world, community, proposer) is None:
        raise CommunityGovernance.NotMember(account=proposer, community=community)
    track = world.community_governance.tracks.get((community, change.track))
    if track is None:
        raise CommunityGovernance.NoTrack(community=community, kind=change.track.value)
    _check_change(world, community, change)
    if head_of(world, community, change) != predecessor:
        raise CommunityGovernance.StalePredecessor(predecessor=predecessor, head=head_of(world, community, change))
    opened = Proposal(
        community=community,
        change=change,
        predecessor=predecessor,
        binding_hash=binding_hash(community, change, predecessor),
        proposer=proposer,
        electorate=electorate[0],
        electorate_until=electorate[1],
        opened_at=world.now,
        settings=track.settings,
    )
    _open(world, opened)


def get_proposal(world: World, proposal: ProposalId) -> Proposal:
    """The proposal of this number.

    :raises CommunityGovernance.UnknownProposal: there is none.
    """
    stored = world.community_governance.proposals.get(proposal)
    if stored is None:
        raise CommunityGovernance.UnknownProposal(proposal=proposal)
    return stored


def enter_state(world: World, proposal: ProposalId, state: ProposalState) -> None:
    """From now on the proposal stands there."""
    stored = world.community_governance.proposals[proposal]
    world.community_governance.proposals[proposal] = replace(stored, state=state)


def head_of(world: World, community: CommunityId, change: Change) -> Hash | None:
    """The binding hash of what the change replaces; none for an empty slot, which a steward fills first.

    A track that is not set has the head zero: a vote may be the first to set it.
    """
    match change:
        case PluginChange(slot, _):
            return plugin_registry.head(world, community, slot)
        case ParametersChange(_):
            return communities.parameters_head(world, community)
        case TrackChange(kind, _):
            track = world.community_governance.tracks.get((community, kind))
            return NO_HASH if track is None else track.head


def _check_change(world: World, community: CommunityId, change: Change) -> None:
    """The change could be enacted, as far as it is itself concerned."""
    match change:
        case PluginChange(slot, binding):
            try:
                plugin_registry.check_build(world, binding.bundle)
            except PluginRegistryError:
                raise CommunityGovernance.UnknownBuild(bundle=binding.bundle) from None
            plugin_registry.check_terms(world, community, slot, binding.terms)
        case ParametersChange(parameters):
            if not communities.are_parameters_sound(parameters):
                raise CommunityGovernance.BadParameters(parameters=parameters)
        case TrackChange(_, settings):
            ensure_sound(settings)


def _open(world: World, opened: Proposal) -> None:
    """Number the proposal and store it."""
    governance = world.community_governance
    proposal = governance.next_proposal_id
    if proposal == U32_MAX:
        raise CommunityGovernance.Overflow(next_proposal_id=proposal)
    governance.next_proposal_id = ProposalId(proposal + 1)
    governance.proposals[proposal] = opened
    world.emit(Proposed(proposal, opened.community, opened.binding_hash, opened.electorate))
