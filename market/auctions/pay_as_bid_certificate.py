"""The proof that a pay-as-bid clearing is right: the fills of most welfare, each traded at its bid's own limit.

The fills are proven as for the uniform price, by a price that balances the book (`certificate.verify_fills`). Nobody
trades at that price: it is a witness. The trades must realise the fills, each at the limit of its bid, and the fills
must be those that the seed's lots choose. One unsorted pass over the orders and one over the trades; nothing is solved.

Fills leave open who of the served trades with whom. All that a buyer pays follows from its own fill; what a seller gets
does not, so `verify` proves welfare and what buyers pay, and that no seller is below its limit. Which pairs the rule
makes, a replay tells (`pay_as_bid.clear_pay_as_bid`): it is the cheapest way to know.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aipchain.market.auctions.certificate import (
    UniformCertificate,
    certificate_of,
    rows_of,
    verify_fills,
    verify_ties,
    verify_trades,
)
from aipchain.market.auctions.columns import ColumnBook, TradeColumns, columns_of
from aipchain.market.auctions.pay_as_bid import pay_as_bid_columns
from aipchain.market.auctions.uniform_price import clear_columns
from aipchain.market.book import BookOrder, Trade
from aipchain.market.breach import Breach

__all__ = ["ProvenTrades", "clear_with_proof", "verify", "verify_orders"]


@dataclass(frozen=True, slots=True)
class ProvenTrades:
    """Trades by rows, and the price and fills that prove them."""

    trades: TradeColumns
    certificate: UniformCertificate


def clear_with_proof(book: ColumnBook, *, seed: int = 0) -> ProvenTrades:
    """The trades of `pay_as_bid_columns` and their certificate."""
    return ProvenTrades(pay_as_bid_columns(book, seed=seed), certificate_of(clear_columns(book, seed=seed)))


def verify(
    book: ColumnBook, trades: TradeColumns, certificate: UniformCertificate, *, seed: int | None = None
) -> Breach | None:
    """Whether `certificate` proves that `trades` are the best fills of the whole `book`, each at its bid's limit.

    :param seed: the seed of the interval's lots; without it any optimal fills will do.
    :returns: None if so, else the first breach; faults are those of `certificate.Fault`.
    """
    return (
        verify_fills(book, certificate)
        or (None if seed is None else verify_ties(book, certificate, seed))
        or verify_trades(book, trades, certificate, book.bids.limits)
    )


def verify_orders(
    orders: Iterable[BookOrder], trades: Sequence[Trade], certificate: UniformCertificate, *, seed: int | None = None
) -> Breach | None:
    """As `verify`, for the chain's orders and trades; the certificate's fills go by rising number on each side."""
    book = columns_of(orders)
    rows = rows_of(book, trades)
    return rows if isinstance(rows, Breach) else verify(book, rows, certificate, seed=seed)
