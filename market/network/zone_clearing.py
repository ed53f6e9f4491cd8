"""Clearing over zones: the best trades within caps, each pair of zones at its own charge.

Maximises the served bids' limits less the served offers' limits less charges. Sellers of a zone all get its selling
price, buyers of a zone all pay its buying price; from zone a to zone b

    buying price(b) = selling price(a) + charge(a, b) + rent(a, b),     rent > 0 only where a cap is reached.

So for every trade the buyer pays exactly what the seller gets, plus the charge once, plus the rent; no order's charge
touches another's. Equal orders are served by lot (`auctions.ties`). An owner never trades with itself: what could only
be paired so counts as served, as in the auctions, and no trade is made of it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from aipchain.market.auctions.pairing import Fill, pair_fills
from aipchain.market.auctions.ties import lots
from aipchain.market.book import OrderNumber, Side, Trade, in_canonical_order
from aipchain.market.network.flow import FlowResult, Terminal, least_cost_flow
from aipchain.market.network.zone_certificate import ZoneCertificate
from aipchain.market.network.zone_prices import potentials
from aipchain.market.network.zones import ZoneBook, zone_arcs
from aipchain.market.rounding import refuse_k
from aipchain.units import Balance, Price, Wh, cost

__all__ = ["ZoneClearing", "ZoneTrade", "as_trades", "clear_zones"]

_TIE_BITS = 32


@dataclass(frozen=True, slots=True)
class ZoneTrade:
    """`wh` [Wh] from `offer` to `bid`: what the seller gets, and what goes on top of it [base units per Wh]."""

    bid: OrderNumber
    offer: OrderNumber
    wh: Wh
    seller_price: Price
    charge: Price
    rent: Price

    @property
    def buyer_price(self) -> Price:
        """What the buyer pays for a Wh in all; within the bid's limit."""
        return Price(self.seller_price + self.charge + self.rent)

    @property
    def grid_income(self) -> Balance:
        """Charge and rent of the whole trade [base units]."""
        return cost(self.wh, Price(self.charge + self.rent))


@dataclass(frozen=True, slots=True)
class ZoneClearing:
    """Prices by zone [base units per Wh], fills by order number [Wh], trades by (bid, offer), and the certificate."""

    selling_prices: tuple[Price, ...]
    buying_prices: tuple[Price, ...]
    fills: Mapping[OrderNumber, Wh]
    trades: tuple[ZoneTrade, ...]
    certificate: ZoneCertificate


def clear_zones(book: ZoneBook, *, seed: int, k_permille: int = 500) -> ZoneClearing:
    """The welfare-optimal clearing; without a profitable trade, prices and no trades.

    :param seed: `aipchain.market.auctions.ties.tie_seed` of the interval.
    :param k_permille: where prices lie between the lowest and the highest that fit: 0 is best for buyers.
    :raises ValueError: `k_permille` is outside 0..1000.
    """
    refuse_k(k_permille)
    arcs, nodes = zone_arcs(book), 4 * book.tariff.zones
    sources, sinks = (_terminals(book, seed, side) for side in (Side.OFFER, Side.BID))
    scaled = [replace(arc, cost=arc.cost << _TIE_BITS) for arc in arcs]
    flow = least_cost_flow(nodes, scaled, *([each for _, each in terminals] for terminals in (sources, sinks)))
    offers, bids = ([_priced(book, *each) for each in terminals] for terminals in (sources, sinks))
    prices = potentials(nodes, arcs, offers, bids, flow, k_permille=k_permille)
    certificate = ZoneCertificate(tuple(Wh(each) for each in flow.arcs), tuple(Price(each) for each in prices))
    filled = {book.orders[i].number: Wh(wh) for (i, _), wh in zip(sources, flow.sources, strict=True) if wh}
    filled |= {book.orders[i].number: Wh(wh) for (i, _), wh in zip(sinks, flow.sinks, strict=True) if wh}
    trades = _trades(book, [i for i, _ in sources], [i for i, _ in sinks], flow, certificate)
    count = book.tariff.zones
    return ZoneClearing(
        certificate.prices[:count],
        certificate.prices[count : 2 * count],
        dict(sorted(filled.items())),
        tuple(sorted(trades, key=lambda trade: (trade.bid, trade.offer))),
        certificate,
    )


