"""Communities: who belongs to a local energy market, who may do what in it, and which parameters it voted.

A *community* is one market and one electorate. It is founded with the length of its delivery intervals and epochs, the
zones of its grid, and its first parameters. Lengths and zones never change; parameters change only by its votes.

*Members* are its voters. A member has an index, counted up and never given twice, so that a vote can tell those who
were members when it opened from those who came later. *Roles* say what an account may do: admit members (steward),
submit readings (gateway), clearings (operator) or prices (oracle). A role needs no membership, because services are
not voters; so the founding steward is a member only once admitted. Nobody can move a membership or a role to another
account. A community never loses its last steward.

Parameters are switched without anyone acting at the boundary: what is *pending* carries the epoch it is in force from,
and whoever asks for the parameters of a time looks which of the stored ones were in force then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from aipchain.pallets_spec.errors import Communities
from aipchain.pallets_spec.origin import Origin, ensure_signed, ensure_signed_or_root
from aipchain.pallets_spec.types import (
    NO_HASH,
    U32_MAX,
    AccountId,
    CommunityId,
    Epoch,
    Event,
    Hash,
    Parameters,
    Role,
    epoch_of,
)
from aipchain.units import UnixSeconds

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = [
    "INTERVAL_LENGTHS_S",
    "LONGEST_S",
    "MAX_NAME_BYTES",
    "MAX_ROLES",
    "MAX_ZONES",
    "MAX_ZONE_BYTES",
    "SHORTEST_WINDOW_S",
    "Admitted",
    "CommunitiesEvent",
    "CommunitiesState",
    "Community",
    "Founded",
    "Left",
    "Member",
    "ParameterSet",
    "ParametersScheduled",
    "RoleGranted",
    "RoleRevoked",
    "admit",
    "are_parameters_sound",
    "electorate",
    "epoch_s",
    "found",
    "grant_role",
    "has_role",
    "interval_s",
    "invariants",
    "leave",
    "member_index",
    "parameters_at",
    "parameters_head",
    "revoke_role",
    "schedule_parameters",
    "zone_exists",
]

INTERVAL_LENGTHS_S = (900, 3_600)
"""A delivery interval is a quarter of an hour or an hour [s]."""
LONGEST_S = 7 * 24 * 3_600
"""The longest time a parameter can name: seven days [s]."""
SHORTEST_WINDOW_S = 6
"""The shortest clearing window: the time of one block [s]."""

MAX_NAME_BYTES = 64
"""The longest name of a community; a longer one cannot be encoded as a call."""
MAX_ZONES = 64
"""The most zones of a community; a longer list cannot be encoded as a call."""
MAX_ZONE_BYTES = 32
"""The longest name of a zone; a longer one cannot be encoded as a call."""
MAX_ROLES = 8
"""The most roles in one call; a longer list cannot be encoded as a call."""

_FIRST = CommunityId(0)


@dataclass(frozen=True, slots=True)
class Community:
    """A community: one market, one electorate."""

    name: bytes
    """UTF-8."""
    interval_s: int
    """The length of a delivery interval [s]."""
    epoch_s: int
    """The length of an epoch [s], a multiple of `interval_s`."""
    zones: tuple[bytes, ...]
    """Its zones, at least one, in UTF-8; a meter names its zone by the index."""
    founded_at: UnixSeconds
    members: int = 0
    """How many members it has now."""
    next_member_index: int = 0
    """The index of the next member; never given twice."""
    stewards: int = 1
    """How many accounts hold the steward role; never 0."""


@dataclass(frozen=True, slots=True)
class Member:
    """A membership."""

    index: int
    """Counted up in the community; tells members from later ones."""
    since: UnixSeconds


@dataclass(frozen=True, slots=True)
class ParameterSet:
    """The parameters of a community over time, back to those before the active ones."""

    active: Parameters
    """In force until the pending ones are."""
    head: Hash = NO_HASH
    """The binding hash of the vote that set `active`; zero for the founding."""
    pending: tuple[Parameters, Hash, Epoch] | None = None
    """The next parameters, the binding hash of their vote, and the first epoch they are in force."""
    previous: tuple[Parameters, Epoch] | None = None
    """What `active` replaced, and the first epoch it did so."""

    def at(self, epoch: Epoch) -> Parameters:
        """The parameters in force at `epoch`."""
        if self.pending and epoch >= self.pending[2]:
            return self.pending[0]
        if self.previous and epoch < self.previous[1]:
            return self.previous[0]
        return self.active

    def next_predecessor(self) -> Hash:
        """What the next vote must name as the thing it replaces."""
        return self.pending[1] if self.pending else self.head

    def schedule(self, parameters: Parameters, binding_hash: Hash, from_epoch: Epoch, now: Epoch) -> ParameterSet:
        """Put `parameters` in force from `from_epoch` on.

        Pending ones that are in force by `now` become the active ones first; others are replaced.
        """
        pending = (parameters, binding_hash, from_epoch)
        if self.pending and now >= self.pending[2]:
            due, due_hash, since = self.pending
            return ParameterSet(active=due, head=due_hash, pending=pending, previous=(self.active, since))
        return replace(self, pending=pending)


@dataclass(slots=True)
class CommunitiesState:
    """Everything this chapter stores, named as in the runtime's metadata."""

    next_community_id: CommunityId = _FIRST
    communities: dict[CommunityId, Community] = field(default_factory=dict)
    members: dict[tuple[CommunityId, AccountId], Member] = field(default_factory=dict)
    roles: dict[tuple[CommunityId, AccountId], int] = field(default_factory=dict)
    """The roles an account holds: the sum of their bits, never 0."""
    parameter_sets: dict[CommunityId, ParameterSet] = field(default_factory=dict)


