"""When a book opens, with which rules and times, and when energy waits for it.

A book opens with its first order or its first reference price. From then on it is bound to the plugins that rule in
the epoch of its interval and to the parameters in force at that epoch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aipchain.pallets_spec import communities, plugin_registry
from aipchain.pallets_spec.communities import InForce
from aipchain.pallets_spec.errors import Market
from aipchain.pallets_spec.market.events import BookOpened
from aipchain.pallets_spec.market.state import Book, BookStatus
from aipchain.pallets_spec.types import BookKey, CommunityId, Epoch, epoch_of, is_aligned
from aipchain.units import UnixSeconds

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["awaits_settlement", "ensure_community", "final_at", "get_book", "new_book"]


def ensure_community(world: World, community: CommunityId) -> int:
    """The length of the community's delivery intervals [s].

    :raises Market.UnknownCommunity: there is no such community.
    """
    interval_s = communities.interval_s(world, community)
    if interval_s is None:
        raise Market.UnknownCommunity(community=community)
    return interval_s


def get_book(world: World, key: BookKey) -> Book:
    """The book of an interval.

    :raises Market.NoBook: no order and no price came for it, or no rule was there.
    """
    if key not in world.market.books:
        raise Market.NoBook(community=key[0], interval_start=key[1])
    return world.market.books[key]


def new_book(world: World, key: BookKey) -> Book | None:
    """The book of an interval that has none, as it opens now; none while a plugin slot is empty. The caller stores it.

    Books open at most one epoch ahead of the epoch whose gates close now. Were there no such bound, one early order
    per interval would keep today's rule in force against every later vote.

    :raises Market.UnknownCommunity: there is no such community, or it has no parameters.
    :raises Market.BadInterval: no interval starts then, or it is too far ahead.
    :raises Market.GateClosed: the gate of the interval is closed.
    """
    community, interval_start = key
    in_force = communities.in_force_at(world, community, interval_start)
    if in_force is None:
        raise Market.UnknownCommunity(community=community)
    rules = plugin_registry.rules_at(world, community, _open_epoch(world, interval_start, in_force))
    if rules is None:
        return None
    world.emit(BookOpened(community, interval_start, rules))
    return Book(
        rules=rules,
        opened_at=world.now,
        closes_at=in_force.parameters.closes_at(interval_start),
        deadline=in_force.parameters.deadline(interval_start),
        final_at=in_force.final_at(interval_start),
        collateral=in_force.parameters.collateral,
    )


def _open_epoch(world: World, interval_start: UnixSeconds, in_force: InForce) -> Epoch:
    """The epoch of the interval, if a book of it can open now."""
    if not is_aligned(interval_start, in_force.interval_s):
        raise Market.BadInterval(interval_start=interval_start, interval_s=in_force.interval_s)
    closes_at = in_force.parameters.closes_at(interval_start)
    if world.now >= closes_at:
        raise Market.GateClosed(closes_at=closes_at, now=world.now)
    epoch = epoch_of(interval_start, in_force.epoch_s)
    closing = epoch_of(UnixSeconds(world.now + in_force.parameters.gate_closure_s), in_force.epoch_s)
    if epoch > closing + 1:
        raise Market.BadInterval(interval_start=interval_start, epoch=epoch, latest_epoch=closing + 1)
    return epoch


def final_at(world: World, key: BookKey, book: Book) -> UnixSeconds:
    """When the readings of the interval are final [s]: later than the book knew if a vote lengthened the grace.

    Of a community that is gone, the book alone knows.
    """
    in_force = communities.in_force_at(world, *key)
    return max(book.final_at, in_force.final_at(key[1])) if in_force else book.final_at


def awaits_settlement(world: World, community: CommunityId, interval_start: UnixSeconds) -> bool:
    """Whether energy of the interval must wait for the market: its book is open, or cleared but not settled."""
    book = world.market.books.get((community, interval_start))
    return book is not None and book.status in (BookStatus.OPEN, BookStatus.CLEARED)
