"""Large books: few pairs, nearly all of the welfare, and the same pairs for every arrangement of the book."""

import random
from collections.abc import Callable
from itertools import count

import pytest

from aipchain.market.bilateral.candidates import Surroundings, candidate_pairs, manageable_pairs
from aipchain.market.bilateral.charges import Connection, Place, by_distance
from aipchain.market.bilateral.network_simplex import Tree, solve
from aipchain.market.bilateral.pairs import BilateralBook, CandidatePair
from aipchain.market.bilateral.preferences import Criterion, Wishes
from aipchain.market.bilateral.tie_break import TieBreak
from aipchain.market.bilateral.transport import transport_problem
from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side
from aipchain.units import Price, Wh

SIDE = 150
SEED = 4
CENT = 10_000

Book = Callable[..., tuple[BookOrder, ...]]


def large_book(whole: int = 1) -> tuple[BookOrder, ...]:
    """A hundred and fifty orders a side with lognormal energies; limits are multiples of `whole`."""
    rng = random.Random(11)

    def order(number: int) -> BookOrder:
        is_bid = number < SIDE
        wh = Wh(min(6_000, 1 + int(rng.lognormvariate(5.1, 1))))
        limit = Price(max(0, int(rng.gauss(22 if is_bid else 15, 4.5) * CENT)) // whole * whole)
        side = Side.BID if is_bid else Side.OFFER
        return BookOrder(OrderNumber(number), AccountId(f"a{number}"), MeterId(number), side, wh, limit)

    return tuple(order(number) for number in range(2 * SIDE))


def surroundings() -> dict[str, Surroundings]:
    """Nothing but prices; charges between six zones, and by distance; wishes of twenty buyers."""
    rng = random.Random(5)
    zones = {MeterId(number): rng.randrange(6) for number in range(2 * SIDE)}
    places = {MeterId(number): Place(rng.randrange(1_000), rng.randrange(1_000)) for number in range(2 * SIDE)}
    sellers = [MeterId(number) for number in range(SIDE, 2 * SIDE)]
    weights = {Criterion.PREFERRED_PARTNER: 100}
    wishes = {MeterId(buyer): Wishes(tuple(rng.sample(sellers, 3)), weights) for buyer in rng.sample(range(SIDE), 20)}
    return {
        "prices": Surroundings(),
        "zones": Surroundings(lambda seller, buyer: Connection(Price(3 * CENT * (zones[seller] != zones[buyer])))),
        "distance": Surroundings(by_distance(places, Price(5 * CENT))),
        "wishes": Surroundings(wishes=wishes),
    }


def welfare(orders: tuple[BookOrder, ...], pairs: tuple[CandidatePair, ...]) -> int:
    """The value of the best fills of these pairs."""
    problem = transport_problem(BilateralBook(orders, pairs), TieBreak(SEED))
    fills = solve(problem).fills
    return sum(problem.values[bid][offer] * wh for bid, row in enumerate(fills) for offer, wh in row.items())


@pytest.mark.parametrize("what", ["prices", "zones", "distance", "wishes"])
def test_a_tenth_of_the_pairs_keeps_the_welfare(what: str) -> None:
    """Not a thousandth of the full optimum is lost."""
    orders, known = large_book(), surroundings()[what]
    every = candidate_pairs(orders, known)
    few = manageable_pairs(orders, known, seed=SEED, most=len(every) // 10)

    assert len(few) <= len(every) // 10
    assert welfare(orders, every) * 999 <= welfare(orders, few) * 1_000


@pytest.mark.parametrize("what", ["prices", "distance", "wishes"])
def test_the_arrangement_of_a_large_book_does_not_matter(what: str) -> None:
    """Permuted orders, with many equal limits among them, give the same pairs."""
    orders, known = large_book(whole=CENT), surroundings()[what]
    permuted = tuple(random.Random(2).sample(orders, len(orders)))

    assert manageable_pairs(permuted, known, seed=SEED, most=1_500) == manageable_pairs(
        orders, known, seed=SEED, most=1_500
    )


def test_equal_limits_go_by_lot_and_not_by_number(book: Book) -> None:
    """Who of many equal sellers gets pairs changes with the seed, so no number is a good one for ever."""
    orders = book(*[f"bid b{n} 10@1" for n in range(10)], *[f"offer o{n} 10@1" for n in range(100)])
    sellers = [{pair.offer for pair in manageable_pairs(orders, Surroundings(), seed=seed, most=20)} for seed in (1, 2)]

    assert all(len(each) >= 10 for each in sellers)
    assert sellers[0] != sellers[1]


def test_a_listed_partner_is_never_cut(book: Book) -> None:
    """It is among the pairs of a large book, though it asks the most."""
    dear = ("offer dear 10@20",)
    orders = book(*[f"bid b{n} 10@20" for n in range(20)], *[f"offer o{n} 10@1" for n in range(20)], *dear)
    wishes = {MeterId(3): Wishes((MeterId(40),), {Criterion.PREFERRED_PARTNER: 1})}
    found = manageable_pairs(orders, Surroundings(wishes=wishes), seed=1, most=60)

    assert (3, 40) in {(pair.bid, pair.offer) for pair in found}


def test_an_optimum_goes_on_from_fewer_pairs() -> None:
    """Pairs that come later lead to the value that they lead to at once."""
    orders = large_book()
    problem = transport_problem(BilateralBook(orders, candidate_pairs(orders, Surroundings())), TieBreak(SEED))
    tree = Tree(problem.demand, problem.supply)
    places = count()
    tree.improve([{offer: value for offer, value in row.items() if next(places) % 3} for row in problem.values])
    tree.improve(problem.values)

    assert tree.optimum().fills == solve(problem).fills
