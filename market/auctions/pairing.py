"""Who trades with whom, once it is known how much of each order is served.

One merge pass over both lists, in the order given. An owner never trades with itself: where both heads belong to
one owner, its offers wait for the next other buyer. What is then left on both sides belongs to one owner only, and
is exchanged with pairs it is not part of. Energy that cannot be paired even so, because one owner holds more than
half of everything, stays with that owner and is not traded. No other pairing trades more:
unpaired = max(0, max over owners (bid fills + offer fills) - total).

Fills are columns here: `owners[i]` and `wh[i]` [Wh] of fill i. `pair_fills` is the same for objects.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aipchain.market.book import AccountId, BookOrder, OrderNumber, Trade, in_canonical_order
from aipchain.units import Price, Wh

__all__ = ["Fill", "Fills", "Pair", "PairColumns", "Pairing", "exchange", "pair_columns", "pair_fills", "trades_at"]


@dataclass(frozen=True, slots=True)
class Fills:
    """What is served of one side: the owner and the energy [Wh] of each fill, in the order of serving."""

    owners: Sequence[int | str]
    wh: Sequence[int]


@dataclass(slots=True)
class PairColumns:
    """Pairs by their places among the fills, and what is left over of both sides, by place [Wh].

    All that is left over belongs to one owner.
    """

    bids: list[int]
    offers: list[int]
    wh: list[int]
    bids_left: deque[list[int]]
    offers_left: deque[list[int]]


def pair_columns(bids: Fills, offers: Fills) -> PairColumns:
    """Pair two sides of equal energy so that no owner meets itself; nothing is left unless it would have to.

    :raises ValueError: the sides differ in energy.
    """
    if sum(bids.wh) != sum(offers.wh):
        raise ValueError("the fills of both sides must hold the same energy")
    merged = _merge(bids, offers)
    return exchange(merged, bids.owners, offers.owners) if merged.bids_left else merged


def _merge(bids: Fills, offers: Fills) -> PairColumns:
    """One pass; offers that met their own owner wait, and all that wait belong to one owner."""
    merged = PairColumns([], [], [], deque(), deque())
    paired_bids, paired_offers, paired_wh = merged.bids, merged.offers, merged.wh
    sellers, supply, count = offers.owners, list(offers.wh), len(offers.wh)
    waiting: deque[int] = deque()
    head = 0
    for bid, (buyer, needed) in enumerate(zip(bids.owners, bids.wh, strict=True)):
        left = needed
        while left:
            if waiting and sellers[waiting[0]] != buyer:
                offer = waiting[0]
            else:
                while head < count and sellers[head] == buyer:
                    waiting.append(head)
                    head += 1
                if head == count:
                    merged.bids_left.append([bid, left])
                    break
                offer = head
            available = supply[offer]
            step = left if left < available else available
            paired_bids.append(bid)
            paired_offers.append(offer)
            paired_wh.append(step)
            left -= step
            supply[offer] = available - step
            if step == available:
                if offer == head:
                    head += 1
                else:
                    waiting.popleft()
    merged.offers_left.extend([offer, supply[offer]] for offer in (*waiting, *range(head, count)))
    return merged


def exchange(merged: PairColumns, buyers: Sequence[int | str], sellers: Sequence[int | str]) -> PairColumns:
    """Use pairs of two other owners to serve what one owner has left on both sides; each pair stands once."""
    bids_left, offers_left = merged.bids_left, merged.offers_left
    owner = buyers[bids_left[0][0]]
    energy: dict[tuple[int, int], int] = {}
    for bid, offer, wh in zip(merged.bids, merged.offers, merged.wh, strict=True):
        room = wh
        while room and bids_left and owner != buyers[bid] and owner != sellers[offer]:
            step = min(room, bids_left[0][1], offers_left[0][1])
            for pair in ((bid, offers_left[0][0]), (bids_left[0][0], offer)):
                energy[pair] = energy.get(pair, 0) + step
            _consume(bids_left, step)
            _consume(offers_left, step)
            room -= step
        if room:
            energy[bid, offer] = energy.get((bid, offer), 0) + room
    pairs = list(energy)
    return PairColumns(
        [bid for bid, _ in pairs], [offer for _, offer in pairs], list(energy.values()), bids_left, offers_left
    )


def _consume(left: deque[list[int]], wh: int) -> None:
    left[0][1] -= wh
    if not left[0][1]:
        left.popleft()


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
    paired = pair_columns(_columns(bids), _columns(offers))
    pairs = zip(paired.bids, paired.offers, paired.wh, strict=True)
    left = paired.bids_left
    return Pairing(
        tuple(Pair(bids[bid].order, offers[offer].order, Wh(wh)) for bid, offer, wh in pairs),
        Wh(sum(wh for _, wh in left)),
        bids[left[0][0]].order.owner if left else None,
    )


def trades_at(pairs: Iterable[Pair], price: Price | None = None) -> tuple[Trade, ...]:
    """Pairs as trades in canonical order, one per (bid, offer): at `price`, or each at its bid's own limit."""
    energy: dict[tuple[OrderNumber, OrderNumber], int] = {}
    prices: dict[tuple[OrderNumber, OrderNumber], Price] = {}
    for pair in pairs:
        key = (pair.bid.number, pair.offer.number)
        energy[key] = energy.get(key, 0) + pair.wh
        prices[key] = pair.bid.limit_price if price is None else price
    return in_canonical_order(Trade(bid, offer, Wh(wh), prices[bid, offer]) for (bid, offer), wh in energy.items())


def _columns(fills: Sequence[Fill]) -> Fills:
    return Fills([fill.order.owner for fill in fills], [fill.wh for fill in fills])
