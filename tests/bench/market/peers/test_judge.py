"""The judge: what it makes of trades, good and bad, on a book whose optimum is plain to see."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from aipchain.market.auctions.columns import column_book
from aipchain.market.auctions.uniform_price import clear_columns
from aipchain.market.book import Side

from .judge import Verdict, judge, optimum
from .lap import Fill, Order

BOOK = (
    Order(1, 10, False, 5, 30),
    Order(2, 11, False, 5, 20),
    Order(3, 12, True, 4, 10),
    Order(4, 13, True, 4, 15),
    Order(5, 14, True, 4, 25),
)
"""Crossing at 8 Wh: 4 x 30 + 1 x 30 + 3 x 20 - 4 x 10 - 4 x 15 = 110."""
BEST = ((1, 5, 18), (2, 3, 18), (3, 4, 18), (4, 4, 18))
SOUND = Verdict(1.0, 1.0, 0.0, 0.0, 0, 0, 0)


def test_the_optimum_is_worth_one() -> None:
    """Fills at the optimum have all welfare and volume, and nothing is wrong with them."""
    assert optimum(BOOK) == (110, 8)
    assert judge(BOOK, BEST) == SOUND


def test_less_welfare_is_a_share() -> None:
    """One unit less of the worst pair loses its 5 of 110."""
    fewer = ((1, 5, 18), (2, 2, 18), (3, 4, 18), (4, 3, 18))
    assert judge(BOOK, fewer) == replace(SOUND, welfare=105 / 110, volume=7 / 8)


def test_a_price_beyond_a_limit_is_counted_once_per_order() -> None:
    """Bid 2 pays 21 of at most 20 in two parts; the sellers get 18."""
    fills = ((1, 5, 18), (2, 1, 21), (2, 2, 21), (3, 4, 18), (4, 4, 18))
    assert judge(BOOK, fills) == replace(SOUND, irrational=1, money_difference=9.0)


def test_more_than_an_order_holds_is_counted_over_all_its_fills() -> None:
    """Offer 3 holds 4 Wh and sells 3 and 2."""
    fills = ((1, 5, 18), (3, 3, 18), (3, 2, 18))
    assert judge(BOOK, fills).overfilled == 1


def test_energy_that_nobody_sold_shows() -> None:
    """Buyers get 8 Wh of which sellers give 4."""
    verdict = judge(BOOK, BEST[:3])
    assert (verdict.energy_difference_wh, verdict.money_difference) == (4.0, 72.0)


def test_parts_of_a_watt_hour_are_taken_as_said() -> None:
    """A third of a watt-hour in floating point is no third: it is judged as the fraction that it is."""
    verdict = judge(BOOK, ((1, 1 / 3, 18.0), (3, 1 / 3, 18.0)))
    assert (verdict.fractional, verdict.energy_difference_wh, verdict.overfilled) == (2, 0.0, 0)


def test_a_stranger_is_no_fill() -> None:
    """A matcher that names an order of no book is not judged."""
    with pytest.raises(KeyError):
        judge(BOOK, ((99, 1, 18),))


@pytest.mark.parametrize("book", [(), BOOK[:2], BOOK[2:]])
def test_nothing_to_trade_is_all_there_is(book: tuple[Order, ...]) -> None:
    """An empty book, or one side of one, has its whole welfare without a fill."""
    assert judge(book, ()) == SOUND


def test_the_judges_optimum_is_the_kernels() -> None:
    """The walk along both curves and the auction find the same welfare and energy, with ties and without."""
    rng = random.Random(1)
    for _ in range(200):
        top = rng.choice((3, 50))
        orders = [
            Order(number, number, rng.random() < 0.5, rng.randrange(1, 9), rng.randrange(top))
            for number in range(rng.randrange(30))
        ]
        assert judge(orders, kernel_fills(orders)) == SOUND


def kernel_fills(orders: Sequence[Order]) -> list[Fill]:
    """What the plain uniform-price auction makes of the book."""
    columns = ([getattr(order, name) for order in orders] for name in ("number", "owner", "wh", "limit"))
    numbers, owners, wh, limits = columns
    book = column_book(numbers, owners, [Side.OFFER if each.is_offer else Side.BID for each in orders], wh, limits)
    clearing = clear_columns(book)
    sides = ((book.bids, clearing.bid_fills), (book.offers, clearing.offer_fills))
    rows = [(number, fill) for side, fills in sides for number, fill in zip(side.numbers, fills, strict=True)]
    return [(number, fill, clearing.price) for number, fill in rows if fill]
