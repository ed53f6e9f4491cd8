"""The governance of communities: the members vote on the plugins, the parameters and the voting itself.

One member, one vote. A *proposal* names what exactly would replace what: its *binding hash* is the hash of the
community, the change and the predecessor of the change. A vote names that hash, so nothing can be swapped under it.

The kind of the change decides the *track*, which says how long each step takes and how many votes it needs:

    Deciding --passes for confirm_s--> Approved --timelock_s, predecessor stands--> Scheduled
       | cancel      | decision ends without passing, or breaks after it      | else
    Cancelled     Rejected                                                  Stale

- *Notice.* Votes are taken from `notice_s` after the opening on, for `decide_s`.
- *Electorate.* Those who were members when the proposal opened and still are. Who came later has a higher member
  index and no vote.
- *Passing.* Enough of the electorate voted, and more than the share of the votes that the track asks for are ayes.
- *Confirmation.* It must pass for `confirm_s` without a break. A proposal that passes when its decision ends is
  confirmed beyond that end; if a vote breaks it then, it is rejected at once.
- *Timelock.* The approved change is scheduled after `timelock_s`, for the next epoch, if what it replaces still stands.

Only votes and chain time decide. Once time has decided a step, votes are refused, so that the outcome does not depend
on when somebody calls :func:`advance` to record it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from aipchain.pallets_spec import communities, plugin_registry
from aipchain.pallets_spec.errors import CommunityGovernance, PluginRegistryError, SpecError
from aipchain.pallets_spec.origin import Origin, ensure_signed
from aipchain.pallets_spec.scale import binding_hash as hash_of_binding
from aipchain.pallets_spec.types import (
    MILLION,
    NO_HASH,
    U32_MAX,
    AccountId,
    Change,
    CommunityId,
    Epoch,
    Event,
    Hash,
    ParametersChange,
    PluginChange,
    ProposalId,
    Role,
    TrackChange,
    TrackKind,
    TrackSettings,
    epoch_of,
)
from aipchain.units import UnixSeconds

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = [
    "LONGEST_S",
    "Approved",
    "Cancelled",
    "CommunityGovernanceEvent",
    "CommunityGovernanceState",
    "ConfirmationBroken",
    "Confirming",
    "EnactmentFailed",
    "IsApproved",
    "IsCancelled",
    "IsDeciding",
    "IsRejected",
    "IsScheduled",
    "IsStale",
    "Proposal",
    "ProposalState",
    "Proposed",
    "Rejected",
    "Scheduled",
    "Track",
    "TrackSet",
    "Voted",
    "advance",
    "are_settings_sound",
    "cancel",
    "invariants",
    "propose",
    "set_track",
    "vote",
]

LONGEST_S = 366 * 86_400
"""The longest time of a track: 366 days [s]."""


# What is stored.


@dataclass(frozen=True, slots=True)
class Track:
    """The settings of one kind of vote in one community."""

    settings: TrackSettings
    head: Hash
    """The binding hash of the vote that set them; zero when a steward did."""


@dataclass(frozen=True, slots=True)
class IsDeciding:
    """Takes votes once its notice is over."""

    confirming_since: UnixSeconds | None = None
    """Since when it passes without a break."""


@dataclass(frozen=True, slots=True)
class IsApproved:
    """Confirmed; waits for its timelock."""

    at: UnixSeconds
    """When that was recorded."""


@dataclass(frozen=True, slots=True)
class IsScheduled:
    """Holds from this epoch on."""

    epoch: Epoch


@dataclass(frozen=True, slots=True)
class IsRejected:
    """Did not pass, or not without a break."""


@dataclass(frozen=True, slots=True)
class IsCancelled:
    """Taken back by its proposer."""


@dataclass(frozen=True, slots=True)
class IsStale:
    """Approved, but what it replaces had changed, or its target refused it."""


ProposalState: TypeAlias = IsDeciding | IsApproved | IsScheduled | IsRejected | IsCancelled | IsStale
"""Where a proposal stands: `Deciding`, `Approved` and so on in the metadata. All but these two are final."""


class _Due(Enum):
    """A step that time alone makes due."""

    APPROVE = "confirmed without a break"
    REJECT = "the decision ended without passing"
    ENACT = "the timelock is over"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that a community votes on."""

    community: CommunityId
    change: Change
    predecessor: Hash
    """The binding hash of what it replaces."""
    binding_hash: Hash
    """What a vote binds to: the hash of community, change and predecessor."""
    proposer: AccountId
    electorate: int
    """Members when it opened."""
    electorate_until: int
    """Members with a lower index were members when it opened."""
    opened_at: UnixSeconds
    settings: TrackSettings
    """The track's settings when it opened."""
    ayes: int = 0
    nays: int = 0
    state: ProposalState = IsDeciding()

    @property
    def votes_from(self) -> UnixSeconds:
        """When votes are first taken [s]."""
        return UnixSeconds(self.opened_at + self.settings.notice_s)

    @property
    def decided_at(self) -> UnixSeconds:
        """When the decision ends, unless it is being confirmed [s]."""
        return UnixSeconds(self.votes_from + self.settings.decide_s)

    @property
    def passes(self) -> bool:
        """Whether the votes reach their share of the electorate, and the ayes exceed theirs of the votes.

        Exact, without rounding: a turnout of 50 % of 11 members needs 6 votes, an approval of 50 % a majority.
        """
        votes = self.ayes + self.nays
        enough_votes = votes * MILLION >= self.settings.min_turnout * self.electorate
        return enough_votes and self.ayes * MILLION > self.settings.min_approval * votes

    def due(self, now: UnixSeconds) -> _Due | None:
        """The step that is due at `now`, if any."""
        match self.state:
            case IsDeciding(None):
                return _Due.REJECT if now >= self.decided_at else None
            case IsDeciding(since) if since is not None:
                return _Due.APPROVE if now >= since + self.settings.confirm_s else None
            case IsApproved(at):
                return _Due.ENACT if now >= at + self.settings.timelock_s else None
            case _:
                return None

    def is_deciding(self, now: UnixSeconds) -> bool:
        """Whether votes still decide it: it is open, and time has not decided it."""
        return isinstance(self.state, IsDeciding) and self.due(now) is None


