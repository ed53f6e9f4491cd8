"""The chapter of governance: tracks, proposals, votes, and the ways through the life of a proposal."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from aipchain.pallets_spec import communities, community_governance, plugin_registry
from aipchain.pallets_spec.community_governance import (
    LONGEST_S,
    Approved,
    Cancelled,
    ConfirmationBroken,
    Confirming,
    EnactmentFailed,
    IsApproved,
    IsCancelled,
    IsDeciding,
    IsRejected,
    IsScheduled,
    IsStale,
    Proposal,
    Proposed,
    Rejected,
    Scheduled,
    Track,
    TrackSet,
    Voted,
)
from aipchain.pallets_spec.errors import BadOrigin, Communities, CommunityGovernance, PluginRegistry, SpecError
from aipchain.pallets_spec.origin import Root
from aipchain.pallets_spec.scale import binding_hash
from aipchain.pallets_spec.types import (
    NO_HASH,
    PLAIN_TERMS,
    U32_MAX,
    Binding,
    Change,
    CommunityId,
    Epoch,
    Event,
    Hash,
    Parameters,
    ParametersChange,
    PartsPerMillion,
    PluginChange,
    Proof,
    ProposalId,
    Slot,
    Terms,
    TrackChange,
    TrackKind,
    TrackSettings,
)
from aipchain.units import UnixSeconds

if TYPE_CHECKING:
    from tests.spec.conftest import Town

HALF, ALL = PartsPerMillion(500_000), PartsPerMillion(1_000_000)
SETTINGS = TrackSettings(
    notice_s=100, decide_s=1_000, confirm_s=300, timelock_s=500, min_turnout=HALF, min_approval=HALF
)
BUNDLE, UNKNOWN_BUNDLE = Hash(b"b" * 32), Hash(b"c" * 32)
FIRST, NEXT, LAST = (Binding(BUNDLE, config, b"", PLAIN_TERMS, None) for config in (b"1", b"2", b"3"))
PLUGIN = PluginChange(Slot.PRICE, NEXT)
PARAMETERS = ParametersChange(Parameters(900, 300, 3_600, PartsPerMillion(0)))
VOTERS = [f"m{index}" for index in range(8)]


@dataclass
class Hall:
    """The town hall, in short words. Ten members: Ada, Ben and `m0` to `m7`; Ada proposes."""

    town: "Town"
    opened_at: int
    """When tests begin [s]."""

    def open(self, change: Change, predecessor: Hash) -> list[Event]:
        """Ada proposes a change."""
        here = self.town.community
        return self.town.does(
            "ada", community_governance.propose, community=here, change=change, predecessor=predecessor
        )

    def open_refused(self, change: Change, predecessor: Hash, who: str | Root = "ada", place: int = 0) -> SpecError:
        """Somebody proposes in vain."""
        return self.town.refused(
            who, community_governance.propose, community=CommunityId(place), change=change, predecessor=predecessor
        )

    def proposal(self, number: int = 0) -> Proposal:
        """The proposal of this number."""
        return self.town.world.community_governance.proposals[ProposalId(number)]

    def vote(self, *who: str, aye: bool = True, number: int = 0) -> list[Event]:
        """Members vote; gives the events of the last vote."""
        told: list[Event] = []
        for name in who:
            voted_on = self.proposal(number).binding_hash
            told = self.town.does(
                name, community_governance.vote, proposal=ProposalId(number), binding_hash=voted_on, aye=aye
            )
        return told

    def vote_refused(self, who: str | Root, number: int = 0, voted_on: Hash | None = None) -> SpecError:
        """Somebody votes in vain."""
        named = voted_on or self.proposal(number).binding_hash
        return self.town.refused(
            who, community_governance.vote, proposal=ProposalId(number), binding_hash=named, aye=True
        )

    def advance(self, number: int = 0) -> list[Event]:
        """Anybody advances a proposal."""
        return self.town.does("stranger", community_governance.advance, proposal=ProposalId(number))

    def nothing_is_due(self, number: int = 0) -> bool:
        """Whether advancing is refused for that."""
        refusal = self.town.refused("stranger", community_governance.advance, proposal=ProposalId(number))
        return isinstance(refusal, CommunityGovernance.NothingDue)

    def after(self, seconds: int) -> UnixSeconds:
        """Let it be so long after the tests began; gives that time [s]."""
        self.town.at(self.opened_at + seconds)
        return self.town.world.now

    def price_head(self) -> Hash:
        """What a change of the price slot must name."""
        return plugin_registry.head(self.town.world, self.town.community, Slot.PRICE) or NO_HASH


@pytest.fixture
def hall(town: "Town") -> Hall:
    """Ten members, a filled price slot, no track."""
    for name in VOTERS:
        town.admit(name)
    town.does("ada", plugin_registry.register_build, bundle=BUNDLE, name=b"fair", release=1, build=1)
    town.does("steward", plugin_registry.install, community=town.community, slot=Slot.PRICE, binding=FIRST)
    town.world.events.clear()
    return Hall(town, town.world.now)


def _set_track(hall: Hall, kind: TrackKind, settings: TrackSettings = SETTINGS) -> list[Event]:
    here = hall.town.community
    return hall.town.does("steward", community_governance.set_track, community=here, kind=kind, settings=settings)


@pytest.fixture
def voting(hall: Hall) -> Hall:
    """Proposal 0 changes the price slot; its notice is just over."""
    _set_track(hall, TrackKind.PLUGIN)
    hall.open(PLUGIN, hall.price_head())
    hall.after(100)
    return hall


def _epoch(hall: Hall) -> int:
    return hall.town.world.now // 7_200


# Tracks.


def test_a_steward_sets_a_track_once(hall: Hall) -> None:
    """The others stay as they are."""
    here = hall.town.community
    assert _set_track(hall, TrackKind.PLUGIN) == [TrackSet(here, TrackKind.PLUGIN, SETTINGS)]
    assert hall.town.world.community_governance.tracks == {(here, TrackKind.PLUGIN): Track(SETTINGS, NO_HASH)}
    _set_track(hall, TrackKind.PARAMETER)


def test_setting_a_track_is_refused(hall: Hall) -> None:
    """Every refusal, in the order of the rules."""
    _set_track(hall, TrackKind.PLUGIN)
    unsound = replace(SETTINGS, decide_s=0)

    def refused(who: str | Root, place: int = 0, kind: TrackKind = TrackKind.PLUGIN) -> SpecError:
        call, community = community_governance.set_track, CommunityId(place)
        return hall.town.refused(who, call, community=community, kind=kind, settings=unsound)

    assert isinstance(refused(Root(), 9), BadOrigin)
    assert isinstance(refused("ada", 9), CommunityGovernance.UnknownCommunity)
    assert isinstance(refused("ada"), CommunityGovernance.NotSteward)
    assert isinstance(refused("steward"), CommunityGovernance.TrackAlreadySet)
    assert isinstance(refused("steward", kind=TrackKind.PARAMETER), CommunityGovernance.BadSettings)


@pytest.mark.parametrize(
    "unsound",
    [
        replace(SETTINGS, decide_s=0, confirm_s=0),
        replace(SETTINGS, confirm_s=1_001),
        replace(SETTINGS, notice_s=LONGEST_S + 1),
        replace(SETTINGS, decide_s=LONGEST_S + 1),
        replace(SETTINGS, timelock_s=LONGEST_S + 1),
        replace(SETTINGS, min_approval=ALL),
    ],
)
def test_settings_that_could_not_decide_or_refuse_are_unsound(hall: Hall, unsound: TrackSettings) -> None:
    """A steward cannot set them and nobody can propose them."""
    assert not community_governance.are_settings_sound(unsound)
    _set_track(hall, TrackKind.GOVERNANCE)
    refusal = hall.open_refused(TrackChange(TrackKind.PLUGIN, unsound), NO_HASH)
    assert isinstance(refusal, CommunityGovernance.BadSettings)


def test_settings_at_the_bounds_are_sound() -> None:
    """The fastest and the slowest track, and unanimous turnout."""
    nothing = PartsPerMillion(0)
    assert community_governance.are_settings_sound(TrackSettings(0, 1, 0, 0, nothing, nothing))
    almost_all = PartsPerMillion(999_999)
    slowest = TrackSettings(LONGEST_S, LONGEST_S, LONGEST_S, LONGEST_S, ALL, almost_all)
    assert community_governance.are_settings_sound(slowest)


# Proposals.


def test_a_proposal_fixes_what_is_voted_on_and_by_whom(hall: Hall) -> None:
    """Hash, electorate and settings are those of the opening."""
    _set_track(hall, TrackKind.PLUGIN)
    here, predecessor = hall.town.community, hall.price_head()

    events = hall.open(PLUGIN, predecessor)

    voted_on = binding_hash(here, PLUGIN, predecessor)
    assert events == [Proposed(ProposalId(0), here, voted_on, 10)]
    assert hall.proposal() == Proposal(
        community=here,
        change=PLUGIN,
        predecessor=predecessor,
        binding_hash=voted_on,
        proposer=hall.town.account("ada"),
        electorate=10,
        electorate_until=10,
        opened_at=UnixSeconds(hall.opened_at),
        settings=SETTINGS,
        ayes=0,
        nays=0,
        state=IsDeciding(None),
    )


def test_proposing_is_refused(hall: Hall) -> None:
    """Every refusal, in the order of the rules."""
    head, unknown = hall.price_head(), PluginChange(Slot.PRICE, replace(NEXT, bundle=UNKNOWN_BUNDLE))
    unsound = ParametersChange(replace(PARAMETERS.parameters, grace_s=0))
    assert isinstance(hall.open_refused(unknown, NO_HASH, Root(), 9), BadOrigin)
    assert isinstance(hall.open_refused(unknown, NO_HASH, "steward", 9), CommunityGovernance.UnknownCommunity)
    assert isinstance(hall.open_refused(unknown, NO_HASH, "steward"), CommunityGovernance.NotMember)
    assert isinstance(hall.open_refused(unknown, NO_HASH), CommunityGovernance.NoTrack)
    _set_track(hall, TrackKind.PLUGIN)
    _set_track(hall, TrackKind.PARAMETER)
    assert isinstance(hall.open_refused(unknown, NO_HASH), CommunityGovernance.UnknownBuild)
    proving = PluginChange(Slot.PRICE, replace(NEXT, terms=Terms(Proof.OPTIMUM)))
    assert isinstance(hall.open_refused(proving, NO_HASH), PluginRegistry.BadTerms)
    assert isinstance(hall.open_refused(unsound, head), CommunityGovernance.BadParameters)
    assert isinstance(hall.open_refused(PLUGIN, NO_HASH), CommunityGovernance.StalePredecessor)
    empty_slot = PluginChange(Slot.CLEAR, NEXT)
    assert isinstance(hall.open_refused(empty_slot, NO_HASH), CommunityGovernance.StalePredecessor)
    assert isinstance(hall.open_refused(PARAMETERS, head), CommunityGovernance.StalePredecessor)
    hall.town.world.community_governance.next_proposal_id = ProposalId(U32_MAX)
    assert isinstance(hall.open_refused(PLUGIN, head), CommunityGovernance.Overflow)
    hall.town.does("ada", plugin_registry.deprecate_build, bundle=BUNDLE)
    assert isinstance(hall.open_refused(PLUGIN, head), CommunityGovernance.UnknownBuild)


# Votes.


def test_a_member_votes_once(voting: Hall) -> None:
    """For or against, and no second thought."""
    first = voting.vote("ben")
    voting.vote("m0", aye=False)

    assert first == [Voted(ProposalId(0), voting.town.account("ben"), aye=True)]
    assert (voting.proposal().ayes, voting.proposal().nays) == (1, 1)
    ballots = voting.town.world.community_governance.ballots
    assert ballots == {(0, voting.town.account("ben")): True, (0, voting.town.account("m0")): False}
    assert isinstance(voting.vote_refused("ben"), CommunityGovernance.AlreadyVoted)
    assert isinstance(voting.vote_refused("m0"), CommunityGovernance.AlreadyVoted)


def test_members_of_the_opening_vote(voting: Hall) -> None:
    """Not later members, not those who left, nor those who came back, nor who never was one."""
    voting.town.admit("late")
    here = voting.town.community
    voting.town.does("m0", communities.leave, community=here)

    for who in ("late", "m0", "steward"):
        assert isinstance(voting.vote_refused(who), CommunityGovernance.NotInElectorate)
    voting.town.admit("m0")
    assert isinstance(voting.vote_refused("m0"), CommunityGovernance.NotInElectorate)
    assert (voting.proposal().electorate, voting.proposal().electorate_until) == (10, 10)


def test_voting_is_refused(voting: Hall) -> None:
    """The other refusals of a vote, in the order of the rules."""
    elsewhere = voting.vote_refused(Root(), 0)
    assert isinstance(elsewhere, BadOrigin)
    assert isinstance(voting.vote_refused("ben", 1, NO_HASH), CommunityGovernance.UnknownProposal)
    voting.after(99)
    assert isinstance(voting.vote_refused("late", 0, NO_HASH), CommunityGovernance.BindingMismatch)
    assert isinstance(voting.vote_refused("late"), CommunityGovernance.VotingNotOpen)
    voting.after(1_100)
    assert isinstance(voting.vote_refused("late"), CommunityGovernance.NotDeciding)
    voting.after(1_099)
    proposals = voting.town.world.community_governance.proposals
    proposals[ProposalId(0)] = replace(voting.proposal(), ayes=U32_MAX)
    assert isinstance(voting.vote_refused("ben"), CommunityGovernance.Overflow)
    proposals[ProposalId(0)] = replace(voting.proposal(), ayes=0)
    voting.vote("ben")


@pytest.mark.parametrize(
    ("electorate", "ayes", "nays", "passes"),
    [
        (11, 5, 0, False),
        (11, 6, 0, True),
        (10, 5, 0, True),
        (10, 3, 3, False),
        (10, 4, 3, True),
        (10, 2, 3, False),
        (0, 0, 0, False),
    ],
)
def test_turnout_is_reached_and_approval_exceeded(
    voting: Hall, electorate: int, ayes: int, nays: int, passes: bool
) -> None:
    """Half of eleven are six; half of the votes is no majority; nobody is none either."""
    assert replace(voting.proposal(), electorate=electorate, ayes=ayes, nays=nays).passes is passes


# Lives.


def test_a_passed_plugin_holds_from_the_next_epoch_on(voting: Hall) -> None:
    """Vote, confirmation, timelock, schedule; one second early is too early each time."""
    events = voting.vote(*VOTERS[:5])
    since = voting.town.world.now
    voted_on = voting.proposal().binding_hash
    assert events[-1] == Confirming(ProposalId(0), since)
    assert voting.proposal().state == IsDeciding(since)

    voting.after(100 + 299)
    assert voting.nothing_is_due()
    approved_at = voting.after(100 + 300)
    assert voting.advance() == [Approved(ProposalId(0))]
    assert voting.proposal().state == IsApproved(approved_at)

    voting.after(400 + 499)
    assert voting.nothing_is_due()
    voting.after(400 + 500)
    events = voting.advance()
    epoch = Epoch(_epoch(voting) + 1)
    assert [type(event).__name__ for event in events] == ["PluginScheduled", "Scheduled"]
    assert events[-1] == Scheduled(ProposalId(0), voted_on, epoch)
    assert voting.proposal().state == IsScheduled(epoch)
    assert voting.price_head() == voted_on
    assert voting.nothing_is_due()


def test_each_advance_takes_one_step(voting: Hall) -> None:
    """The timelock runs from when the approval was recorded."""
    voting.vote(*VOTERS)
    late = voting.after(100_000)
    assert voting.advance() == [Approved(ProposalId(0))]
    assert voting.proposal().state == IsApproved(late)
    assert voting.nothing_is_due()
    voting.after(100_500)
    voting.advance()
    assert voting.proposal().state == IsScheduled(Epoch(_epoch(voting) + 1))


def test_passed_parameters_are_scheduled_with_their_hash(hall: Hall) -> None:
    """The next change of the parameters must name it."""
    _set_track(hall, TrackKind.PARAMETER)
    hall.open(PARAMETERS, NO_HASH)
    _pass(hall)

    voted_on = hall.proposal().binding_hash
    pending = hall.town.world.communities.parameter_sets[hall.town.community].pending
    assert pending == (PARAMETERS.parameters, voted_on, Epoch(_epoch(hall) + 1))
    assert isinstance(hall.open_refused(PARAMETERS, NO_HASH), CommunityGovernance.StalePredecessor)
    hall.open(PARAMETERS, voted_on)


def test_passed_parameters_wait_until_they_can_change(hall: Hall) -> None:
    """The third vote within a grace period stays approved, and is enacted once the first readings are final."""
    _set_track(hall, TrackKind.PARAMETER)
    here, advance = hall.town.community, community_governance.advance
    for number, grace_s in enumerate((20_000, 300)):
        predecessor = communities.parameters_head(hall.town.world, here) or NO_HASH
        hall.open(ParametersChange(replace(PARAMETERS.parameters, grace_s=grace_s)), predecessor)
        _pass(hall, number)
        hall.town.at((_epoch(hall) + 1) * 7_200)
    first = hall.town.world.now - 7_200
    for _ in range(2):
        hall.open(PARAMETERS, hall.proposal(1).binding_hash)
    hall.after(hall.town.world.now - hall.opened_at + 100)
    for number in (2, 3):
        hall.vote(*VOTERS, number=number)
    for wait_s in (300, 500):
        hall.after(hall.town.world.now - hall.opened_at + wait_s)
        refusals = [hall.town.tries("stranger", advance, proposal=ProposalId(number)) for number in (2, 3)]

    assert [type(refusal) for refusal in refusals] == [Communities.EarlierParametersNeeded] * 2
    hall.town.at(first + 20_000 - 1)
    refusal = hall.town.refused("stranger", advance, proposal=ProposalId(2))
    assert isinstance(refusal, Communities.EarlierParametersNeeded)
    assert isinstance(hall.proposal(2).state, IsApproved)
    hall.town.at(first + 20_000)
    hall.advance(2)
    assert hall.proposal(2).state == IsScheduled(Epoch(_epoch(hall) + 1))
    assert hall.advance(3) == [EnactmentFailed(ProposalId(3))]


def test_a_vote_on_a_track_outranks_a_steward_who_sets_it_meanwhile(hall: Hall) -> None:
    """What members voted for is not undone before it is enacted."""
    _set_track(hall, TrackKind.GOVERNANCE)
    voted = replace(SETTINGS, decide_s=9_999)
    hall.open(TrackChange(TrackKind.PLUGIN, voted), NO_HASH)
    _set_track(hall, TrackKind.PLUGIN)
    _pass(hall)
    track = hall.town.world.community_governance.tracks[hall.town.community, TrackKind.PLUGIN]
    assert track == Track(voted, hall.proposal().binding_hash)


def _pass(hall: Hall, number: int = 0) -> list[Event]:
    """Take a proposal that has just opened to its end; gives the events of its enactment."""
    opened = hall.town.world.now - hall.opened_at
    hall.after(opened + 100)
    hall.vote(*VOTERS, number=number)
    hall.after(opened + 400)
    hall.advance(number)
    hall.after(opened + 900)
    return hall.advance(number)


def test_a_passed_track_changes_at_once_and_open_proposals_keep_theirs(hall: Hall) -> None:
    """New settings are for new proposals."""
    _set_track(hall, TrackKind.GOVERNANCE)
    _set_track(hall, TrackKind.PARAMETER)
    slower = replace(SETTINGS, decide_s=9_999)
    hall.open(TrackChange(TrackKind.PARAMETER, slower), NO_HASH)
    hall.open(PARAMETERS, NO_HASH)

    events = _pass(hall)

    here, voted_on = hall.town.community, hall.proposal().binding_hash
    assert events == [
        TrackSet(here, TrackKind.PARAMETER, slower),
        Scheduled(ProposalId(0), voted_on, Epoch(_epoch(hall) + 1)),
    ]
    tracks = hall.town.world.community_governance.tracks
    assert tracks[here, TrackKind.PARAMETER] == Track(slower, voted_on)
    assert hall.proposal(1).settings == SETTINGS
    hall.open(PARAMETERS, NO_HASH)
    assert hall.proposal(2).settings == slower
    again = TrackChange(TrackKind.PARAMETER, SETTINGS)
    assert isinstance(hall.open_refused(again, NO_HASH), CommunityGovernance.StalePredecessor)
    hall.open(again, voted_on)


def test_a_track_that_no_steward_set_can_be_set_by_vote(hall: Hall) -> None:
    """Its predecessor is zero."""
    _set_track(hall, TrackKind.GOVERNANCE)
    hall.open(TrackChange(TrackKind.PLUGIN, SETTINGS), NO_HASH)
    _pass(hall)
    assert (hall.town.community, TrackKind.PLUGIN) in hall.town.world.community_governance.tracks


def test_too_small_a_turnout_is_rejected(voting: Hall) -> None:
    """Four of ten are not half; the decision lasts to its last second."""
    voting.vote(*VOTERS[:4])
    voting.after(1_099)
    assert voting.nothing_is_due()
    voting.after(1_100)
    assert voting.advance() == [Rejected(ProposalId(0))]
    assert voting.proposal().state == IsRejected()
    assert voting.nothing_is_due()


def test_a_broken_confirmation_starts_again(voting: Hall) -> None:
    """Three of five pass, three of six do not, four of seven do."""
    voting.vote("m0", "m1", "m2")
    voting.vote("m3", "m4", aye=False)
    since = voting.town.world.now
    assert voting.proposal().state == IsDeciding(since)
    voting.after(399)
    assert voting.vote("m5", aye=False)[1:] == [ConfirmationBroken(ProposalId(0))]
    assert voting.proposal().state == IsDeciding(None)
    voting.after(400)
    assert voting.nothing_is_due()
    assert voting.vote("m6")[1:] == [Confirming(ProposalId(0), voting.town.world.now)]
    voting.after(699)
    assert voting.nothing_is_due()
    voting.after(700)
    assert voting.advance() == [Approved(ProposalId(0))]


def test_a_confirmation_goes_on_while_it_passes(voting: Hall) -> None:
    """A vote that changes nothing says nothing and does not start it again."""
    voting.vote(*VOTERS[:5])
    since = voting.town.world.now
    voting.after(200)
    assert len(voting.vote("m5", aye=False)) == 1
    assert voting.proposal().state == IsDeciding(since)


def test_a_late_pass_is_confirmed_beyond_the_decision(voting: Hall) -> None:
    """It passed before the end, so it has its confirmation; votes go on."""
    voting.after(1_099)
    voting.vote(*VOTERS[:6])
    voting.after(1_100)
    assert voting.nothing_is_due()
    voting.vote("m6", aye=False)
    voting.after(1_399)
    assert voting.advance() == [Approved(ProposalId(0))]


def test_a_confirmation_broken_after_the_decision_rejects(voting: Hall) -> None:
    """There is no time left to pass again."""
    voting.after(1_099)
    voting.vote(*VOTERS[:4], "ada")
    voting.after(1_100)
    events = voting.vote(*VOTERS[4:], "ben", aye=False)
    assert events[1:] == [ConfirmationBroken(ProposalId(0)), Rejected(ProposalId(0))]
    assert voting.proposal().state == IsRejected()


def test_a_confirmation_broken_in_the_last_second_does_not_reject(voting: Hall) -> None:
    """Until the decision's end it may pass again."""
    voting.vote(*VOTERS[:4], "ada")
    voting.after(399)
    voting.vote(*VOTERS[4:], "ben", aye=False)
    assert voting.proposal().state == IsDeciding(None)


