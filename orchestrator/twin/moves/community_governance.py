"""Made-up calls to the governance of communities: votes at the threshold, steps at their second."""

from dataclasses import fields, replace
from typing import Any

from aipchain.orchestrator.twin.moves import communities, plugin_registry
from aipchain.orchestrator.twin.moves.player import Player
from aipchain.orchestrator.twin.moves.town import SETTINGS
from aipchain.orchestrator.twin.steps import Do
from aipchain.pallets_spec.community_governance import LONGEST_S, IsDeciding, Proposal
from aipchain.pallets_spec.community_governance.proposals import head_of
from aipchain.pallets_spec.types import (
    MILLION,
    NO_HASH,
    U32_MAX,
    AccountId,
    Change,
    CommunityId,
    ParametersChange,
    PartsPerMillion,
    PluginChange,
    ProposalId,
    Role,
    Slot,
    TrackChange,
    TrackKind,
    TrackSettings,
)

__all__ = ["advance", "cancel", "propose", "set_track", "vote"]

_PALLET = "CommunityGovernance"
_TIMES_S = (0, 1, 599, 600, 601, LONGEST_S, LONGEST_S + 1, U32_MAX)
_SHARES = (0, 1, 333_333, 500_000, 500_001, MILLION - 1, MILLION)


def set_track(player: Player) -> Do:
    """A steward sets a track, one that is not set where there is any."""
    tracks = player.world.community_governance.tracks
    free = [
        (place, kind)
        for place in player.world.communities.communities
        for kind in TrackKind
        if (place, kind) not in tracks
    ]
    community, kind = player.any_of(free, (player.community(), TrackKind.PLUGIN))
    if player.bends():
        community, kind = player.community(), player.one_of(list(TrackKind))
    arguments = {"community": community, "kind": kind, "settings": _settings(player)}
    return player.does(player.holder(community, Role.STEWARD), _PALLET, "set_track", **arguments)


def _settings(player: Player) -> TrackSettings:
    turnout, approval = player.one_of(_SHARES), player.one_of(_SHARES[:-1])
    sound = replace(SETTINGS, min_turnout=PartsPerMillion(turnout), min_approval=PartsPerMillion(approval))
    quick: dict[str, Any] = {player.one_of(("notice_s", "confirm_s", "timelock_s")): player.one_of((0, 1, 60))}
    sound = replace(sound, **quick)
    if not player.bends():
        return sound
    name = player.one_of([each.name for each in fields(sound)])
    bent: dict[str, Any] = {name: player.one_of(_TIMES_S if name.endswith("_s") else _SHARES)}
    return replace(sound, **bent)


def propose(player: Player) -> Do:
    """A member proposes a change of what stands."""
    community = player.community()
    change = _change(player, community)
    head = head_of(player.world, community, change)
    predecessor = player.one_of((NO_HASH, head or NO_HASH)) if player.chance(0.1) else head or NO_HASH
    arguments = {"community": community, "change": change, "predecessor": predecessor}
    return player.does(player.member(community), _PALLET, "propose", **arguments)


def _change(player: Player, community: CommunityId) -> Change:
    match player.one_of(list(TrackKind)):
        case TrackKind.PLUGIN:
            slot = player.one_of(list(Slot))
            return PluginChange(slot, plugin_registry.binding(player, slot))
        case TrackKind.PARAMETER:
            return ParametersChange(communities.parameters(player))
        case _:
            return TrackChange(player.one_of(list(TrackKind)), _settings(player))


def vote(player: Player) -> Do:
    """A member of an electorate votes, for the proposal most of the time."""
    proposal, stored = _proposal(player, open_only=True)
    if stored is None:
        return player.does(player.anybody(), _PALLET, "vote", proposal=proposal, binding_hash=NO_HASH, aye=True)
    binding_hash = stored.predecessor if player.chance(0.04) else stored.binding_hash
    arguments = {"proposal": proposal, "binding_hash": binding_hash, "aye": player.chance(0.7)}
    return player.does(_voter(player, proposal, stored), _PALLET, "vote", **arguments)


def _voter(player: Player, proposal: ProposalId, stored: Proposal) -> AccountId:
    ballots = player.world.community_governance.ballots
    members = [
        who
        for (place, who), member in player.world.communities.members.items()
        if place == stored.community and member.index < stored.electorate_until and (proposal, who) not in ballots
    ]
    voter = player.any_of(members, player.member(stored.community))
    return player.member(stored.community) if player.chance(0.12) else voter


def advance(player: Player) -> Do:
    """Anybody takes the step of a proposal that is due, or none."""
    governance = player.world.community_governance
    due = [proposal for proposal, stored in governance.proposals.items() if stored.due(player.now) is not None]
    proposal = player.any_of(due, _proposal(player, open_only=False)[0])
    proposal = player.bent(proposal, lambda: _proposal(player, open_only=False)[0])
    return player.does(player.anybody(), _PALLET, "advance", proposal=proposal)


def cancel(player: Player) -> Do:
    """A proposer takes a proposal back."""
    proposal, stored = _proposal(player, open_only=True)
    return player.does(stored.proposer if stored else player.anybody(), _PALLET, "cancel", proposal=proposal)


def _proposal(player: Player, *, open_only: bool) -> tuple[ProposalId, Proposal | None]:
    proposals = player.world.community_governance.proposals
    some = [number for number, stored in proposals.items() if not open_only or isinstance(stored.state, IsDeciding)]
    proposal = player.any_of(some, ProposalId(len(proposals)))
    if player.chance(0.12):
        proposal = player.any_of(proposals, ProposalId(0))
    if player.chance(0.04):
        proposal = ProposalId(player.one_of((len(proposals), U32_MAX)))
    return proposal, proposals.get(proposal)
