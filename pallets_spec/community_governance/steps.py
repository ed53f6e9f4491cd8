"""Steps: what time decided is recorded, and an approved change is handed to what it changes. Or it is taken back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aipchain.pallets_spec import communities, plugin_registry
from aipchain.pallets_spec.community_governance.events import Approved, Cancelled, EnactmentFailed, Rejected, Scheduled
from aipchain.pallets_spec.community_governance.proposals import enter_state, get_proposal, head_of
from aipchain.pallets_spec.community_governance.state import (
    Due,
    IsApproved,
    IsCancelled,
    IsRejected,
    IsScheduled,
    IsStale,
    Proposal,
    Track,
)
from aipchain.pallets_spec.community_governance.tracks import epoch_length, store_track
from aipchain.pallets_spec.errors import CommunityGovernance, SpecError
from aipchain.pallets_spec.origin import Origin, ensure_signed
from aipchain.pallets_spec.types import (
    U32_MAX,
    Epoch,
    ParametersChange,
    PluginChange,
    ProposalId,
    TrackChange,
    epoch_of,
)

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["advance", "cancel"]


def advance(world: World, origin: Origin, *, proposal: ProposalId) -> None:
    """Take the one step of the proposal that is due: approve, reject or enact. Signed by anyone.

    :raises CommunityGovernance.UnknownProposal: there is no such proposal.
    :raises CommunityGovernance.NothingDue: no step is due.
    :raises CommunityGovernance.UnknownCommunity: its community is gone; never in a sound chain.
    :raises CommunityGovernance.Overflow: no number is left for the next epoch.
    :raises Communities.EarlierParametersNeeded: parameters cannot change yet; the proposal waits.
    """
    ensure_signed(origin)
    match get_proposal(world, proposal).due(world.now):
        case Due.APPROVE:
            enter_state(world, proposal, IsApproved(world.now))
            world.emit(Approved(proposal))
        case Due.REJECT:
            enter_state(world, proposal, IsRejected())
            world.emit(Rejected(proposal))
        case Due.ENACT:
            _enact(world, proposal)
        case None:
            raise CommunityGovernance.NothingDue(proposal=proposal)


def cancel(world: World, origin: Origin, *, proposal: ProposalId) -> None:
    """Take a proposal back before it is approved. Signed by its proposer.

    :raises CommunityGovernance.UnknownProposal: there is no such proposal.
    :raises CommunityGovernance.NotProposer: it is another account's.
    :raises CommunityGovernance.NotDeciding: it is decided, by votes or by time.
    """
    signer = ensure_signed(origin)
    stored = get_proposal(world, proposal)
    if stored.proposer != signer:
        raise CommunityGovernance.NotProposer(account=signer, proposal=proposal)
    if not stored.is_deciding(world.now):
        raise CommunityGovernance.NotDeciding(proposal=proposal)
    enter_state(world, proposal, IsCancelled())
    world.emit(Cancelled(proposal))


def _enact(world: World, proposal: ProposalId) -> None:
    """Let the change hold from the next epoch on; stale when what it replaces is gone, or its target refuses it.

    Parameters that cannot change yet wait. Otherwise an approved proposal would be lost to a moment.
    """
    stored = get_proposal(world, proposal)
    current = epoch_of(world.now, epoch_length(world, stored.community))
    if current == U32_MAX:
        raise CommunityGovernance.Overflow(epoch=current)
    epoch = Epoch(current + 1)
    stands = head_of(world, stored.community, stored.change) == stored.predecessor
    if stands and isinstance(stored.change, ParametersChange):
        communities.ensure_changeable(world, stored.community)
    if stands and _is_scheduled(world, stored, epoch):
        enter_state(world, proposal, IsScheduled(epoch))
        world.emit(Scheduled(proposal, stored.binding_hash, epoch))
    else:
        enter_state(world, proposal, IsStale())
        world.emit(EnactmentFailed(proposal))


def _is_scheduled(world: World, stored: Proposal, epoch: Epoch) -> bool:
    """Hand the change to its target. A target that refuses it leaves no trace."""
    draft = world.copy()
    try:
        _schedule(draft, stored, epoch)
    except SpecError:
        return False
    world.become(draft)
    return True


def _schedule(world: World, stored: Proposal, epoch: Epoch) -> None:
    """Let the change hold from `epoch` on. A track changes at once: open proposals keep the settings they opened with.

    :raises SpecError: the target refuses it.
    """
    community, voted_on = stored.community, stored.binding_hash
    match stored.change:
        case PluginChange(slot, binding):
            plugin_registry.schedule(world, community, slot, binding, voted=voted_on, from_epoch=epoch)
        case ParametersChange(parameters):
            communities.schedule_parameters(world, community, parameters, voted_on, epoch)
        case TrackChange(kind, settings):
            store_track(world, community, kind, Track(settings, voted_on))
