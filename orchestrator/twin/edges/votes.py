"""Votes at their thresholds and seconds, and what they change under open books and in later epochs."""

from dataclasses import replace

from aipchain.orchestrator.twin.edges.corner import (
    ADAS,
    BENS,
    BOOK,
    Corner,
    advance,
    bid,
    enact,
    offer,
    propose,
    read,
    trade,
    vote,
)
from aipchain.orchestrator.twin.moves.town import BUNDLES, HOUR, PARAMETERS, START, TOWN, account
from aipchain.pallets_spec.communities import ParameterSet
from aipchain.pallets_spec.types import (
    PLAIN_TERMS,
    Binding,
    ParametersChange,
    PartsPerMillion,
    PluginChange,
    PostedPrice,
    ProposalId,
    Slot,
)
from aipchain.units import Price, UnixSeconds

__all__ = [
    "a_change_waits_for_its_epoch",
    "a_newcomer_does_not_vote",
    "a_stale_change_does_not_wait",
    "a_vote_changes_the_grace",
    "a_vote_waits_for_readings",
    "votes_at_their_thresholds",
    "votes_that_come_too_late",
    "votes_that_follow_each_other",
]


def votes_at_their_thresholds(corner: Corner) -> None:
    """A vote that is broken in time, one that is broken after its end, and one that is enacted at its seconds."""
    for _ in range(3):
        propose(corner)
    settings = corner.twin.world.community_governance.proposals[ProposalId(0)].settings
    opens = START + settings.notice_s
    ends = opens + settings.decide_s
    corner.at(opens - 1)
    vote(corner, 0, ada=True)
    corner.at(opens)
    vote(corner, 0, ada=True, ben=True, cleo=False, poor=False, stranger=True)
    vote(corner, 2, ada=True, ben=True)
    corner.at(opens + settings.confirm_s - 1)
    advance(corner, 2)
    corner.at(opens + settings.confirm_s)
    vote(corner, 2, cleo=False)
    advance(corner, 2, 2)
    corner.at(opens + settings.confirm_s + settings.timelock_s - 1)
    advance(corner, 2)
    corner.at(opens + settings.confirm_s + settings.timelock_s)
    advance(corner, 2, 2)
    corner.at(ends - 1)
    vote(corner, 1, ada=True, ben=True)
    advance(corner, 0, 1)
    corner.at(ends)
    advance(corner, 0, 0)
    vote(corner, 1, cleo=False, poor=False)


def a_vote_changes_the_grace(corner: Corner) -> None:
    """A book that was open when the grace period was changed settles when it knew, but never before it is final."""
    for grace_s in (2_400, 600):
        sub = corner.fork()
        sub.at(START)
        sub.places("ada", bid(1))
        sub.places("ben", offer(1))
        enact(sub, ParametersChange(replace(PARAMETERS, grace_s=grace_s)))
        sub.at(sub.twin.world.market.books[BOOK].closes_at)
        sub.clears(trade(0, 1))
        read(sub, BENS, import_wh=1_000, export_wh=900)
        read(sub, ADAS, import_wh=1_020, export_wh=500)
        for second in (599, 600, 1_199, 1_200, 2_399, 2_400):
            sub.at(BOOK[1] + HOUR + second)
            arguments = {"community": TOWN, "interval_start": BOOK[1], "meters": [BENS]}
            sub.does("cleo", "Energy", "mint", **arguments)
            sub.does("cleo", "Market", "settle", community=TOWN, interval_start=BOOK[1], limit=1)
            sub.does("cleo", "Energy", "mint", **arguments)


def a_vote_waits_for_readings(corner: Corner) -> None:
    """The third change of the parameters would forget the first ones; it waits until their readings are final."""
    for first_grace_s, second_grace_s in ((40_000, 600), (600, 40_000)):
        sub = corner.fork()
        facts = sub.twin.world.communities.communities[TOWN]
        founding = ParameterSet(replace(PARAMETERS, grace_s=first_grace_s))
        sub.twin.plant("Communities", "ParameterSets", TOWN, founding)
        changed = START + facts.epoch_s
        for epoch in (0, 1, 2):
            sub.at(START + epoch * facts.epoch_s)
            enact(sub, ParametersChange(replace(PARAMETERS, grace_s=second_grace_s + epoch)))
        proposal = sub.twin.world.community_governance.next_proposal_id - 1
        for second in (39_999, 40_000):
            for book in (START, BOOK[1]):
                arguments = {"community": TOWN, "interval_start": book, "meters": [BENS]}
                sub.does("cleo", "Energy", "mint", **arguments)
            sub.at(changed + second)
            advance(sub, proposal)
        propose(sub)


