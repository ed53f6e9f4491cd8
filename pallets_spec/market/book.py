"""When a book opens, with which rules and times, and when energy waits for it.

A book opens with its first order or its first reference price. From then on it is bound to the plugins that rule in
the epoch of its interval and to the parameters in force at that epoch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aipchain.pallets_spec import communities, plugin_registry
from aipchain.pallets_spec.errors import Market
from aipchain.pallets_spec.market.events import BookOpened
from aipchain.pallets_spec.market.state import Book, BookStatus
from aipchain.pallets_spec.types import BookKey, CommunityId, Parameters, RuleSet, epoch_of, is_aligned
from aipchain.units import UnixSeconds

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["awaits_settlement", "ensure_community", "get_book", "get_parameters", "open_book", "rules_of_a_new_book"]


def ensure_community(world: World, community: CommunityId) -> int:
    """The length of the community's delivery intervals [s].

    :raises UnknownCommunity: there is no such community.
    """
    interval_s = communities.interval_s(world, community)
    if interval_s is None:
        raise Market.UnknownCommunity(community=community)
    return interval_s


def get_parameters(world: World, key: BookKey) -> Parameters:
    """The parameters in force at the epoch of the book's interval.

    :raises UnknownCommunity: there is no such community.
    """
    community, interval_start = key
    parameters = communities.parameters_at(world, community, interval_start)
    if parameters is None:
        raise Market.UnknownCommunity(community=community)
    return parameters


def get_book(world: World, key: BookKey) -> Book:
    """The book of an interval.

    :raises NoBook: no order and no price came for it, or no rule was there.
    """
    if key not in world.market.books:
        raise Market.NoBook(community=key[0], interval_start=key[1])
    return world.market.books[key]


def rules_of_a_new_book(world: World, key: BookKey) -> RuleSet | None:
    """The rules that a book of this key would be bound to if it opened now; none while a plugin slot is empty.

    Books open at most one epoch ahead of the epoch whose gates close now. Were there no such bound, one early order
    per interval would keep today's rule in force against every later vote.

    :raises BadInterval: no interval starts then, or it is too far ahead.
    :raises GateClosed: the gate of the interval is closed.
    """
    community, interval_start = key
    interval_s = ensure_community(world, community)
    epoch_s = communities.epoch_s(world, community)
    if epoch_s is None:
        raise Market.UnknownCommunity(community=community)
    parameters = get_parameters(world, key)
    if not is_aligned(interval_start, interval_s):
        raise Market.BadInterval(interval_start=interval_start, interval_s=interval_s)
    closes_at = parameters.closes_at(interval_start)
    if world.now >= closes_at:
        raise Market.GateClosed(closes_at=closes_at, now=world.now)
    epoch = epoch_of(interval_start, epoch_s)
    closing = epoch_of(UnixSeconds(world.now + parameters.gate_closure_s), epoch_s)
    if epoch > closing + 1:
        raise Market.BadInterval(interval_start=interval_start, epoch=epoch, latest_epoch=closing + 1)
    return plugin_registry.rules_at(world, community, epoch)


def open_book(world: World, key: BookKey, rules: RuleSet) -> Book:
    """Open the book of an interval that has none, bound to `rules`."""
    community, interval_start = key
    parameters = get_parameters(world, key)
    book = Book(
        rules=rules,
        opened_at=world.now,
        closes_at=parameters.closes_at(interval_start),
        deadline=parameters.deadline(interval_start),
        final_at=parameters.final_at(interval_start, ensure_community(world, community)),
        collateral=parameters.collateral,
    )
    world.market.books[key] = book
    world.emit(BookOpened(community, interval_start, rules))
    return book


def awaits_settlement(world: World, community: CommunityId, interval_start: UnixSeconds) -> bool:
    """Whether energy of the interval must wait for the market: its book is open, or cleared but not settled."""
    book = world.market.books.get((community, interval_start))
    return book is not None and book.status in (BookStatus.OPEN, BookStatus.CLEARED)