def as_trades(trades: Iterable[ZoneTrade]) -> tuple[Trade, ...]:
    """The trades at the seller's price, as the chain takes them; charge and rent are paid beside it."""
    return in_canonical_order(Trade(each.bid, each.offer, each.wh, each.seller_price) for each in trades)


def _terminals(book: ZoneBook, seed: int, side: Side) -> list[tuple[int, Terminal]]:
    """Orders of one side, best first, with values that tell equals apart; a bid equal to an offer gains a little."""
    count, is_bid = book.tariff.zones, side is Side.BID
    chosen = [index for index, order in enumerate(book.orders) if order.side is side]
    drawn = lots(seed, [book.orders[index].number for index in chosen])
    by_lot = [index for _, index in sorted(zip(drawn, chosen, strict=True))]
    rank = {index: place for place, index in enumerate(by_lot)}
    half = 1 << _TIE_BITS - 1

    def terminal(index: int) -> Terminal:
        order = book.orders[index]
        tie = half - rank[index] if is_bid else rank[index]
        return Terminal(book.zones[index] + is_bid * count, order.wh, (order.limit_price << _TIE_BITS) + tie)

    terminals = [(index, terminal(index)) for index in chosen]
    return sorted(terminals, key=lambda each: -each[1].value if is_bid else each[1].value)


def _priced(book: ZoneBook, index: int, terminal: Terminal) -> Terminal:
    return replace(terminal, value=book.orders[index].limit_price)


def _trades(
    book: ZoneBook, offers: Sequence[int], bids: Sequence[int], flow: FlowResult, certificate: ZoneCertificate
) -> list[ZoneTrade]:
    """Cut the fills of each zone into its flows, in merit order, and pair each flow's two sides."""
    count, trades = book.tariff.zones, []
    selling = [_queue(book, offers, flow.sources, zone) for zone in range(count)]
    buying = [_queue(book, bids, flow.sinks, zone) for zone in range(count)]
    for arc, wh in zip(zone_arcs(book), flow.arcs, strict=True):
        start, end = arc.start % count, arc.end % count
        is_pair = arc.start < count <= arc.end < 2 * count or 2 * count <= arc.start < 3 * count
        if not wh or not is_pair:
            continue
        seller_price, charge = certificate.prices[start], book.tariff.charge(start, end)
        rent = Price(certificate.prices[count + end] - seller_price - charge)
        for pair in pair_fills(_taken(buying[end], wh), _taken(selling[start], wh)).pairs:
            trades.append(ZoneTrade(pair.bid.number, pair.offer.number, pair.wh, seller_price, charge, rent))
    return _joined(trades)


def _queue(book: ZoneBook, indices: Sequence[int], used: Sequence[int], zone: int) -> list[Fill]:
    """Fills of one zone, the best last."""
    pairs = zip(indices, used, strict=True)
    return [Fill(book.orders[i], Wh(wh)) for i, wh in pairs if wh and book.zones[i] == zone][::-1]


def _taken(queue: list[Fill], wh: int) -> list[Fill]:
    """Take `wh` [Wh] from the end of `queue`."""
    taken: list[Fill] = []
    left = wh
    while left:
        fill = queue.pop()
        step = min(left, fill.wh)
        taken.append(Fill(fill.order, Wh(step)))
        if step < fill.wh:
            queue.append(Fill(fill.order, Wh(fill.wh - step)))
        left -= step
    return taken


def _joined(trades: Iterable[ZoneTrade]) -> list[ZoneTrade]:
    """Each (bid, offer) once; two of one pair differ only in energy."""
    joined: dict[tuple[OrderNumber, OrderNumber], ZoneTrade] = {}
    for trade in trades:
        before = joined.get((trade.bid, trade.offer))
        joined[trade.bid, trade.offer] = trade if before is None else replace(trade, wh=Wh(trade.wh + before.wh))
    return list(joined.values())
