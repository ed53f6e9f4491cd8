"""What holds for every sequence of products: energy is conserved, nobody is over-served, and lists have no order."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side
from aipchain.market.envelope import PlacedOrder
from aipchain.market.pool.pro_rata import clear_pro_rata
from aipchain.market.products.schedule import GateRule, Product, schedule_of
from aipchain.market.products.sequence import clear_in_sequence
from aipchain.units import Interval, Price, UnixSeconds, Wh

HOUR = Interval(UnixSeconds(36_000), 3_600)
OPENS = {
    Product.DAY_AHEAD: -4_000,
    Product.INTRADAY: -3_000,
    Product.BALANCING: 0,
    Product.POST_DELIVERY: 3_600,
}


@st.composite
def placed_orders(draw: st.DrawFn) -> list[PlacedOrder]:
    """Up to a dozen orders of four owners, placed in any of the four products."""
    terms = draw(
        st.lists(
            st.tuples(
                st.sampled_from("abcd"),
                st.sampled_from(Side),
                st.integers(1, 20),
                st.integers(0, 9),
                st.sampled_from(list(OPENS)),
            ),
            max_size=12,
        )
    )
    return [
        PlacedOrder(
            BookOrder(OrderNumber(number), AccountId(owner), MeterId(ord(owner)), side, Wh(wh), Price(price)),
            0,
            HOUR.start,
            UnixSeconds(HOUR.start + OPENS[product]),
        )
        for number, (owner, side, wh, price, product) in enumerate(terms)
    ]


@given(placed_orders(), st.lists(st.booleans(), min_size=4, max_size=4), st.randoms(use_true_random=False))
def test_energy_is_conserved_over_all_products(orders: list[PlacedOrder], carries: list[bool], chance: Random) -> None:
    """Net positions sum to zero after each product; what was traded and what is left is what was there."""
    rules = [
        GateRule(product, opens, opens + 1_000, carry)
        for (product, opens), carry in zip(OPENS.items(), carries, strict=True)
    ]
    schedule = schedule_of(HOUR, rules)
    cleared = clear_in_sequence(schedule, orders, lambda _, book: clear_pro_rata(book, Price(5)))
    traded: dict[int, int] = {}
    for step in cleared:
        assert sum(position.net for position in step.positions.values()) == 0
        here = 2 * sum(trade.wh for trade in step.trades)
        assert sum(order.wh for order in step.book) == here + sum(order.wh for order in step.left)
        for trade in step.trades:
            for number in (trade.bid, trade.offer):
                traded[number] = traded.get(number, 0) + trade.wh
    for each in orders:
        assert traded.get(each.order.number, 0) <= each.order.wh
    shuffled = chance.sample(orders, len(orders))
    assert clear_in_sequence(schedule, shuffled, lambda _, book: clear_pro_rata(book, Price(5))) == cleared
