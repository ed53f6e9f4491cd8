"""Communities: who belongs to a local energy market, who may do what in it, and which parameters it voted.

A *community* is one market and one electorate. It is founded with the length of its delivery intervals and epochs, the
zones of its grid, and its first parameters. Lengths and zones never change; parameters change only by its votes.

*Members* are its voters. A member has an index, counted up and never given twice, so that a vote can tell those who
were members when it opened from those who came later. *Roles* say what an account may do: admit members (steward),
submit readings (gateway), clearings (operator) or prices (oracle). A role needs no membership, because services are
not voters; so the founding steward is a member only once admitted. Nobody can move a membership or a role to another
account. A community never loses its last steward.

Parameters are switched without anyone acting at the boundary: what is *pending* carries the epoch it is in force from,
and whoever asks for the parameters of a time looks which of the stored ones were in force then. Those before the active
ones are *previous*; they are not forgotten while a reading of their epochs can still become final.
"""

from aipchain.pallets_spec.communities.calls import admit, found, grant_role, leave, revoke_role
from aipchain.pallets_spec.communities.events import (
    Admitted,
    CommunitiesEvent,
    Founded,
    Left,
    ParametersScheduled,
    RoleGranted,
    RoleRevoked,
)
from aipchain.pallets_spec.communities.facts import electorate, epoch_s, has_role, interval_s, member_index, zone_exists
from aipchain.pallets_spec.communities.invariants import invariants
from aipchain.pallets_spec.communities.parameters import (
    are_parameters_sound,
    ensure_changeable,
    in_force_at,
    parameters_head,
    schedule_parameters,
)
from aipchain.pallets_spec.communities.state import (
    INTERVAL_LENGTHS_S,
    LONGEST_S,
    MAX_NAME_BYTES,
    MAX_ROLES,
    MAX_ZONE_BYTES,
    MAX_ZONES,
    SHORTEST_WINDOW_S,
    CommunitiesState,
    Community,
    InForce,
    Member,
    ParameterSet,
)

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
    "InForce",
    "Left",
    "Member",
    "ParameterSet",
    "ParametersScheduled",
    "RoleGranted",
    "RoleRevoked",
    "admit",
    "are_parameters_sound",
    "electorate",
    "ensure_changeable",
    "epoch_s",
    "found",
    "grant_role",
    "has_role",
    "in_force_at",
    "interval_s",
    "invariants",
    "leave",
    "member_index",
    "parameters_head",
    "revoke_role",
    "schedule_parameters",
    "zone_exists",
]
