"""Worlds that a check of the governance must notice. Ada's proposal has two ayes of three and is being confirmed."""

from dataclasses import replace

from tests.spec.invariants.spoilt import ADA, CAT, HERE, OTHER_HASH, Checks

from aipchain.pallets_spec.community_governance import IsDeciding
from aipchain.pallets_spec.types import PartsPerMillion, ProposalId, TrackKind
from aipchain.pallets_spec.world import World

CHECKS = Checks()
OPEN, NEVER_MADE = ProposalId(0), ProposalId(7)


def _change(world: World, **changed: object) -> None:
    proposals = world.community_governance.proposals
    proposals[OPEN] = replace(proposals[OPEN], **changed)  # type: ignore[arg-type]


@CHECKS.notice("a proposal is not counted")
def proposal_numbers_begin_anew(world: World) -> None:
    """As if none was made."""
    world.community_governance.next_proposal_id = OPEN


@CHECKS.notice("a binding hash is not its proposal's")
def the_vote_binds_to_another_change(world: World) -> None:
    """Nobody knows to which."""
    _change(world, binding_hash=OTHER_HASH)


@CHECKS.notice("votes are not the ballots")
def a_ballot_says_otherwise(world: World) -> None:
    """Ada's aye was counted, her ballot says nay."""
    world.community_governance.ballots[OPEN, ADA] = False


@CHECKS.notice("votes are not the ballots")
def a_ballot_is_not_counted(world: World) -> None:
    """Cat's nay is kept, but no vote."""
    world.community_governance.ballots[OPEN, CAT] = False


@CHECKS.notice("more votes than electors")
def an_elector_voted_twice(world: World) -> None:
    """Two votes, one elector."""
    _change(world, electorate=1)


@CHECKS.notice("a confirmation is not where it passes")
def what_passes_is_not_confirmed(world: World) -> None:
    """It would be rejected in the end."""
    _change(world, state=IsDeciding(None))


@CHECKS.notice("a confirmation is not where it passes")
def what_does_not_pass_is_confirmed(world: World) -> None:
    """Everybody would have to vote, and Cat did not."""
    proposal = world.community_governance.proposals[OPEN]
    _change(world, settings=replace(proposal.settings, min_turnout=PartsPerMillion(1_000_000)))


@CHECKS.notice("a ballot of no proposal")
def a_ballot_of_nothing(world: World) -> None:
    """Nobody made this proposal."""
    world.community_governance.ballots[NEVER_MADE, ADA] = True


@CHECKS.notice("a track's settings are unsound")
def a_track_that_cannot_decide(world: World) -> None:
    """No second to vote in."""
    tracks = world.community_governance.tracks
    track = tracks[HERE, TrackKind.PARAMETER]
    unsound = replace(track.settings, decide_s=0, confirm_s=0)
    tracks[HERE, TrackKind.PARAMETER] = replace(track, settings=unsound)
