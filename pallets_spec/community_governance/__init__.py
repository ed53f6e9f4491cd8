"""The governance of communities: the members vote on the plugins, the parameters and the voting itself.

One member, one vote. A *proposal* names what exactly would replace what: its *binding hash* is the hash of the
community, the change and the predecessor of the change. A vote names that hash, so nothing can be swapped under it.

The kind of the change decides the *track*, which says how long each step takes and how many votes it needs:

    Deciding --passes for confirm_s--> Approved --timelock_s, predecessor stands--> Scheduled
       | cancel      | decision ends without passing, or breaks after it      | else
    Cancelled     Rejected                                                  Stale

- *Notice.* Votes are taken from `notice_s` after the opening on, for `decide_s`.
- *Electorate.* Those who were members when the proposal opened and still are. Who came later has a higher member
  index and no vote.
- *Passing.* Enough of the electorate voted, and more than the share of the votes that the track asks for are ayes.
- *Confirmation.* It must pass for `confirm_s` without a break. A proposal that passes when its decision ends is
  confirmed beyond that end; if a vote breaks it then, it is rejected at once.
- *Timelock.* The approved change is scheduled after `timelock_s`, for the next epoch, if what it replaces still stands.

Only votes and chain time decide whether a proposal is approved or rejected. Once time has decided that, votes are
refused, so that it does not depend on when somebody calls :func:`advance` to record it. When the change takes effect
does depend on it: the timelock runs from the call that approves, the next epoch is counted from the one that enacts,
and of two proposals that replace the same thing the first enacted wins.

- An approved proposal does not expire, so that nobody can defeat a vote by waiting: anyone may enact it. Changing what
  it replaces makes it stale.
- Parameters that cannot change yet (`EarlierParametersNeeded` of the communities) wait.
- A vote on a track that is not set names zero, as does one on a track that a steward set: what members voted for is not
  undone by a steward who sets the track before the vote is enacted.
"""

from aipchain.pallets_spec.community_governance.ballots import vote
from aipchain.pallets_spec.community_governance.events import (
    Approved,
    Cancelled,
    CommunityGovernanceEvent,
    ConfirmationBroken,
    Confirming,
    EnactmentFailed,
    Proposed,
    Rejected,
    Scheduled,
    TrackSet,
    Voted,
)
from aipchain.pallets_spec.community_governance.invariants import invariants
from aipchain.pallets_spec.community_governance.proposals import propose
from aipchain.pallets_spec.community_governance.state import (
    CommunityGovernanceState,
    IsApproved,
    IsCancelled,
    IsDeciding,
    IsRejected,
    IsScheduled,
    IsStale,
    Proposal,
    ProposalState,
    Track,
)
from aipchain.pallets_spec.community_governance.steps import advance, cancel
from aipchain.pallets_spec.community_governance.tracks import LONGEST_S, are_settings_sound, set_track

__all__ = [
    "LONGEST_S",
    "Approved",
    "Cancelled",
    "CommunityGovernanceEvent",
    "CommunityGovernanceState",
    "ConfirmationBroken",
    "Confirming",
    "EnactmentFailed",
    "IsApproved",
    "IsCancelled",
    "IsDeciding",
    "IsRejected",
    "IsScheduled",
    "IsStale",
    "Proposal",
    "ProposalState",
    "Proposed",
    "Rejected",
    "Scheduled",
    "Track",
    "TrackSet",
    "Voted",
    "advance",
    "are_settings_sound",
    "cancel",
    "invariants",
    "propose",
    "set_track",
    "vote",
]
