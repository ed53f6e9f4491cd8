"""Reference prices: what the supplier charges and what the grid pays, once per interval, before the gate closes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from aipchain.pallets_spec import communities
from aipchain.pallets_spec.errors import Market
from aipchain.pallets_spec.market.book import ensure_community, new_book
from aipchain.pallets_spec.market.events import ReferencePosted
from aipchain.pallets_spec.market.state import ReferencePrice
from aipchain.pallets_spec.origin import Origin, ensure_signed
from aipchain.pallets_spec.types import BookKey, CommunityId, PostedPrice, Role

if TYPE_CHECKING:
    from aipchain.pallets_spec.world import World

__all__ = ["post_reference_prices"]


def post_reference_prices(
    world: World, origin: Origin, *, community: CommunityId, prices: Sequence[PostedPrice]
) -> None:
    """State retail and feed-in prices of intervals whose gate is open; all of them or none.

    The last four refusals (from `Market.ReferenceAlreadyPosted` on) are looked for price by price, in list order: a
    price that is refused for its last one is refused before the next price is looked at.

    A price is written once: the same again changes nothing, another is refused. It opens the interval's book when
    both plugin slots of the community have a rule, and stands without a book otherwise.

    :param prices: at most 192.
    :raises Market.UnknownCommunity: there is no such community.
    :raises Market.NotOracle: the signer is not an oracle of the community.
    :raises Market.EmptyBatch: `prices` is empty.
    :raises Market.ReferenceAlreadyPosted: the interval has another reference price.
    :raises Market.BadPrice: the feed-in tariff is above the retail price.
    :raises Market.BadInterval: no interval starts then, or it is further ahead than books open.
    :raises Market.GateClosed: the gate of the interval is closed.
    """
    oracle = ensure_signed(origin)
    ensure_community(world, community)
    if not communities.has_role(world, community, oracle, Role.ORACLE):
        raise Market.NotOracle(account=oracle, community=community)
    if not prices:
        raise Market.EmptyBatch
    for posted in prices:
        _post(world, (community, posted.interval_start), ReferencePrice(posted.retail, posted.feed_in))


def _post(world: World, key: BookKey, price: ReferencePrice) -> None:
    standing = world.market.reference_prices.get(key)
    if standing == price:
        return
    community, interval_start = key
    if standing is not None:
        raise Market.ReferenceAlreadyPosted(interval_start=interval_start, standing=standing)
    if price.feed_in > price.retail:
        raise Market.BadPrice(feed_in=price.feed_in, retail=price.retail)
    _ensure_open_gate(world, key)
    world.market.reference_prices[key] = price
    world.emit(ReferencePosted(community, interval_start, price.retail, price.feed_in))


def _ensure_open_gate(world: World, key: BookKey) -> None:
    """The gate of the interval is open; its book opens now if it has none and there are rules for it."""
    book = world.market.books.get(key)
    if book is None:
        opened = new_book(world, key)
        if opened is not None:
            world.market.books[key] = opened
    elif world.now >= book.closes_at:
        raise Market.GateClosed(closes_at=book.closes_at, now=world.now)
