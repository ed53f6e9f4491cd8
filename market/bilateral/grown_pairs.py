"""The pairs of a large book, grown where they are worth most.

The first pairs are those of a merit order (`merit_pairs`). Their optimum has duals, which are prices: bid i would pay
up to b_i - u_i wherever it bought more, offer j would sell more from o_j + p_j on. In each round every bid looks at
`LOOKS` further offers, from a place in the list on that a public pseudo-random number gives it, and the pairs that
would gain most at these prices,

    gain = (b_i - u_i) - (o_j + p_j) - charge + bonus > 0,

are added; then prices are found anew, from where they were. Each round may use an equal part of the room that is left,
and no bid much more of it than others: with more, pairs of the first prices, which are the worst, would fill it.
Nothing is added where nothing would gain, so most books need few pairs.

Source: columns that are generated when duals ask for them: Gilmore, Gomory, Operations Research 9, 1961.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Final

from aipchain.market.bilateral.merit_pairs import merit_pairs
from aipchain.market.bilateral.network_simplex import Tree
from aipchain.market.bilateral.pairs import CandidatePair, surplus
from aipchain.market.bilateral.surroundings import Surroundings
from aipchain.market.bilateral.tie_break import TieBreak
from aipchain.market.bilateral.transport import Row
from aipchain.market.book import BookOrder
from aipchain.market.splitmix import mix

__all__ = ["FEW", "LOOKS", "ROUNDS", "WORK", "grown_pairs"]

ROUNDS: Final = 4
"""The fewest rounds."""

WORK: Final = 10_000
"""Orders times rounds, in books where that is more rounds: they take little time each."""

LOOKS: Final = 150
"""Offers that a bid looks at in a round."""

FEW: Final = 2
"""Pairs that a bid may get in a round beyond an equal share of the room."""


def grown_pairs(
    bids: Sequence[BookOrder],
    offers: Sequence[BookOrder],
    surroundings: Surroundings,
    wished: Iterable[CandidatePair],
    *,
    seed: int,
    most: int,
) -> Iterable[CandidatePair]:
    """The pairs of a merit order, the `wished` ones, and those that gain, together about `most`.

    :param bids: and `offers`: by number.
    :param seed: public number of the interval, 0..2^64-1; it decides who looks where.
    """
    growing = _Growing(bids, offers)
    growing.add(chain(merit_pairs(bids, offers, surroundings, seed=seed, looks=ROUNDS * LOOKS), wished))
    key = TieBreak(seed).key
    rounds = max(ROUNDS, WORK // (len(bids) + len(offers)))
    for number in range(rounds):
        room = max(0, most - len(growing.pairs)) // (rounds - number)
        few = FEW + room // len(bids)
        growing.add(growing.gaining(surroundings, key, number * LOOKS, few)[:room])
    return growing.pairs.values()


class _Growing:
    """The pairs so far, what they are worth [base units per Wh], and their optimum."""

    def __init__(self, bids: Sequence[BookOrder], offers: Sequence[BookOrder]) -> None:
        self.bids, self.offers = bids, offers
        self.pairs: dict[tuple[int, int], CandidatePair] = {}
        self._row = {bid.number: row for row, bid in enumerate(bids)}
        self._column = {offer.number: column for column, offer in enumerate(offers)}
        self._values: list[Row] = [{} for _ in bids]
        self._tree = Tree([bid.wh for bid in bids], [offer.wh for offer in offers])

    def add(self, pairs: Iterable[CandidatePair]) -> None:
        """Take more pairs in, and find the optimum."""
        for pair in pairs:
            row, column = self._row[pair.bid], self._column[pair.offer]
            self.pairs[row, column] = pair
            self._values[row][column] = surplus(self.bids[row], self.offers[column], pair.charge) + pair.bonus
        self._tree.improve(self._values)

    def gaining(self, surroundings: Surroundings, key: int, looked: int, few: int) -> list[CandidatePair]:
        """The `few` pairs of each bid that gain most, among the offers it looks at after the `looked` before."""
        optimum = self._tree.optimum()
        asked = [offer.limit_price + p for offer, p in zip(self.offers, optimum.p, strict=True)] * 2
        offers = [*self.offers, *self.offers]  # so that a view may go over the end
        found: list[tuple[int, CandidatePair]] = []
        for bid, u in zip(self.bids, optimum.u, strict=True):
            first = (mix(key ^ bid.number) + looked) % len(self.offers)
            view = slice(first, first + min(LOOKS, len(self.offers)))
            gains = _gains(bid, bid.limit_price - u, zip(offers[view], asked[view], strict=True), surroundings)
            found += sorted(gains, key=_falling)[:few]
        return [pair for _, pair in sorted(found, key=_falling)]


def _falling(gain: tuple[int, CandidatePair]) -> int:
    return -gain[0]


def _gains(
    bid: BookOrder, pays: int, offers: Iterable[tuple[BookOrder, int]], surroundings: Surroundings
) -> Iterator[tuple[int, CandidatePair]]:
    """What each pair would gain [base units per Wh], where it would."""
    reach = pays + surroundings.most_bonus(bid)
    for offer, asked in offers:
        pair = surroundings.pair(bid, offer) if asked < reach else None
        if pair is not None and asked + pair.charge - pair.bonus < pays:
            yield pays - asked - pair.charge + pair.bonus, pair
