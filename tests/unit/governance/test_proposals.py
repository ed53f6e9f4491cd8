"""When a vote passes and when its next step is due, at the edges."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from aipchain.governance.proposals import is_passing, is_step_due
from aipchain.runtime_bridge import types as t
from aipchain.units import UnixSeconds

OPENED = UnixSeconds(1_000)
TRACK = t.TrackSettings(
    notice_s=100,
    decide_s=1_000,
    confirm_s=200,
    timelock_s=50,
    min_turnout=t.Permill(500_000),
    min_approval=t.Permill(500_000),
)
ENDS = OPENED + 1_100

Builder = Callable[..., t.Proposal]


@pytest.fixture
def proposal() -> Builder:
    """A builder of proposals; fields as in storage."""
    change = t.ParametersChange(t.Parameters(600, 300, 900, t.Permill(0)))
    opened = t.Proposal(
        community=t.CommunityId(0),
        change=change,
        predecessor=bytes(32),
        binding_hash=bytes(32),
        proposer=bytes(32),
        electorate=5,
        electorate_until=5,
        opened_at=OPENED,
        settings=TRACK,
        ayes=0,
        nays=0,
        state=t.Deciding(None),
    )
    return lambda **fields: replace(opened, **fields)


@pytest.mark.parametrize(
    ("ayes", "nays", "passes"),
    [(0, 0, False), (2, 0, False), (3, 0, True), (2, 1, True), (1, 2, False), (2, 2, False), (3, 2, True)],
)
def test_turnout_is_rounded_up_and_approval_is_a_majority(
    proposal: Builder, ayes: int, nays: int, passes: bool
) -> None:
    """Half of five members is three; half of the votes is no majority."""
    assert is_passing(proposal(ayes=ayes, nays=nays)) is passes


def test_nobody_passes_nothing(proposal: Builder) -> None:
    """Without a vote nothing passes, even where no turnout is asked for."""
    settings = replace(TRACK, min_turnout=t.Permill(0), min_approval=t.Permill(0))

    assert is_passing(proposal(settings=settings)) is False
    assert is_passing(proposal(settings=settings, ayes=1)) is True
    assert is_passing(proposal(settings=settings, nays=1)) is False


@pytest.mark.parametrize(
    ("fields", "due_at"),
    [
        ({}, ENDS),
        ({"ayes": 1}, ENDS),
        ({"ayes": 3, "state": t.Deciding(UnixSeconds(1_500))}, 1_700),
        ({"ayes": 3, "state": t.Deciding(UnixSeconds(2_050))}, 2_250),
        ({"state": t.ApprovedState(UnixSeconds(1_700))}, 1_750),
    ],
    ids=["nobody voted", "too few voted", "confirming", "confirming beyond the end", "approved"],
)
def test_a_step_is_due_from_its_second_on(proposal: Builder, fields: dict[str, object], due_at: int) -> None:
    """A second earlier there is nothing to do."""
    found = proposal(**fields)

    assert [is_step_due(found, UnixSeconds(at)) for at in (due_at - 1, due_at)] == [False, True]


@pytest.mark.parametrize("state", [t.ScheduledState(t.Epoch(1)), t.RejectedState(), t.CancelledState(), t.StaleState()])
def test_what_is_over_has_no_next_step(proposal: Builder, state: t.ProposalState) -> None:
    """However long one waits."""
    assert is_step_due(proposal(state=state), UnixSeconds(10**9)) is False
