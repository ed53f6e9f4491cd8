"""Votes on the real chain: who may vote on what, when a vote ends how, and from when on its outcome is in force."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from aipchain.governance.errors import EmptySlot, NoProposal, NothingChanges
from aipchain.governance.proposals import Draft, draft, predecessor_of, read_proposal, vote_call
from aipchain.runtime_bridge import calls, facts, reads
from aipchain.runtime_bridge import types as t
from aipchain.units import UnixSeconds

if TYPE_CHECKING:
    from tests.integration.orchestrator.village import Resident, Village

FIRST = t.ProposalId(0)
NO_HEAD = bytes(32)


def plugin(village: Village, name: str, slot: t.Slot = t.Slot.PRICE) -> t.PluginChange:
    """Put a built-in plugin into a slot."""
    return t.PluginChange(slot, t.Binding(village.catalogue.find(name).digest, b"{}"))


def proposes(village: Village, change: t.Change) -> Draft:
    """Let the buyer propose a change."""
    drafted = draft(village.connection, village.here, change)
    village.does(village.buyer.key, drafted.call(village.connection))
    return drafted


def votes(village: Village, *ayes: Resident, nays: tuple[Resident, ...] = (), proposal: t.ProposalId = FIRST) -> None:
    """Let residents vote once the notice is over."""
    opened = reads.proposal(village.connection, proposal)
    assert opened is not None
    village.waits_until(max(opened.opened_at + opened.settings.notice_s, village.now() + 6))
    for whose in (*ayes, *nays):
        village.does(whose.key, vote_call(village.connection, proposal, aye=whose in ayes))


def advancing(village: Village, proposal: t.ProposalId = FIRST) -> t.ProposalState:
    """Take the next step and give the state after it."""
    village.does(village.stranger, calls.advance(village.metadata, proposal=proposal))
    return read_proposal(village.connection, proposal).state


def is_carried(village: Village, change: t.Change) -> t.ProposalState:
    """Propose, vote, confirm and enact a change."""
    proposal = reads.next_proposal_id(village.connection)
    proposes(village, change)
    votes(village, village.buyer, village.seller, proposal=proposal)
    village.waits_until(village.now() + village.track.confirm_s)
    advancing(village, proposal)
    village.waits_until(village.now() + village.track.timelock_s)
    return advancing(village, proposal)


def test_a_vote_that_misses_its_turnout_is_rejected(village: Village) -> None:
    """One of three voted and half must: nothing changes, and the vote is over."""
    proposes(village, plugin(village, "supply-demand-ratio"))
    votes(village, village.buyer)
    slot = reads.slot(village.connection, village.here, t.Slot.PRICE)
    early = calls.advance(village.metadata, proposal=FIRST)
    assert village.is_refused(village.stranger, early).name == "NothingDue"
    village.waits_until(village.now() + village.track.decide_s)

    late = vote_call(village.connection, FIRST, aye=True)
    assert village.is_refused(village.seller.key, late).name == "NotDeciding"
    assert advancing(village) == t.RejectedState()
    assert reads.slot(village.connection, village.here, t.Slot.PRICE) == slot


def test_half_is_no_majority(village: Village) -> None:
    """Approval is strictly more than its threshold: one against one does not pass."""
    proposes(village, plugin(village, "supply-demand-ratio"))
    votes(village, village.buyer, nays=(village.seller,))
    village.waits_until(village.now() + village.track.decide_s)

    assert advancing(village) == t.RejectedState()


def test_a_member_votes_once_and_for_what_it_read(village: Village) -> None:
    """A second ballot, one before the notice is over and one bound to other content are refused by name."""
    drafted = proposes(village, plugin(village, "supply-demand-ratio"))
    right = vote_call(village.connection, FIRST, aye=True)
    wrong = calls.vote(village.metadata, proposal=FIRST, binding_hash=NO_HEAD, aye=True)
    assert village.is_refused(village.buyer.key, right).name == "VotingNotOpen"
    votes(village, village.buyer)

    assert village.is_refused(village.buyer.key, right).name == "AlreadyVoted"
    assert village.is_refused(village.seller.key, wrong).name == "BindingMismatch"
    assert read_proposal(village.connection, FIRST).binding_hash == drafted.binding_hash


def test_the_electorate_is_who_was_a_member_at_the_opening(village: Village) -> None:
    """Strangers cannot vote, services cannot, and neither can who was admitted after the proposal opened."""
    proposes(village, plugin(village, "supply-demand-ratio"))
    admission = calls.admit(village.metadata, community=village.here, account=village.stranger.public, roles=())
    ballot = vote_call(village.connection, FIRST, aye=True)
    village.waits_until(village.now() + village.track.notice_s)

    assert village.is_refused(village.service, ballot).name == "NotInElectorate"
    assert village.is_refused(village.stranger, ballot).name == "NotInElectorate"
    village.does(village.steward, admission)
    assert village.is_refused(village.stranger, ballot).name == "NotInElectorate"
    assert read_proposal(village.connection, FIRST).electorate == 3


def test_a_proposal_names_the_head_it_replaces(village: Village) -> None:
    """A predecessor that is not the head is refused, and only members propose."""
    change = plugin(village, "supply-demand-ratio")
    stale = calls.propose(village.metadata, community=village.here, change=change, predecessor=NO_HEAD)
    fresh = draft(village.connection, village.here, change).call(village.connection)

    assert village.is_refused(village.buyer.key, stale).name == "StalePredecessor"
    assert village.is_refused(village.stranger, fresh).name == "NotMember"


def test_of_two_racing_proposals_the_later_is_stale(village: Village) -> None:
    """Both replace the same plugin and both pass; the second finds another head and is not enacted."""
    change, second = plugin(village, "supply-demand-ratio"), t.ProposalId(1)
    rival = replace(change, binding=replace(change.binding, config=b'{"rival":1}'))
    for each in (change, rival):
        proposes(village, each)
    votes(village, village.buyer, village.seller)
    votes(village, village.buyer, village.seller, proposal=second)
    village.waits_until(village.now() + village.track.confirm_s)
    assert isinstance(advancing(village), t.ApprovedState)
    assert isinstance(advancing(village, second), t.ApprovedState)
    village.waits_until(village.now() + village.track.timelock_s)

    assert isinstance(advancing(village), t.ScheduledState)
    told = village.does(village.stranger, calls.advance(village.metadata, proposal=second))

    assert [event for event in told if isinstance(event, facts.EnactmentFailed)] == [facts.EnactmentFailed(second)]
    assert read_proposal(village.connection, second).state == t.StaleState()
    slot = reads.slot(village.connection, village.here, t.Slot.PRICE)
    assert slot is not None
    assert slot.head == read_proposal(village.connection, FIRST).binding_hash


def test_a_plugin_rules_from_its_epoch_on(village: Village) -> None:
    """Until then books are bound to the old one, and what was open stays as it was."""
    village.bid(village.buyer, 300)
    bound = village.book().rules
    state = is_carried(village, plugin(village, "supply-demand-ratio"))
    assert isinstance(state, t.ScheduledState)
    boundary = UnixSeconds(state.epoch * village.epoch_s)
    voted = read_proposal(village.connection, FIRST).binding_hash

    def in_force(at: int) -> bytes | None:
        slot = reads.slot(village.connection, village.here, t.Slot.PRICE)
        return None if slot is None else slot.at(t.Epoch(at // village.epoch_s))

    assert (in_force(boundary - 1), in_force(boundary)) == (bound.price, voted)
    order = village.order(village.buyer, t.Side.BID, 300)
    village.places(village.buyer, order, interval=boundary)
    assert village.book(boundary).rules == replace(bound, price=voted)
    assert village.book().rules == bound


def test_parameters_change_at_the_epoch_and_open_books_keep_their_times(village: Village) -> None:
    """A voted grace period counts for intervals of the next epoch; a book that was open keeps what it opened with."""
    boundary = UnixSeconds((village.now() // village.epoch_s + 1) * village.epoch_s)
    order = village.order(village.buyer, t.Side.BID, 300)
    village.places(village.buyer, order, interval=boundary)
    before = village.book(boundary)
    longer = replace(village.parameters, gate_closure_s=1_200, grace_s=1_800)

    state = is_carried(village, t.ParametersChange(longer))

    assert state == t.ScheduledState(t.Epoch(boundary // village.epoch_s))
    last, after = UnixSeconds(boundary - 3_600), UnixSeconds(boundary + 3_600)
    for interval in (last, boundary, after):
        village.places(village.prosumer, village.order(village.prosumer, t.Side.BID, 9), interval=interval)
    kept, old, new = village.book(boundary), village.book(last), village.book(after)
    assert (kept.closes_at, kept.deadline, kept.final_at) == (before.closes_at, before.deadline, before.final_at)
    assert (old.closes_at, old.final_at) == (last - 600, last + 3_600 + 900)
    assert (new.closes_at, new.deadline, new.final_at) == (after - 1_200, after - 900, after + 3_600 + 1_800)


def test_the_next_change_replaces_what_is_pending(village: Village) -> None:
    """The head is the pending binding as soon as a vote is scheduled, for plugins, parameters and tracks."""
    changes: tuple[t.Change, ...] = (
        plugin(village, "supply-demand-ratio"),
        t.ParametersChange(replace(village.parameters, grace_s=1_200)),
        t.TrackChange(t.TrackKind.PLUGIN, replace(village.track, notice_s=0)),
    )
    for proposal, change in enumerate(changes):
        is_carried(village, change)
        voted = read_proposal(village.connection, t.ProposalId(proposal)).binding_hash
        assert predecessor_of(village.connection, village.here, change) == voted
        with pytest.raises(NothingChanges):
            draft(village.connection, village.here, change)


def test_what_cannot_be_drafted_is_said_before_signing(village: Village) -> None:
    """The very same in force, a community without that slot, and a proposal that does not exist."""
    with pytest.raises(NothingChanges, match="already in force"):
        draft(village.connection, village.here, plugin(village, "mid-market-rate"))
    with pytest.raises(EmptySlot, match="'price'"):
        draft(village.connection, t.CommunityId(7), plugin(village, "mid-market-rate"))
    with pytest.raises(NoProposal, match="the chain has none yet"):
        vote_call(village.connection, FIRST, aye=True)


def test_the_same_plugin_with_a_migration_is_a_change(village: Village) -> None:
    """All parts of a binding count, as they do for its hash."""
    same = plugin(village, "mid-market-rate")
    moved = replace(same, binding=replace(same.binding, migration=b"\x01" * 32))

    assert draft(village.connection, village.here, moved).change == moved


def test_its_proposer_withdraws_a_proposal(village: Village) -> None:
    """Nobody else can, and what is withdrawn is not voted on."""
    proposes(village, plugin(village, "supply-demand-ratio"))
    withdrawal = calls.cancel(village.metadata, proposal=FIRST)
    assert village.is_refused(village.seller.key, withdrawal).name == "NotProposer"

    village.does(village.buyer.key, withdrawal)

    assert read_proposal(village.connection, FIRST).state == t.CancelledState()
    village.waits_until(village.now() + village.track.notice_s)
    ballot = vote_call(village.connection, FIRST, aye=True)
    assert village.is_refused(village.seller.key, ballot).name == "NotDeciding"
