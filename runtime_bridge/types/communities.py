"""Communities, their members and roles, and the parameters they voted."""

from dataclasses import dataclass
from enum import IntEnum

from aipchain.runtime_bridge.types.scalars import U32, Epoch, Hash, Permill, Text
from aipchain.units import UnixSeconds

__all__ = ["Community", "Member", "ParameterSet", "Parameters", "Role", "roles_of"]


class Role(IntEnum):
    """What an account may do in a community."""

    STEWARD = 0
    CONSUMER = 1
    PRODUCER = 2
    GATEWAY = 3
    OPERATOR = 4
    ORACLE = 5
    AUDITOR = 6
    GRID_OPERATOR = 7


def roles_of(bits: int) -> frozenset[Role]:
    """Roles in a set of roles as the chain keeps it: bit `1 << role`."""
    return frozenset(role for role in Role if bits >> role & 1)


@dataclass(frozen=True, slots=True)
class Parameters:
    """The voted times [s] and shares of a community's market."""

    gate_closure_s: U32
    clearing_window_s: U32
    grace_s: U32
    collateral: Permill


@dataclass(frozen=True, slots=True)
class Community:
    """A community: interval and epoch length [s], zones by name, members now and the index the next one gets."""

    name: Text
    interval_s: U32
    epoch_s: U32
    zones: tuple[Text, ...]
    founded_at: UnixSeconds
    members: U32
    next_member_index: U32
    stewards: U32


@dataclass(frozen=True, slots=True)
class Member:
    """A membership: `index` is counted up by the community and never reused."""

    index: U32
    since: UnixSeconds


@dataclass(frozen=True, slots=True)
class ParameterSet:
    """The active parameters and the binding hash that set them (or zero), and their neighbours in time.

    `pending` is (parameters, binding hash, first epoch); `previous` what `active` replaced, and from which epoch on.
    """

    active: Parameters
    head: Hash
    pending: tuple[Parameters, Hash, Epoch] | None
    previous: tuple[Parameters, Epoch] | None

    def at(self, epoch: Epoch) -> Parameters:
        """Give the parameters in force at an epoch: what is pending is in force from its epoch on, with no hook run."""
        if self.pending is not None and epoch >= self.pending[2]:
            return self.pending[0]
        if self.previous is not None and epoch < self.previous[1]:
            return self.previous[0]
        return self.active

    @property
    def next_predecessor(self) -> Hash:
        """What the next change of the parameters has to name."""
        return self.head if self.pending is None else self.pending[1]
