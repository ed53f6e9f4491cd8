"""Worlds that a check of the communities must notice."""

from dataclasses import replace

from tests.spec.invariants.spoilt import ADA, BEN, HERE, NOWHERE, Checks

from aipchain.pallets_spec.communities import Community
from aipchain.pallets_spec.types import CommunityId, Epoch
from aipchain.pallets_spec.world import World

CHECKS = Checks()


def _change(world: World, **facts: int) -> None:
    here: Community = world.communities.communities[HERE]
    world.communities.communities[HERE] = replace(here, **facts)  # type: ignore[arg-type]


@CHECKS.notice("a community has an id that was never given")
def community_numbers_begin_anew(world: World) -> None:
    """As if none was founded."""
    world.communities.next_community_id = CommunityId(0)


@CHECKS.notice("two members have one index")
def ada_is_as_ben(world: World) -> None:
    """Ada's membership is a copy of Ben's."""
    members = world.communities.members
    members[HERE, ADA] = members[HERE, BEN]


@CHECKS.notice("a member's index was never given")
def member_indices_begin_anew(world: World) -> None:
    """The last one given would be given again."""
    _change(world, next_member_index=2)


@CHECKS.notice("the number of members is wrong")
def a_member_is_counted_twice(world: World) -> None:
    """One more than there are."""
    _change(world, members=4)


@CHECKS.notice("a set of roles is empty or has unknown ones")
def ada_has_no_role(world: World) -> None:
    """An entry without a role."""
    world.communities.roles[HERE, ADA] = 0


@CHECKS.notice("a set of roles is empty or has unknown ones")
def ada_has_an_unknown_role(world: World) -> None:
    """The bit after the last role."""
    world.communities.roles[HERE, ADA] = 256


@CHECKS.notice("the number of stewards is wrong")
def a_steward_is_counted_twice(world: World) -> None:
    """One more than there are."""
    _change(world, stewards=2)


@CHECKS.notice("the number of stewards is wrong")
def nobody_is_steward(world: World) -> None:
    """Nobody has the role, and nobody is counted."""
    roles = world.communities.roles
    for key in [key for key, held in roles.items() if held == 1]:
        del roles[key]
    _change(world, stewards=0)


@CHECKS.notice("a community has no parameters")
def the_parameters_are_gone(world: World) -> None:
    """Every community is founded with some."""
    del world.communities.parameter_sets[HERE]


@CHECKS.notice("parameters of no community")
def parameters_nowhere(world: World) -> None:
    """Nobody founded this community."""
    sets = world.communities.parameter_sets
    sets[NOWHERE] = sets[HERE]


@CHECKS.notice("a parameter is out of bounds")
def a_former_grace_period_is_zero(world: World) -> None:
    """Parameters that were replaced answer for past epochs."""
    sets = world.communities.parameter_sets
    sets[HERE] = replace(sets[HERE], previous=(replace(sets[HERE].active, grace_s=0), Epoch(1)))


@CHECKS.notice("members of no community")
def a_member_nowhere(world: World) -> None:
    """Nobody founded this community."""
    members = world.communities.members
    members[NOWHERE, ADA] = members[HERE, ADA]


@CHECKS.notice("roles of no community")
def a_role_nowhere(world: World) -> None:
    """Nobody founded this community."""
    world.communities.roles[NOWHERE, ADA] = 1
