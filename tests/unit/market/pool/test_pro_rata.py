"""Clearing at a given price against books worked out by hand."""

from collections.abc import Callable

import pytest

from aipchain.market.book import BookOrder, OrderNumber, Trade
from aipchain.market.errors import DuplicateOrder
from aipchain.market.pool.pro_rata import clear_pro_rata
from aipchain.units import Price, Wh, cost

Book = Callable[..., tuple[BookOrder, ...]]


def test_pro_rata_serves_the_short_side_in_full(book: Book) -> None:
    """900 Wh of offers meet 1,800 Wh of bids: each bid gets half; who is out of the money gets nothing."""
    orders = book("bid a 20@1200", "bid b 15@600", "bid c 14@999", "offer d 10@900", "offer e 16@999")

    assert clear_pro_rata(orders, Price(15)) == (
        Trade(OrderNumber(0), OrderNumber(3), Wh(600), Price(15)),
        Trade(OrderNumber(1), OrderNumber(3), Wh(300), Price(15)),
    )


def test_pro_rata_gives_energy_its_owner_cannot_use_to_others(book: Book) -> None:
    """Ann's offer may not serve her own bid, so Ben gets what he asked for, not only his proportion."""
    orders = book("bid ann 20@10", "bid ben 20@10", "offer ann 10@10")

    assert clear_pro_rata(orders, Price(15)) == (Trade(OrderNumber(1), OrderNumber(2), Wh(10), Price(15)),)


def test_p_rate_is_price_per_unit(book: Book) -> None:
    """Defect p of another market: a trade's price is per Wh, whatever its energy; energy enters the cost once."""
    small, large = (clear_pro_rata(book(f"bid a 20@{wh}", f"offer b 10@{wh}"), Price(15)) for wh in (1, 1_000))

    assert (small[0].price, large[0].price) == (15, 15)
    assert cost(large[0].wh, large[0].price) == 1_000 * cost(small[0].wh, small[0].price)


def test_an_order_that_stands_twice_is_refused(book: Book) -> None:
    """No result could say which of them is meant."""
    orders = book("bid a 20@5", "offer b 10@5")
    with pytest.raises(DuplicateOrder, match="order 1 is in the book twice"):
        clear_pro_rata([*orders, orders[1]], Price(15))


def test_all_equal_prices_and_the_largest_quantities(book: Book) -> None:
    """All at the price, energies at the top of u64, prices of u64 and u128: shares are exact, none is left out."""
    most = (1 << 64) - 1
    for top in (most, (1 << 128) - 1):
        trades = clear_pro_rata(
            book(*(f"bid {name} {top}@{most}" for name in "abc"), f"offer d {top}@{most}"), Price(top)
        )

        assert sum(trade.wh for trade in trades) == most
        assert {trade.price for trade in trades} == {top}
        assert max(trade.wh for trade in trades) - min(trade.wh for trade in trades) <= 1


def test_empty_and_one_sided_books_have_no_trades(book: Book) -> None:
    """Nothing to pair, nothing goes wrong."""
    assert clear_pro_rata((), Price(15)) == ()
    assert clear_pro_rata(book("bid a 20@5", "bid b 20@5"), Price(15)) == ()
    assert clear_pro_rata(book("offer a 10@5"), Price(15)) == ()
