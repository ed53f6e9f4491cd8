"""A seeded book whose result is written down: every Python version, machine and form gives these bytes."""

import random
from hashlib import sha256

from aipchain.market.bilateral.arrays import clear_objects
from aipchain.market.bilateral.candidates import Surroundings, candidate_pairs
from aipchain.market.bilateral.charges import Place, by_distance
from aipchain.market.bilateral.clearing import BilateralClearing, clear_bilateral
from aipchain.market.bilateral.pairs import BilateralBook
from aipchain.market.book import AccountId, BookOrder, MeterId, OrderNumber, Side
from aipchain.units import Price, Wh

SIDE = 40
KNOWN = "8bb6b97cbade2f6e5b017eac0c5a080fec370884e90827bf3ea0bcf47f4f4e47"


def seeded_book() -> BilateralBook:
    """Forty bids and forty offers at whole cents, each bid with its eight nearest sellers."""
    rng = random.Random(3)
    orders = tuple(_order(rng, number) for number in range(2 * SIDE))
    places = {MeterId(number): Place(rng.randrange(2_000), rng.randrange(2_000)) for number in range(2 * SIDE)}
    surroundings = Surroundings(by_distance(places, Price(1_500)))
    return BilateralBook(orders, candidate_pairs(orders, surroundings, nearest=8, seed=9))


def _order(rng: random.Random, number: int) -> BookOrder:
    is_bid = number < SIDE
    wh = Wh(1 + rng.randrange(900))
    limit = Price((rng.randint(18, 26) if is_bid else rng.randint(11, 19)) * 1_000)
    owner = AccountId(f"a{number % 31}")
    return BookOrder(OrderNumber(number), owner, MeterId(number), Side.BID if is_bid else Side.OFFER, wh, limit)


def digest(clearing: BilateralClearing) -> str:
    """SHA-256 of trades and duals as text."""
    proof = clearing.certificate
    return sha256(repr((clearing.trades, sorted(proof.u.items()), sorted(proof.p.items()))).encode()).hexdigest()


def test_the_result_is_the_one_that_is_written_down() -> None:
    """Plain and array form agree with the digest."""
    assert digest(clear_bilateral(seeded_book(), 9)) == KNOWN
    assert digest(clear_objects(seeded_book(), 9)) == KNOWN
