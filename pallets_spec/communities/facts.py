"""What other chapters ask about communities, their members and their roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aipchain.pallets_spec.types import (
    AccountId,
    CommunityId,
    Role,
)

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["electorate", "epoch_s", "has_role", "interval_s", "member_index", "zone_exists"]


def interval_s(world: World, community: CommunityId) -> int | None:
    """The length of a delivery interval [s]; nothing for an unknown community."""
    facts = world.communities.communities.get(community)
    return facts.interval_s if facts else None


def epoch_s(world: World, community: CommunityId) -> int | None:
    """The length of an epoch [s]; nothing for an unknown community."""
    facts = world.communities.communities.get(community)
    return facts.epoch_s if facts else None


def zone_exists(world: World, community: CommunityId, zone: int) -> bool:
    """Whether the community has a zone of this index."""
    facts = world.communities.communities.get(community)
    return facts is not None and zone < len(facts.zones)


def member_index(world: World, community: CommunityId, who: AccountId) -> int | None:
    """The index a member was admitted with; nothing for others."""
    member = world.communities.members.get((community, who))
    return member.index if member else None


def electorate(world: World, community: CommunityId) -> tuple[int, int] | None:
    """How many members there are now, and the index that the next one will get."""
    facts = world.communities.communities.get(community)
    return (facts.members, facts.next_member_index) if facts else None


def has_role(world: World, community: CommunityId, who: AccountId, role: Role) -> bool:
    """Whether the account holds the role. It need not be a member."""
    return world.communities.roles.get((community, who), 0) & role.bit != 0
