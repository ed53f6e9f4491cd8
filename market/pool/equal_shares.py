"""Clearing at one given community price, the long side in equal parts by owner (see `one_price`).

All owners of the long side rise to one level; who wants less leaves the rest to the others, to within a watt-hour.
Asking for more than one needs gains nothing. An owner's part goes to its orders in proportion, in order of number; so
several orders gain nothing, but several accounts would.

Source: the uniform rule, Sprumont, The division problem with single-peaked preferences, Econometrica 59(2), 1991
(recalled).
"""

from collections.abc import Iterable, Sequence

from aipchain.market.allocation.claims import Claim
from aipchain.market.allocation.keys import equal
from aipchain.market.allocation.shares import allocate
from aipchain.market.auctions.pairing import Fill
from aipchain.market.book import AccountId, BookOrder, MeterId, Trade
from aipchain.market.pool.one_price import clear_at_price
from aipchain.units import Price, Wh

__all__ = ["clear_equal_shares"]


def clear_equal_shares(orders: Iterable[BookOrder], price: Price) -> tuple[Trade, ...]:
    """Trades at `price` [base units per Wh], in canonical order.

    :raises DuplicateOrder: two orders have one number.
    """
    return clear_at_price(orders, price, _equally_by_owner)


def _equally_by_owner(energy: int, fills: Sequence[Fill]) -> list[int]:
    """Owners stand in the order of their lowest order number, so what they are called plays no part."""
    places: dict[AccountId, list[int]] = {}
    for place, fill in enumerate(fills):
        places.setdefault(fill.order.owner, []).append(place)
    wants = [[fills[place].wh for place in own] for own in places.values()]
    parts = equal(Wh(energy), [Claim(MeterId(rank), Wh(sum(want))) for rank, want in enumerate(wants)]).used
    shares = [0] * len(fills)
    for rank, (own, want) in enumerate(zip(places.values(), wants, strict=True)):
        for place, share in zip(own, allocate(parts[MeterId(rank)], want), strict=True):
            shares[place] = share
    return shares
