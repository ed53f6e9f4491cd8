"""The proof that a uniform-price clearing is right, and its check: no sorting, no solving, whole numbers only.

A price y and a fill f for every order of quantity q prove a clearing optimal if

    0 <= f <= q;    better than y: f = q;    worse than y: f = 0;    sum of bid fills = sum of offer fills.

For then no order at its limit gains by another fill at y, so no other clearing has more welfare (y is the dual of the
balance constraint; linear programming duality). The check walks over *every* order of the book, so an order that was
left out is found: a better one has no fill. The trades must then realise the fills: each at y, owners different, each
pair of orders once, and the trades of each order adding up to its fill. Only what one owner would have had to sell to
itself may be missing, and no more of it than max(0, owner's fills on both sides - all fills of one side).

Several fills and prices can be optimal, and `verify` takes any of them, as the chain does. What rule and setting choose
among them, `verify_clearing` checks, too: the ends of the price interval, their k-blend, ties in full and by lot. All
of it follows from the fills in one more pass (`margin`).

Certificates and trades come from strangers: whatever they hold, a check answers with a breach and raises nothing.

Cost: one pass over the orders, one over the trades. `array_check` has both for 64-bit columns.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aipchain.market.auctions.columns import ColumnBook, OrderColumns, TradeColumns, columns_of
from aipchain.market.auctions.faults import Fault
from aipchain.market.auctions.margin import best_open, lot_breach, price_ends
from aipchain.market.auctions.uniform_price import ColumnClearing, UniformClearing
from aipchain.market.book import BookOrder, OrderNumber, Side, Trade, told_trades
from aipchain.market.breach import At, Breach, Thing
from aipchain.market.rounding import blend
from aipchain.market.whole import are_whole, is_whole, whole_sum

__all__ = [
    "Fault",
    "UniformCertificate",
    "are_trades",
    "certificate_of",
    "rows_of",
    "verify",
    "verify_clearing",
    "verify_fills",
    "verify_ties",
    "verify_trades",
]


@dataclass(frozen=True, slots=True)
class UniformCertificate:
    """A price [base units per Wh] and the fill of every row of both sides [Wh]."""

    price: int
    bid_fills: Sequence[int]
    offer_fills: Sequence[int]


def certificate_of(clearing: ColumnClearing) -> UniformCertificate:
    """The certificate of a clearing."""
    return UniformCertificate(clearing.price, clearing.bid_fills, clearing.offer_fills)


def verify(book: ColumnBook, trades: TradeColumns, certificate: UniformCertificate) -> Breach | None:
    """Whether `certificate` proves that `trades` are an optimal uniform-price clearing of the whole `book`.

    :returns: None if so, else the first breach.
    """
    return verify_fills(book, certificate) or verify_trades(
        book, trades, certificate, [certificate.price] * len(book.bids)
    )


def verify_clearing(
    orders: Iterable[BookOrder], clearing: UniformClearing, k_permille: int, *, seed: int
) -> Breach | None:
    """Whether a clearing is the one that rule, setting and seed give for the whole book of the chain's orders.

    :param k_permille: the voted setting; a price of another one is refused, though it is an equilibrium as well.
    :param seed: the seed of the interval's lots; of equal fills only theirs are taken.
    """
    book = columns_of(orders)
    if not _is_clearing(clearing):
        return Breach(Fault.MALFORMED)
    fills = clearing.fills
    known = {*book.bids.numbers, *book.offers.numbers}
    stranger = next((number for number in fills if number not in known), None)
    if stranger is not None:
        return Breach(Fault.UNKNOWN_ORDER, At(Thing.ORDER, stranger))
    trades = rows_of(book, clearing.trades)
    if isinstance(trades, Breach):
        return trades
    bid_fills, offer_fills = (
        [fills.get(OrderNumber(number), 0) for number in side.numbers] for side in (book.bids, book.offers)
    )
    proof = UniformCertificate(clearing.price, bid_fills, offer_fills)
    return (
        verify(book, trades, proof)
        or _verify_choice(book, clearing, proof, k_permille)
        or verify_ties(book, proof, seed)
    )


def _is_clearing(clearing: object) -> bool:
    """Whether a clearing is one, and its numbers whole; its trades are looked at as they are read."""
    return (
        isinstance(clearing, UniformClearing)
        and are_whole((clearing.low, clearing.high, clearing.price))
        and isinstance(clearing.fills, Mapping)
        and are_whole([*clearing.fills], [*clearing.fills.values()])
    )


def verify_ties(book: ColumnBook, certificate: UniformCertificate, seed: int) -> Breach | None:
    """Whether proven fills are the ones the seed's lots choose: ties in full, and equal orders in turn."""
    bids, offers = book.bids, book.offers
    bid_fills, offer_fills = certificate.bid_fills, certificate.offer_fills
    open_bid, open_offer = best_open(bids, bid_fills, Side.BID), best_open(offers, offer_fills, Side.OFFER)
    if open_bid is not None and open_offer is not None and open_bid >= open_offer:
        return Breach(Fault.TIE_LEFT_OPEN)
    for side, fills, which in ((bids, bid_fills, Side.BID), (offers, offer_fills, Side.OFFER)):
        row = lot_breach(side, fills, which, seed)
        if row is not None:
            return Breach(Fault.TIE_NOT_BY_LOT, At(Thing.ORDER, side.numbers[row]))
    return None


