"""Failures of market products that a person can see.

An order number that stands twice is `market.errors.DuplicateOrder`.

AipchainError
└── InputError
    └── MarketError
        └── ProductError
            ├── GateClosed              no product, or another one, takes orders at that time
            ├── OrderOfAnotherInterval  an order is for another delivery interval
            ├── OrderOverfilled         trades hold more energy than an order, or name one that is not in the book
            └── ScheduleInvalid         gates that do not follow one another or the interval
"""

from aipchain.market.errors import MarketError

__all__ = [
    "GateClosed",
    "OrderOfAnotherInterval",
    "OrderOverfilled",
    "ProductError",
    "ScheduleInvalid",
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


class OrderOverfilled(ProductError):
    """Trades take more of an order than there is."""

    def __init__(self, number: int, traded_wh: int, order_wh: int) -> None:
        self.number = number
        self.traded_wh = traded_wh
        self.order_wh = order_wh
        super().__init__(f"trades hold {traded_wh} Wh of order {number}, which has {order_wh} Wh in this product")
