"""Clearing over zones whose lines have net limits: the trades that are worth most, and the proof that the chain takes.

Maximises the served bids' limits less the served offers' limits less charges, under `Terms`: what a zone's offers sell
less what its bids buy stays within the limits of its line. The certificate follows from prices by zone: an order's
dual is its gain at the price, a line's price is what a watt-hour more over it would be worth. By strong duality they
are worth together what the trades are (`market.certificate`), and no pair gains more (`market.challenge`).

Every trade is at its seller's price. Nobody trades with itself, and no offer with a bid below its limit, though a full
line could be freed so: whoever would be served in such a way gets prices of its own and is cleared apart from the other
side, so that the optimum is one of trades. Equals go by lot (`auctions.ties`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from aipchain.market.auctions.pairing import Fill, pair_fills
from aipchain.market.auctions.ties import lots
from aipchain.market.book import AccountId, BookOrder, OrderNumber, Side, Trade, in_canonical_order, in_number_order
from aipchain.market.certificate import Dual, Optimum
from aipchain.market.network.circulation import least_cost_circulation
from aipchain.market.network.line_network import Apart, LineNetwork, Place, Way, line_network
from aipchain.market.network.line_prices import LinePrices, line_prices
from aipchain.market.rounding import refuse_k
from aipchain.market.terms import Terms
from aipchain.units import Price, Wh

__all__ = ["LineClearing", "clear_lines"]

_TIE_BITS: Final = 40
_TIE_GAIN: Final = 1 << 20
"""What a bid gains on an equal offer, above every rank and far below a base unit for all orders of a way together."""


@dataclass(frozen=True, slots=True)
class LineClearing:
    """Trades in canonical order, and the proof that no others are worth more."""

    trades: tuple[Trade, ...]
    certificate: Optimum


def clear_lines(orders: Iterable[BookOrder], terms: Terms, *, seed: int, k_permille: int = 500) -> LineClearing:
    """The best clearing of a book under the terms' charges and limits; without a profitable trade, none.

    :param seed: `aipchain.market.auctions.ties.tie_seed` of the interval.
    :param k_permille: where prices lie between the lowest and the highest that fit: 0 is best for buyers.
    :raises DuplicateOrder: two orders have one number.
    :raises ValueError: `k_permille` is outside 0..1000.
    """
    refuse_k(k_permille)
    book = in_number_order(orders)
    value = _values(book, seed)

    def merit(order: BookOrder) -> int:
        return -value[order.number] if order.side is Side.BID else value[order.number]

    apart = Apart()
    while True:
        network = line_network(book, terms, merit, apart)
        used = list(least_cost_circulation(network.nodes, network.ladders(lambda o: value[o.number], 1 << _TIE_BITS)))
        _keep_near(network, used)
        pairs, refused = _pairs(network, used)
        if not refused:
            break
        apart |= refused
    prices = line_prices(network, used, k_permille)
    return LineClearing(_trades(pairs, prices), _certificate(network, prices))


def _values(book: Sequence[BookOrder], seed: int) -> dict[OrderNumber, int]:
    """Limits [2^-40 base units per Wh] that tell equals apart; a bid equal to an offer gains a little."""
    values: dict[OrderNumber, int] = {}
    for side in Side:
        chosen = [order for order in book if order.side is side]
        drawn = lots(seed, [order.number for order in chosen])
        for rank, (_, order) in enumerate(sorted(zip(drawn, chosen, strict=True), key=lambda e: (e[0], e[1].number))):
            tie = _TIE_GAIN - rank if side is Side.BID else rank
            values[order.number] = (order.limit_price << _TIE_BITS) + tie
    return values


def _keep_near(network: LineNetwork, used: list[int]) -> None:
    """Where energy enters a zone while other energy leaves it, and it costs no more, let it pass the zone by.

    Lines carry the same net, but nobody then sells over a line that is full the other way.
    """
    index = {(way.offers, way.bids): place for place, way in enumerate(network.ways)}
    for zone in network.zones:
        entering, leaving = _crossing(network, used, zone)
        for into in entering:
            for out in leaving:
                around, within = index.get((into.offers, out.bids)), index.get((out.offers, into.bids))
                if around is None or within is None:
                    continue
                dearer = network.ways[around].charge + network.ways[within].charge > into.charge + out.charge
                one, other = index[into.offers, into.bids], index[out.offers, out.bids]
                wh = 0 if dearer else min(used[one], used[other])
                used[one] -= wh
                used[other] -= wh
                used[around] += wh
                used[within] += wh


def _crossing(network: LineNetwork, used: Sequence[int], zone: int) -> tuple[list[Way], list[Way]]:
    """The ways in use into a zone, and out of it."""
    taken = [way for way, wh in zip(network.ways, used, strict=False) if wh]
    ends = [(way, network.offers[way.offers].zone == zone, network.bids[way.bids].zone == zone) for way in taken]
    return [way for way, sells, buys in ends if buys > sells], [way for way, sells, buys in ends if sells > buys]


_Pairs = Mapping[tuple[OrderNumber, OrderNumber], tuple[BookOrder, BookOrder, int, int]]
"""By (bid, offer): both orders, energy [Wh], and the offer's place."""


