"""Ballots: a member of the electorate votes once, and after every vote the confirmation begins, goes on or breaks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from aipchain.pallets_spec import communities
from aipchain.pallets_spec.community_governance.events import ConfirmationBroken, Confirming, Rejected, Voted
from aipchain.pallets_spec.community_governance.proposals import enter_state, get_proposal
from aipchain.pallets_spec.community_governance.state import IsDeciding, IsRejected, Proposal
from aipchain.pallets_spec.errors import CommunityGovernance
from aipchain.pallets_spec.origin import Origin, ensure_signed
from aipchain.pallets_spec.types import U32_MAX, Hash, ProposalId

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["vote"]


def vote(world: World, origin: Origin, *, proposal: ProposalId, binding_hash: Hash, aye: bool) -> None:
    """Vote for or against the proposal with this binding hash, once. Signed by a member of its electorate.

    :raises CommunityGovernance.UnknownProposal: there is no such proposal.
    :raises CommunityGovernance.BindingMismatch: the vote names another hash.
    :raises CommunityGovernance.NotDeciding: the proposal is decided, by votes or by time.
    :raises CommunityGovernance.VotingNotOpen: its notice is not over.
    :raises CommunityGovernance.NotInElectorate: the signer was no member when it opened, or is none now.
    :raises CommunityGovernance.AlreadyVoted: the signer voted.
    :raises CommunityGovernance.Overflow: the votes cannot be counted; never with an electorate that could be.
    """
    account = ensure_signed(origin)
    stored = get_proposal(world, proposal)
    if stored.binding_hash != binding_hash:
        raise CommunityGovernance.BindingMismatch(proposal=proposal, binding_hash=stored.binding_hash)
    if not stored.is_deciding(world.now):
        raise CommunityGovernance.NotDeciding(proposal=proposal)
    if world.now < stored.votes_from:
        raise CommunityGovernance.VotingNotOpen(votes_from=stored.votes_from, now=world.now)
    index = communities.member_index(world, stored.community, account)
    if index is None or index >= stored.electorate_until:
        raise CommunityGovernance.NotInElectorate(account=account, proposal=proposal)
    if (proposal, account) in world.community_governance.ballots:
        raise CommunityGovernance.AlreadyVoted(account=account, proposal=proposal)
    world.community_governance.ballots[proposal, account] = aye
    world.emit(Voted(proposal, account, aye))
    _follow(world, proposal, _counted(stored, aye))


def _counted(stored: Proposal, aye: bool) -> Proposal:
    """The proposal with one vote more."""
    ayes, nays = stored.ayes + aye, stored.nays + (not aye)
    if max(ayes, nays) > U32_MAX:
        raise CommunityGovernance.Overflow(ayes=ayes, nays=nays)
    return replace(stored, ayes=ayes, nays=nays)


def _follow(world: World, proposal: ProposalId, stored: Proposal) -> None:
    """After a vote, the confirmation begins, goes on or breaks. Broken after the decision's end, it is rejected."""
    world.community_governance.proposals[proposal] = stored
    confirming = stored.state != IsDeciding(None)
    if stored.passes and not confirming:
        enter_state(world, proposal, IsDeciding(world.now))
        world.emit(Confirming(proposal, world.now))
    if confirming and not stored.passes:
        enter_state(world, proposal, IsDeciding(None))
        world.emit(ConfirmationBroken(proposal))
        if world.now >= stored.decided_at:
            enter_state(world, proposal, IsRejected())
            world.emit(Rejected(proposal))
