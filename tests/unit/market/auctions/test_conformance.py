"""Known defects of other markets' matchers, by name, and what must hold instead.

`python_and_chain_agree` stands with the specification of the pallets; what `integers_only` refuses, by kernel, in
`test_whole_numbers`.
"""

from collections.abc import Callable, Sequence
from dataclasses import astuple, replace
from itertools import permutations

import pytest

from aipchain.market.auctions.arrays import clear_orders
from aipchain.market.auctions.certificate import Fault, verify_clearing
from aipchain.market.auctions.pay_as_bid import clear_pay_as_bid
from aipchain.market.auctions.ties import lot, lots, tie_seed
from aipchain.market.auctions.uniform_price import clear_uniform_price
from aipchain.market.book import AccountId, BookOrder, OrderNumber, Trade
from aipchain.market.splitmix import GAMMA, mix, outputs
from aipchain.units import Interval, Price, UnixSeconds, Wh

Book = Callable[..., tuple[BookOrder, ...]]


def welfare(orders: Sequence[BookOrder], trades: Sequence[Trade]) -> int:
    """Sum over trades of what the bid would have paid above what the offer would have taken."""
    limit = {order.number: order.limit_price for order in orders}
    return sum((limit[trade.bid] - limit[trade.offer]) * trade.wh for trade in trades)


def test_cheap_offers_first(book: Book) -> None:
    """The cheapest offer serves the dearest bid; a dear offer is not used up first."""
    orders = book("bid ann 20@5", "bid ben 12@5", "offer cat 5@5", "offer dan 18@5")

    assert clear_pay_as_bid(orders) == (Trade(OrderNumber(0), OrderNumber(2), Wh(5), Price(20)),)
    assert welfare(orders, clear_pay_as_bid(orders)) == 75


def test_tied_prices_trade_in_full(book: Book) -> None:
    """A book with ties that another market clears at half its welfare clears at all of it."""
    orders = book(
        "bid a 11@6", "bid b 5@4", "bid c 13@4", "bid d 8@8", "bid e 12@5", "bid f 12@1", "offer g 13@7", "offer h 8@9"
    )  # fmt: skip
    clearing = clear_uniform_price(orders)

    assert clearing is not None
    assert welfare(orders, clearing.trades) == 40
    assert sum(trade.wh for trade in clearing.trades) == 9


def test_two_positions_of_one_user_add(book: Book) -> None:
    """500 Wh and 700 Wh of one owner at one price are 1,200 Wh."""
    orders = book("bid ann 20@500", "bid ann 20@700", "offer ben 10@1200")

    assert sum(trade.wh for trade in clear_pay_as_bid(orders)) == 1_200


def test_ties_are_seeded(book: Book) -> None:
    """Of equal bids the seed says who is served; the order of the book never does, and no seed favours one for ever."""
    orders = book("bid ann 20@5", "bid ben 20@5", "bid cat 20@5", "offer dan 10@5")
    served = set()
    for seed in range(50):
        results = {clear_pay_as_bid(arranged, seed=seed) for arranged in permutations(orders)}
        assert len(results) == 1
        served |= {trade.bid for trade in results.pop()}

    assert served == {0, 1, 2}


def test_ties_are_seeded_by_interval_and_community() -> None:
    """The seed of a book follows from what stands on chain, and from nothing else."""
    hour, next_hour = Interval(UnixSeconds(3_600), 3_600), Interval(UnixSeconds(7_200), 3_600)

    assert tie_seed(hour) == tie_seed(hour) == 0x5D79327992352B02
    assert len({tie_seed(hour), tie_seed(next_hour), tie_seed(hour, 1), tie_seed(Interval(hour.start, 900))}) == 4


def test_ties_are_seeded_fairly() -> None:
    """Over many seeds each of three neighbours is first about as often as the others."""
    first = [0, 0, 0]
    for seed in range(3_000):
        drawn = lots(seed * 0x1_0000_0001, (7, 8, 9))
        first[drawn.index(min(drawn))] += 1

    assert all(900 < count < 1_100 for count in first)


def test_a_lot_follows_splitmix64() -> None:
    """The published first outputs for seed 1234567, cut to their top twelve bits; one by one they are the same."""
    published = [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]

    assert outputs(1_234_567, range(5)) == published
    assert [mix(1_234_567 + (place + 1) * GAMMA) for place in range(5)] == published
    assert [lot(1_234_567, number) for number in range(5)] == [output >> 52 for output in published]


def test_buyer_pays_what_seller_gets(book: Book) -> None:
    """A bid served by two offers pays one price, its own, to both."""
    orders = book("bid ann 20@9", "offer ben 3@4", "offer cat 8@5")

    assert {trade.price for trade in clear_pay_as_bid(orders)} == {Price(20)}


def test_uniform_price_is_an_equilibrium_price(book: Book) -> None:
    """Other markets' prices leave a better order empty: only a price above the best bid left out balances this book.

    Middle of the marginal pair: (20 + 5) / 2 = 12; highest accepted offer: 5; Ben, with 15, would gladly pay either.
    Lowest accepted bid: 20; Dan would gladly sell at it for 18.
    """
    orders = book("bid ann 20@5", "bid ben 15@5", "offer cat 5@5", "offer dan 18@5")
    clearing = clear_uniform_price(orders)

    assert clearing is not None
    assert (clearing.low, clearing.high) == (15, 18)
    assert verify_clearing(orders, clearing, 500, seed=0) is None
    for price in (12, 5, 20):
        elsewhere = replace(
            clearing, price=Price(price), trades=tuple(replace(t, price=Price(price)) for t in clearing.trades)
        )
        found = verify_clearing(orders, elsewhere, 500, seed=0)
        assert found is not None
        assert found.fault is Fault.BETTER_ORDER_NOT_FULL


@pytest.mark.parametrize("scale", [10, 10**12, 2**64])
def test_integers_only(book: Book, scale: int) -> None:
    """Every number of a result is a whole number, also far beyond what a fraction of 53 bits can tell apart."""
    orders = tuple(
        replace(order, limit_price=Price(order.limit_price * scale + order.number))
        for order in book("bid ann 20@5", "bid ben 12@3", "offer cat 5@5", "offer dan 11@3")
    )
    clearing = clear_uniform_price(orders, 333)
    assert clearing is not None
    rows = tuple(astuple(trade) for trade in clearing.trades)

    assert all(type(part) is int for row in rows for part in row)
    assert rows == clear_orders(orders, 333)
    assert {row[3] for row in rows} == {11 * scale + 3 + (scale - 2) * 333 // 1_000}


def test_names_of_owners_do_not_matter(book: Book) -> None:
    """Owners are only compared; a renamed book has the same trades."""
    orders = book("bid ann 20@5", "bid ben 20@5", "offer ann 5@5", "offer cat 6@5")
    renamed = tuple(replace(order, owner=AccountId("z" + order.owner[::-1])) for order in orders)

    assert clear_pay_as_bid(renamed) == clear_pay_as_bid(orders)