def _pairs(network: LineNetwork, used: Sequence[int]) -> tuple[_Pairs, Apart]:
    """Cut the fills of each place into its ways, in merit order, and pair both sides; and who may not meet so."""
    count = len(network.ways)
    selling = [_fills(each, wh) for each, wh in zip(network.offers, used[count:], strict=False)]
    buying = [_fills(each, wh) for each, wh in zip(network.bids, used[count + len(selling) :], strict=False)]
    pairs: dict[tuple[OrderNumber, OrderNumber], tuple[BookOrder, BookOrder, int, int]] = {}
    selves: set[AccountId] = set()
    for way, wh in zip(network.ways, used, strict=False):
        pairing = pair_fills(_taken(buying[way.bids], wh), _taken(selling[way.offers], wh))
        if pairing.self_supplier is not None:
            selves.add(pairing.self_supplier)
        for pair in pairing.pairs:
            key = (pair.bid.number, pair.offer.number)
            before = pairs[key][2] if key in pairs else 0
            pairs[key] = (pair.bid, pair.offer, before + pair.wh, way.offers)
    at_a_loss = [key for key, (bid, offer, _, _) in pairs.items() if bid.limit_price < offer.limit_price]
    return pairs, Apart(frozenset(selves), frozenset(chain.from_iterable(at_a_loss)))


def _fills(place: Place, wh: int) -> list[Fill]:
    """The served orders of a place, the best last."""
    fills: list[Fill] = []
    for order in place.orders:
        step = min(wh, order.wh)
        if step:
            fills.append(Fill(order, Wh(step)))
        wh -= step
    return fills[::-1]


def _taken(fills: list[Fill], wh: int) -> list[Fill]:
    """Take `wh` [Wh] from the end."""
    taken: list[Fill] = []
    while wh:
        fill = fills.pop()
        step = min(wh, fill.wh)
        taken.append(Fill(fill.order, Wh(step)))
        if step < fill.wh:
            fills.append(Fill(fill.order, Wh(fill.wh - step)))
        wh -= step
    return taken


def _trades(pairs: _Pairs, prices: LinePrices) -> tuple[Trade, ...]:
    """At the seller's price, or at the buyer's limit where that is less because the trade frees a line."""
    return in_canonical_order(
        Trade(bid.number, offer.number, Wh(wh), Price(min(prices.selling[place], bid.limit_price)))
        for bid, offer, wh, place in pairs.values()
    )


def _certificate(network: LineNetwork, prices: LinePrices) -> Optimum:
    """A dual for each order: what it gains at its place's price; and a price for each limited line."""
    duals: list[Dual] = []
    for place, selling in zip(network.offers, prices.selling, strict=True):
        duals += [Dual(o.number, o.wh, Price(max(0, selling - o.limit_price))) for o in place.orders]
    for place, buying in zip(network.bids, prices.buying, strict=True):
        duals += [Dual(o.number, o.wh, Price(max(0, o.limit_price - buying))) for o in place.orders]
    lines = tuple(prices.of_line(limit) for limit in network.limits)
    return Optimum(tuple(sorted(duals, key=lambda dual: dual.order)), lines)
