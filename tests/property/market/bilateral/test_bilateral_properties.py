"""What holds for every bilateral book: proof, limits, money, one result, and one price for all buyers of a seller."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from tests.property.market.bilateral.books import bilateral_books, small_energies, small_prices

from aipchain.market.bilateral.certificate import OrderChallenge, PairChallenge, is_fraud, verify
from aipchain.market.bilateral.clearing import clear_bilateral
from aipchain.market.bilateral.greedy import fill_greedily
from aipchain.market.bilateral.network_simplex import solve
from aipchain.market.bilateral.pairs import BilateralBook
from aipchain.market.bilateral.price_range import Duals, blend, is_unique, price_range
from aipchain.market.bilateral.tie_break import TieBreak
from aipchain.market.bilateral.transport import Transport, transport_problem
from aipchain.market.book import OrderNumber
from aipchain.market.envelope import first_breach_in_book
from aipchain.units import Wh

seeds = st.integers(0, 2**64 - 1)
permille = st.integers(0, 1_000)


def welfare(problem: Transport, fills: tuple[dict[int, int], ...]) -> int:
    """The value of fills, scaled."""
    return sum(problem.values[bid][offer] * wh for bid, row in enumerate(fills) for offer, wh in row.items())


@given(bilateral_books(), seeds, permille)
def test_every_clearing_proves_itself(book: BilateralBook, seed: int, k_permille: int) -> None:
    """The certificate holds, and its two sums are equal: no fills have more value."""
    clearing = clear_bilateral(book, seed, k_permille)
    proof = clearing.certificate
    problem = transport_problem(book, proof.tie_break)
    bound = sum(proof.u[bid.number] * bid.wh for bid in book.bids.values())
    bound += sum(proof.p[offer.number] * offer.wh for offer in book.offers.values())

    assert verify(book, clearing.trades, proof, seed) is None
    assert bound == welfare(problem, solve(problem).fills)


@given(bilateral_books(), seeds, permille)
def test_every_result_is_inside_the_envelope_and_pays_for_itself(
    book: BilateralBook, seed: int, k_permille: int
) -> None:
    """No clearing makes a result that the chain would refuse; charges are paid within the buyer's limit."""
    clearing = clear_bilateral(book, seed, k_permille)
    trades = [each.trade for each in clearing.trades]

    assert first_breach_in_book(trades, book.orders) is None
    assert trades == sorted(trades, key=lambda trade: (trade.bid, trade.offer))
    assert all(type(part) is int for t in trades for part in (t.bid, t.offer, t.wh, t.price))
    for each in clearing.trades:
        assert each.buyer_pays == each.seller_gets + each.carrier_gets
        assert each.buyer_pays <= book.bids[each.trade.bid].limit_price * each.trade.wh


@given(bilateral_books(), seeds, st.randoms(use_true_random=False))
def test_the_order_of_the_book_does_not_matter(book: BilateralBook, seed: int, random: Random) -> None:
    """Any arrangement of orders and pairs gives the same trades and the same certificate."""
    orders, pairs = list(book.orders), list(book.pairs)
    random.shuffle(orders)
    random.shuffle(pairs)

    assert clear_bilateral(BilateralBook(tuple(orders), tuple(pairs)), seed) == clear_bilateral(book, seed)


@given(bilateral_books(small_energies, small_prices), seeds)
def test_no_other_fills_are_as_good(book: BilateralBook, seed: int) -> None:
    """With any pair in use forbidden, or any other forced out, the optimum is smaller: it is the only one."""
    tie_break = clear_bilateral(book, seed).certificate.tie_break
    problem = transport_problem(book, tie_break)
    optimum = solve(problem)
    best = welfare(problem, optimum.fills)

    assert is_unique(problem, optimum)
    for bid, row in enumerate(optimum.fills):
        for offer in row:
            rows = list(problem.values)
            rows[bid] = {column: value for column, value in rows[bid].items() if column != offer}
            without = replace(problem, values=tuple(rows))
            assert welfare(without, solve(without).fills) < best


