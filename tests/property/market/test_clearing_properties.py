"""What holds for every book: conservation, limits, welfare, fairness, and independence of the order of the book."""

from collections import Counter
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from aipchain.market.allocation.shares import allocate
from aipchain.market.auctions.certificate import verify_clearing
from aipchain.market.auctions.pay_as_bid import clear_pay_as_bid
from aipchain.market.auctions.uniform_price import clear_uniform_price
from aipchain.market.bill import Delivery, bill_interval
from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, ReferencePrice, Side, Trade, total_wh
from aipchain.market.envelope import first_breach_in_book
from aipchain.market.pool.price_rules import mid_market_rate, supply_demand_ratio
from aipchain.market.pool.pro_rata import clear_pro_rata
from aipchain.units import Price, Wh, cost

prices = st.integers(0, 12).map(Price) | st.integers(0, 2**64 - 1).map(Price)
energies = st.integers(1, 20).map(Wh) | st.integers(1, 2**64 - 1).map(Wh)


@st.composite
def books(draw: st.DrawFn) -> list[BookOrder]:
    """Up to a dozen orders of few owners, with many ties, in no particular order."""
    terms = draw(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(Side), energies, prices), max_size=12))
    orders = [
        BookOrder(OrderNumber(number), AccountId(owner), MeterId(number), side, wh, limit)
        for number, (owner, side, wh, limit) in enumerate(terms)
    ]
    return draw(st.permutations(orders))


references = st.tuples(prices, prices).map(lambda pair: ReferencePrice(retail=max(pair), feed_in=min(pair)))


def uniform_trades(orders: Sequence[BookOrder]) -> tuple[Trade, ...]:
    """The trades of the uniform price."""
    clearing = clear_uniform_price(orders)
    return clearing.trades if clearing else ()


@given(books(), prices)
def test_every_result_is_inside_the_envelope(orders: list[BookOrder], price: Price) -> None:
    """No kernel can make a result that the chain would refuse; trades are whole numbers in canonical order."""
    for trades in (uniform_trades(orders), clear_pay_as_bid(orders), clear_pro_rata(orders, price)):
        assert first_breach_in_book(trades, orders) is None
        assert list(trades) == sorted(trades, key=lambda trade: (trade.bid, trade.offer))
        assert all(type(part) is int for t in trades for part in (t.bid, t.offer, t.wh, t.price))


@given(books(), prices)
def test_the_order_of_the_book_does_not_matter(orders: list[BookOrder], price: Price) -> None:
    """Any arrangement of a book gives the same trades."""
    other = sorted(orders, key=lambda order: order.number)

    assert uniform_trades(orders) == uniform_trades(other)
    assert clear_pay_as_bid(orders) == clear_pay_as_bid(other)
    assert clear_pro_rata(orders, price) == clear_pro_rata(other, price)


@given(books(), st.integers(0, 1_000))
def test_the_uniform_price_is_a_certified_equilibrium(orders: list[BookOrder], k_permille: int) -> None:
    """Price and fills prove that no clearing has more welfare, for every k."""
    clearing = clear_uniform_price(orders, k_permille)
    if clearing is None:
        bids = [order.limit_price for order in orders if order.side is Side.BID]
        offers = [order.limit_price for order in orders if order.side is Side.OFFER]
        assert not bids or not offers or max(bids) < min(offers)
        return
    assert clearing.low <= clearing.price <= clearing.high
    assert verify_clearing(orders, clearing, k_permille, seed=0) is None


@given(books())
def test_both_auctions_trade_all_that_is_not_self_supply(orders: list[BookOrder]) -> None:
    """Only what one owner could have sold to nobody but itself is missing, and not a watt-hour more."""
    clearing = clear_uniform_price(orders)
    if clearing is None:
        return
    owner_of = {order.number: order.owner for order in orders}
    by_owner = Counter[str]()
    for number, wh in clearing.fills.items():
        by_owner[owner_of[number]] += wh
    total = by_owner.total() // 2
    expected = total - max(0, max(by_owner.values()) - total)

    assert sum(trade.wh for trade in clearing.trades) == expected
    assert sum(trade.wh for trade in clear_pay_as_bid(orders)) == expected


@given(books(), prices)
def test_pro_rata_trades_as_much_as_any_result_at_its_price(orders: list[BookOrder], price: Price) -> None:
    """The volume equals the smallest cut: either side, or all energy of all but one owner."""
    eligible = [o for o in orders if (o.limit_price >= price if o.side is Side.BID else o.limit_price <= price)]
    supply, demand = total_wh(eligible, Side.OFFER), total_wh(eligible, Side.BID)
    owned = Counter[str]()
    for order in eligible:
        owned[order.owner] += order.wh
    most = min([supply, demand, *(supply + demand - wh for wh in owned.values())])

    assert sum(trade.wh for trade in clear_pro_rata(orders, price)) == most


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**9), min_size=1).filter(any))
def test_allocation_is_exact_and_fair(amount: int, weights: list[int]) -> None:
    """Shares sum to the amount, and each is within one unit of its proportion."""
    shares = allocate(amount, weights)
    total = sum(weights)

    assert sum(shares) == amount
    assert all(abs(share * total - weight * amount) < total for share, weight in zip(shares, weights, strict=True))


@given(references, energies | st.just(Wh(0)), energies | st.just(Wh(0)))
def test_community_prices_lie_between_the_references_and_pay_for_themselves(
    reference: ReferencePrice, supply: Wh, demand: Wh
) -> None:
    """Nobody fares worse than outside, and what buyers pay covers sellers and the outside."""
    for prices_ in (mid_market_rate(reference, supply, demand), supply_demand_ratio(reference, supply, demand)):
        assert reference.feed_in <= prices_.sell <= prices_.buy <= reference.retail
        outside = cost(Wh(max(0, demand - supply)), reference.retail) - cost(
            Wh(max(0, supply - demand)), reference.feed_in
        )
        if demand:
            assert cost(demand, prices_.buy) >= cost(supply, prices_.sell) + outside


@given(references, st.integers(0, 100), st.integers(0, 100), st.integers(0, 1_000))
def test_trade_moves_money_only_between_members(
    reference: ReferencePrice, import_wh: int, export_wh: int, permille: int
) -> None:
    """Buyer and seller together save the gap of the references on each traded watt-hour, whatever the price."""
    traded = Wh(min(import_wh, export_wh))
    price = Price(reference.feed_in + (reference.retail - reference.feed_in) * permille // 1_000)
    deal = [Delivery(traded, price)]
    buyer = bill_interval(reference, import_wh=Wh(import_wh), export_wh=Wh(0), bought=deal)
    seller = bill_interval(reference, import_wh=Wh(0), export_wh=Wh(export_wh), sold=deal)

    savings = [bill.without_trade - bill.with_trade for bill in (buyer, seller)]
    assert sum(savings) == cost(traded, Price(reference.retail - reference.feed_in))
    assert min(savings) >= 0