def a_stale_change_does_not_wait(corner: Corner) -> None:
    """Where the next change of the parameters has to wait, one that nobody can make any more is told so at once."""
    facts = corner.twin.world.communities.communities[TOWN]
    founding = ParameterSet(replace(PARAMETERS, grace_s=40_000))
    corner.twin.plant("Communities", "ParameterSets", TOWN, founding)
    enact(corner, ParametersChange(replace(PARAMETERS, grace_s=600)))
    corner.at(START + facts.epoch_s)
    late = corner.twin.world.community_governance.next_proposal_id
    change = ParametersChange(replace(PARAMETERS, grace_s=601))
    predecessor = corner.twin.world.communities.parameter_sets[TOWN].next_predecessor()
    corner.does("ada", "CommunityGovernance", "propose", community=TOWN, change=change, predecessor=predecessor)
    enact(corner, ParametersChange(replace(PARAMETERS, grace_s=602)))
    vote(corner, late, ada=True, ben=True, cleo=True)
    for second in (HOUR, 2 * facts.epoch_s):
        corner.at(START + facts.epoch_s + second)
        advance(corner, late)


def a_newcomer_does_not_vote(corner: Corner) -> None:
    """Who is admitted when a vote is open already is not of its electorate; who left and came back neither."""
    propose(corner)
    for newcomer in ("stranger", "oracle"):
        corner.does("steward", "Communities", "admit", community=TOWN, account=account(newcomer), roles=[])
    corner.does("ben", "Communities", "leave", community=TOWN)
    corner.does("steward", "Communities", "admit", community=TOWN, account=account("ben"), roles=[])
    corner.at(corner.twin.world.community_governance.proposals[ProposalId(0)].votes_from)
    vote(corner, 0, stranger=True, oracle=True, ben=True, ada=True)


def a_change_waits_for_its_epoch(corner: Corner) -> None:
    """A book of this epoch opens with what holds now, one of the next epoch with what is scheduled."""
    enact(corner, PluginChange(Slot.PRICE, Binding(BUNDLES[1], b"{}", b"", PLAIN_TERMS, None)))
    enact(corner, ParametersChange(replace(PARAMETERS, grace_s=601, collateral=PartsPerMillion(1))))
    for start in (START + HOUR, START + 2 * HOUR):
        book = (TOWN, UnixSeconds(start))
        corner.places("ben", offer(1), book=book)
        prices = [PostedPrice(book[1], Price(300), Price(80))]
        corner.does("oracle", "Market", "post_reference_prices", community=TOWN, prices=prices)


def votes_that_follow_each_other(corner: Corner) -> None:
    """Changes enacted epoch after epoch, and twice within one; books and readings find what holds in their epoch."""
    for round_, (bundle, grace_s) in enumerate(
        zip(BUNDLES[:3] * 2, (700, 20_000, 900, 30_000, 1_100, 40_000), strict=True)
    ):
        enact(corner, PluginChange(Slot.PRICE, Binding(bundle, b"{}", bytes(round_), PLAIN_TERMS, None)))
        enact(corner, ParametersChange(replace(PARAMETERS, grace_s=grace_s)))
        current = corner.twin.world.now // HOUR * HOUR
        for ahead in (2, 3, 4):
            book = (TOWN, UnixSeconds(current + ahead * HOUR))
            corner.places("ada", bid(round_ + 1), book=book)
        for meter in (ADAS, BENS):
            for behind in (1, 3, 5):
                arguments = {"community": TOWN, "interval_start": current - behind * HOUR, "meters": [meter]}
                corner.does("cleo", "Energy", "mint", **arguments)
        corner.at(corner.twin.world.now + (2 * HOUR if round_ % 2 else 60))


def votes_that_come_too_late(corner: Corner) -> None:
    """An approved change is stale when another was enacted before, or when its build was given up."""
    for given_up in (False, True):
        sub = corner.fork()
        sub.at(START)
        propose(sub)
        propose(sub)
        settings = sub.twin.world.community_governance.proposals[ProposalId(0)].settings
        sub.at(START + settings.notice_s)
        for proposal in (0, 1):
            vote(sub, proposal, ada=True, ben=True, cleo=True)
        sub.at(START + settings.notice_s + settings.confirm_s)
        advance(sub, 0, 1)
        if given_up:
            sub.does("author", "PluginRegistry", "deprecate_build", bundle=BUNDLES[1])
        sub.at(START + settings.notice_s + settings.confirm_s + settings.timelock_s)
        advance(sub, 0, 1)
