"""Failures of market products that a person can see.

An order number that stands twice is `market.errors.DuplicateOrder`.

AipchainError
└── InputError
    └── MarketError
        └── ProductError
            ├── GateClosed              no product, or another one, takes orders at that time
            ├── OrderOfAnotherCommunity orders of two communities come together
            ├── OrderOfAnotherInterval  an order is for another delivery interval
            ├── ScheduleInvalid         gates that do not follow one another or the interval
            ├── TradesRefused           trades break a rule of the envelope
            └── UnknownProduct          what is asked for is none of the products
"""

from collections.abc import Iterable

from aipchain.market.envelope import Refusal
from aipchain.market.errors import MarketError

__all__ = [
    "GateClosed",
    "OrderOfAnotherCommunity",
    "OrderOfAnotherInterval",
    "ProductError",
    "ScheduleInvalid",
    "TradesRefused",
    "UnknownProduct",
]


class ProductError(MarketError):
    """An order, a trade or a schedule that a sequence of products cannot take."""


class ScheduleInvalid(ProductError):
    """Gates that cannot be the gates of this interval."""

    def __init__(self, product: str, problem: str) -> None:
        self.product = product
        self.problem = problem
        super().__init__(f"the gate of {product} {problem}; correct the schedule")


class GateClosed(ProductError):
    """An order came when its product takes none."""

    def __init__(self, product: str, now: int, opens_at: int | None) -> None:
        self.product = product
        self.now = now
        self.opens_at = opens_at
        when = "its gate will not open again" if opens_at is None else f"its gate opens at {opens_at}"
        super().__init__(f"{product} takes no orders at {now} s: {when}")


class OrderOfAnotherInterval(ProductError):
    """An order for another interval than the schedule's."""

    def __init__(self, number: int, interval_start: int, expected: int) -> None:
        self.number = number
        self.interval_start = interval_start
        self.expected = expected
        super().__init__(f"order {number} is for the interval at {interval_start} s, not for the one at {expected} s")


class OrderOfAnotherCommunity(ProductError):
    """An order of another community than the others."""

    def __init__(self, number: int, community: int, expected: int) -> None:
        self.number = number
        self.community = community
        self.expected = expected
        super().__init__(f"order {number} is of community {community}, and the first one of community {expected}")


class TradesRefused(ProductError):
    """A market rule's trades break the envelope of their product's book."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(f"the market rule gave trades that no chain takes: {refusal}")


class UnknownProduct(ProductError):
    """A product that no interval has."""

    def __init__(self, product: object, known: Iterable[str]) -> None:
        self.product = product
        super().__init__(f"{product!r} is no market product; take one of {', '.join(known)}")