@given(bilateral_books(small_energies, small_prices), seeds)
def test_greedy_is_at_least_half(book: BilateralBook, seed: int) -> None:
    """Pairs by falling value never lose more than half of the optimum."""
    problem = transport_problem(book, TieBreak(seed))
    best = welfare(problem, solve(problem).fills)

    assert best <= 2 * welfare(problem, fill_greedily(problem)) <= 2 * best


@given(bilateral_books(small_energies, small_prices), seeds, permille)
def test_the_price_range_holds_every_blend(book: BilateralBook, seed: int, k_permille: int) -> None:
    """Lowest and highest prices bound every optimal dual, and a blend is optimal as well."""
    problem = transport_problem(book, TieBreak(seed))
    optimum = solve(problem)
    lowest, highest = price_range(problem, optimum)
    between = blend(lowest, highest, k_permille)

    for duals in (Duals(optimum.u, optimum.p), between):
        assert all(low <= p <= high for low, p, high in zip(lowest.p, duals.p, highest.p, strict=True))
        assert all(low <= u <= high for low, u, high in zip(highest.u, duals.u, lowest.u, strict=True))
        value = sum(u * wh for u, wh in zip(duals.u, problem.demand, strict=True))
        value += sum(p * wh for p, wh in zip(duals.p, problem.supply, strict=True))
        assert value == welfare(problem, optimum.fills)
        assert all(
            duals.u[bid] + duals.p[offer] >= value
            for bid, row in enumerate(problem.values)
            for offer, value in row.items()
        )


@given(bilateral_books(), seeds, st.data())
def test_a_wrong_dual_has_a_witness(book: BilateralBook, seed: int, data: st.DataObject) -> None:
    """`verify` and challenges agree: a clearing is wrong exactly if some pair or order shows it."""
    clearing = clear_bilateral(book, seed)
    proof = clearing.certificate
    steps = data.draw(st.dictionaries(st.sampled_from(sorted(proof.u)), st.integers(-3, 3))) if proof.u else {}
    changed = replace(proof, u={number: dual + steps.get(number, 0) for number, dual in proof.u.items()})
    missing = data.draw(st.integers(0, 1))
    trades = tuple(replace(each, trade=replace(each.trade, wh=Wh(each.trade.wh - missing))) for each in clearing.trades)
    challenges: Iterator[PairChallenge | OrderChallenge] = chain(
        (OrderChallenge(order.number) for order in book.orders),
        (PairChallenge(pair.bid, pair.offer) for pair in book.pairs),
        (OrderChallenge(OrderNumber(99)),),
    )
    shown = [each for each in challenges if is_fraud(book, trades, changed, each)]
    found = verify(book, trades, changed, seed)

    assert (found is None) == (not shown)
    assert found is None or found.witness in shown


@given(bilateral_books(small_energies, small_prices), seeds, permille)
def test_without_bonuses_each_seller_has_one_price_and_no_buyer_envies(
    book: BilateralBook, seed: int, k_permille: int
) -> None:
    """A seller's buyers pay it one price, and no served buyer finds another candidate seller's price better.

    Up to one base unit, which is what tie-breaking and rounding may move.
    """
    plain = BilateralBook(book.orders, tuple(replace(pair, bonus=0) for pair in book.pairs))
    trades = clear_bilateral(plain, seed, k_permille).trades
    price = {each.trade.offer: each.trade.price for each in trades}
    charge = {(pair.bid, pair.offer): pair.charge for pair in plain.pairs}

    assert all(each.trade.price == price[each.trade.offer] for each in trades)
    for each in trades:
        bid = each.trade.bid
        others = [price[offer] + charge[bid, offer] for offer in price if (bid, offer) in charge]
        assert each.trade.price + each.charge <= min(others) + 1
