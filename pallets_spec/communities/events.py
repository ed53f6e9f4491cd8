"""What the chapter of communities tells."""

from __future__ import annotations

from dataclasses import dataclass

from aipchain.pallets_spec.types import (
    AccountId,
    CommunityId,
    Epoch,
    Event,
    Parameters,
    Role,
)

__all__ = ["Admitted", "CommunitiesEvent", "Founded", "Left", "ParametersScheduled", "RoleGranted", "RoleRevoked"]


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
