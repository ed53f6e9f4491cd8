"""A rehearsed vote: who proposes what, when members vote, when the next step is taken; all in chain time.

Members of a data pack have no opinions, so their ballots are drawn from the seed: most are for, some against, some stay
away. The chain counts them as it counts anyone's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from aipchain.governance.proposals import draft, is_step_due, vote_call
from aipchain.orchestrator.desk import Job
from aipchain.orchestrator.household import Household
from aipchain.orchestrator.proofs import bind
from aipchain.orchestrator.timeline import BLOCK_S
from aipchain.plugins.bundle import Bundle
from aipchain.runtime_bridge import calls, reads
from aipchain.runtime_bridge.connection import Connection
from aipchain.runtime_bridge.types import CommunityId, Deciding, PluginChange, Proposal, ProposalId, Slot
from aipchain.units import UnixSeconds

__all__ = ["Vote", "turns"]

HOUR_S = 3_600
OPENS_S = 6 * HOUR_S
POLLS_OPEN_S = 8 * HOUR_S
POLLS_SPAN_S = 3 * HOUR_S // 2
"""Shorter than the confirmation, so that every member votes before the vote can be over."""

STEPS_UNTIL_S = 23 * HOUR_S

FOR_PERCENT, AGAINST_PERCENT = 75, 15
"""Shares of members that vote for and against; the rest stays away."""


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote on the day from `midnight`: the first household proposes to put `candidate` into the price slot."""

    community: CommunityId
    candidate: Bundle
    midnight: UnixSeconds
    households: Sequence[Household]
    seed: int

    def jobs(self, connection: Connection, at: UnixSeconds) -> list[Job]:
        """Return what is due at chain time `at` [s] and not on chain yet."""
        own = self._own(connection)
        if own is None:
            return [self._opening(connection)]
        number, proposal = own
        if is_step_due(proposal, at):
            call = calls.advance(connection.metadata, proposal=number)
            return [Job(self.households[0].account, call, f"advance proposal {number}")]
        return list(self._ballots(connection, number, at)) if isinstance(proposal.state, Deciding) else []

    @property
    def _change(self) -> PluginChange:
        return PluginChange(Slot.PRICE, bind(self.candidate, Slot.PRICE))

    def _own(self, connection: Connection) -> tuple[ProposalId, Proposal] | None:
        """The first proposal of this change by its proposer; others may have proposed something before it."""
        wanted = (self.community, self.households[0].account.public, self._change)
        for number, proposal in sorted(reads.proposals(connection).items(), key=lambda found: found[0]):
            if (proposal.community, proposal.proposer, proposal.change) == wanted:
                return number, proposal
        return None

    def _opening(self, connection: Connection) -> Job:
        proposer = self.households[0]
        call = draft(connection, self.community, self._change).call(connection)
        return Job(proposer.account, call, f"propose {self.candidate.label}")

    def _ballots(self, connection: Connection, proposal: ProposalId, at: UnixSeconds) -> Iterator[Job]:
        for place, household in enumerate(self.households):
            due = self.midnight + POLLS_OPEN_S + POLLS_SPAN_S * place // len(self.households)
            drawn = self._draw(household)
            if at < due or drawn >= FOR_PERCENT + AGAINST_PERCENT:
                continue
            if reads.ballot(connection, proposal, household.account.public) is None:
                call = vote_call(connection, proposal, aye=drawn < FOR_PERCENT)
                yield Job(household.account, call, f"cast the ballot of {household.home.name}")

    def _draw(self, household: Household) -> int:
        text = f"{self.seed}/{household.home.name}".encode()
        return int.from_bytes(blake2b(text, digest_size=8, person=b"aipchain-ballot").digest(), "little") % 100


def turns(midnight: UnixSeconds) -> list[UnixSeconds]:
    """Return the chain times at which a vote of that day is looked after [s]."""
    quarter_hours = range(midnight + POLLS_OPEN_S, midnight + STEPS_UNTIL_S, HOUR_S // 4)
    return [UnixSeconds(midnight + OPENS_S), *(UnixSeconds(at + BLOCK_S) for at in quarter_hours)]
