"""Candidate pairs: which bid may meet which offer, and what their meeting costs and is worth.

A pair has a `charge` [base units per Wh], paid by the buyer on top of the price, for example for distance or losses,
and a `bonus` [base units per Wh], how much better than its money the buyer likes it. With limits b and o,

    surplus = b - o - charge        what buyer and seller can share in money
    value   = surplus + bonus       what the clearing makes as large as possible

A pair with a negative surplus has no price that keeps both limits, so it never trades, however large its bonus.
"""

from dataclasses import dataclass
from typing import Final

from aipchain.market.bilateral.errors import PairInvalid
from aipchain.market.book import BookOrder, OrderNumber, Side, in_number_order
from aipchain.market.whole import refuse_fraction
from aipchain.units import Price

__all__ = ["FREE", "BilateralBook", "CandidatePair", "surplus"]


FREE: Final = Price(0)


@dataclass(frozen=True, slots=True)
class CandidatePair:
    """`bid` may buy from `offer`; `charge` and `bonus` in base units per Wh, neither below zero.

    :raises TypeError: charge or bonus is not whole.
    :raises PairInvalid: one of them is below zero.
    """

    bid: OrderNumber
    offer: OrderNumber
    charge: Price = FREE
    bonus: int = 0

    def __post_init__(self) -> None:
        if type(self.charge) is not int or type(self.bonus) is not int:  # asked here too: there are many
            refuse_fraction("the charge of a pair", self.charge)
            refuse_fraction("the bonus of a pair", self.bonus)
        if self.charge < 0 or self.bonus < 0:
            raise PairInvalid(self.bid, self.offer, f"charge {self.charge} and bonus {self.bonus} must not be negative")


@dataclass(frozen=True, slots=True)
class BilateralBook:
    """The orders of one book and all pairs that may trade, each in any order.

    :raises DuplicateOrder: two orders have one number.
    :raises PairInvalid: a pair is not of a bid and an offer of the book, is of one owner, or is listed twice.
    """

    orders: tuple[BookOrder, ...]
    pairs: tuple[CandidatePair, ...]

    def __post_init__(self) -> None:
        in_number_order(self.orders)
        bids, offers = self.bids, self.offers
        listed: set[tuple[OrderNumber, OrderNumber]] = set()
        for pair in self.pairs:
            if problem := _problem(pair, bids.get(pair.bid), offers.get(pair.offer)):
                raise PairInvalid(pair.bid, pair.offer, problem)
            if (pair.bid, pair.offer) in listed:
                raise PairInvalid(pair.bid, pair.offer, "it is listed twice")
            listed.add((pair.bid, pair.offer))

    @property
    def bids(self) -> dict[OrderNumber, BookOrder]:
        """The bids, by rising number."""
        return self._side(Side.BID)

    @property
    def offers(self) -> dict[OrderNumber, BookOrder]:
        """The offers, by rising number."""
        return self._side(Side.OFFER)

    def _side(self, side: Side) -> dict[OrderNumber, BookOrder]:
        return {order.number: order for order in in_number_order(self.orders) if order.side is side}


def surplus(bid: BookOrder, offer: BookOrder, charge: int) -> int:
    """What buyer and seller can share [base units per Wh]; negative when no price keeps both limits."""
    return bid.limit_price - offer.limit_price - charge


def _problem(pair: CandidatePair, bid: BookOrder | None, offer: BookOrder | None) -> str | None:
    if bid is None:
        return f"{pair.bid} is no bid of this book"
    if offer is None:
        return f"{pair.offer} is no offer of this book"
    if bid.owner == offer.owner:
        return f"both belong to {bid.owner}, and nobody trades with itself"
    return None