def test_what_time_decided_takes_no_more_votes(voting: Hall) -> None:
    """The outcome does not depend on when somebody records it."""
    voting.vote(*VOTERS[:5])
    voting.after(400)
    cancelled = voting.town.refused("ada", community_governance.cancel, proposal=ProposalId(0))
    assert isinstance(cancelled, CommunityGovernance.NotDeciding)
    assert isinstance(voting.vote_refused("m6"), CommunityGovernance.NotDeciding)
    voting.advance()
    assert isinstance(voting.vote_refused("m6"), CommunityGovernance.NotDeciding)


def test_of_two_rivals_the_first_enacted_makes_the_other_stale(voting: Hall) -> None:
    """The other's predecessor no longer stands."""
    voting.after(0)
    voting.open(PluginChange(Slot.PRICE, LAST), voting.price_head())
    voting.after(100)
    for number in (0, 1):
        voting.vote(*VOTERS, number=number)
    voting.after(400)
    for number in (0, 1):
        voting.advance(number)
    voting.after(900)
    voting.advance(0)

    assert voting.advance(1) == [EnactmentFailed(ProposalId(1))]
    assert voting.proposal(1).state == IsStale()
    assert voting.price_head() == voting.proposal(0).binding_hash
    assert voting.nothing_is_due(1)