def _verify_choice(
    book: ColumnBook, clearing: UniformClearing, certificate: UniformCertificate, k_permille: int
) -> Breach | None:
    if (clearing.low, clearing.high) != price_ends(book, certificate.bid_fills, certificate.offer_fills):
        return Breach(Fault.OTHER_INTERVAL)
    if clearing.price != blend(clearing.low, clearing.high, k_permille):
        return Breach(Fault.OTHER_BLEND)
    return None


def verify_fills(book: ColumnBook, certificate: UniformCertificate) -> Breach | None:
    """Whether price and fills prove that no clearing of the whole book has more welfare: one unsorted pass."""
    if not isinstance(certificate, UniformCertificate) or not is_whole(certificate.price):
        return Breach(Fault.MALFORMED)
    bids, offers, price = book.bids, book.offers, certificate.price
    demand, supply = whole_sum(certificate.bid_fills), whole_sum(certificate.offer_fills)
    if demand is None or supply is None:
        return Breach(Fault.MALFORMED)
    if (len(bids), len(offers)) != (len(certificate.bid_fills), len(certificate.offer_fills)):
        return Breach(Fault.INCOMPLETE)
    for limit, wh, fill in zip(bids.limits, bids.wh, certificate.bid_fills, strict=True):
        if fill != wh if limit > price else fill and (limit < price or not 0 < fill <= wh):
            return _first_breach(Side.BID, bids, certificate.bid_fills, price)
    for limit, wh, fill in zip(offers.limits, offers.wh, certificate.offer_fills, strict=True):
        if fill != wh if limit < price else fill and (limit > price or not 0 < fill <= wh):
            return _first_breach(Side.OFFER, offers, certificate.offer_fills, price)
    return None if demand == supply else Breach(Fault.SIDES_DIFFER)


def _first_breach(side: Side, orders: OrderColumns, fills: Sequence[int], price: int) -> Breach | None:
    """Say which order breaks what; only asked once it is known that one does."""
    sign = 1 if side is Side.BID else -1
    for number, limit, wh, fill in zip(orders.numbers, orders.limits, orders.wh, fills, strict=True):
        advantage = sign * (limit - price)
        if not 0 <= fill <= wh:
            return Breach(Fault.FILL_OUT_OF_RANGE, At(Thing.ORDER, number))
        if advantage > 0 and fill != wh:
            return Breach(Fault.BETTER_ORDER_NOT_FULL, At(Thing.ORDER, number))
        if advantage < 0 and fill:
            return Breach(Fault.WORSE_ORDER_FILLED, At(Thing.ORDER, number))
    return None


