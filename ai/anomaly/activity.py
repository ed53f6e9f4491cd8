"""What accounts did, as the events of a chain tell it: trades, orders, payments and reviews of a span of time.

Detectors of trade fraud read nothing else, so that whoever can read the chain can check a suspicion. Accounts are named
by text, as their address is written.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from aipchain.units import Balance, Interval, Price, UnixSeconds, Wh

__all__ = ["Activity", "Order", "Payment", "Review", "Side", "Trade"]

Side = Literal["buy", "sell"]


@dataclass(frozen=True, slots=True)
class Trade:
    """Energy that changed hands in an interval [Wh], and its price [base units per Wh]."""

    buyer: str
    seller: str
    interval: Interval
    energy: Wh
    price: Price


@dataclass(frozen=True, slots=True)
class Order:
    """What an account wanted to trade [Wh] at which limit; how much of it was traded, and when it was taken back."""

    account: str
    side: Side
    interval: Interval
    energy: Wh
    limit_price: Price
    placed: UnixSeconds
    traded: Wh
    cancelled: UnixSeconds | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that was moved without a trade [base units]; an account's first one brought it to life."""

    payer: str
    payee: str
    amount: Balance
    at: UnixSeconds


@dataclass(frozen=True, slots=True)
class Review:
    """One to five stars that an account gave another."""

    author: str
    subject: str
    stars: int
    at: UnixSeconds


@dataclass(frozen=True, slots=True)
class Activity:
    """What a community did in a span of time; `public_funders` are those that fund anybody: treasury, exchanges."""

    trades: tuple[Trade, ...] = ()
    orders: tuple[Order, ...] = ()
    payments: tuple[Payment, ...] = ()
    reviews: tuple[Review, ...] = ()
    public_funders: frozenset[str] = frozenset()

    @property
    def accounts(self) -> tuple[str, ...]:
        """All that did something or had something done, but for public funders, in alphabetic order."""
        return tuple(sorted(set(self._named()) - self.public_funders))

    def _named(self) -> Iterator[str]:
        for trade in self.trades:
            yield from (trade.buyer, trade.seller)
        for order in self.orders:
            yield order.account
        for payment in self.payments:
            yield from (payment.payer, payment.payee)
        for review in self.reviews:
            yield from (review.author, review.subject)
