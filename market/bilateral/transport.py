"""The optimisation problem: which energy goes from which offer to which bid so that the value is largest.

    maximise   sum over pairs of value_ij f_ij
    subject to sum_j f_ij <= d_i,   sum_i f_ij <= s_j,   f_ij >= 0

the transportation problem of Hitchcock (1941), with slack on both sides. Its matrix is totally unimodular, so fills are
whole watt-hours at no loss. The dual, also whole: u_i, p_j >= 0 with u_i + p_j >= value_ij and least sum_i u_i d_i +
sum_j p_j s_j. Bids and offers are indexed by rising order number, so a problem does not depend on how a book is given.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aipchain.market.bilateral.pairs import BilateralBook, surplus
from aipchain.market.bilateral.tie_break import TieBreak

__all__ = ["Optimum", "Transport", "transport_problem", "transposed"]

Row = dict[int, int]
"""What a bid (or an offer) has towards each index of the other side."""


@dataclass(frozen=True, slots=True)
class Transport:
    """`demand` of bids and `supply` of offers [Wh]; `values[i][j]` above zero [scaled base units per Wh]."""

    demand: tuple[int, ...]
    supply: tuple[int, ...]
    values: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Optimum:
    """`fills[i][j]` above zero [Wh], and optimal duals `u` of bids and `p` of offers [scaled base units per Wh]."""

    fills: tuple[Row, ...]
    u: tuple[int, ...]
    p: tuple[int, ...]


def transport_problem(book: BilateralBook, tie_break: TieBreak) -> Transport:
    """The problem of a book; pairs with a negative surplus are left out."""
    bids, offers = book.bids, book.offers
    row_of = {number: index for index, number in enumerate(bids)}
    column_of = {number: index for index, number in enumerate(offers)}
    rows: list[Row] = [{} for _ in bids]
    for pair in sorted(book.pairs, key=lambda pair: (pair.bid, pair.offer)):
        money = surplus(bids[pair.bid], offers[pair.offer], pair.charge)
        if money >= 0:
            value = tie_break.value(money + pair.bonus, pair.bid, pair.offer)
            rows[row_of[pair.bid]][column_of[pair.offer]] = value
    demand = tuple(int(order.wh) for order in bids.values())
    supply = tuple(int(order.wh) for order in offers.values())
    return Transport(demand, supply, tuple(rows))


def transposed(rows: Sequence[Row], columns: int) -> tuple[Row, ...]:
    """The same numbers seen from the other side."""
    result: list[Row] = [{} for _ in range(columns)]
    for index, row in enumerate(rows):
        for column, number in row.items():
            result[column][index] = number
    return tuple(result)
