"""Which step comes next: mostly calls of one pallet and what it needs from the others, and moments at their gates."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random

from aipchain.orchestrator.twin.moves import (
    balances,
    communities,
    community_governance,
    energy,
    market,
    metering,
    plugin_registry,
)
from aipchain.orchestrator.twin.moves.player import Player
from aipchain.orchestrator.twin.moves.town import PARAMETERS
from aipchain.orchestrator.twin.steps import Do, Moment, Step
from aipchain.pallets_spec.community_governance import IsApproved, IsDeciding
from aipchain.pallets_spec.market import BookStatus
from aipchain.pallets_spec.types import interval_end
from aipchain.pallets_spec.world import World
from aipchain.units import UnixSeconds

__all__ = ["MOVES", "next_step"]

Move = Callable[[Player], Do]

MOVES: Mapping[str, Mapping[Move, int]] = {
    "Communities": {
        communities.found: 10,
        communities.admit: 25,
        communities.grant_role: 25,
        communities.revoke_role: 22,
        communities.leave: 18,
    },
    "Metering": {metering.enrol_meter: 20, metering.submit_batch: 80},
    "Energy": {energy.mint: 50, energy.retire: 50},
    "Market": {
        market.post_reference_prices: 15,
        market.place_orders: 40,
        market.cancel_order: 10,
        market.submit_clearing: 15,
        market.settle: 10,
        market.void: 10,
        market.challenge_clearing: 8,
    },
    "PluginRegistry": {
        plugin_registry.register_build: 30,
        plugin_registry.deprecate_build: 25,
        plugin_registry.install: 45,
    },
    "CommunityGovernance": {
        community_governance.set_track: 15,
        community_governance.propose: 25,
        community_governance.vote: 35,
        community_governance.advance: 15,
        community_governance.cancel: 10,
    },
    "Balances": {balances.transfer_allow_death: 50, balances.transfer_keep_alive: 50},
}
"""How often each call of a pallet is made, among the calls of that pallet."""

_FOCUS_SHARE = 0.72
_HELPERS: Mapping[str, tuple[str, ...]] = {
    "Communities": ("PluginRegistry", "CommunityGovernance", "Balances"),
    "Metering": ("Communities", "Energy", "CommunityGovernance"),
    "Energy": ("Metering", "Metering", "Market", "Market", "Communities"),
    "Market": ("Metering", "Metering", "Balances", "Balances", "Communities", "Energy", "CommunityGovernance"),
    "PluginRegistry": ("CommunityGovernance", "CommunityGovernance", "Communities"),
    "CommunityGovernance": ("Communities", "PluginRegistry", "Communities", "Market"),
    "Balances": ("Market",),
}
"""Where the other calls come from."""


def _has_open_vote(world: World) -> bool:
    return any(isinstance(stored.state, IsDeciding) for stored in world.community_governance.proposals.values())


def _has_cleared_book(world: World) -> bool:
    return any(book.status is BookStatus.CLEARED for book in world.market.books.values())


_AGAIN_SHARE = 0.03
_REMEMBERED = 8
"""Of so many of the last calls one is made again."""
_NEEDLESS_SHARE = 0.12
_NEEDS: Mapping[Move, Callable[[World], object]] = {
    energy.mint: lambda world: world.metering.readings,
    energy.retire: lambda world: world.energy.lots,
    market.cancel_order: lambda world: world.market.orders,
    market.submit_clearing: lambda world: world.market.books,
    market.settle: lambda world: world.market.books,
    market.challenge_clearing: _has_cleared_book,
    market.void: lambda world: world.market.books,
    community_governance.vote: _has_open_vote,
    community_governance.cancel: _has_open_vote,
    community_governance.advance: lambda world: world.community_governance.proposals,
}
"""What a call works on."""

_MOMENT_SHARE = 0.16
_TIMELY_SHARE = 0.5


def next_step(world: World, random: Random, focus: str, earlier: Sequence[Do] = ()) -> Step:
    """Make up the next step of a sequence that is about the pallet `focus`; a few are earlier calls once more."""
    player = Player(world, random)
    if earlier and player.chance(_AGAIN_SHARE):
        return player.one_of(earlier[-_REMEMBERED:])
    if player.chance(_MOMENT_SHARE):
        return Moment(_next_moment(player))
    timely = list(_timely(player)) if focus in ("Market", "Energy", "Metering") else []
    if timely and player.chance(_TIMELY_SHARE):
        return player.one_of(timely)(player)
    return _drawn(player, focus)(player)


def _drawn(player: Player, focus: str) -> Move:
    """A move of the pallet, or of one of its helpers; one that has nothing to work on yet is mostly drawn again."""
    while True:
        pallet = focus if player.chance(_FOCUS_SHARE) else player.one_of(_HELPERS[focus])
        moves = MOVES[pallet]
        (drawn,) = player.random.choices(list(moves), list(moves.values()))
        if drawn not in _NEEDS or _NEEDS[drawn](player.world) or player.chance(_NEEDLESS_SHARE):
            return drawn


def _timely(player: Player) -> Iterator[Move]:
    """What brings the books on, now that it is time for it."""
    now = player.now
    for (community, start), book in player.world.market.books.items():
        ends = interval_end(start, player.interval_s(community))
        if book.status is BookStatus.OPEN and now < book.closes_at:
            yield market.place_orders
        elif book.status is BookStatus.OPEN and book.orders:
            yield market.submit_clearing if now < book.deadline else market.void
        elif book.status is BookStatus.CLEARED and now >= book.final_at:
            yield market.settle
        if book.status is BookStatus.CLEARED and ends <= now < book.final_at:
            yield metering.submit_batch
        if book.commitment is not None and now < book.deadline:
            yield market.challenge_clearing
    if now % 3_600 < PARAMETERS.grace_s:
        yield metering.submit_batch


def _next_moment(player: Player) -> UnixSeconds:
    """A gate, a second before or after it; or just a little later."""
    gates = sorted({gate for gate in _gates(player) if gate + 1 > player.now})[:3]
    if player.chance(0.3) or not gates:
        gates = sorted({gate for gate in _boundaries(player) if gate + 1 > player.now})
    gate = player.one_of(gates) + player.one_of((-1, 0, 0, 1))
    return UnixSeconds(max(gate, player.now + player.one_of((1, 1, 60))))


def _gates(player: Player) -> Iterator[int]:
    """When something that was begun goes on: gates of books, steps of proposals, the end of grace periods."""
    for (community, start), book in player.world.market.books.items():
        if book.status in (BookStatus.OPEN, BookStatus.CLEARED):
            yield from (book.closes_at, book.deadline, book.final_at, start + player.interval_s(community))
    for stored in player.world.community_governance.proposals.values():
        match stored.state:
            case IsDeciding(since):
                yield from (stored.votes_from, stored.decided_at, (since or 0) + stored.settings.confirm_s)
            case IsApproved(at):
                yield at + stored.settings.timelock_s
    yield from (reading.final_at for reading in player.world.metering.readings.values())


def _boundaries(player: Player) -> Iterator[int]:
    """The next starts of intervals and epochs, and the end of their grace periods."""
    for length in (900, 3_600, 7_200):
        next_start = (player.now // length + 1) * length
        yield from (next_start, next_start + 1_200, next_start - 900)
