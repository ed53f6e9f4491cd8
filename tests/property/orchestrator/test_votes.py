"""What the governance room says about a vote is what the chain does with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aipchain.chain.node import Node, SimulatedClock
from aipchain.chain.rpc.local import LocalTransport
from aipchain.governance.proposals import draft, is_passing, is_step_due, read_proposal, vote_call
from aipchain.runtime_bridge import calls, reads
from aipchain.runtime_bridge import types as t
from aipchain.runtime_bridge.connection import Connection, connect
from aipchain.runtime_bridge.errors import DispatchRefused
from aipchain.runtime_bridge.keys import AccountKey, development_account
from aipchain.runtime_bridge.metadata import Call
from aipchain.runtime_bridge.submitter import Submitter
from aipchain.units import UnixSeconds

SLOT_S = 6
START = UnixSeconds(1_475_452_800)
HERE, PROPOSAL = t.CommunityId(0), t.ProposalId(0)
STEWARD = development_account("Alice")
MEMBERS = tuple(development_account(name) for name in ("Bob", "Charlie", "Dave"))
PARAMETERS = t.Parameters(600, 300, 900, t.Permill(0))
CHANGE = t.ParametersChange(t.Parameters(600, 300, 1_800, t.Permill(0)))

PERIODS = st.integers(0, 60)
SHARES = st.sampled_from([0, 333_333, 333_334, 500_000, 666_666, 666_667, 999_999])
VOTES = st.tuples(st.integers(0, len(MEMBERS) - 1), st.booleans())
STEPS = st.lists(st.tuples(st.integers(1, 8), st.one_of(st.none(), VOTES)), min_size=4, max_size=14)
"""Slots to wait, then a member's vote or (None) an attempt to take the next step."""


@st.composite
def tracks(draw: st.DrawFn) -> t.TrackSettings:
    """Sound settings short enough that a few blocks see every end of a vote."""
    decide = draw(st.integers(1, 90))
    confirm = draw(st.integers(0, decide))
    turnout, approval = t.Permill(draw(SHARES)), t.Permill(draw(SHARES))
    return t.TrackSettings(draw(PERIODS), decide, confirm, draw(PERIODS), turnout, approval)


@dataclass
class Polls:
    """A community of three with one proposal, whose next block stands where the test says."""

    node: Node
    connection: Connection
    at: UnixSeconds = START

    def __post_init__(self) -> None:
        self.submitter = Submitter(self.connection, wait=self._make_block)

    def takes(self, key: AccountKey, call: Call) -> str | None:
        """Make a call in the block at `at`; gives the name of the refusal, if any."""
        try:
            self.submitter.submit(call, key)
        except DispatchRefused as refused:
            return refused.name
        return None

    def proposal(self) -> t.Proposal:
        """The proposal as it stands."""
        return read_proposal(self.connection, PROPOSAL)

    def waits(self, slots: int) -> None:
        """Let the next block stand so many slots after the newest one."""
        self.at = UnixSeconds(reads.chain_time(self.connection) + slots * SLOT_S)

    def _make_block(self, attempt: int) -> bool:
        self.node.author(self.at * 1_000)
        return attempt < 2


@pytest.fixture(scope="module")
def empty() -> Iterator[Node]:
    """A chain without a community; examples get forks of it."""
    with Node.open(None, clock=SimulatedClock(START * 1_000)) as node:
        yield node


@contextmanager
def opened(empty: Node, track: t.TrackSettings) -> Iterator[Polls]:
    """Found a community with such a track, and propose."""
    node = empty.fork()
    with connect(LocalTransport(node)) as connection:
        polls, metadata = Polls(node, connection), connection.metadata
        founding = [
            calls.found(
                metadata,
                name="Polls",
                interval_s=3_600,
                epoch_s=86_400,
                zones=("home",),
                parameters=PARAMETERS,
                steward=STEWARD.public,
            ),
            calls.set_track(metadata, community=HERE, kind=t.TrackKind.PARAMETER, settings=track),
            *(calls.admit(metadata, community=HERE, account=member.public, roles=()) for member in MEMBERS),
        ]
        assert polls.takes(STEWARD, calls.batch_all(metadata, founding)) is None
        polls.waits(1)
        assert polls.takes(MEMBERS[0], draft(connection, HERE, CHANGE).call(connection)) is None
        yield polls
    node.close()


@settings(max_examples=40, deadline=None)
@given(track=tracks(), steps=STEPS)
def test_a_vote_goes_as_foretold(
    empty: Node, track: t.TrackSettings, steps: list[tuple[int, tuple[int, bool] | None]]
) -> None:
    """A step is taken exactly when it was said to be due, and a vote confirms exactly while it was said to pass."""
    with opened(empty, track) as polls:
        for slots, vote in steps:
            polls.waits(slots)
            before = polls.proposal()
            if vote is None:
                _tries_a_step(polls, before)
            else:
                _votes(polls, before, MEMBERS[vote[0]], vote[1])


def _tries_a_step(polls: Polls, before: t.Proposal) -> None:
    refusal = polls.takes(STEWARD, calls.advance(polls.connection.metadata, proposal=PROPOSAL))
    assert refusal == (None if is_step_due(before, polls.at) else "NothingDue")
    assert (polls.proposal() != before) == (refusal is None)


def _votes(polls: Polls, before: t.Proposal, member: AccountKey, aye: bool) -> None:
    has_voted = reads.ballot(polls.connection, PROPOSAL, member.public) is not None
    refusal = polls.takes(member, vote_call(polls.connection, PROPOSAL, aye=aye))
    after = polls.proposal()
    if polls.at < before.opened_at + before.settings.notice_s:
        assert refusal == "VotingNotOpen"
    elif not isinstance(before.state, t.Deciding) or is_step_due(before, polls.at):
        assert refusal == "NotDeciding"
    elif has_voted:
        assert refusal == "AlreadyVoted"
    else:
        assert refusal is None
        assert (after.ayes + after.nays, after.ayes) == (before.ayes + before.nays + 1, before.ayes + aye)
    if isinstance(after.state, t.Deciding):
        assert (after.state.confirming_since is not None) == is_passing(after)
