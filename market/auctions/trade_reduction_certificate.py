"""The proof that a trade reduction is right: the merit order it starts from, and what it leaves out of it.

The certificate is that of the merit order, a price and fills of most welfare (`certificate.UniformCertificate`). Given
fills that are proven, with ties by lot, all else follows in passes over the book, and is looked at in this order:

    the marginal orders L and K, and the best orders not served at all: read from the fills (`margin`)
    the decision: prices and who is left out, by the rule's three lines or McAfee's two (`trade_reduction`)
    the shares: the short side in full, the long side in proportion by rising number, whoever is left out nothing
    the trades: each at the buyers' price, owners different, each pair once, adding up to the shares

Only what an owner would have had to sell to itself may be missing. Nothing is sorted but orders at the marginal limit.
"""

from collections.abc import Callable, Iterable, Sequence

from aipchain.market.allocation.shares import allocate
from aipchain.market.auctions.certificate import (
    Fault,
    UniformCertificate,
    are_trades,
    rows_of,
    verify_fills,
    verify_ties,
    verify_trades,
)
from aipchain.market.auctions.columns import ColumnBook, OrderColumns, columns_of
from aipchain.market.auctions.margin import MarginalOrders, marginal_orders
from aipchain.market.auctions.trade_reduction import (
    Decision,
    Margin,
    Reduction,
    one_price,
    two_prices,
)
from aipchain.market.book import BookOrder, Side, Trade
from aipchain.market.breach import Breach
from aipchain.market.whole import is_whole

__all__ = ["verify_one_price", "verify_orders", "verify_two_prices"]


def verify_one_price(
    book: ColumnBook, reduction: Reduction, certificate: UniformCertificate, *, seed: int
) -> Breach | None:
    """Whether `reduction` is that of `reduce_one_price` for the whole `book`.

    :param certificate: of the merit order, for example of `uniform_price.clear_columns` with the same seed.
    :returns: None if so, else the first breach; faults are those of `certificate.Fault`.
    """
    return _verify(book, reduction, certificate, one_price, seed)


def verify_two_prices(
    book: ColumnBook, reduction: Reduction, certificate: UniformCertificate, *, seed: int
) -> Breach | None:
    """Whether `reduction` is that of `reduce_two_prices`; see `verify_one_price`."""
    return _verify(book, reduction, certificate, two_prices, seed)


def verify_orders(
    orders: Iterable[BookOrder], trades: Sequence[Trade], certificate: UniformCertificate, *, seed: int
) -> Breach | None:
    """As `verify_one_price`, for the chain's orders and trades; fills go by rising number on each side."""
    book = columns_of(orders)
    rows = rows_of(book, trades)
    if isinstance(rows, Breach):
        return rows
    price = rows.prices[0] if len(rows) else 0
    return verify_one_price(book, Reduction(price, price, rows), certificate, seed=seed)


def _verify(
    book: ColumnBook,
    reduction: Reduction,
    certificate: UniformCertificate,
    decide: Callable[[Margin], Decision],
    seed: int,
) -> Breach | None:
    if not _is_reduction(reduction):
        return Breach(Fault.MALFORMED)
    flaw = verify_fills(book, certificate) or verify_ties(book, certificate, seed)
    if flaw is not None:
        return flaw
    last_bid = marginal_orders(book.bids, certificate.bid_fills, Side.BID, seed)
    last_offer = marginal_orders(book.offers, certificate.offer_fills, Side.OFFER, seed)
    if last_bid is None or last_offer is None:
        return Breach(Fault.UNKNOWN_ORDER) if len(reduction.trades) else None
    decision = decide(_margin(book, last_bid, last_offer))
    prices = reduction.buy_price, reduction.sell_price
    if len(reduction.trades) and prices != (decision.buy_price, decision.sell_price):
        return Breach(Fault.OTHER_PRICE)
    bid, offer = last_bid.last_row, last_offer.last_row
    left_out = (bid if decision.without_bid else None), (offer if decision.without_offer else None)
    shares = _shares(book, certificate, left_out)
    return verify_trades(book, reduction.trades, shares, [decision.buy_price] * len(book.bids))


def _is_reduction(reduction: object) -> bool:
    return (
        isinstance(reduction, Reduction)
        and is_whole(reduction.buy_price)
        and is_whole(reduction.sell_price)
        and are_trades(reduction.trades)
    )


def _margin(book: ColumnBook, bid: MarginalOrders, offer: MarginalOrders) -> Margin:
    return Margin(
        book.bids.limits[bid.last_row],
        book.offers.limits[offer.last_row],
        bid.next_limit,
        offer.next_limit,
        bid.in_part,
        offer.in_part,
    )


def _shares(
    book: ColumnBook, certificate: UniformCertificate, left_out: tuple[int | None, int | None]
) -> UniformCertificate:
    """What each row has to trade [Wh]: the served ones but those left out, the short side in full."""
    bids = [row for row, fill in enumerate(certificate.bid_fills) if fill and row != left_out[0]]
    offers = [row for row, fill in enumerate(certificate.offer_fills) if fill and row != left_out[1]]
    energy = min(sum(book.bids.wh[row] for row in bids), sum(book.offers.wh[row] for row in offers))
    bid_shares, offer_shares = _share(book.bids, bids, energy), _share(book.offers, offers, energy)
    return UniformCertificate(certificate.price, bid_shares, offer_shares)


def _share(side: OrderColumns, rows: Sequence[int], energy: int) -> list[int]:
    shares = [0] * len(side)
    for row, wh in zip(rows, allocate(energy, [side.wh[row] for row in rows]), strict=True):
        shares[row] = wh
    return shares
