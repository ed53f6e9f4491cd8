"""Counters at their end, full books, sums beyond the largest number, and states that no call leads to.

They are planted in the storage of both sides, because no sequence of calls gets there in good time. What always holds
need not hold then, so only the calls are compared.
"""

from dataclasses import replace
from typing import Any

from aipchain.orchestrator.twin.edges.corner import (
    BENS,
    BOOK,
    Corner,
    bid,
    enrol,
    mint,
    offer,
    propose,
    read,
    trade,
)
from aipchain.orchestrator.twin.moves.town import HOUR, START, TOWN, account
from aipchain.pallets_spec.community_governance import IsApproved
from aipchain.pallets_spec.energy import EnergySums
from aipchain.pallets_spec.market import MAX_BOOK_ORDERS
from aipchain.pallets_spec.types import (
    U32_MAX,
    U64_MAX,
    U128_MAX,
    OrderNumber,
    Role,
)
from aipchain.units import Wh

__all__ = [
    "a_book_is_filled_to_the_end",
    "communities_are_counted_to_the_end",
    "energy_beyond_the_largest_number",
    "epochs_are_counted_to_the_end",
    "members_and_stewards_are_counted_to_the_end",
    "meters_are_counted_to_the_end",
    "orders_are_counted_to_the_end",
    "orders_that_cannot_be",
    "proposals_are_counted_to_the_end",
    "traded_energy_beyond_the_largest_number",
    "votes_are_counted_to_the_end",
]


def communities_are_counted_to_the_end(corner: Corner) -> None:
    """The last number is not given."""
    corner.twin.plant("Communities", "NextCommunityId", (), U32_MAX - 1)
    facts = corner.twin.world.communities
    arguments = {
        "name": b"Last",
        "interval_s": HOUR,
        "epoch_s": HOUR,
        "zones": [b"one"],
        "parameters": facts.parameter_sets[TOWN].active,
        "steward": account("ben"),
    }
    corner.does("ben", "Communities", "found", **arguments)
    corner.does("ben", "Communities", "found", **arguments)


def members_and_stewards_are_counted_to_the_end(corner: Corner) -> None:
    """The last index and the last count are not given."""
    facts = corner.twin.world.communities.communities[TOWN]
    stranger = account("stranger")
    ends: tuple[dict[str, Any], ...] = ({"next_member_index": U32_MAX}, {"members": U32_MAX}, {"stewards": U32_MAX})
    for changed, member in zip(ends, ("ada", "ben", "cleo"), strict=True):
        corner.twin.plant("Communities", "Communities", TOWN, replace(facts, **changed))
        for roles in ([Role.STEWARD], []):
            corner.does("steward", "Communities", "admit", community=TOWN, account=stranger, roles=roles)
        corner.does("steward", "Communities", "grant_role", community=TOWN, account=account(member), role=Role.STEWARD)


def meters_are_counted_to_the_end(corner: Corner) -> None:
    """The last number is not given."""
    corner.twin.plant("Metering", "NextMeterId", (), U32_MAX - 1)
    for _ in range(2):
        enrol(corner, "ben")


def orders_are_counted_to_the_end(corner: Corner) -> None:
    """The last number is not given."""
    corner.twin.plant("Market", "NextOrderNumber", (), U64_MAX - 1)
    corner.places("ada", bid(1), bid(2))
    corner.places("ada", bid(1))
    corner.places("ada", bid(2))


def proposals_are_counted_to_the_end(corner: Corner) -> None:
    """The last number is not given."""
    corner.twin.plant("CommunityGovernance", "NextProposalId", (), U32_MAX - 1)
    for _ in range(2):
        propose(corner)


def votes_are_counted_to_the_end(corner: Corner) -> None:
    """More ayes or nays than can be counted are refused."""
    propose(corner)
    (stored,) = corner.twin.world.community_governance.proposals.values()
    corner.at(stored.votes_from)
    for votes in (U32_MAX, U32_MAX - 1):
        for aye in (True, False):
            sub = corner.fork()
            sub.twin.plant("CommunityGovernance", "Proposals", 0, replace(stored, ayes=votes, nays=votes))
            arguments = {"proposal": 0, "binding_hash": stored.binding_hash, "aye": aye}
            sub.does("ada", "CommunityGovernance", "vote", **arguments)


def epochs_are_counted_to_the_end(corner: Corner) -> None:
    """There is no epoch after the last one; one before it there is."""
    propose(corner)
    (stored,) = corner.twin.world.community_governance.proposals.values()
    corner.twin.plant("CommunityGovernance", "Proposals", 0, replace(stored, state=IsApproved(START)))
    for epoch in (U32_MAX, U32_MAX + 1, U32_MAX - 1):
        corner.at(epoch * 2 * HOUR)
        corner.does("ada", "CommunityGovernance", "advance", proposal=0)


def a_book_is_filled_to_the_end(corner: Corner) -> None:
    """The last order fits, one more does not."""
    corner.places("ada", bid(1))
    book = corner.twin.world.market.books[BOOK]
    corner.twin.plant("Market", "Books", BOOK, replace(book, orders=MAX_BOOK_ORDERS - 1))
    corner.places("ada", bid(2), bid(3))
    corner.places("ada", bid(2))
    corner.places("ada", bid(3))


def traded_energy_beyond_the_largest_number(corner: Corner) -> None:
    """All the energy there can be is traded, and then one watt-hour more."""
    corner.places("ada", bid(1, 1, 0), bid(2, 1, 0))
    corner.places("ben", offer(1, 1, 0), offer(2, 1, 0))
    for number in (OrderNumber(0), OrderNumber(2)):
        order = corner.twin.world.market.orders[number]
        corner.twin.plant("Market", "Orders", number, replace(order, wh=Wh(U64_MAX)))
    corner.at(corner.twin.world.market.books[BOOK].closes_at)
    corner.clears(trade(0, 2, U64_MAX, 0), trade(1, 3, 1, 0))
    corner.clears(trade(0, 2, U64_MAX - 1, 0), trade(1, 3, 1, 0))


def energy_beyond_the_largest_number(corner: Corner) -> None:
    """What an account has, or what was ever minted, would not fit."""
    read(corner, BENS, import_wh=1_000, export_wh=900)
    held = {"free": U64_MAX - 399}, {"free": U64_MAX - 400}
    for planted in held:
        corner.twin.plant("Energy", "Accounts", account("ben"), EnergySums(**{k: Wh(v) for k, v in planted.items()}))
        corner.twin.plant("Energy", "TotalMinted", (), U128_MAX - 399)
        mint(corner)
    corner.twin.plant("Energy", "TotalMinted", (), U128_MAX - 400)
    mint(corner)


def orders_that_cannot_be(corner: Corner) -> None:
    """An order placed after its gate is in no trade, and one without a book is not taken back."""
    corner.places("ada", bid(1))
    corner.places("ben", offer(1))
    book, order = corner.twin.world.market.books[BOOK], corner.twin.world.market.orders[OrderNumber(1)]
    corner.twin.plant("Market", "Orders", OrderNumber(1), replace(order, placed_at=book.closes_at))
    corner.at(book.closes_at)
    corner.clears(trade(0, 1))
    corner.twin.plant("Market", "Books", BOOK, None)
    corner.does("ada", "Market", "cancel_order", number=0)
