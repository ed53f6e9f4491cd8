"""Communities and meters in pieces: what belongs to them is gone, and what still asks for it is answered the same.

As with what contradicts itself in the market (:mod:`contradictions`), no call leads there.
"""

from dataclasses import replace

from aipchain.orchestrator.twin.edges.corner import (
    BENS,
    BOOK,
    CLEOS,
    Corner,
    advance,
    bid,
    cleared,
    handle,
    mint,
    propose,
    read,
    vote,
)
from aipchain.orchestrator.twin.moves.town import HOUR, PARAMETERS, SETTINGS, TOWN, account
from aipchain.pallets_spec.community_governance.proposals import head_of
from aipchain.pallets_spec.types import ParametersChange, PostedPrice, Role
from aipchain.units import Price, UnixSeconds

__all__ = ["a_community_in_pieces", "a_meter_without_a_register", "a_vote_of_a_community_in_pieces"]


def a_community_in_pieces(corner: Corner) -> None:
    """Its facts or its parameters are gone, its times are zero, or it counts nobody."""
    cleared(corner)
    facts = corner.twin.world.communities.communities[TOWN]
    book = corner.twin.world.market.books[BOOK]
    for name, value in (
        ("Communities", None),
        ("ParameterSets", None),
        ("Communities", replace(facts, interval_s=0)),
        ("Communities", replace(facts, epoch_s=0)),
        ("Communities", replace(facts, members=0, stewards=0)),
    ):
        sub = corner.fork()
        sub.twin.plant("Communities", name, TOWN, value)
        for final_at in (corner.twin.world.now + 1, corner.twin.world.now):
            sub.twin.plant("Market", "Books", BOOK, replace(book, final_at=UnixSeconds(final_at)))
            handle(sub, "settle")
        _use(sub)


def a_meter_without_a_register(corner: Corner) -> None:
    """A meter is enrolled, and nothing is known of what it showed."""
    corner.twin.plant("Metering", "Registers", BENS, None)
    read(corner, BENS, import_wh=1_000, export_wh=530)


def a_vote_of_a_community_in_pieces(corner: Corner) -> None:
    """When its enactment is due, the facts or the parameters of the community are gone, or its epochs last nothing."""
    propose(corner)
    change = ParametersChange(replace(PARAMETERS, grace_s=1))
    for proposal in (0, 1):
        if proposal:
            arguments = {"community": TOWN, "change": change, "predecessor": head_of(corner.twin.world, TOWN, change)}
            corner.does("ada", "CommunityGovernance", "propose", **arguments)
        corner.at(corner.twin.world.now + SETTINGS.notice_s)
        vote(corner, proposal, ada=True, ben=True, cleo=True)
    corner.at(corner.twin.world.now + SETTINGS.confirm_s)
    advance(corner, 0, 1)
    corner.at(corner.twin.world.now + SETTINGS.timelock_s)
    facts = corner.twin.world.communities.communities[TOWN]
    for name, value in (("Communities", None), ("ParameterSets", None), ("Communities", replace(facts, epoch_s=0))):
        sub = corner.fork()
        sub.twin.plant("Communities", name, TOWN, value)
        advance(sub, 0, 1)


def _use(corner: Corner) -> None:
    """Calls that ask for the facts or the parameters of the town."""
    mint(corner)
    read(corner, CLEOS, import_wh=1_000, export_wh=500)
    later = (TOWN, UnixSeconds(corner.twin.world.now + 4 * HOUR))
    corner.places("ada", bid(1), book=later)
    prices = [PostedPrice(later[1], Price(100), Price(50))]
    corner.does("oracle", "Market", "post_reference_prices", community=TOWN, prices=prices)
    role = {"community": TOWN, "account": account("steward"), "role": Role.STEWARD}
    corner.does("steward", "Communities", "revoke_role", **role)
    corner.does("poor", "Communities", "leave", community=TOWN)
    propose(corner)
