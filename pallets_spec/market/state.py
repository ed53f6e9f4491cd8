"""What the market remembers: reference prices, books, orders and trades.

A *book* gathers all orders for one delivery interval of one community. It keeps the rules, the times and the
collateral it opened with, whatever is voted later.
"""

from dataclasses import dataclass, field
from enum import Enum

from aipchain.pallets_spec.proofs import LinePrice
from aipchain.pallets_spec.types import (
    AccountId,
    BookKey,
    CommunityId,
    Hash,
    MeterId,
    OrderNumber,
    PartsPerMillion,
    RuleSet,
    Side,
    Trade,
)
from aipchain.units import Balance, Price, UnixSeconds, Wh

__all__ = [
    "MAX_BOOK_ORDERS",
    "MAX_LIMIT",
    "MAX_NEW_ORDERS",
    "MAX_POSTED_PRICES",
    "MAX_TRADES",
    "Book",
    "BookStatus",
    "MarketState",
    "Order",
    "OrderStatus",
    "ReferencePrice",
]

MAX_POSTED_PRICES = 192
"""The most reference prices in a call; a longer list cannot be encoded as a call."""

MAX_NEW_ORDERS = 500
"""The most orders in a call; a longer list cannot be encoded as a call."""

MAX_TRADES = 2_000
"""The most trades of a clearing; a longer list cannot be encoded as a call."""

MAX_BOOK_ORDERS = 10_000
"""The most orders ever placed in one book, cancelled ones included."""

MAX_LIMIT = 1_000
"""The most trades and orders that one call settles or voids."""

_NO_ENERGY = Wh(0)
_NO_MONEY = Balance(0)
_FIRST_NUMBER = OrderNumber(0)


class BookStatus(Enum):
    """Where a book stands. `VOIDED` and `SETTLED` are final."""

    OPEN = "Open"
    """Takes orders until the gate closes, then a clearing until the deadline."""
    CLEARED = "Cleared"
    """Has its trades and waits for settlement."""
    VOIDED = "Voided"
    """Had no clearing by the deadline; its holds are released call by call."""
    SETTLED = "Settled"
    """Every trade is settled and every order is closed."""


class OrderStatus(Enum):
    """Where an order stands. A closed order is removed."""

    OPEN = "Open"
    """In the book."""
    CANCELLED = "Cancelled"
    """Taken back by its owner before the gate closed; its id stays used until the book is over."""


@dataclass(frozen=True, slots=True)
class ReferencePrice:
    """What energy costs at the supplier and earns at the grid in one interval [base units per Wh]."""

    retail: Price
    feed_in: Price
    """The feed-in tariff; never above `retail`."""


@dataclass(frozen=True, slots=True)
class Book:
    """All orders for one delivery interval of one community, and what became of them."""

    rules: RuleSet
    """The plugins that the clearing must have run under."""
    opened_at: UnixSeconds
    closes_at: UnixSeconds
    """The gate: orders are placed before this time."""
    deadline: UnixSeconds
    """A clearing is accepted before this time."""
    final_at: UnixSeconds
    """The readings are final, and the book is settled, from this time on."""
    collateral: PartsPerMillion
    """The share of `limit price x energy` that an offer holds."""
    status: BookStatus = BookStatus.OPEN
    orders: int = 0
    """Orders ever placed in it, cancelled ones included."""
    cancelled: int = 0
    """Orders taken back."""
    trades: int = 0
    """Trades of its clearing."""
    traded_wh: Wh = _NO_ENERGY
    """Energy of its clearing."""
    settled_trades: int = 0
    """Trades settled so far, in list order."""
    closed_orders: int = 0
    """Orders closed so far, in placing order."""
    delivered_wh: Wh = _NO_ENERGY
    """Energy that both meters confirmed so far."""
    paid: Balance = _NO_MONEY
    """Money paid to sellers so far."""
    result: Hash | None = None
    """blake2b-256 of the encoded trade list, once cleared."""
    commitment: Hash | None = None
    """The root over the duals of its certificate, once cleared with one that has duals."""

    @property
    def standing(self) -> int:
        """How many orders the gate closed on."""
        return max(self.orders - self.cancelled, 0)


@dataclass(frozen=True, slots=True)
class Order:
    """An order in a book. Its meter is the owner's and will confirm the energy."""

    community: CommunityId
    interval_start: UnixSeconds
    owner: AccountId
    id: int
    """The owner's own number, used once per book."""
    meter: MeterId
    side: Side
    wh: Wh
    limit_price: Price
    """The most to pay, or the least to get [base units per Wh]."""
    placed_at: UnixSeconds
    status: OrderStatus = OrderStatus.OPEN
    filled_wh: Wh = _NO_ENERGY
    """Energy of its trades; never above `wh`."""
    escrow: Balance = _NO_MONEY
    """What is still on hold for it."""

    @property
    def book(self) -> BookKey:
        """The key of its book."""
        return (self.community, self.interval_start)

    @property
    def open_wh(self) -> Wh:
        """Energy not yet in a trade [Wh]."""
        return Wh(max(self.wh - self.filled_wh, 0))


@dataclass(slots=True)
class MarketState:
    """Everything the market stores, named as in the runtime's metadata."""

    next_order_number: OrderNumber = _FIRST_NUMBER
    reference_prices: dict[BookKey, ReferencePrice] = field(default_factory=dict)
    books: dict[BookKey, Book] = field(default_factory=dict)
    book_orders: dict[BookKey, tuple[OrderNumber, ...]] = field(default_factory=dict)
    """A book's orders in placing order; removed when the book is voided or settled."""
    order_ids: dict[tuple[BookKey, tuple[AccountId, int]], OrderNumber] = field(default_factory=dict)
    """The order that an owner's id names in a book."""
    standing_wh: dict[tuple[BookKey, tuple[MeterId, Side]], Wh] = field(default_factory=dict)
    """Energy of a meter's standing orders of one side in a book [Wh], never 0."""
    orders: dict[OrderNumber, Order] = field(default_factory=dict)
    trades: dict[BookKey, tuple[Trade, ...]] = field(default_factory=dict)
    """The trades of every cleared book."""
    line_prices: dict[BookKey, tuple[LinePrice, ...]] = field(default_factory=dict)
    """The prices of lines in the certificate of a cleared book, where it has any."""
