"""Tracks: how long each step of a vote takes and how many votes it needs, by the kind of change.

A steward gives each track its first settings; later the members vote on them on the governance track.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aipchain.pallets_spec import communities
from aipchain.pallets_spec.community_governance.events import TrackSet
from aipchain.pallets_spec.community_governance.state import Track
from aipchain.pallets_spec.errors import CommunityGovernance
from aipchain.pallets_spec.origin import Origin, ensure_signed
from aipchain.pallets_spec.types import MILLION, NO_HASH, CommunityId, Role, TrackKind, TrackSettings

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["LONGEST_S", "are_settings_sound", "ensure_sound", "epoch_length", "set_track", "store_track"]

LONGEST_S = 366 * 86_400
"""The longest time of a track: 366 days [s]."""


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
    epoch_length(world, community)
    if not communities.has_role(world, community, signer, Role.STEWARD):
        raise CommunityGovernance.NotSteward(account=signer, community=community)
    if (community, kind) in world.community_governance.tracks:
        raise CommunityGovernance.TrackAlreadySet(community=community, kind=kind.value)
    ensure_sound(settings)
    store_track(world, community, kind, Track(settings, NO_HASH))


def are_settings_sound(settings: TrackSettings) -> bool:
    """Whether a track can have these settings: it must be able to decide, and to say no.

    Votes are taken for at least a second, the confirmation fits into that time, no time is longer than 366 days, and
    the ayes need not exceed 100 % of the votes, which they never could.
    """
    times = (settings.notice_s, settings.decide_s, settings.confirm_s, settings.timelock_s)
    can_decide = settings.decide_s > 0 and settings.confirm_s <= settings.decide_s and max(times) <= LONGEST_S
    return can_decide and settings.min_approval < MILLION


def ensure_sound(settings: TrackSettings) -> None:
    """A track can have these settings.

    :raises CommunityGovernance.BadSettings: see :func:`are_settings_sound`.
    """
    if not are_settings_sound(settings):
        raise CommunityGovernance.BadSettings(settings=settings)


def store_track(world: World, community: CommunityId, kind: TrackKind, track: Track) -> None:
    """Give the track its settings, and say so."""
    world.community_governance.tracks[community, kind] = track
    world.emit(TrackSet(community, kind, track.settings))


def epoch_length(world: World, community: CommunityId) -> int:
    """The length of the community's epochs [s].

    :raises CommunityGovernance.UnknownCommunity: there is no such community.
    """
    epoch_s = communities.epoch_s(world, community)
    if epoch_s is None:
        raise CommunityGovernance.UnknownCommunity(community=community)
    return epoch_s