@dataclass(slots=True)
class CommunityGovernanceState:
    """Everything this chapter stores, named as in the runtime's metadata."""

    next_proposal_id: ProposalId = ProposalId(0)  # noqa: RUF009
    tracks: dict[tuple[CommunityId, TrackKind], Track] = field(default_factory=dict)
    """The tracks that are set."""
    proposals: dict[ProposalId, Proposal] = field(default_factory=dict)
    """Every proposal there ever was."""
    ballots: dict[tuple[ProposalId, AccountId], bool] = field(default_factory=dict)
    """Who voted, and whether for the proposal."""


# What is told.


class CommunityGovernanceEvent(Event):
    """A fact of the governance."""

    __slots__ = ()
    pallet = "CommunityGovernance"


@dataclass(frozen=True, slots=True)
class TrackSet(CommunityGovernanceEvent):
    """A track has new settings."""

    community: CommunityId
    kind: TrackKind
    settings: TrackSettings


@dataclass(frozen=True, slots=True)
class Proposed(CommunityGovernanceEvent):
    """A proposal opened."""

    proposal: ProposalId
    community: CommunityId
    binding_hash: Hash
    electorate: int


@dataclass(frozen=True, slots=True)
class Voted(CommunityGovernanceEvent):
    """A member voted."""

    proposal: ProposalId
    account: AccountId
    aye: bool


@dataclass(frozen=True, slots=True)
class Confirming(CommunityGovernanceEvent):
    """A proposal passes and must go on passing."""

    proposal: ProposalId
    since: UnixSeconds


@dataclass(frozen=True, slots=True)
class ConfirmationBroken(CommunityGovernanceEvent):
    """A proposal no longer passes."""

    proposal: ProposalId


@dataclass(frozen=True, slots=True)
class Approved(CommunityGovernanceEvent):
    """A proposal passed for its confirmation period; its timelock runs."""

    proposal: ProposalId


@dataclass(frozen=True, slots=True)
class Scheduled(CommunityGovernanceEvent):
    """A proposal's change holds from an epoch on."""

    proposal: ProposalId
    binding_hash: Hash
    epoch: Epoch


@dataclass(frozen=True, slots=True)
class Rejected(CommunityGovernanceEvent):
    """A proposal did not pass."""

    proposal: ProposalId


@dataclass(frozen=True, slots=True)
class Cancelled(CommunityGovernanceEvent):
    """A proposal was taken back."""

    proposal: ProposalId


@dataclass(frozen=True, slots=True)
class EnactmentFailed(CommunityGovernanceEvent):
    """An approved proposal could not be enacted; what was in force stays."""

    proposal: ProposalId