def test_a_change_that_its_target_refuses_is_stale_and_leaves_no_trace(voting: Hall) -> None:
    """The build was deprecated between approval and enactment."""
    voting.vote(*VOTERS)
    voting.after(400)
    voting.advance()
    voting.town.does("ada", plugin_registry.deprecate_build, bundle=BUNDLE)
    voting.after(900)
    before = voting.town.world.copy()

    assert voting.advance() == [EnactmentFailed(ProposalId(0))]
    assert voting.proposal().state == IsStale()
    assert voting.town.world.plugin_registry == before.plugin_registry


def test_its_proposer_cancels_a_proposal(voting: Hall) -> None:
    """Nothing is due of it ever after."""
    cancel = community_governance.cancel
    assert isinstance(voting.town.refused(Root(), cancel, proposal=ProposalId(0)), BadOrigin)
    unknown = voting.town.refused("ada", cancel, proposal=ProposalId(1))
    assert isinstance(unknown, CommunityGovernance.UnknownProposal)
    assert isinstance(voting.town.refused("ben", cancel, proposal=ProposalId(0)), CommunityGovernance.NotProposer)
    assert voting.town.does("ada", cancel, proposal=ProposalId(0)) == [Cancelled(ProposalId(0))]
    assert voting.proposal().state == IsCancelled()
    voting.after(10_000)
    assert voting.nothing_is_due()


def test_advancing_is_refused(voting: Hall) -> None:
    """Without a step that is due, for an unknown proposal, and beyond the last epoch."""
    advance = community_governance.advance
    assert isinstance(voting.town.refused(Root(), advance, proposal=ProposalId(0)), BadOrigin)
    unknown = voting.town.refused("ada", advance, proposal=ProposalId(1))
    assert isinstance(unknown, CommunityGovernance.UnknownProposal)
    assert voting.nothing_is_due()
    voting.vote(*VOTERS)
    voting.after(400)
    voting.advance()
    voting.town.at(U32_MAX * 7_200)
    beyond = voting.town.refused("ada", advance, proposal=ProposalId(0))
    assert isinstance(beyond, CommunityGovernance.Overflow)
