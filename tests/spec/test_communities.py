"""The chapter of communities: founding, membership, roles, and parameters over time."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from aipchain.pallets_spec import communities
from aipchain.pallets_spec.communities import (
    Admitted,
    Community,
    Founded,
    Left,
    Member,
    ParameterSet,
    ParametersScheduled,
    RoleGranted,
    RoleRevoked,
)
from aipchain.pallets_spec.errors import BadOrigin, Communities, SpecError
from aipchain.pallets_spec.origin import Root
from aipchain.pallets_spec.types import (
    NO_HASH,
    U32_MAX,
    CommunityId,
    Epoch,
    Hash,
    Parameters,
    PartsPerMillion,
    Role,
)
from aipchain.units import UnixSeconds

if TYPE_CHECKING:
    from tests.spec.conftest import Town

SOUND = Parameters(gate_closure_s=900, clearing_window_s=300, grace_s=1_800, collateral=PartsPerMillion(100_000))
LATER = replace(SOUND, grace_s=3_600)
LAST = replace(SOUND, grace_s=7_200)
WEEK_S = 7 * 24 * 3_600
VOTE = Hash(b"v" * 32)
NEXT_VOTE = Hash(b"w" * 32)


def _found(town: "Town", who: "str | Root" = "ada", /, **changed: object) -> "SpecError | None":
    arguments: dict[str, object] = {
        "name": b"Hill",
        "interval_s": 900,
        "epoch_s": 900,
        "zones": [b"all"],
        "parameters": SOUND,
        "steward": town.account("ada"),
        **changed,
    }
    return town.tries(who, communities.found, **arguments)  # type: ignore[arg-type]


def test_a_steward_founds_a_community_for_itself(town: "Town") -> None:
    """The founder holds the steward role of a new community that has no members yet."""
    assert _found(town) is None

    state = town.world.communities
    hill, ada = CommunityId(1), town.account("ada")
    assert state.communities[hill] == Community(b"Hill", 900, 900, (b"all",), town.world.now, 0, 0, 1)
    assert state.roles[hill, ada] == Role.STEWARD.bit
    assert state.parameter_sets[hill] == ParameterSet(SOUND, NO_HASH, None, None)
    assert town.world.events == [Founded(hill, ada)]
    assert communities.member_index(town.world, hill, ada) is None


def test_root_founds_for_anybody_and_nobody_else_does(town: "Town") -> None:
    """Root may name any steward; an account only itself."""
    assert isinstance(_found(town, "ben"), Communities.NotTheSteward)
    assert _found(town, Root()) is None


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"interval_s": 1_800}, Communities.BadIntervalLength),
        ({"interval_s": 0}, Communities.BadIntervalLength),
        ({"epoch_s": 0}, Communities.BadEpochLength),
        ({"epoch_s": 1_000}, Communities.BadEpochLength),
        ({"zones": []}, Communities.NoZones),
        ({"parameters": replace(SOUND, grace_s=0)}, Communities.BadParameters),
        ({"interval_s": 1, "epoch_s": 0, "zones": []}, Communities.BadIntervalLength),
        ({"epoch_s": 0, "zones": []}, Communities.BadEpochLength),
        ({"zones": [], "parameters": replace(SOUND, grace_s=0)}, Communities.NoZones),
    ],
)
def test_a_founding_with_bad_facts_is_refused_for_the_first(
    town: "Town", changed: dict[str, object], refusal: type[SpecError]
) -> None:
    """Interval, epoch, zones and parameters are checked in this order."""
    assert type(_found(town, **changed)) is refusal


def test_both_interval_lengths_and_longer_epochs_are_fine(town: "Town") -> None:
    """A quarter of an hour and an hour, with an epoch of one or several."""
    assert _found(town, interval_s=3_600, epoch_s=3_600) is None
    assert _found(town, interval_s=900, epoch_s=86_400) is None


@pytest.mark.parametrize(
    ("changed", "sound"),
    [
        ({"clearing_window_s": 6}, True),
        ({"clearing_window_s": 5}, False),
        ({"clearing_window_s": 900}, True),
        ({"clearing_window_s": 901}, False),
        ({"gate_closure_s": WEEK_S}, True),
        ({"gate_closure_s": WEEK_S + 1}, False),
        ({"grace_s": 1}, True),
        ({"grace_s": 0}, False),
        ({"grace_s": WEEK_S}, True),
        ({"grace_s": WEEK_S + 1}, False),
        ({"collateral": PartsPerMillion(1_000_000)}, True),
        ({"collateral": PartsPerMillion(0)}, True),
    ],
)
def test_parameters_have_bounds(changed: dict[str, int], sound: bool) -> None:
    """The bounds themselves are sound, one second beyond them is not."""
    assert communities.are_parameters_sound(replace(SOUND, **changed)) is sound  # type: ignore[arg-type]


def test_communities_run_out_of_numbers(town: "Town") -> None:
    """The last number is not given."""
    town.world.communities.next_community_id = CommunityId(U32_MAX)
    assert isinstance(_found(town), Communities.Overflow)


def test_a_member_is_admitted_once_and_counted(town: "Town") -> None:
    """Indices count up; each role that is new is told, in the order given and once."""
    told = town.admit("cleo", Role.PRODUCER, Role.CONSUMER, Role.PRODUCER)

    cleo = town.account("cleo")
    assert told == [
        Admitted(town.community, cleo, 2),
        RoleGranted(town.community, cleo, Role.PRODUCER),
        RoleGranted(town.community, cleo, Role.CONSUMER),
    ]
    assert town.world.communities.members[town.community, cleo] == Member(2, town.world.now)
    assert communities.electorate(town.world, town.community) == (3, 3)
    again = {"community": town.community, "account": cleo, "roles": []}
    assert isinstance(
        town.refused("steward", communities.admit, **again),  # type: ignore[arg-type]
        Communities.AlreadyMember,
    )


def test_roles_held_before_admission_stay(town: "Town") -> None:
    """Admitting a service adds to its roles and does not tell again what it held."""
    told = town.admit("gateway", Role.GATEWAY, Role.STEWARD)

    gateway = town.account("gateway")
    assert told[1:] == [RoleGranted(town.community, gateway, Role.STEWARD)]
    assert town.world.communities.roles[town.community, gateway] == Role.GATEWAY.bit | Role.STEWARD.bit
    assert town.world.communities.communities[town.community].stewards == 2


def test_an_admission_without_roles_leaves_no_empty_set(town: "Town") -> None:
    """Somebody without roles has no entry among the roles."""
    town.admit("cleo")
    assert (town.community, town.account("cleo")) not in town.world.communities.roles


@pytest.mark.parametrize("counter", ["next_member_index", "members"])
def test_members_run_out_of_numbers(town: "Town", counter: str) -> None:
    """Neither the index nor the count goes beyond the last number."""
    state = town.world.communities
    sound = state.communities[town.community]
    state.communities[town.community] = replace(sound, **{counter: U32_MAX})  # type: ignore[arg-type]
    refusal = town.refused(
        "steward", communities.admit, community=town.community, account=town.account("cleo"), roles=[]
    )
    assert isinstance(refusal, Communities.Overflow)
    state = town.world.communities
    state.communities[town.community] = sound


@pytest.mark.parametrize("admitting", [True, False])
def test_stewards_run_out_of_numbers(town: "Town", admitting: bool) -> None:
    """The count of stewards does not go beyond the last number."""
    state = town.world.communities
    sound = state.communities[town.community]
    state.communities[town.community] = replace(sound, stewards=U32_MAX)
    cleo = town.account("cleo")
    if admitting:
        refusal = town.refused(
            "steward", communities.admit, community=town.community, account=cleo, roles=[Role.STEWARD]
        )
    else:
        refusal = town.refused(
            "steward", communities.grant_role, community=town.community, account=cleo, role=Role.STEWARD
        )
    assert isinstance(refusal, Communities.Overflow)
    state.communities[town.community] = sound


def test_a_role_is_granted_and_revoked_once(town: "Town") -> None:
    """A stranger can hold a role; the set is gone with the last one."""
    role = {"community": town.community, "account": town.account("stranger"), "role": Role.AUDITOR}
    assert town.does("steward", communities.grant_role, **role) == [RoleGranted(**role)]  # type: ignore[arg-type]
    assert communities.has_role(town.world, town.community, town.account("stranger"), Role.AUDITOR)
    assert isinstance(
        town.refused("steward", communities.grant_role, **role),  # type: ignore[arg-type]
        Communities.RoleAlreadyGranted,
    )
    assert town.does("steward", communities.revoke_role, **role) == [RoleRevoked(**role)]  # type: ignore[arg-type]
    assert (town.community, town.account("stranger")) not in town.world.communities.roles
    assert isinstance(
        town.refused("steward", communities.revoke_role, **role),  # type: ignore[arg-type]
        Communities.RoleNotGranted,
    )


def test_revoking_one_role_keeps_the_others(town: "Town") -> None:
    """Only the named role is taken."""
    ben, place = town.account("ben"), town.community
    town.does("steward", communities.grant_role, community=place, account=ben, role=Role.AUDITOR)
    town.does("steward", communities.revoke_role, community=place, account=ben, role=Role.PRODUCER)
    assert town.world.communities.roles[place, ben] == Role.AUDITOR.bit


def test_the_last_steward_stays(town: "Town") -> None:
    """Neither revoking nor leaving takes the last steward; with a second one either does."""
    town.admit("steward")
    steward, place = town.account("steward"), town.community
    last = town.refused("steward", communities.revoke_role, community=place, account=steward, role=Role.STEWARD)
    assert isinstance(last, Communities.LastSteward)
    assert isinstance(town.refused("steward", communities.leave, community=place), Communities.LastSteward)

    town.does("steward", communities.grant_role, community=place, account=town.account("ada"), role=Role.STEWARD)
    town.does("steward", communities.revoke_role, community=place, account=steward, role=Role.STEWARD)
    assert town.world.communities.communities[place].stewards == 1


def test_who_leaves_drops_all_roles(town: "Town") -> None:
    """Membership and roles are gone, the index is never given again."""
    town.does(
        "steward", communities.grant_role, community=town.community, account=town.account("ada"), role=Role.STEWARD
    )
    assert town.does("ada", communities.leave, community=town.community) == [Left(town.community, town.account("ada"))]

    facts = town.world.communities.communities[town.community]
    assert (facts.members, facts.next_member_index, facts.stewards) == (1, 2, 1)
    assert (town.community, town.account("ada")) not in town.world.communities.roles
    assert town.admit("ada")[0] == Admitted(town.community, town.account("ada"), 2)


def test_only_a_member_leaves(town: "Town") -> None:
    """A service has nothing to leave; an unknown community nobody."""
    assert isinstance(town.refused("gateway", communities.leave, community=town.community), Communities.NotMember)
    unknown = town.refused("ada", communities.leave, community=CommunityId(9))
    assert isinstance(unknown, Communities.UnknownCommunity)
    assert isinstance(town.refused(Root(), communities.leave, community=town.community), BadOrigin)


@pytest.mark.parametrize("call", ["admit", "grant_role", "revoke_role"])
def test_only_a_steward_admits_and_grants(town: "Town", call: str) -> None:
    """Root is no account, an unknown community has no stewards, and a member is none."""
    roles: dict[str, object] = {"roles": [Role.AUDITOR]} if call == "admit" else {"role": Role.AUDITOR}
    function = getattr(communities, call)
    cleo = town.account("cleo")
    assert isinstance(town.refused(Root(), function, community=town.community, account=cleo, **roles), BadOrigin)
    assert isinstance(
        town.refused("steward", function, community=CommunityId(1), account=cleo, **roles), Communities.UnknownCommunity
    )
    assert isinstance(
        town.refused("ada", function, community=town.community, account=cleo, **roles), Communities.NotSteward
    )


def test_voted_parameters_hold_from_their_epoch_on(town: "Town") -> None:
    """Before the epoch the old ones are in force, from it on the new; nobody acts at the boundary."""
    world, place = town.world, town.community
    epoch = Epoch(world.now // 7_200 + 1)
    communities.schedule_parameters(world, place, LATER, VOTE, epoch)

    boundary = epoch * 7_200
    assert _in_force(town, UnixSeconds(boundary - 1)) == SOUND
    assert _in_force(town, UnixSeconds(boundary)) == LATER
    assert communities.parameters_head(world, place) == VOTE
    assert world.events == [ParametersScheduled(place, LATER, epoch)]


def test_parameters_in_force_become_active_when_the_next_are_voted(town: "Town") -> None:
    """What was in force before them is still known for the epochs it held."""
    world, place = town.world, town.community
    first = Epoch(world.now // 7_200 + 1)
    communities.schedule_parameters(world, place, LATER, VOTE, first)
    town.at(first * 7_200)
    communities.schedule_parameters(world, place, LAST, NEXT_VOTE, Epoch(first + 1))

    expected = ParameterSet(LATER, VOTE, (LAST, NEXT_VOTE, Epoch(first + 1)), (SOUND, first))
    assert world.communities.parameter_sets[place] == expected
    in_force = [_in_force(town, UnixSeconds(epoch * 7_200)) for epoch in range(first - 1, first + 2)]
    assert in_force == [SOUND, LATER, LAST]


@pytest.mark.parametrize(("founding_s", "voted_s"), [(30_000, 600), (600, 30_000)])
def test_parameters_are_not_forgotten_while_readings_need_them(town: "Town", founding_s: int, voted_s: int) -> None:
    """A third vote within one grace period waits: it would change the grace that readings were promised."""
    world, place = town.world, town.community
    founding, voted = replace(SOUND, grace_s=founding_s), replace(SOUND, grace_s=voted_s)
    world.communities.parameter_sets[place] = ParameterSet(founding)
    first = Epoch(world.now // 7_200 + 1)
    for epoch in (first, Epoch(first + 1)):
        communities.schedule_parameters(world, place, voted, VOTE, epoch)
        town.at(epoch * 7_200)

    final = first * 7_200 + 30_000
    for early in (world.now, final - 1):
        town.at(early)
        with pytest.raises(Communities.EarlierParametersNeeded):
            communities.ensure_changeable(world, place)
        with pytest.raises(Communities.EarlierParametersNeeded):
            communities.schedule_parameters(world, place, LAST, NEXT_VOTE, Epoch(first + 9))
        assert _in_force(town, UnixSeconds(first * 7_200 - 1)) == founding
    town.at(final)
    communities.schedule_parameters(world, place, LAST, NEXT_VOTE, Epoch(first + 9))
    assert _in_force(town, UnixSeconds(first * 7_200)) == voted


def test_parameters_that_never_came_into_force_are_replaced(town: "Town") -> None:
    """A vote for the same boundary takes the place of an earlier one, one second before it."""
    world, place = town.world, town.community
    first = Epoch(world.now // 7_200 + 1)
    communities.schedule_parameters(world, place, LATER, VOTE, first)
    town.at(first * 7_200 - 1)
    communities.schedule_parameters(world, place, LAST, NEXT_VOTE, first)
    assert world.communities.parameter_sets[place] == ParameterSet(SOUND, NO_HASH, (LAST, NEXT_VOTE, first), None)


def test_bad_parameters_and_unknown_communities_are_not_scheduled(town: "Town") -> None:
    """The bounds come first."""
    with pytest.raises(Communities.BadParameters):
        communities.schedule_parameters(town.world, CommunityId(9), replace(SOUND, grace_s=0), VOTE, Epoch(1))
    with pytest.raises(Communities.UnknownCommunity):
        communities.schedule_parameters(town.world, CommunityId(9), SOUND, VOTE, Epoch(1))


def test_an_unknown_community_has_nothing_to_tell(town: "Town") -> None:
    """What other chapters ask of it is answered with nothing."""
    world, unknown = town.world, CommunityId(9)
    assert communities.interval_s(world, unknown) is None
    assert communities.epoch_s(world, unknown) is None
    assert communities.in_force_at(world, unknown, world.now) is None
    assert communities.parameters_head(world, unknown) is None
    assert communities.electorate(world, unknown) is None
    assert not communities.zone_exists(world, unknown, 0)


def test_zones_are_named_by_their_index(town: "Town") -> None:
    """Two zones have the indices 0 and 1."""
    assert [communities.zone_exists(town.world, town.community, zone) for zone in range(3)] == [True, True, False]


def _in_force(town: "Town", at: UnixSeconds) -> Parameters:
    in_force = communities.in_force_at(town.world, town.community, at)
    assert in_force is not None
    return in_force.parameters
