"""How a sequence may begin: a book on its way to settlement, or a vote on its way to enactment, left somewhere on it.

Chance alone seldom brings a book from its first order to its last payment. A prelude takes calls that should succeed
in the order in which they belong, with a few that are bent, and ends after a random one of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random

from aipchain.orchestrator.twin.moves import community_governance, energy, market, metering
from aipchain.orchestrator.twin.moves.player import Player
from aipchain.orchestrator.twin.moves.town import TOWN
from aipchain.orchestrator.twin.steps import Do, Moment, Step
from aipchain.pallets_spec.community_governance import IsApproved, IsDeciding
from aipchain.pallets_spec.market import Book, BookStatus
from aipchain.pallets_spec.types import BookKey
from aipchain.pallets_spec.world import World
from aipchain.units import UnixSeconds

__all__ = ["prelude"]

_BOLDNESS = 0.04
_WHOLE = 0.4
"""How often a prelude is taken to its end."""


def prelude(world: World, random: Random, focus: str) -> Iterator[Step]:
    """The steps before a sequence about the pallet `focus`; each is made up when the one before it is taken."""
    if random.random() < _SHARES.get(focus, 0.0):
        planned = _PLANS[focus]
        length = len(planned) if random.random() < _WHOLE else random.randint(1, len(planned))
        for plan in planned[:length]:
            step = plan(Player(world, random, _BOLDNESS))
            if step is not None:
                yield step


_Plan = Callable[[Player], Step | None]


def _first_orders(player: Player) -> Do:
    """Orders for the first interval that meters are read for."""
    found = _first_book(player)
    return market.place_orders(player, found[0] if found else (TOWN, player.interval(TOWN, 2, 2)))


def _first_book(player: Player) -> tuple[BookKey, Book] | None:
    going_on = (BookStatus.OPEN, BookStatus.CLEARED)
    books = [(key, book) for key, book in player.world.market.books.items() if book.status in going_on and book.orders]
    return books[0] if books else None


def _book_time(of: Callable[[Player, BookKey, Book], int]) -> _Plan:
    """A plan to wait for a time of the first book."""

    def wait(player: Player) -> Moment | None:
        found = _first_book(player)
        if found is None:
            return None
        return Moment(UnixSeconds(max(of(player, *found), player.now)))

    return wait


def _ends(player: Player, key: BookKey, _: Book) -> int:
    return key[1] + player.interval_s(key[0])


def _votes(player: Player) -> Moment | None:
    times = [stored.votes_from for stored in player.world.community_governance.proposals.values()]
    return Moment(UnixSeconds(max([*times, player.now]))) if times else None


def _due(player: Player) -> Moment | None:
    """When the first step is due that time alone brings."""
    for stored in player.world.community_governance.proposals.values():
        match stored.state:
            case IsDeciding(since) if since is not None:
                return Moment(UnixSeconds(max(since + stored.settings.confirm_s, player.now)))
            case IsApproved(at):
                return Moment(UnixSeconds(max(at + stored.settings.timelock_s, player.now)))
    return None


_BOOK: Sequence[_Plan] = (
    *[_first_orders] * 7,
    market.cancel_order,
    _book_time(lambda _player, _key, book: book.closes_at),
    market.submit_clearing,
    market.submit_clearing,
    _book_time(_ends),
    *[metering.submit_batch] * 4,
    _book_time(lambda _player, _key, book: book.final_at),
    *[market.settle] * 4,
    energy.mint,
    *[energy.retire] * 2,
)
_VOTE: Sequence[_Plan] = (
    *[community_governance.propose] * 2,
    _votes,
    *[community_governance.vote] * 7,
    _due,
    *[community_governance.advance] * 2,
    _due,
    *[community_governance.advance] * 2,
)
_PLANS: Mapping[str, Sequence[_Plan]] = {
    "Market": _BOOK, "Energy": _BOOK, "Metering": _BOOK, "Balances": _BOOK,
    "CommunityGovernance": _VOTE, "PluginRegistry": _VOTE, "Communities": _VOTE,
}  # fmt: skip
_SHARES: Mapping[str, float] = {
    "Market": 0.8, "Energy": 0.85, "Metering": 0.3, "Balances": 0.6,
    "CommunityGovernance": 0.8, "PluginRegistry": 0.4, "Communities": 0.3,
}  # fmt: skip