class CommunitiesEvent(Event):
    """A fact about communities."""

    __slots__ = ()
    pallet = "Communities"


@dataclass(frozen=True, slots=True)
class Founded(CommunitiesEvent):
    """A community was founded; `steward` holds its steward role."""

    community: CommunityId
    steward: AccountId


@dataclass(frozen=True, slots=True)
class Admitted(CommunitiesEvent):
    """An account became a member."""

    community: CommunityId
    account: AccountId
    index: int


@dataclass(frozen=True, slots=True)
class RoleGranted(CommunitiesEvent):
    """An account holds a role that it did not hold before."""

    community: CommunityId
    account: AccountId
    role: Role


@dataclass(frozen=True, slots=True)
class RoleRevoked(CommunitiesEvent):
    """An account no longer holds a role."""

    community: CommunityId
    account: AccountId
    role: Role


@dataclass(frozen=True, slots=True)
class Left(CommunitiesEvent):
    """A member left and dropped all roles."""

    community: CommunityId
    account: AccountId


@dataclass(frozen=True, slots=True)
class ParametersScheduled(CommunitiesEvent):
    """New parameters will be in force."""

    community: CommunityId
    parameters: Parameters
    from_epoch: Epoch


# Calls.


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
    _ensure_sound(parameters)

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
    state.communities[community] = replace(facts, members=facts.members - 1)
    world.emit(Left(community, account))


# What other chapters ask.


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


def parameters_at(world: World, community: CommunityId, at: UnixSeconds) -> Parameters | None:
    """The parameters in force at the epoch of `at`; nothing for an unknown community."""
    facts = world.communities.communities.get(community)
    return world.communities.parameter_sets[community].at(epoch_of(at, facts.epoch_s)) if facts else None


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
    """
    _ensure_sound(parameters)
    facts = _known(world, community)
    sets = world.communities.parameter_sets
    now = epoch_of(world.now, facts.epoch_s)
    sets[community] = sets[community].schedule(parameters, binding_hash, from_epoch, now)
    world.emit(ParametersScheduled(community, parameters, from_epoch))


# What always holds.


def invariants(world: World) -> Iterator[str]:
    """What does not hold though it always should."""
    state = world.communities
    for community, facts in state.communities.items():
        if community >= state.next_community_id:
            yield f"community {community} has a number that was never given"
        yield from _members_invariants(state, community, facts)
        yield from _roles_invariants(state, community, facts)
    if state.parameter_sets.keys() != state.communities.keys():
        yield "parameters of no community, or a community without parameters"
    if any(not are_parameters_sound(each) for kept in state.parameter_sets.values() for each in _all_parameters(kept)):
        yield "a parameter is out of bounds"
    if any(community not in state.communities for community, _ in [*state.members, *state.roles]):
        yield "a member or a role of no community"


def _members_invariants(state: CommunitiesState, community: CommunityId, facts: Community) -> Iterator[str]:
    indices = [member.index for (place, _), member in state.members.items() if place == community]
    if len(set(indices)) != len(indices):
        yield f"two members of community {community} have one index"
    if any(index >= facts.next_member_index for index in indices):
        yield f"a member of community {community} has an index that was never given"
    if len(indices) != facts.members:
        yield f"community {community} counts its members wrong"


def _roles_invariants(state: CommunitiesState, community: CommunityId, facts: Community) -> Iterator[str]:
    held = [roles for (place, _), roles in state.roles.items() if place == community]
    if any(not 0 < roles < Role.GRID_OPERATOR.bit << 1 for roles in held):
        yield f"a set of roles in community {community} is empty or has unknown ones"
    stewards = sum(1 for roles in held if roles & Role.STEWARD.bit)
    if stewards == 0 or stewards != facts.stewards:
        yield f"community {community} counts its stewards wrong or has none"


def _all_parameters(kept: ParameterSet) -> Iterator[Parameters]:
    yield kept.active
    if kept.pending:
        yield kept.pending[0]
    if kept.previous:
        yield kept.previous[0]


# Helpers.


def _known(world: World, community: CommunityId) -> Community:
    facts = world.communities.communities.get(community)
    if facts is None:
        raise Communities.UnknownCommunity(community=community)
    return facts


def _ensure_steward(world: World, origin: Origin, community: CommunityId) -> Community:
    signer = ensure_signed(origin)
    facts = _known(world, community)
    if not has_role(world, community, signer, Role.STEWARD):
        raise Communities.NotSteward(account=signer, community=community)
    return facts


def _ensure_sound(parameters: Parameters) -> None:
    if not are_parameters_sound(parameters):
        raise Communities.BadParameters(parameters=parameters)


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
    if facts.stewards == 1:
        raise Communities.LastSteward(community=community)
    world.communities.communities[community] = replace(facts, stewards=facts.stewards - 1)


def _one_more(count: int) -> int:
    if count == U32_MAX:
        raise Communities.Overflow(count=count)
    return count + 1
