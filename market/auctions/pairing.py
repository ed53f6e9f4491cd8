"""Who trades with whom, once it is known how much of each order is served.

One merge pass over both lists, in the order given. An owner never trades with itself: where both heads belong to
one owner, its offers wait for the next other buyer. What is then left on both sides belongs to one owner only, and
is exchanged with pairs it is not part of. Energy that cannot be paired even so, because one owner holds more than
half of everything, stays with that owner and is not traded. No other pairing trades more:
unpaired = max(0, max over owners (bid fills + offer fills) - total).
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aipchain.market.book import AccountId, BookOrder, OrderNumber, Trade, in_canonical_order
from aipchain.units import Price, Wh

__all__ = ["Fill", "Pair", "Pairing", "pair_fills", "trades_at"]


@dataclass(frozen=True, slots=True)
class Fill:
    """`wh` [Wh] of `order` are served."""

    order: BookOrder
    wh: Wh


@dataclass(frozen=True, slots=True)
class Pair:
    """`wh` [Wh] of `bid` are met by `offer`; the owners differ."""

    bid: BookOrder
    offer: BookOrder
    wh: Wh


@dataclass(frozen=True, slots=True)
class Pairing:
    """The pairs, and what `self_supplier` could only have sold to itself [Wh]."""

    pairs: tuple[Pair, ...]
    self_supplied_wh: Wh
    self_supplier: AccountId | None


def pair_fills(bids: Sequence[Fill], offers: Sequence[Fill]) -> Pairing:
    """Pair two sides of equal energy so that no owner meets itself.

    :raises ValueError: the sides differ in energy.
    """
    if sum(fill.wh for fill in bids) != sum(fill.wh for fill in offers):
        raise ValueError("the fills of both sides must hold the same energy")
    pairs, bids_left, offers_left = _merge(bids, offers)
    if not bids_left:
        return Pairing(tuple(pairs), Wh(0), None)
    owner = bids_left[0].order.owner
    pairs = _exchange(pairs, bids_left, offers_left)
    return Pairing(tuple(pairs), Wh(sum(fill.wh for fill in bids_left)), owner if bids_left else None)


def trades_at(pairs: Iterable[Pair], price: Price | None = None) -> tuple[Trade, ...]:
    """Pairs as trades in canonical order, one per (bid, offer): at `price`, or each at its bid's own limit."""
    energy: dict[tuple[OrderNumber, OrderNumber], int] = {}
    prices: dict[tuple[OrderNumber, OrderNumber], Price] = {}
    for pair in pairs:
        key = (pair.bid.number, pair.offer.number)
        energy[key] = energy.get(key, 0) + pair.wh
        prices[key] = pair.bid.limit_price if price is None else price
    return in_canonical_order(Trade(bid, offer, Wh(wh), prices[bid, offer]) for (bid, offer), wh in energy.items())


def _merge(bids: Sequence[Fill], offers: Sequence[Fill]) -> tuple[list[Pair], deque[Fill], deque[Fill]]:
    """Pairs, and what is left over of the bids and of the offers; all left over belongs to one owner."""
    pairs: list[Pair] = []
    unserved: deque[Fill] = deque()
    waiting: deque[Fill] = deque()
    queue = deque(offers)
    for bid in bids:
        left = bid.wh
        while left:
            source = _offers_for(bid.order.owner, waiting, queue)
            if not source:
                unserved.append(Fill(bid.order, left))
                break
            step = Wh(min(left, source[0].wh))
            pairs.append(Pair(bid.order, source[0].order, step))
            left = Wh(left - step)
            _consume(source, step)
    return pairs, unserved, waiting + queue


def _offers_for(buyer: AccountId, waiting: deque[Fill], queue: deque[Fill]) -> deque[Fill]:
    """The list whose head may serve `buyer`; `waiting` only ever holds offers of one owner."""
    if waiting and waiting[0].order.owner != buyer:
        return waiting
    while queue and queue[0].order.owner == buyer:
        waiting.append(queue.popleft())
    return queue


def _exchange(pairs: Iterable[Pair], bids: deque[Fill], offers: deque[Fill]) -> list[Pair]:
    """Use pairs of two other owners to serve what one owner has left on both sides; consumes `bids` and `offers`."""
    owner = bids[0].order.owner
    result: list[Pair] = []
    for pair in pairs:
        room = pair.wh
        while room and bids and owner not in (pair.bid.owner, pair.offer.owner):
            step = Wh(min(room, bids[0].wh, offers[0].wh))
            result += [Pair(pair.bid, offers[0].order, step), Pair(bids[0].order, pair.offer, step)]
            _consume(bids, step)
            _consume(offers, step)
            room = Wh(room - step)
        if room:
            result.append(Pair(pair.bid, pair.offer, room))
    return result


def _consume(fills: deque[Fill], wh: Wh) -> None:
    head = fills.popleft()
    if wh < head.wh:
        fills.appendleft(Fill(head.order, Wh(head.wh - wh)))