def verify_trades(
    book: ColumnBook, trades: TradeColumns, certificate: UniformCertificate, prices: Sequence[int]
) -> Breach | None:
    """Whether the trades realise fills, by counting down what is left of each.

    :param certificate: whose fills are whole, one for each row (`verify_fills`).
    :param prices: what each row of the bids must pay [base units per Wh].
    """
    if not are_trades(trades):
        return Breach(Fault.MALFORMED)
    bids_left, offers_left = list(certificate.bid_fills), list(certificate.offer_fills)
    bids, offers = book.bids, book.offers
    for bid, offer, wh, trade_price in zip(trades.bid_rows, trades.offer_rows, trades.wh, trades.prices, strict=True):
        if not (0 <= bid < len(bids_left) and 0 <= offer < len(offers_left)):
            return Breach(Fault.UNKNOWN_ORDER)
        bids_left[bid] -= wh
        offers_left[offer] -= wh
        if wh <= 0:
            return Breach(Fault.ZERO_ENERGY, At(Thing.ORDER, bids.numbers[bid]))
        if trade_price != prices[bid]:
            return Breach(Fault.OTHER_PRICE, At(Thing.ORDER, bids.numbers[bid]))
        if bids.owners[bid] == offers.owners[offer]:
            return Breach(Fault.SELF_TRADE, At(Thing.ORDER, bids.numbers[bid]))
        if bids_left[bid] < 0 or offers_left[offer] < 0:
            return Breach(Fault.TRADES_EXCEED_FILL, At(Thing.ORDER, bids.numbers[bid]))
    if len(set(zip(trades.bid_rows, trades.offer_rows, strict=True))) != len(trades):
        return Breach(Fault.LISTED_TWICE)
    return _verify_self_supply(book, certificate, bids_left, offers_left)


def are_trades(trades: object) -> bool:
    """Whether a stranger's trades are columns of whole numbers of one length."""
    if not isinstance(trades, TradeColumns):
        return False
    columns = (trades.bid_rows, trades.offer_rows, trades.wh, trades.prices)
    return are_whole(*columns) and len({len(column) for column in columns}) == 1


def _verify_self_supply(
    book: ColumnBook, certificate: UniformCertificate, bids_left: Sequence[int], offers_left: Sequence[int]
) -> Breach | None:
    """Whether all that is not traded is what one owner would have had to sell to itself."""
    left = sum(bids_left)
    if not left:
        return None
    row = next(row for row, wh in enumerate(bids_left) if wh)
    owner = book.bids.owners[row]
    own_left = _owned(book.bids, bids_left, owner), _owned(book.offers, offers_left, owner)
    most = _owned(book.bids, certificate.bid_fills, owner) + _owned(book.offers, certificate.offer_fills, owner)
    if own_left == (left, left) and left == most - sum(certificate.bid_fills):
        return None
    return Breach(Fault.ENERGY_MISSING, At(Thing.ORDER, book.bids.numbers[row]))


def _owned(side: OrderColumns, wh: Sequence[int], owner: int) -> int:
    return sum(energy for energy, each in zip(wh, side.owners, strict=True) if each == owner)


def rows_of(book: ColumnBook, trades: Sequence[Trade]) -> TradeColumns | Breach:
    """Trades by rows, or the order that the book does not have on that side, or that they are no trades."""
    told = told_trades(trades)
    if told is None:
        return Breach(Fault.MALFORMED)
    bids, offers, wh, prices = told
    bid_row = {number: row for row, number in enumerate(book.bids.numbers)}
    offer_row = {number: row for row, number in enumerate(book.offers.numbers)}
    for bid, offer in zip(bids, offers, strict=True):
        if bid not in bid_row or offer not in offer_row:
            return Breach(Fault.UNKNOWN_ORDER, At(Thing.ORDER, offer if bid in bid_row else bid))
    return TradeColumns([bid_row[bid] for bid in bids], [offer_row[offer] for offer in offers], wh, prices)
