"""What always holds in the governance, call after call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from aipchain.pallets_spec.community_governance.state import IsDeciding
from aipchain.pallets_spec.community_governance.tracks import are_settings_sound
from aipchain.pallets_spec.scale import binding_hash

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["invariants"]


def invariants(world: World) -> Iterator[str]:
    """What does not hold though it always should."""
    governance = world.community_governance
    for proposal, stored in governance.proposals.items():
        if proposal >= governance.next_proposal_id:
            yield "a proposal is not counted"
        if binding_hash(stored.community, stored.change, stored.predecessor) != stored.binding_hash:
            yield "a binding hash is not its proposal's"
        ballots = [aye for (voted_on, _), aye in governance.ballots.items() if voted_on == proposal]
        if (ballots.count(True), ballots.count(False)) != (stored.ayes, stored.nays):
            yield "votes are not the ballots"
        if len(ballots) > stored.electorate:
            yield "more votes than electors"
        if isinstance(stored.state, IsDeciding) and stored.passes != (stored.state.confirming_since is not None):
            yield "a confirmation is not where it passes"
    if any(voted_on not in governance.proposals for voted_on, _ in governance.ballots):
        yield "a ballot of no proposal"
    if any(not are_settings_sound(track.settings) for track in governance.tracks.values()):
        yield "a track's settings are unsound"
