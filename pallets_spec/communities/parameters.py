"""The parameters of a community over time: in force by epoch, changed only by its votes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aipchain.pallets_spec.communities.events import ParametersScheduled
from aipchain.pallets_spec.communities.state import LONGEST_S, SHORTEST_WINDOW_S, Community, InForce
from aipchain.pallets_spec.errors import Communities
from aipchain.pallets_spec.types import (
    CommunityId,
    Epoch,
    Hash,
    Parameters,
    epoch_of,
)
from aipchain.units import UnixSeconds

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = [
    "are_parameters_sound",
    "ensure_changeable",
    "ensure_sound",
    "in_force_at",
    "known",
    "parameters_head",
    "schedule_parameters",
]


def in_force_at(world: World, community: CommunityId, at: UnixSeconds) -> InForce | None:
    """The lengths of time of a community and its parameters in force at the epoch of `at`.

    Nothing for an unknown community, or one without parameters.
    """
    facts = world.communities.communities.get(community)
    parameter_set = world.communities.parameter_sets.get(community)
    if facts is None or parameter_set is None:
        return None
    return InForce(facts.interval_s, facts.epoch_s, parameter_set.at(epoch_of(at, facts.epoch_s)))


def are_parameters_sound(parameters: Parameters) -> bool:
    """Whether a community can have these parameters.

    The gate closes a whole clearing window before delivery, so that the result stands by then. A clearing window is
    at least one block long, the grace period at least a second, and no time is longer than seven days.
    """
    return (
        SHORTEST_WINDOW_S <= parameters.clearing_window_s <= parameters.gate_closure_s <= LONGEST_S
        and 1 <= parameters.grace_s <= LONGEST_S
    )


def parameters_head(world: World, community: CommunityId) -> Hash | None:
    """What the next vote on parameters must name as the thing it replaces; nothing for an unknown community."""
    parameter_set = world.communities.parameter_sets.get(community)
    return parameter_set.next_predecessor() if parameter_set else None


def schedule_parameters(
    world: World, community: CommunityId, parameters: Parameters, binding_hash: Hash, from_epoch: Epoch
) -> None:
    """Put voted parameters in force from the start of `from_epoch` on.

    :raises Communities.BadParameters: see :func:`are_parameters_sound`.
    :raises Communities.UnknownCommunity: there is no such community.
    :raises Communities.EarlierParametersNeeded: see :func:`ensure_changeable`.
    """
    ensure_sound(parameters)
    ensure_changeable(world, community)
    sets = world.communities.parameter_sets
    sets[community] = sets[community].scheduled(parameters, binding_hash, from_epoch)
    world.emit(ParametersScheduled(community, parameters, from_epoch))


def ensure_changeable(world: World, community: CommunityId) -> None:
    """Refuse while a change would forget parameters that readings are not final under yet; later it can be made.

    :raises Communities.UnknownCommunity: there is no such community.
    :raises Communities.EarlierParametersNeeded: see :meth:`ParameterSet.changes_from`.
    """
    facts = known(world, community)
    parameter_set = world.communities.parameter_sets.get(community)
    if parameter_set is None:
        raise Communities.UnknownCommunity(community=community)
    changes_from = parameter_set.changes_from(facts.epoch_s, epoch_of(world.now, facts.epoch_s))
    if world.now < changes_from:
        raise Communities.EarlierParametersNeeded(changes_from=changes_from, now=world.now)


def ensure_sound(parameters: Parameters) -> None:
    """Refuse parameters that a community cannot have.

    :raises Communities.BadParameters: see :func:`are_parameters_sound`.
    """
    if not are_parameters_sound(parameters):
        raise Communities.BadParameters(parameters=parameters)


def known(world: World, community: CommunityId) -> Community:
    """The facts of a community.

    :raises Communities.UnknownCommunity: there is no such community.
    """
    facts = world.communities.communities.get(community)
    if facts is None:
        raise Communities.UnknownCommunity(community=community)
    return facts
