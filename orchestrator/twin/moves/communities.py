"""Made-up calls to communities."""

from dataclasses import fields, replace
from typing import Any

from aipchain.orchestrator.twin.moves.player import Player
from aipchain.orchestrator.twin.moves.town import PARAMETERS, PEOPLE
from aipchain.orchestrator.twin.steps import Do
from aipchain.pallets_spec.communities import LONGEST_S
from aipchain.pallets_spec.origin import Root
from aipchain.pallets_spec.types import MILLION, U32_MAX, Parameters, PartsPerMillion, Role

__all__ = ["admit", "found", "grant_role", "leave", "parameters", "revoke_role"]

_PALLET = "Communities"
_TIMES_S = (0, 1, 5, 6, 299, 300, 301, 900, 901, LONGEST_S, LONGEST_S + 1, U32_MAX)


def found(player: Player) -> Do:
    """Root or a steward founds a community."""
    steward = player.anybody()
    interval_s = player.bent(player.one_of((900, 3_600)), lambda: player.one_of((0, 1, 899, 901, 3_601, U32_MAX)))
    epoch_s = player.bent(interval_s * player.one_of((1, 2, 24)), lambda: player.near(interval_s, U32_MAX))
    zones = player.one_of(([], [b"", b"z" * 32], [b"z"] * 64)) if player.bends() else [b"north"]
    arguments = {
        "name": player.one_of((b"", b"Mill", b"n" * 64, b"\xff\xfe")),
        "interval_s": min(interval_s, U32_MAX),
        "epoch_s": min(epoch_s, U32_MAX),
        "zones": zones,
        "parameters": parameters(player),
        "steward": steward,
    }
    origin = Root() if player.chance(0.3) else steward
    return player.does(origin, _PALLET, "found", **arguments)


def parameters(player: Player) -> Parameters:
    """Parameters of a community, at a border when they are bent."""
    collateral = player.one_of((0, 1, 100_000, 333_333, MILLION - 1, MILLION))
    sound = replace(PARAMETERS, collateral=PartsPerMillion(collateral), grace_s=player.one_of((1, 600, 1_200, 2_400)))
    if not player.bends():
        return sound
    name = player.one_of([each.name for each in fields(sound) if each.name != "collateral"])
    bent: dict[str, Any] = {name: player.one_of(_TIMES_S)}
    return replace(sound, **bent)


def admit(player: Player) -> Do:
    """A steward admits somebody."""
    community = player.community()
    roles = [player.one_of(list(Role)) for _ in range(player.one_of((0, 1, 2, 3, 8)))]
    account = player.bent(player.outsider(community), lambda: player.member(community))
    steward = player.holder(community, Role.STEWARD)
    return player.does(steward, _PALLET, "admit", community=community, account=account, roles=roles)


def grant_role(player: Player) -> Do:
    """A steward gives a role."""
    community, account = player.community(), player.anybody()
    held = player.world.communities.roles.get((community, account), 0)
    role = player.any_of((role for role in Role if not held & role.bit), Role.AUDITOR)
    if player.bends():
        role = player.one_of(list(Role))
    steward = player.holder(community, Role.STEWARD)
    return player.does(steward, _PALLET, "grant_role", community=community, account=account, role=role)


def revoke_role(player: Player) -> Do:
    """A steward takes a role, the last steward's own among them."""
    community = player.community()
    holders = [(who, bits) for (place, who), bits in player.world.communities.roles.items() if place == community]
    account, held = player.any_of(holders, (PEOPLE[0], 1))
    role = player.any_of((role for role in Role if held & role.bit and role is not Role.STEWARD), Role.STEWARD)
    role = player.bent(role, lambda: player.one_of(list(Role)), lambda: Role.STEWARD)
    steward = player.holder(community, Role.STEWARD)
    return player.does(steward, _PALLET, "revoke_role", community=community, account=account, role=role)


def leave(player: Player) -> Do:
    """A member leaves; a steward among the members may be the last."""
    community = player.community()
    steward = player.holder(community, Role.STEWARD)
    who = player.bent(player.member(community), lambda: player.outsider(community), lambda: steward)
    return player.does(who, _PALLET, "leave", community=community)
