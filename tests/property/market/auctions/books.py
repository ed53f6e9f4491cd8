"""Order books for the properties of auctions: few owners, many ties, small and extreme numbers."""

from collections.abc import Sequence

from hypothesis import strategies as st

from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side, Trade
from aipchain.units import Price, Wh

prices = st.integers(0, 12).map(Price) | st.integers(0, 2**64 - 1).map(Price)
energies = st.integers(1, 20).map(Wh) | st.integers(1, 2**64 - 1).map(Wh)
seeds = st.integers(0, 2**64 - 1)


@st.composite
def books(draw: st.DrawFn, *, owners: str = "abcd", most: int = 12, small: bool = False) -> list[BookOrder]:
    """Up to `most` orders in no particular order; `small` keeps prices within 12 and energies within 20."""
    limits = st.integers(0, 12).map(Price) if small else prices
    wh = st.integers(1, 20).map(Wh) if small else energies
    terms = draw(st.lists(st.tuples(st.sampled_from(owners), st.sampled_from(Side), wh, limits), max_size=most))
    numbers = draw(st.lists(st.integers(0, 2**40), min_size=len(terms), max_size=len(terms), unique=True))
    return [
        BookOrder(OrderNumber(number), AccountId(owner), MeterId(0), side, energy, limit)
        for number, (owner, side, energy, limit) in zip(numbers, terms, strict=True)
    ]


@st.composite
def wide_books(draw: st.DrawFn, *, owners: str = "abc") -> list[BookOrder]:
    """Few orders, many ties, and numbers close to what 64-bit columns take: no side may hold 2^62 Wh or more."""
    limits = st.integers(0, 3).map(Price) | st.integers(2**62 - 4, 2**62 - 1).map(Price)
    wh = st.integers(1, 9).map(Wh) | st.integers(2**59 - 9, 2**59 - 1).map(Wh)
    side = st.lists(st.tuples(st.sampled_from(owners), wh, limits), max_size=7)
    terms = [(Side.BID, *each) for each in draw(side)] + [(Side.OFFER, *each) for each in draw(side)]
    numbers = draw(st.permutations([2**62 + place for place in range(len(terms))]))
    return [
        BookOrder(OrderNumber(number), AccountId(owner), MeterId(0), which, energy, limit)
        for number, (which, owner, energy, limit) in zip(numbers, terms, strict=True)
    ]


def one_order_each(orders: Sequence[BookOrder]) -> list[BookOrder]:
    """The same book with an owner of its own for each order."""
    return [
        BookOrder(each.number, AccountId(str(place)), each.meter, each.side, each.wh, each.limit_price)
        for place, each in enumerate(orders)
    ]


def welfare(orders: Sequence[BookOrder], trades: Sequence[Trade]) -> int:
    """What bids would have paid above what offers would have taken [base units]."""
    limit = {order.number: order.limit_price for order in orders}
    return sum((limit[trade.bid] - limit[trade.offer]) * trade.wh for trade in trades)


def best_welfare(orders: Sequence[BookOrder]) -> int:
    """The optimum by linear programming duality, without any sorting or matching: min over prices y of

        sum over bids of max(0, limit - y) q + sum over offers of max(0, y - limit) q

    The minimum of this convex piecewise linear function lies at a limit price; an empty book has 0.
    """

    def dual(price: int) -> int:
        return sum(
            max(0, order.limit_price - price if order.side is Side.BID else price - order.limit_price) * order.wh
            for order in orders
        )

    return min((dual(order.limit_price) for order in orders), default=0)
