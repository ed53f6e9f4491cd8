"""Numbers at the bounds of what a community may choose: one that is allowed, and the next one that is not."""

from collections.abc import Iterator
from dataclasses import replace

from aipchain.orchestrator.twin.edges.corner import Corner
from aipchain.orchestrator.twin.moves.town import HAMLET, HOUR, PARAMETERS, SETTINGS, TOWN, account
from aipchain.pallets_spec.community_governance.proposals import head_of
from aipchain.pallets_spec.types import (
    MILLION,
    Change,
    CommunityId,
    Parameters,
    ParametersChange,
    PartsPerMillion,
    PluginChange,
    Slot,
    TrackChange,
    TrackKind,
    TrackSettings,
)

__all__ = ["each_track_decides_its_own", "parameters_at_their_bounds", "tracks_at_their_bounds"]

_WEEK_S, _YEAR_S = 7 * 24 * HOUR, 366 * 24 * HOUR


def parameters_at_their_bounds(corner: Corner) -> None:
    """The shortest and the longest times, and a second beyond: for a new community, and for a vote."""
    for number, parameters in enumerate(_parameters()):
        arguments = {
            "name": bytes((number,)),
            "interval_s": HOUR,
            "epoch_s": HOUR,
            "zones": [b"one"],
            "parameters": parameters,
            "steward": account("ben"),
        }
        corner.does("ben", "Communities", "found", **arguments)
        _propose(corner, ParametersChange(parameters))


def tracks_at_their_bounds(corner: Corner) -> None:
    """The same for the times and thresholds of votes."""
    for settings in _settings():
        sub = corner.fork()
        arguments = {"community": HAMLET, "kind": TrackKind.PLUGIN, "settings": settings}
        sub.does("ada", "CommunityGovernance", "set_track", **arguments)
        _propose(sub, TrackChange(TrackKind.PLUGIN, settings))


def each_track_decides_its_own(corner: Corner) -> None:
    """With one track only, each kind of change is proposed: no track decides what is another's."""
    registry = corner.twin.world.plugin_registry
    binding = registry.bindings[registry.slots[HAMLET, Slot.PRICE].active].binding
    for kind in TrackKind:
        sub = corner.fork()
        arguments = {"community": HAMLET, "kind": kind, "settings": SETTINGS}
        sub.does("ada", "CommunityGovernance", "set_track", **arguments)
        changes = (PluginChange(Slot.PRICE, binding), ParametersChange(PARAMETERS), TrackChange(kind, SETTINGS))
        for change in changes:
            _propose(sub, change, HAMLET)


def _propose(corner: Corner, change: Change, community: CommunityId = TOWN) -> None:
    arguments = {"community": community, "change": change, "predecessor": head_of(corner.twin.world, community, change)}
    corner.does("ada", "CommunityGovernance", "propose", **arguments)


def _parameters() -> Iterator[Parameters]:
    for window_s, gate_s in ((6, 6), (5, 6), (7, 6), (6, _WEEK_S), (6, _WEEK_S + 1)):
        yield replace(PARAMETERS, clearing_window_s=window_s, gate_closure_s=gate_s)
    for grace_s in (0, 1, _WEEK_S, _WEEK_S + 1):
        yield replace(PARAMETERS, grace_s=grace_s)


def _settings() -> Iterator[TrackSettings]:
    for decide_s, confirm_s in ((0, 0), (1, 0), (1, 1), (1, 2), (_YEAR_S, _YEAR_S), (_YEAR_S + 1, 0)):
        yield replace(SETTINGS, decide_s=decide_s, confirm_s=confirm_s)
    for time_s in (_YEAR_S, _YEAR_S + 1):
        yield replace(SETTINGS, notice_s=time_s)
        yield replace(SETTINGS, timelock_s=time_s)
    for share in (MILLION - 1, MILLION):
        yield replace(SETTINGS, min_approval=PartsPerMillion(share))
        yield replace(SETTINGS, min_turnout=PartsPerMillion(share))
