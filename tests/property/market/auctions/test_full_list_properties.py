"""More trades than a result holds: what an honest cut leaves out is within what the chain allows to be missing."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from aipchain.market.auctions.columns import as_trades, columns_of
from aipchain.market.auctions.pairing import Fills, pair_columns
from aipchain.market.auctions.uniform_price import clear_columns
from aipchain.market.book import MAX_TRADES, AccountId, BookOrder, MeterId, OrderNumber, Side, keep_largest
from aipchain.market.certificate import UniformPrice, first_flaw
from aipchain.market.terms import PLAIN_TERMS
from aipchain.units import Price, Wh

fill = st.tuples(st.sampled_from("abcdxyz"), st.integers(1, 9) | st.integers(1, 99))


@st.composite
def served_sides(draw: st.DrawFn) -> tuple[Fills, Fills]:
    """What is served of both sides, often much of one owner last, so that it is left on both."""
    sides = [draw(st.lists(fill, min_size=1, max_size=12)) for _ in Side]
    for side in sides:
        side += [("x", wh) for wh in draw(st.lists(st.integers(1, 40), max_size=4))]
    missing = sum(wh for _, wh in sides[0]) - sum(wh for _, wh in sides[1])
    if missing:
        sides[missing > 0].append((draw(st.sampled_from("ax")), abs(missing)))
    bids, offers = (Fills([owner for owner, _ in side], [wh for _, wh in side]) for side in sides)
    return bids, offers


@settings(max_examples=600)
@given(sides=served_sides())
def test_the_trades_that_do_not_fit_fit_between_the_orders(sides: tuple[Fills, Fills]) -> None:
    """They and as much of each larger one are no more than two least trades for each order, and than its energy."""
    bids, offers = sides
    trades = sorted(pair_columns(bids, offers).wh, reverse=True)

    for limit in range(1, len(trades)):
        least_wh = trades[limit - 1]
        most_wh = sum(min(2 * least_wh, wh) for wh in (*bids.wh, *offers.wh)) - limit * least_wh
        assert sum(trades[limit:]) <= most_wh


def _great_book(orders: int, owners: int, whale: float, spread_wh: int, draw: Random) -> list[BookOrder]:
    """So many orders of so many owners; a whale has the worst orders on both sides, up to so much of their energy."""
    book = []
    for _ in range(orders):
        side = draw.choice(list(Side))
        limit = draw.randint(60, 99) if side is Side.BID else draw.randint(10, 70)
        wh = 1 + draw.randrange(spread_wh)
        book.append((f"owner {draw.randrange(owners)}", side, wh, limit))
        if draw.random() < whale / 20:
            limit = draw.choice((limit, 60))
            book[-1] = ("whale", side, 1 + int(draw.random() * whale * 20 * spread_wh), limit)
    return [
        BookOrder(OrderNumber(number), AccountId(owner), MeterId(number), side, Wh(wh), Price(limit))
        for number, (owner, side, wh, limit) in enumerate(book)
    ]


@settings(max_examples=40)
@given(
    orders=st.integers(667, 10_000) | st.integers(2_000, 4_000),
    owners=st.sampled_from([2, 3, 40, 5_000]),
    whale=st.sampled_from([0, 0.2, 0.8, 1.6]),
    spread_wh=st.sampled_from([1, 3, 1_000]),
    k_permille=st.integers(0, 1_000),
    seed=st.integers(0, 2**32),
)
def test_an_honest_uniform_price_is_proven_to_the_chain(
    orders: int, owners: int, whale: float, spread_wh: int, k_permille: int, seed: int
) -> None:
    """However many trades there are, whoever has most of them, and whoever supplies itself."""
    book = _great_book(orders, owners, whale, spread_wh, Random(seed))
    columns = columns_of(book)
    clearing = clear_columns(columns, k_permille, seed=seed)
    trades = keep_largest(as_trades(columns, clearing.trades), MAX_TRADES, seed=seed)

    assert first_flaw(trades, book, PLAIN_TERMS, UniformPrice(Price(clearing.price))) is None
