"""What is kept of a result with more trades than fit: the most gain, or the most energy, and lots among equals."""

from collections.abc import Callable

from aipchain.market.auctions.cut import keep_best
from aipchain.market.auctions.ties import lot
from aipchain.market.book import BookOrder, OrderNumber, Trade, keep_largest
from aipchain.units import Price, Wh

Book = Callable[..., tuple[BookOrder, ...]]


def trade(bid: int, offer: int, wh: int) -> Trade:
    """A trade at price 5."""
    return Trade(OrderNumber(bid), OrderNumber(offer), Wh(wh), Price(5))


def test_the_trades_that_gain_most_are_kept(book: Book) -> None:
    """9 Wh that gain 1 each are worth less than 2 Wh that gain 10 each."""
    orders = book("bid ann 6@20", "bid ben 15@20", "offer cat 5@20", "offer dan 5@20")
    small, large = trade(1, 2, 2), trade(0, 3, 9)

    assert keep_best([large, small], orders, 1, seed=1) == (small,)
    assert keep_largest([large, small], 1, seed=1) == (large,)
    assert keep_best([large, small], orders, 2, seed=1) == (large, small)


def test_lots_decide_among_equals_and_change_with_the_seed(book: Book) -> None:
    """Of two equal trades the one whose bid has the lower lot stays; some seeds say this, some say that."""
    orders = book("bid ann 9@5", "bid ben 9@5", "offer cat 5@9")
    pair = [trade(0, 2, 5), trade(1, 2, 5)]
    kept = []
    for seed in range(20):
        first = min((0, 1), key=lambda number, seed=seed: lot(seed, number))  # type: ignore[misc]
        assert keep_best(pair, orders, 1, seed=seed) == keep_largest(pair, 1, seed=seed) == (pair[first],)
        kept.append(first)

    assert set(kept) == {0, 1}
