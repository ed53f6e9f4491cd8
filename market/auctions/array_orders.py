"""The chain's orders as 64-bit columns, read attribute by attribute.

Owners are names; a book wants whole numbers that are equal where the names are. `places` are that, at the cost of a
look-up per order; `hashes` cost less, and may be equal where names are not: good for seeing that owners differ.

Import it only where numpy is installed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from aipchain.market.auctions.array_book import ArrayBook, array_book, booleans
from aipchain.market.book import BookOrder, Side
from aipchain.market.words import Int64s, Whole, int64s

__all__ = ["ReadOrders", "arrays_of", "hashes", "places", "read_orders"]


@dataclass(frozen=True, slots=True)
class ReadOrders:
    """One place per order, in the sequence given: energy [Wh] and limit prices [base units per Wh]."""

    orders: Sequence[BookOrder]
    numbers: Int64s
    is_offer: npt.NDArray[np.bool_]
    wh: Int64s
    limits: Int64s

    def book(self, owners: Whole) -> ArrayBook:
        """The book, with a whole number for the owner of each order.

        :raises DuplicateOrder: two orders have one number.
        :raises OutsideArrayRange: the sums of a side do not fit.
        """
        return array_book(self.numbers, owners, self.is_offer, self.wh, self.limits)


def arrays_of(orders: Iterable[BookOrder]) -> ArrayBook:
    """The arrays of a book of the chain's orders, given in any sequence.

    :raises DuplicateOrder: two orders have one number.
    :raises OutsideArrayRange: a number does not fit.
    """
    read = read_orders(orders)
    return read.book(places(read.orders))


def read_orders(orders: Iterable[BookOrder]) -> ReadOrders:
    """The attributes of orders as columns; owners are left to `places` and `hashes`.

    :raises OutsideArrayRange: a number does not fit.
    """
    book = orders if isinstance(orders, Sequence) else tuple(orders)
    offer = Side.OFFER
    return ReadOrders(
        book,
        int64s("an order number", [order.number for order in book]),
        booleans([order.side is offer for order in book]),
        int64s("an order's energy", [order.wh for order in book]),
        int64s("a limit price", [order.limit_price for order in book]),
    )


def places(orders: Sequence[BookOrder]) -> list[int]:
    """Where the owner of each order stands first: equal where the owners are, and nowhere else."""
    first: dict[str, int] = {}
    return list(map(first.setdefault, [order.owner for order in orders], range(len(orders))))


def hashes(orders: Sequence[BookOrder]) -> Int64s:
    """Python's hashes of the owners: equal where those are, by rare chance elsewhere too; other ones in every process.

    No list of names is made: Python's collector would walk over it again and again while trades are written.
    """
    return np.fromiter((hash(order.owner) for order in orders), np.int64, len(orders))
