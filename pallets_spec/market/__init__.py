"""The market: members trade energy of one delivery interval before it begins, and pay for it once it is measured.

There is one book per community and delivery interval. Its life:

    Open --clearing before the deadline--> Cleared --every trade paid, every order closed--> Settled
      |  <---a fault of it is shown------
      |
      +--no clearing by the deadline-----> Voided, its holds released

1. *Prices.* An oracle states what a supplier charges and pays (:mod:`prices`).
2. *Orders.* Until the gate closes, members bid and offer what their connections carry, with money held in escrow
   (:mod:`orders`, :mod:`standing`, :mod:`book`).
3. *Clearing.* An operator submits the trades that the voted rule makes of the book. The chain does not trust it: one
   trade that breaks one rule of the envelope refuses the whole result (:mod:`clearing`), and so does a certificate
   that does not prove what the community's terms demand (:mod:`certificate`,
   :mod:`uniform_price`, :mod:`optimum`).
4. *Challenge.* Until the readings are final, anyone may show a fault that the chain did not look for, and undo the
   clearing (:mod:`challenge`).
5. *Settlement.* Once the readings are final, anyone has the trades paid for what both meters confirm
   (:mod:`delivery`, :mod:`settlement`), and then every order closed (:mod:`closing`).

Work per call is bounded, and every call may be repeated: what is done already is not done again.
"""

from aipchain.pallets_spec.market.book import awaits_settlement
from aipchain.pallets_spec.market.challenge import challenge_clearing
from aipchain.pallets_spec.market.clearing import submit_clearing
from aipchain.pallets_spec.market.closing import void
from aipchain.pallets_spec.market.events import (
    BookOpened,
    BookSettled,
    BookVoided,
    ClearingOverturned,
    IntervalCleared,
    OrderCancelled,
    OrderClosed,
    OrderPlaced,
    ReferencePosted,
    TradeSettled,
)
from aipchain.pallets_spec.market.invariants import invariants
from aipchain.pallets_spec.market.orders import ESCROW, cancel_order, place_orders
from aipchain.pallets_spec.market.prices import post_reference_prices
from aipchain.pallets_spec.market.settlement import settle
from aipchain.pallets_spec.market.state import (
    MAX_BOOK_ORDERS,
    MAX_LIMIT,
    MAX_NEW_ORDERS,
    MAX_POSTED_PRICES,
    MAX_TRADES,
    Book,
    BookStatus,
    MarketState,
    Order,
    OrderStatus,
    ReferencePrice,
)

__all__ = [
    "ESCROW",
    "MAX_BOOK_ORDERS",
    "MAX_LIMIT",
    "MAX_NEW_ORDERS",
    "MAX_POSTED_PRICES",
    "MAX_TRADES",
    "Book",
    "BookOpened",
    "BookSettled",
    "BookStatus",
    "BookVoided",
    "ClearingOverturned",
    "IntervalCleared",
    "MarketState",
    "Order",
    "OrderCancelled",
    "OrderClosed",
    "OrderPlaced",
    "OrderStatus",
    "ReferencePosted",
    "ReferencePrice",
    "TradeSettled",
    "awaits_settlement",
    "cancel_order",
    "challenge_clearing",
    "invariants",
    "place_orders",
    "post_reference_prices",
    "settle",
    "submit_clearing",
    "void",
]
