"""The calls of the chapter of communities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from aipchain.pallets_spec.communities.events import Admitted, Founded, Left, RoleGranted, RoleRevoked
from aipchain.pallets_spec.communities.facts import has_role
from aipchain.pallets_spec.communities.parameters import ensure_sound, known
from aipchain.pallets_spec.communities.state import INTERVAL_LENGTHS_S, Community, Member, ParameterSet
from aipchain.pallets_spec.errors import Communities
from aipchain.pallets_spec.origin import Origin, ensure_signed, ensure_signed_or_root
from aipchain.pallets_spec.types import (
    U32_MAX,
    AccountId,
    CommunityId,
    Parameters,
    Role,
)

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["admit", "found", "grant_role", "leave", "revoke_role"]


def found(
    world: World,
    origin: Origin,
    *,
    name: bytes,
    interval_s: int,
    epoch_s: int,
    zones: Sequence[bytes],
    parameters: Parameters,
    steward: AccountId,
) -> None:
    """Found a community. Root may found for any steward, an account only for itself.

    :raises Communities.NotTheSteward: signed by an account other than the steward.
    :raises Communities.BadIntervalLength: an interval lasts 900 s or 3,600 s.
    :raises Communities.BadEpochLength: an epoch is one or more whole intervals.
    :raises Communities.NoZones: `zones` is empty.
    :raises Communities.BadParameters: see :func:`are_parameters_sound`.
    :raises Communities.Overflow: no number is left for a community.
    """
    signer = ensure_signed_or_root(origin)
    if signer is not None and signer != steward:
        raise Communities.NotTheSteward(signer=signer, steward=steward)
    if interval_s not in INTERVAL_LENGTHS_S:
        raise Communities.BadIntervalLength(interval_s=interval_s)
    if epoch_s == 0 or epoch_s % interval_s != 0:
        raise Communities.BadEpochLength(epoch_s=epoch_s, interval_s=interval_s)
    if not zones:
        raise Communities.NoZones
    ensure_sound(parameters)

    state = world.communities
    community = state.next_community_id
    state.next_community_id = CommunityId(_one_more(community))
    state.communities[community] = Community(name, interval_s, epoch_s, tuple(zones), founded_at=world.now)
    state.parameter_sets[community] = ParameterSet(parameters)
    state.roles[community, steward] = Role.STEWARD.bit
    world.emit(Founded(community, steward))


def admit(world: World, origin: Origin, *, community: CommunityId, account: AccountId, roles: Sequence[Role]) -> None:
    """Make an account a member and give it roles, each told once. Roles it holds already stay. Signed by a steward.

    :raises Communities.UnknownCommunity: there is no such community.
    :raises Communities.NotSteward: the signer is no steward of it.
    :raises Communities.AlreadyMember: the account is a member.
    :raises Communities.Overflow: no index is left for a member.
    """
    facts = _ensure_steward(world, origin, community)
    state = world.communities
    if (community, account) in state.members:
        raise Communities.AlreadyMember(account=account, community=community)
    index = facts.next_member_index
    facts = replace(facts, next_member_index=_one_more(index), members=_one_more(facts.members))
    state.communities[community] = facts
    state.members[community, account] = Member(index, since=world.now)
    world.emit(Admitted(community, account, index))
    for role in roles:
        _grant(world, community, account, role)


def grant_role(world: World, origin: Origin, *, community: CommunityId, account: AccountId, role: Role) -> None:
    """Give an account a role; it need not be a member. Signed by a steward.

    :raises Communities.UnknownCommunity: there is no such community.
    :raises Communities.NotSteward: the signer is no steward of it.
    :raises Communities.RoleAlreadyGranted: the account holds the role.
    :raises Communities.Overflow: no number is left for a steward.
    """
    _ensure_steward(world, origin, community)
    if has_role(world, community, account, role):
        raise Communities.RoleAlreadyGranted(account=account, role=role.value)
    _grant(world, community, account, role)


def revoke_role(world: World, origin: Origin, *, community: CommunityId, account: AccountId, role: Role) -> None:
    """Take a role from an account. Signed by a steward.

    :raises Communities.UnknownCommunity: there is no such community.
    :raises Communities.NotSteward: the signer is no steward of it.
    :raises Communities.RoleNotGranted: the account does not hold the role.
    :raises Communities.LastSteward: the community would be left without a steward.
    """
    _ensure_steward(world, origin, community)
    if not has_role(world, community, account, role):
        raise Communities.RoleNotGranted(account=account, role=role.value)
    if role is Role.STEWARD:
        _drop_steward(world, community)
    left = world.communities.roles.pop((community, account)) & ~role.bit
    if left:
        world.communities.roles[community, account] = left
    world.emit(RoleRevoked(community, account, role))


def leave(world: World, origin: Origin, *, community: CommunityId) -> None:
    """Leave the community and drop all roles in it. Signed by a member.

    What the account has goes on without its membership: its orders stand and trade, its meters are read, and what they
    deliver is minted for it. But it places no new orders, proposes nothing and has no vote.

    :raises Communities.UnknownCommunity: there is no such community.
    :raises Communities.NotMember: the signer is no member of it.
    :raises Communities.LastSteward: the community would be left without a steward.
    """
    account = ensure_signed(origin)
    state = world.communities
    if community not in state.communities:
        raise Communities.UnknownCommunity(community=community)
    if (community, account) not in state.members:
        raise Communities.NotMember(account=account, community=community)
    if has_role(world, community, account, Role.STEWARD):
        _drop_steward(world, community)
    del state.members[community, account]
    state.roles.pop((community, account), None)
    facts = state.communities[community]
    state.communities[community] = replace(facts, members=max(facts.members - 1, 0))
    world.emit(Left(community, account))


def _ensure_steward(world: World, origin: Origin, community: CommunityId) -> Community:
    signer = ensure_signed(origin)
    facts = known(world, community)
    if not has_role(world, community, signer, Role.STEWARD):
        raise Communities.NotSteward(account=signer, community=community)
    return facts


def _grant(world: World, community: CommunityId, account: AccountId, role: Role) -> None:
    """Give a role that the account does not hold yet; one that it holds changes nothing."""
    if has_role(world, community, account, role):
        return
    state = world.communities
    if role is Role.STEWARD:
        facts = state.communities[community]
        state.communities[community] = replace(facts, stewards=_one_more(facts.stewards))
    state.roles[community, account] = state.roles.get((community, account), 0) | role.bit
    world.emit(RoleGranted(community, account, role))


def _drop_steward(world: World, community: CommunityId) -> None:
    facts = world.communities.communities[community]
    if facts.stewards <= 1:
        raise Communities.LastSteward(community=community)
    world.communities.communities[community] = replace(facts, stewards=facts.stewards - 1)


def _one_more(count: int) -> int:
    if count == U32_MAX:
        raise Communities.Overflow(count=count)
    return count + 1
