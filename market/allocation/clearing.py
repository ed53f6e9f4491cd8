"""Clearing at a given price, the energy shared by an allocation key: who gets which energy of an interval.

Keys of national laws share what producers fed in among consumers (`keys`, `pairs`). Here an order's energy [Wh] stands
for the claim of its meter, and everything trades at one local price. Eligible are bids with a limit at or above it and
offers at or below it; S is the energy of eligible offers, D that of bids. A key shares on one side:

    buyers      S among the bids' meters, always: the laws of France, Spain, Belgium, Austria
    long side   the smaller of S and D among the meters of the larger side: Luxembourg's scarce side

What a key gives a meter goes to its orders in proportion; the other side's orders follow in proportion to their energy.
All parts are exact (`shares.allocate`), so both sides sum to the same. Nobody trades with itself: with coefficients,
an owner's part of its own energy is its own, and not traded; keys that share all there is go on with the others.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import TypeVar

from aipchain.market.allocation.claims import Claim
from aipchain.market.allocation.keys import AllocationKey, static
from aipchain.market.allocation.pairs import Pair, share_by_pairs
from aipchain.market.allocation.shares import allocate
from aipchain.market.auctions.pairing import Fill, pair_fills, trades_at
from aipchain.market.auctions.pairing import Pair as OrderPair
from aipchain.market.book import BookOrder, MeterId, Side, Trade, in_number_order
from aipchain.market.pool.one_price import clear_at_price, eligible
from aipchain.market.whole import refuse_fraction
from aipchain.units import Price, Wh

__all__ = ["ActsOn", "KeyTable", "clear_by_coefficients", "clear_by_key", "clear_by_producers"]

_L = TypeVar("_L")
_R = TypeVar("_R")


class ActsOn(StrEnum):
    """Among whom a key shares."""

    BUYERS = "buyers"
    LONG_SIDE = "long-side"


@dataclass(frozen=True, slots=True)
class KeyTable:
    """Coefficient [parts of `WHOLE`] and tier by meter; meters not listed have no coefficient, and the last tier."""

    coefficients: Mapping[MeterId, int] = field(default_factory=dict)
    tiers: Mapping[MeterId, int] = field(default_factory=dict)

    def claim(self, meter: MeterId, wh: int) -> Claim:
        """The claim of a meter to `wh` [Wh]."""
        last = max(self.tiers.values(), default=-1) + 1
        return Claim(meter, Wh(wh), self.coefficients.get(meter, 0), self.tiers.get(meter, last))


def clear_by_key(
    orders: Iterable[BookOrder], price: Price, key: AllocationKey, table: KeyTable, acts_on: ActsOn = ActsOn.BUYERS
) -> tuple[Trade, ...]:
    """Trades at `price` [base units per Wh] by a key that shares all there is (cascade, hybrid), in canonical order.

    As much as any result at this price can trade, in two rounds where somebody stands on both sides (`one_price`).

    :raises DuplicateOrder: two orders have one number.
    :raises CoefficientsAboveWhole: the coefficients of a hybrid sum to more than `WHOLE`.
    """

    def share(energy: int, fills: Sequence[Fill]) -> list[int]:
        if fills and (acts_on is ActsOn.LONG_SIDE or fills[0].order.side is Side.BID):
            return _by_key(key, table, energy, fills)
        return _in_proportion(energy, fills)

    return clear_at_price(orders, price, share)


def clear_by_coefficients(
    orders: Iterable[BookOrder], price: Price, table: KeyTable, acts_on: ActsOn = ActsOn.BUYERS
) -> tuple[Trade, ...]:
    """Trades at `price` [base units per Wh] by the static key, in canonical order.

    A meter gets its coefficient of what there is, up to its claim, and no more, whatever others leave.

    :raises DuplicateOrder: two orders have one number.
    :raises CoefficientsAboveWhole: the coefficients sum to more than `WHOLE`.
    """
    bids, offers = _sides(orders, price)
    demand, supply = _energy(bids), _energy(offers)
    key = partial(_by_key, static, table)
    if acts_on is ActsOn.BUYERS or supply <= demand:
        bids = _served(bids, key(supply, bids))
        offers = _served(offers, _in_proportion(_energy(bids), offers))
    else:
        offers = _served(offers, key(demand, offers))
        bids = _served(bids, _in_proportion(_energy(offers), bids))
    return trades_at(pair_fills(bids, offers).pairs, price)


def clear_by_producers(
    orders: Iterable[BookOrder], price: Price, coefficients: Mapping[Pair, int]
) -> tuple[Trade, ...]:
    """Trades at `price` [base units per Wh] by coefficients per producer and consumer, in canonical order.

    A consumer that is offered more than it claims takes a part of each producer's share, in proportion to the shares.

    :param coefficients: parts of `WHOLE` by meter of (producer, consumer).
    :raises DuplicateOrder: two orders have one number.
    :raises CoefficientsAboveWhole: a producer gives more than all of its energy.
    """
    bid_fills, offer_fills = _sides(orders, price)
    bids = _by_meter(bid_fills, {consumer for _, consumer in coefficients})
    offers = _by_meter(offer_fills, {producer for producer, _ in coefficients})
    used = share_by_pairs(_energies(offers), _energies(bids), coefficients).used
    sent: dict[MeterId, list[tuple[BookOrder, int]]] = {meter: [] for meter in bids}
    for producer in sorted(offers):
        wanted = [(consumer, used[producer, consumer]) for consumer in sorted(bids)]
        for offer, consumer, wh in _meet(_parts(offers[producer], wanted), wanted):
            sent[consumer].append((offer, wh))
    pairs = (
        OrderPair(bid, offer, Wh(wh))
        for consumer, parts in sent.items()
        for bid, offer, wh in _meet(_parts(bids[consumer], parts), parts)
        if bid.owner != offer.owner
    )
    return trades_at(pairs, price)


def _sides(orders: Iterable[BookOrder], price: Price) -> tuple[list[Fill], list[Fill]]:
    """Eligible bids and offers, by number.

    :raises TypeError: the price is not whole.
    """
    refuse_fraction("the price", price)
    by_number = in_number_order(orders)
    bids, offers = ([Fill(order, order.wh) for order in by_number if eligible(order, price, side)] for side in Side)
    return bids, offers


def _energy(fills: Iterable[Fill]) -> int:
    return sum(fill.wh for fill in fills)


def _served(fills: Sequence[Fill], parts: Iterable[int]) -> list[Fill]:
    return [Fill(fill.order, Wh(part)) for fill, part in zip(fills, parts, strict=True) if part]


def _in_proportion(energy: int, fills: Sequence[Fill]) -> list[int]:
    return allocate(energy, [fill.wh for fill in fills])


def _by_key(key: AllocationKey, table: KeyTable, energy: int, fills: Sequence[Fill]) -> list[int]:
    """What a key gives each order: its meter's part, in proportion to the meter's orders."""
    places: dict[MeterId, list[int]] = {}
    for place, fill in enumerate(fills):
        places.setdefault(fill.order.meter, []).append(place)
    claims = [table.claim(meter, sum(fills[place].wh for place in own)) for meter, own in places.items()]
    used = key(Wh(energy), claims).used
    parts = [0] * len(fills)
    for meter, own in places.items():
        for place, part in zip(own, allocate(used[meter], [fills[place].wh for place in own]), strict=True):
            parts[place] = part
    return parts


def _by_meter(fills: Iterable[Fill], listed: Container[MeterId]) -> dict[MeterId, list[Fill]]:
    """The fills of the meters that a table lists; with all others the pairs would be too many."""
    meters: dict[MeterId, list[Fill]] = {}
    for fill in fills:
        if fill.order.meter in listed:
            meters.setdefault(fill.order.meter, []).append(fill)
    return meters


def _energies(meters: Mapping[MeterId, Sequence[Fill]]) -> dict[MeterId, Wh]:
    return {meter: Wh(_energy(fills)) for meter, fills in meters.items()}


def _parts(fills: Sequence[Fill], others: Iterable[tuple[_R, int]]) -> list[tuple[BookOrder, int]]:
    """What each order of one meter has of all that goes to or comes from others."""
    parts = _in_proportion(sum(wh for _, wh in others), fills)
    return [(fill.order, part) for fill, part in zip(fills, parts, strict=True)]


def _meet(left: Iterable[tuple[_L, int]], right: Iterable[tuple[_R, int]]) -> Iterator[tuple[_L, _R, int]]:
    """Two lists of equal energy, laid side by side: who meets whom with how much."""
    others = iter([(thing, wh) for thing, wh in right if wh])
    other, room = next(others, (None, 0))
    for thing, wh in left:
        needed = wh
        while needed and other is not None:
            step = min(needed, room)
            yield thing, other, step
            needed, room = needed - step, room - step
            if not room:
                other, room = next(others, (None, 0))