# Calls.


def set_track(
    world: World, origin: Origin, *, community: CommunityId, kind: TrackKind, settings: TrackSettings
) -> None:
    """Give a track its first settings. Signed by a steward; later a vote on the governance track changes them.

    :raises CommunityGovernance.UnknownCommunity: there is no such community.
    :raises CommunityGovernance.NotSteward: the signer is no steward of it.
    :raises CommunityGovernance.TrackAlreadySet: the track has settings.
    :raises CommunityGovernance.BadSettings: see :func:`are_settings_sound`.
    """
    signer = ensure_signed(origin)
    _epoch_s(world, community)
    if not communities.has_role(world, community, signer, Role.STEWARD):
        raise CommunityGovernance.NotSteward(account=signer, community=community)
    if (community, kind) in world.community_governance.tracks:
        raise CommunityGovernance.TrackAlreadySet(community=community, kind=kind.value)
    _ensure_sound(settings)
    _store_track(world, community, kind, Track(settings, NO_HASH))


def propose(world: World, origin: Origin, *, community: CommunityId, change: Change, predecessor: Hash) -> None:
    """Propose a change of what stands under `predecessor`. Signed by a member.

    :param predecessor: the binding hash of the pending change of the same thing, else of the active one; zero when the
        founding or a steward set the parameters or the track.
    :raises CommunityGovernance.UnknownCommunity: there is no such community.
    :raises CommunityGovernance.NotMember: the signer is not a member.
    :raises CommunityGovernance.NoTrack: the track that decides such a change is not set.
    :raises CommunityGovernance.UnknownBuild: the build is not registered or is deprecated.
    :raises CommunityGovernance.BadParameters: the parameters are out of bounds.
    :raises CommunityGovernance.BadSettings: see :func:`are_settings_sound`.
    :raises CommunityGovernance.StalePredecessor: something else stands now, or the slot is empty.
    :raises CommunityGovernance.Overflow: no number is left for a proposal.
    """
    proposer = ensure_signed(origin)
    _epoch_s(world, community)
    if communities.member_index(world, community, proposer) is None:
        raise CommunityGovernance.NotMember(account=proposer, community=community)
    track = world.community_governance.tracks.get((community, change.track))
    if track is None:
        raise CommunityGovernance.NoTrack(community=community, kind=change.track.value)
    _check_change(world, change)
    if _head(world, community, change) != predecessor:
        raise CommunityGovernance.StalePredecessor(predecessor=predecessor, head=_head(world, community, change))
    members, next_index = communities.electorate(world, community) or (0, 0)
    opened = Proposal(
        community=community,
        change=change,
        predecessor=predecessor,
        binding_hash=hash_of_binding(community, change, predecessor),
        proposer=proposer,
        electorate=members,
        electorate_until=next_index,
        opened_at=world.now,
        settings=track.settings,
    )
    _open(world, opened)


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
    stored = _proposal(world, proposal)
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


def advance(world: World, origin: Origin, *, proposal: ProposalId) -> None:
    """Take the one step of the proposal that is due: approve, reject or enact. Signed by anyone.

    :raises CommunityGovernance.UnknownProposal: there is no such proposal.
    :raises CommunityGovernance.NothingDue: no step is due.
    :raises CommunityGovernance.Overflow: no number is left for the next epoch.
    """
    ensure_signed(origin)
    match _proposal(world, proposal).due(world.now):
        case _Due.APPROVE:
            _enter(world, proposal, IsApproved(world.now))
            world.emit(Approved(proposal))
        case _Due.REJECT:
            _enter(world, proposal, IsRejected())
            world.emit(Rejected(proposal))
        case _Due.ENACT:
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
    stored = _proposal(world, proposal)
    if stored.proposer != signer:
        raise CommunityGovernance.NotProposer(account=signer, proposal=proposal)
    if not stored.is_deciding(world.now):
        raise CommunityGovernance.NotDeciding(proposal=proposal)
    _enter(world, proposal, IsCancelled())
    world.emit(Cancelled(proposal))


# The rules behind the calls.


def are_settings_sound(settings: TrackSettings) -> bool:
    """Whether a track can have these settings: it must be able to decide, and to say no.

    Votes are taken for at least a second, confirmation fits into that time, no time is longer than 366 days, and not
    even all ayes would do where more than 100 % were asked for.
    """
    times = (settings.notice_s, settings.decide_s, settings.confirm_s, settings.timelock_s)
    can_decide = settings.decide_s > 0 and settings.confirm_s <= settings.decide_s and max(times) <= LONGEST_S
    return can_decide and settings.min_approval < MILLION


