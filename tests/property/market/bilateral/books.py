"""Bilateral books for property tests: few owners, many ties, small and very large numbers, in no particular order."""

from hypothesis import strategies as st

from aipchain.market.bilateral.pairs import BilateralBook, CandidatePair
from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side
from aipchain.units import Price, Wh

small_prices = st.integers(0, 12).map(Price)
small_energies = st.integers(1, 20).map(Wh)
prices = small_prices | st.integers(0, 2**64 - 1).map(Price)
energies = small_energies | st.integers(1, 2**64 - 1).map(Wh)


@st.composite
def bilateral_books(
    draw: st.DrawFn,
    energies: st.SearchStrategy[Wh] = energies,
    prices: st.SearchStrategy[Price] = prices,
) -> BilateralBook:
    """Up to seven orders a side, and any of their pairs."""
    sides = st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(Side), energies, prices), max_size=14)
    orders = [
        BookOrder(OrderNumber(number * 3), AccountId(owner), MeterId(number), side, wh, limit)
        for number, (owner, side, wh, limit) in enumerate(draw(sides))
    ]
    bids, offers = ([order for order in orders if order.side is side] for side in (Side.BID, Side.OFFER))
    possible = [(bid.number, offer.number) for bid in bids for offer in offers if bid.owner != offer.owner]
    chosen = draw(st.sets(st.sampled_from(possible))) if possible else set()
    terms = st.tuples(st.integers(0, 3).map(Price), st.sampled_from((0, 0, 5)))
    pairs = [CandidatePair(bid, offer, *draw(terms)) for bid, offer in sorted(chosen)]
    return BilateralBook(tuple(draw(st.permutations(orders))), tuple(draw(st.permutations(pairs))))
