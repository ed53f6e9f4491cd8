"""What always holds among communities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from aipchain.pallets_spec.communities.parameters import are_parameters_sound
from aipchain.pallets_spec.communities.state import CommunitiesState, Community, ParameterSet
from aipchain.pallets_spec.types import (
    CommunityId,
    Parameters,
    Role,
)

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["invariants"]


def invariants(world: World) -> Iterator[str]:
    """What does not hold though it always should."""
    state = world.communities
    for community, facts in state.communities.items():
        if community >= state.next_community_id:
            yield "a community has an id that was never given"
        yield from _members_invariants(state, community, facts)
        yield from _roles_invariants(state, community, facts)
        if community not in state.parameter_sets:
            yield "a community has no parameters"
    if any(community not in state.communities for community in state.parameter_sets):
        yield "parameters of no community"
    if any(not are_parameters_sound(each) for kept in state.parameter_sets.values() for each in _all_parameters(kept)):
        yield "a parameter is out of bounds"
    if any(community not in state.communities for community, _ in state.members):
        yield "members of no community"
    if any(community not in state.communities for community, _ in state.roles):
        yield "roles of no community"


def _members_invariants(state: CommunitiesState, community: CommunityId, facts: Community) -> Iterator[str]:
    indices = [member.index for (place, _), member in state.members.items() if place == community]
    if len(set(indices)) != len(indices):
        yield "two members have one index"
    if any(index >= facts.next_member_index for index in indices):
        yield "a member's index was never given"
    if len(indices) != facts.members:
        yield "the number of members is wrong"


def _roles_invariants(state: CommunitiesState, community: CommunityId, facts: Community) -> Iterator[str]:
    held = [roles for (place, _), roles in state.roles.items() if place == community]
    if any(not 0 < roles < Role.GRID_OPERATOR.bit << 1 for roles in held):
        yield "a set of roles is empty or has unknown ones"
    stewards = sum(1 for roles in held if roles & Role.STEWARD.bit)
    if stewards == 0 or stewards != facts.stewards:
        yield "the number of stewards is wrong"


def _all_parameters(kept: ParameterSet) -> Iterator[Parameters]:
    yield kept.active
    if kept.pending:
        yield kept.pending[0]
    if kept.previous:
        yield kept.previous[0]