def _ensure_sound(settings: TrackSettings) -> None:
    if not are_settings_sound(settings):
        raise CommunityGovernance.BadSettings(settings=settings)


def _epoch_s(world: World, community: CommunityId) -> int:
    """The length of the community's epochs [s]."""
    epoch_s = communities.epoch_s(world, community)
    if epoch_s is None:
        raise CommunityGovernance.UnknownCommunity(community=community)
    return epoch_s


def _proposal(world: World, proposal: ProposalId) -> Proposal:
    stored = world.community_governance.proposals.get(proposal)
    if stored is None:
        raise CommunityGovernance.UnknownProposal(proposal=proposal)
    return stored


def _store_track(world: World, community: CommunityId, kind: TrackKind, track: Track) -> None:
    world.community_governance.tracks[community, kind] = track
    world.emit(TrackSet(community, kind, track.settings))


def _check_change(world: World, change: Change) -> None:
    """The change could be enacted, as far as it is itself concerned."""
    match change:
        case PluginChange(_, binding):
            try:
                plugin_registry.check_build(world, binding.bundle)
            except PluginRegistryError:
                raise CommunityGovernance.UnknownBuild(bundle=binding.bundle) from None
        case ParametersChange(parameters):
            if not communities.are_parameters_sound(parameters):
                raise CommunityGovernance.BadParameters(parameters=parameters)
        case TrackChange(_, settings):
            _ensure_sound(settings)


def _head(world: World, community: CommunityId, change: Change) -> Hash | None:
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


def _open(world: World, opened: Proposal) -> None:
    """Number the proposal and store it."""
    governance = world.community_governance
    proposal = governance.next_proposal_id
    if proposal == U32_MAX:
        raise CommunityGovernance.Overflow(next_proposal_id=proposal)
    governance.next_proposal_id = ProposalId(proposal + 1)
    governance.proposals[proposal] = opened
    world.emit(Proposed(proposal, opened.community, opened.binding_hash, opened.electorate))


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
        _enter(world, proposal, IsDeciding(world.now))
        world.emit(Confirming(proposal, world.now))
    if confirming and not stored.passes:
        _enter(world, proposal, IsDeciding(None))
        world.emit(ConfirmationBroken(proposal))
        if world.now >= stored.decided_at:
            _enter(world, proposal, IsRejected())
            world.emit(Rejected(proposal))


def _enter(world: World, proposal: ProposalId, state: ProposalState) -> None:
    stored = world.community_governance.proposals[proposal]
    world.community_governance.proposals[proposal] = replace(stored, state=state)


def _enact(world: World, proposal: ProposalId) -> None:
    """Let the change hold from the next epoch on; stale when what it replaces is gone, or its target refuses it."""
    stored = _proposal(world, proposal)
    current = epoch_of(world.now, _epoch_s(world, stored.community))
    if current == U32_MAX:
        raise CommunityGovernance.Overflow(epoch=current)
    epoch = Epoch(current + 1)
    stands = _head(world, stored.community, stored.change) == stored.predecessor
    if stands and _is_scheduled(world, stored, epoch):
        _enter(world, proposal, IsScheduled(epoch))
        world.emit(Scheduled(proposal, stored.binding_hash, epoch))
    else:
        _enter(world, proposal, IsStale())
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
            _store_track(world, community, kind, Track(settings, voted_on))


# What always holds.


def invariants(world: World) -> Iterator[str]:
    """What does not hold though it always should."""
    governance = world.community_governance
    for proposal, stored in governance.proposals.items():
        if proposal >= governance.next_proposal_id:
            yield "a proposal is not counted"
        if hash_of_binding(stored.community, stored.change, stored.predecessor) != stored.binding_hash:
            yield "a binding hash is not its proposal's"
        ballots = [aye for (voted_on, _), aye in governance.ballots.items() if voted_on == proposal]
        if (ballots.count(True), ballots.count(False)) != (stored.ayes, stored.nays):
            yield "votes are not the ballots"
        if len(ballots) > stored.electorate:
            yield "more votes than electors"
        if isinstance(stored.state, IsDeciding) and stored.passes != (stored.state.confirming_since is not None):
            yield "a confirmation is not where it passes"
    if any(not are_settings_sound(track.settings) for track in governance.tracks.values()):
        yield "a track's settings are unsound"
